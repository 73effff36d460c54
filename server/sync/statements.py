"""Statements: the court's signed word on what it holds of a device's log. Nothing else lets a device let go."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.common.bulk import insert_unless_there
from server.common.clock import now, to_wire
from server.common.signing import sign_text, text_hash
from server.ledger.queries import HeadState, current_server_epoch, head_of
from server.ledger.services import Appended
from server.people.keys import SigningKey, newer_keys, signing_key_of
from server.people.models import Device
from server.people.streams import court_stream
from server.sync.logs import open_log
from server.sync.models import DeviceLog, IssuedStatement
from server.sync.safety import safe_of


def end_of(stream: str, places: Sequence[Mapping[str, Appended]]) -> HeadState | None:
    """The head of a stream as entries just appended leave it; None where none of them is in it."""
    ours = [place[stream] for place in places if stream in place]
    if not ours:
        return None
    last = ours[-1]
    return HeadState(last.ledger_epoch, last.position, last.hash, last.safe_position)


def stated(device: Device, nonce: str, *, key: SigningKey | None = None, **known: Any) -> dict[str, Any]:
    """The members of an answer that carries a statement: with it, a key of its that the device cannot know."""
    key = key or signing_key_of(device.court)
    newer = newer_keys(device.certificate, key)
    return {"statement": statement_for(device, nonce, key=key, **known), **({"keys": newer} if newer else {})}


def statement_for(
    device: Device,
    nonce: str,
    *,
    answer_sha256: str | None = None,
    log: DeviceLog | None = None,
    server_epoch: str | None = None,
    key: SigningKey | None = None,
    head: HeadState | None = None,
) -> str:
    """Signed for this nonce, as things stand in the caller's transaction or, without one, as committed.

    It is remembered, so that acts recorded after it can be dated: never call it inside `snapshot()`. `log`,
    `server_epoch`, `key` and `head` spare a SELECT each where the caller holds them.
    """
    log = log or open_log(device)
    key = key or signing_key_of(device.court)
    head = head or head_of(court_stream(device.court_id))
    issued_at, safe = now(), safe_of(device, log, head)
    members: dict[str, Any] = {
        "court": str(device.court_id),
        "kid": key.kid,
        "device": str(device.pk),
        "incarnation": log.incarnation,
        "server_epoch": server_epoch or current_server_epoch(),
        "ledger_epoch": head.ledger_epoch,
        "acked_seq": log.acked_seq,
        "acked_hash": log.acked_hash,
        "safe_seq": safe.seq,
        "safe_hash": safe.hash,
        "safe_position": safe.position,
        "position": head.position,
        "entry_hash": head.hash,
        "received_at": to_wire(issued_at),
        "nonce": nonce,
    }
    if answer_sha256 is not None:
        members["answer_sha256"] = answer_sha256
    if device.revoked_at is not None:
        members["revoked_at"] = to_wire(device.revoked_at)
    text = sign_text("statement", members, key.private_key)
    # The same request doubled within a millisecond is answered by the same words.
    insert_unless_there(IssuedStatement, ("hash", "device_id", "issued_at"), (text_hash(text), device.pk, issued_at))
    return text
