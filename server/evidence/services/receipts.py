"""Receipts: the court's signed word that it re-read these bytes from its storage and this was their hash."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from server.common.bulk import Change, among, update_together
from server.common.clock import now, to_wire
from server.common.signing import sign_text
from server.common.statements import Given, Statement
from server.evidence.models import Promise, StoredFile
from server.evidence.services.locks import lock_device
from server.ledger.queries import current_server_epoch, head_of
from server.ledger.services import Appended, Draft, append
from server.people.court_now import CourtNow, court_now
from server.people.keys import signing_key_of
from server.people.models import Device
from server.people.streams import court_stream

_WRITTEN = ("state", "verified_at", "receipt", "receipt_epoch", "receipt_position")


def receipts_after(device: Device, position: int, server_epoch: str = "") -> list[str]:
    """Receipts whose entry stands above `position` of the device's court, oldest first; all of this server's life.

    A receipt not signed yet in this life (after a restore, or a crash) is signed here at the current head. Writes
    nothing, so it may be called inside a snapshot. `server_epoch` spares a SELECT where the caller holds it.
    """
    epoch = server_epoch or current_server_epoch()
    rows = _ABOVE.rows(device_id=device.pk, epoch=epoch, position=position)
    signed = [row for row in rows if row.receipt_epoch == epoch]
    unsigned = [row for row in rows if row.receipt_epoch != epoch]
    if unsigned:
        sign_receipts(device, unsigned, _head_of(device), _sizes(unsigned))
    return [row.receipt for row in sorted(signed + unsigned, key=lambda row: (row.receipt_position, row.seq))]


def receipts_of(device: Device, sha256: str) -> tuple[list[str], list[str]]:
    """This device's receipts for one hash, and the key statements that vouch for who signed them."""
    issue_missing_receipts(device_id=device.pk)
    rows = _verified(device.pk).filter(sha256=sha256).order_by("incarnation", "seq")
    return list(rows.values_list("receipt", flat=True)), signing_key_of(device.court).chain


def issue_missing_receipts(*, device_id: UUID) -> None:
    """Sign and save the receipts of verified promises that have none in this server's life.

    They get an entry of their own. A pull goes on above the position of the last receipt it sent, so a receipt that
    appears at a position which was there before may be one no pull ever asks for.
    """
    if not _unsigned(device_id).exists():
        return
    with transaction.atomic():
        lock_device(device_id)
        promises = list(_unsigned(device_id).order_by("incarnation", "seq"))
        if promises:
            device = Device.objects.get(pk=device_id)
            sign_receipts(device, promises, _enter(device, promises), _sizes(promises))
            write_verified(promises)


def _unsigned(device_id: UUID) -> QuerySet[Promise]:
    return _verified(device_id).exclude(receipt_epoch=current_server_epoch())


def _enter(device: Device, promises: Sequence[Promise]) -> Appended:
    stream = court_stream(device.court_id)
    view = {"device": str(device.pk), "promises": len(promises)}
    facts = {"operations": sorted({promise.operation_hash for promise in promises})}
    (places,) = append([Draft((stream,), "receipts_issued", view, facts)])
    return places[stream]


def write_verified(promises: Sequence[Promise], *, together_with: Sequence[Change] = ()) -> None:
    """Write these promises as verified, each with the receipt it was given, and the other changes with them."""
    rows = [(row.pk, *(getattr(row, name) for name in _WRITTEN)) for row in promises]
    update_together([*together_with, (Promise, "id", _WRITTEN, rows)])


def _sizes(promises: Sequence[Promise]) -> dict[str, int]:
    hashes = among({promise.sha256 for promise in promises})
    return dict(StoredFile.objects.filter(pk__in=hashes).values_list("sha256", "size"))


def sign_receipts(device: Device, promises: Sequence[Promise], place: Appended, sizes: Mapping[str, int]) -> None:
    """Give each of a device's promises its receipt, counted by the entry at `place`; `sizes` as re-read, by hash."""
    court = court_now(device.court_id)
    for promise in promises:
        promise.receipt = _receipt(device, promise, sizes[promise.sha256], place, court)
        promise.receipt_epoch, promise.receipt_position = court.server_epoch, place.position


def _receipt(device: Device, promise: Promise, size: int, place: Appended, court: CourtNow) -> str:
    members: dict[str, Any] = {
        "court": str(device.court_id),
        "kid": court.key.kid,
        "device": str(device.pk),
        "incarnation": promise.incarnation,
        "seq": promise.seq,
        "sha256": promise.sha256,
        "size": size,
        "server_epoch": court.server_epoch,
        "ledger_epoch": place.ledger_epoch,
        "position": place.position,
        "entry_hash": place.hash,
        "received_at": to_wire(promise.verified_at or now()),
    }
    return sign_text("receipt", members, court.key.private_key)


def _verified(device_id: UUID | Given) -> QuerySet[Promise]:
    return Promise.objects.filter(device_id=device_id, state=Promise.State.VERIFIED)


_ABOVE = Statement(
    lambda: _verified(Given("device_id")).exclude(receipt_epoch=Given("epoch"), receipt_position__lte=Given("position"))
)


def _head_of(device: Device) -> Appended:
    """Verified and read together, so whatever verified them stands at or below this head."""
    stream = court_stream(device.court_id)
    head = head_of(stream)
    return Appended(stream, head.ledger_epoch, head.position, head.hash)
