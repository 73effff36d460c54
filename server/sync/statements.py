"""Statements: the court's signed word on what it holds of a device's log. Nothing else lets a device let go."""

from typing import Any

from server.common.clock import now, to_wire
from server.common.signing import sign_text, text_hash
from server.ledger.queries import current_server_epoch, head_of
from server.people.keys import SigningKey, newer_keys, signing_key_of
from server.people.models import Device
from server.people.streams import court_stream
from server.sync.logs import open_log
from server.sync.models import DeviceLog, IssuedStatement


def stated(device: Device, nonce: str, **known: Any) -> dict[str, Any]:
    """The members of an answer that carries a statement: with it, a key of its that the device cannot know."""
    key = signing_key_of(device.court)
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
) -> str:
    """Signed for this nonce, as things stand in the caller's transaction or, without one, as committed.

    It is remembered, so that acts recorded after it can be dated: never call it inside `snapshot()`. `log`,
    `server_epoch` and `key` spare a SELECT each where the caller holds them.
    """
    log = log or open_log(device)
    key = key or signing_key_of(device.court)
    head = head_of(court_stream(device.court_id))
    issued_at = now()
    members: dict[str, Any] = {
        "court": str(device.court_id),
        "kid": key.kid,
        "device": str(device.pk),
        "incarnation": log.incarnation,
        "server_epoch": server_epoch or current_server_epoch(),
        "ledger_epoch": head.ledger_epoch,
        "acked_seq": log.acked_seq,
        "acked_hash": log.acked_hash,
        # Policy `commit`: what is committed is safe.
        "safe_seq": log.acked_seq,
        "safe_hash": log.acked_hash,
        "safe_position": head.position,
        "position": head.position,
        "entry_hash": head.hash,
        "received_at": to_wire(issued_at),
        "nonce": nonce,
    }
    if answer_sha256 is not None:
        members["answer_sha256"] = answer_sha256
    text = sign_text("statement", members, key.private_key)
    # The same request doubled within a millisecond is answered by the same words.
    issued = IssuedStatement(hash=text_hash(text), device=device, issued_at=issued_at)
    IssuedStatement.objects.bulk_create([issued], ignore_conflicts=True)
    return text
