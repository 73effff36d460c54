"""A log that goes on from another: after a fork under a fresh code and key, after damage under the same key.

The new one has an identifier, a chain and a row of its own, so that every copy of a phone can go on. What the old log
already brought is recognised by its bytes and takes no effect twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.common.bulk import among
from server.people.certificates import Certificate, Continues
from server.people.device_auth import prove_certificate
from server.people.models import Device
from server.people.queries import line_of
from server.people.services import Before
from server.sync.chain import genesis
from server.sync.models import LostRange, Operation
from server.sync.recovery import known_by


@dataclass(frozen=True, slots=True)
class Claimed:
    """How a device names the log it goes on from: its certificate, and the last operation it knows to be safe here."""

    certificate: str
    seq: int
    hash: str


def before_of(claimed: Claimed) -> Before:
    """Raises DomainError 401 `certificate_invalid`. A claim about operations we do not hold is simply not certified."""
    proved = prove_certificate(claimed.certificate)
    return Before(known_by(proved), _point(proved, claimed))


def _point(proved: Certificate, claimed: Claimed) -> Continues | None:
    log = {"device_id": proved.device, "incarnation": proved.incarnation}
    is_held = (
        claimed.hash == genesis(proved.text).hex()
        if claimed.seq == 0
        else Operation.objects.filter(**log, seq=claimed.seq, hash=claimed.hash).exists()
        or LostRange.objects.filter(**log, last_seq=claimed.seq, last_hash=claimed.hash).exists()
    )
    return Continues(proved.incarnation, claimed.seq, claimed.hash) if is_held else None


def already_brought(
    device: Device, bodies: Mapping[int, bytes], claimed_ids: Mapping[int, str]
) -> dict[int, Operation]:
    """Operations, by the new number, that stand in a log this one goes on from: the same bytes, letter for letter."""
    if device.continues_id is None or not claimed_ids:
        return {}
    known = _by_body(
        Operation.objects.filter(device_id__in=line_of(device)[1:], claimed_id__in=among(set(claimed_ids.values())))
    )
    return {seq: known[body] for seq, body in bodies.items() if body in known}


def _by_body(rows: Iterable[Operation]) -> dict[bytes, Operation]:
    return {bytes(row.body): row for row in rows}
