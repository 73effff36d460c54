"""The store's side of going on as another device: who that is, and the log moved under its certificate.

Bodies go over byte for byte and are chained and signed anew, from the last operation on that the court called safe: the
court knows again what it has, and whatever a restore takes from it comes with the new log.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import uuid_utils

from client_sdk import wire
from client_sdk.contact import save_keys, save_statement
from client_sdk.database import Database
from client_sdk.errors import StoreDamaged
from client_sdk.identity import Applicant, Enrolled, Identity, Place, save_identity
from client_sdk.store import Store

_SUCCESSOR = "successor"


def successor_of(database: Database, identity: Identity, *, has_new_key: bool) -> Applicant:
    """Who the device will be; kept, so that a lost answer is asked for again unchanged."""
    kept = database.meta(_SUCCESSOR)
    if kept is not None and kept["of"] == str(identity.device) and kept["has_new_key"] == has_new_key:
        key = wire.device_key(wire.from_base64(kept["private_key"]), kept["alg"])
        return Applicant(identity.server, UUID(kept["device"]), key)
    key = wire.new_device_key() if has_new_key else identity.key
    applicant = Applicant(identity.server, UUID(int=uuid_utils.uuid7().int), key)
    members = {
        "of": str(identity.device),
        "has_new_key": has_new_key,
        "device": str(applicant.device),
        "private_key": wire.to_base64(key.private),
        "alg": key.alg,
    }
    with database.transaction():
        database.set_meta(_SUCCESSOR, members)
    return applicant


def succeed(store: Store, old: Identity, enrolled: Enrolled, place: Place) -> None:
    """The store is the new device's from here on: everything above `place` is of its log, in one transaction."""
    database, new = store.database, enrolled.identity
    with database.transaction():
        head, number = new.genesis(), 0
        for row in _above(database, old, place.seq):
            body = _readable(database, old, row)
            if body is None:
                continue  # what cannot be read cannot be sent; it stays where it is, and is told
            number += 1
            head = _move(database, old, new, row, body, number, head)
        database.run("DELETE FROM safe_mark")
        save_identity(database, new)
        save_keys(database, enrolled.key_texts)
        save_statement(database, enrolled.statement, store.clock)
        database.set_meta(_SUCCESSOR, None)


def _above(database: Database, old: Identity, seq: int) -> list[tuple[Any, ...]]:
    sql = (
        "SELECT seq, action_id, size, sealed, summary_sealed FROM operation"
        " WHERE incarnation = ? AND seq > ? AND is_let_go = 0 ORDER BY seq"
    )
    return database.rows(sql, old.incarnation, seq)


def _readable(database: Database, old: Identity, row: tuple[Any, ...]) -> bytes | None:
    try:
        return database.unseal_bytes(row[3], f"operation|{old.incarnation}|{row[0]}|body")
    except StoreDamaged:
        return None


def _move(
    database: Database, old: Identity, new: Identity, row: tuple[Any, ...], body: bytes, number: int, head: bytes
) -> bytes:
    """One operation to its new number; h_n of it there."""
    seq, action_id, size, _sealed, summary = row
    chained = wire.link(head, new.device, new.incarnation, number, body)
    signed = wire.head_bytes(new.certificate.court, new.device, new.incarnation, number, chained)
    was, place = f"operation|{old.incarnation}|{seq}", f"operation|{new.incarnation}|{number}"
    told: Mapping[str, Any] = database.unseal(summary, f"{was}|summary")
    database.run(
        "INSERT INTO operation (incarnation, seq, action_id, hash, signature, size, sealed, summary_sealed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *(new.incarnation, number, action_id, chained.hex(), wire.sign(new.key, signed), size),
        *(database.seal(body, f"{place}|body"), database.seal(dict(told), f"{place}|summary")),
    )
    database.run(
        "UPDATE delivery SET server_epoch = NULL"
        " WHERE sha256 IN (SELECT sha256 FROM capture WHERE incarnation = ? AND seq = ?)",
        *(old.incarnation, seq),
    )
    moved = "UPDATE capture SET incarnation = ?, seq = ? WHERE incarnation = ? AND seq = ?"
    database.run(moved, new.incarnation, number, old.incarnation, seq)
    database.run("DELETE FROM operation WHERE incarnation = ? AND seq = ?", old.incarnation, seq)
    return chained
