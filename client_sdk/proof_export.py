"""A receipt or statement of the court out of the store into a file (`proof_files.py`)."""

import hashlib
import json
from pathlib import Path
from typing import Any

from client_sdk import disk, proof_files, wire
from client_sdk.contact import newer_key_texts
from client_sdk.errors import NotFound, StoreDamaged
from client_sdk.holdings import Holdings
from client_sdk.outbox import LoggedOperation

SHORTEST_HASH = 8


def export_proof(holdings: Holdings, what: str | None, path: Path) -> proof_files.Proved:
    """Proved once more as a stranger will, then written. Raises NotFound, StorageFull, CannotWrite."""
    statement = holdings.statement
    if statement is None:
        raise NotFound("not_received", what=what or "statement")
    identity = holdings.identity
    document = {
        "proof": proof_files.VERSION,
        "root_key": wire.to_base64(identity.root_key),
        "certificate": identity.certificate.text,
        "keys": newer_key_texts(holdings.store.database, identity),
        **(_signed(holdings, what, statement) if what else {"statement": statement.text}),
    }
    try:
        proved = proof_files.verify(document)
    except wire.WireError as fault:
        raise StoreDamaged(what=str(fault)) from None
    with disk.faults_named(path):
        disk.replace_file(path, json.dumps(document, indent=1).encode())
    return proved


def _signed(holdings: Holdings, what: str, statement: wire.Statement) -> dict[str, Any]:
    try:
        seqs = holdings.outbox.seqs_of(what)
    except NotFound:
        return {"receipts": _receipts_of_photo(holdings, what)}
    if not seqs or max(seqs) > statement.acked_seq:
        raise NotFound("not_received", what=what)
    receipts = [text for seq in seqs for text in holdings.deliveries.receipts("seq = ?", seq)]
    return {"statement": statement.text, "log": _log(holdings, seqs, statement), "receipts": receipts}


def _log(holdings: Holdings, seqs: list[int], statement: wire.Statement) -> dict[str, Any]:
    """Acts in full, what came after them as hashes: a stranger learns nothing of other cases."""
    holdings.reading.require()
    first = min(seqs)
    operations = holdings.outbox.between(first, statement.acked_seq)
    if len(operations) != statement.acked_seq - first + 1:
        raise NotFound("proof_let_go")
    prev = holdings.outbox.hashes((first - 1,)).get(first - 1)
    return {"first_seq": first, "prev_hash": prev, "operations": [_operation(each, seqs) for each in operations]}


def _operation(operation: LoggedOperation, seqs: list[int]) -> dict[str, str]:
    if operation.seq in seqs:
        return {"body": wire.to_base64(operation.body), "signature": wire.to_base64(operation.signature)}
    return {"body_sha256": hashlib.sha256(operation.body).hexdigest()}


def _receipts_of_photo(holdings: Holdings, what: str) -> list[str]:
    """By the photo's id, or its hash or the beginning of it."""
    sha256 = what.lower()
    try:
        sha256 = holdings.captures.photo(what).sha256
    except NotFound:
        if len(sha256) < SHORTEST_HASH or set(sha256) - set("0123456789abcdef"):
            raise
    found = holdings.deliveries.receipts("sha256 GLOB ?", f"{sha256}*")
    if not found:
        raise NotFound("not_received", what=what)
    return found
