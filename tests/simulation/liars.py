"""What a broken app sends in a device's name, rightly signed."""

from client_sdk import engine, wire
from client_sdk.steps import Reply, Request
from tests.simulation.findings import require
from tests.simulation.phone import Phone


def repeat_with_another_body(phone: Phone, seq: int, server_epoch: str) -> Request:
    """An operation the court has, under its own hash and signature, with other bytes."""
    field, recorded = phone.opened, phone.journal.operations[seq - 1]
    identity = field.holdings.identity
    operation = {
        "seq": seq,
        "body": wire.to_base64(recorded.raw + b" "),
        "hash": recorded.hash,
        "signature": wire.to_base64(recorded.signature),
    }
    device = field.engine()
    members = {
        "protocol": wire.PROTOCOL,
        "certificate": identity.certificate.text,
        "server_epoch": server_epoch,
        "nonce": device.new_nonce(),
        "first_seq": seq,
        "prev_hash": phone.journal.hash_of(seq - 1) or identity.genesis().hex(),
        "operations": [operation],
        "thumbnails": {},
        "status": {"unsent": [], "pending_bytes": 0, "free_bytes": 0},
    }
    return device._request(engine.PUSH_PATH, members)


def require_refused(phone: Phone, seq: int, reply: Reply | None) -> None:
    """I4: a stored hash vouches for the stored bytes and for no others."""
    is_taken = reply is not None and reply.status == 200
    require(not is_taken, "I4", f"{phone.name}/{seq}: other bytes are taken for those that are stored")
