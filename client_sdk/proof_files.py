"""What a court signed, taken out of a store into a file that anybody verifies offline: `zhixing-field verify FILE`.

The members and what each proves: `docs/reference/protocol.md`, section 14. I/O-free.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from client_sdk import ijson, wire
from client_sdk.keys import WireError, is_valid
from client_sdk.signed import Members, parse_signed, split_signed

VERSION = 1
MEMBERS = frozenset({"proof", "root_key", "certificate", "keys", "statement", "log", "receipts"})
SHORTEST_FINGERPRINT = 32
"""Hex digits: 16 bytes, as many as an enrolment code has."""


class Unreadable(ValueError):
    """Not a proof at all; the message says what is wrong with it."""


@dataclass(frozen=True)
class ProvedAct:
    """An operation the device signed, within the log that the statement covers. Kind and time are the device's word."""

    seq: int
    hash: str
    kind: str
    recorded_at: str
    files: tuple[tuple[str, int], ...]
    """SHA-256 and size of what it promises."""


@dataclass(frozen=True)
class Proved:
    """All of it hangs on the root key: who has not compared `root_fingerprint` has proved nothing."""

    root_fingerprint: str
    is_root_known: bool
    court: str
    kid: str
    """Of the court's key that certified the device."""
    officer: str
    device: str
    incarnation: int
    statement: wire.Statement | None
    acts: tuple[ProvedAct, ...]
    receipts: tuple[wire.FileReceipt, ...]
    signed_by: tuple[str, ...]
    """The court's keys that signed statement and receipts."""
    file_received_at: datetime | None = None
    """Of the file laid beside it, where one was."""


def read(raw: bytes) -> dict[str, Any]:
    """The file's document. Raises Unreadable."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as fault:
        raise Unreadable(f"not JSON: {fault}") from None
    if not isinstance(document, dict) or "proof" not in document:
        raise Unreadable("not a JSON object with `proof`")
    if document["proof"] != VERSION or isinstance(document["proof"], bool):
        raise Unreadable(f"`proof` is not {VERSION}: another version of this command reads it")
    return document


def verify(document: Mapping[str, Any], *, root: str | None = None, file: tuple[str, int] | None = None) -> Proved:
    """Prove every member. `root`: fingerprint the court publishes, hex; `file`: SHA-256 and size of the file at hand.

    Raises WireError, whose message begins with the member that is wrong.
    """
    if unknown := sorted(document.keys() - MEMBERS):
        raise WireError(f"{unknown[0]}: no member of a proof, and nothing vouches for it")
    with_statement, signed = document.get("statement") is not None, document.get("receipts", [])
    if not isinstance(signed, list) or not (with_statement or signed):
        raise WireError("receipts: neither a statement nor a receipt stands here")
    fingerprint = _named("root_key", _fingerprint, document, root)
    certificate = _named("certificate", _certificate, document)
    keys = _named("keys", _newer_keys, document, certificate)
    statement = _named("statement", _statement, document, certificate, keys) if with_statement else None
    acts = _named("log", _acts, document["log"], certificate, statement) if "log" in document else ()
    receipts = tuple(
        _named(f"receipt {number}", _receipt, text, certificate, keys, acts) for number, text in enumerate(signed, 1)
    )
    return Proved(
        root_fingerprint=fingerprint,
        is_root_known=root is not None,
        court=str(certificate.court),
        kid=certificate.kid,
        officer=str(certificate.officer),
        device=str(certificate.device),
        incarnation=certificate.incarnation,
        statement=statement,
        acts=acts,
        receipts=receipts,
        signed_by=_signers(statement, receipts),
        file_received_at=None if file is None else _named("file", _received, file, receipts),
    )


def _named(part: str, check: Any, *given: Any) -> Any:
    try:
        return check(*given)
    except WireError as fault:
        raise WireError(f"{part}: {fault}") from None


def _fingerprint(document: Mapping[str, Any], root: str | None) -> str:
    public = _bytes(document, "root_key")
    if len(public) != 32:
        raise WireError("not 32 bytes")
    fingerprint = hashlib.sha256(public).hexdigest()
    if root is None:
        return fingerprint
    wanted = root.replace(" ", "").replace(":", "").lower()
    if len(wanted) < SHORTEST_FINGERPRINT:
        raise WireError(f"a fingerprint to compare with has at least {SHORTEST_FINGERPRINT} hex digits")
    if not fingerprint.startswith(wanted):
        raise WireError(f"not the court's: its fingerprint is {fingerprint}")
    return fingerprint


def _certificate(document: Mapping[str, Any]) -> wire.Certificate:
    return wire.verify_certificate(_text(document, "certificate"), _bytes(document, "root_key"))


def _newer_keys(document: Mapping[str, Any], certificate: wire.Certificate) -> dict[str, bytes]:
    texts, keys = document.get("keys", []), dict[str, bytes]()
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise WireError("not a list of key statements")
    for text in texts:
        court, kid, public = wire.verify_key(text, _bytes(document, "root_key"))
        if court != certificate.court:
            raise WireError("a key of another court")
        if kid in keys or kid in certificate.keys:
            raise WireError(f"two keys are called {kid}")
        keys[kid] = public
    return keys


def _statement(document: Mapping[str, Any], certificate: wire.Certificate, keys: Mapping[str, bytes]) -> wire.Statement:
    text = _text(document, "statement")
    return wire.read_statement(text, wire.verify_about_device("statement", text, certificate, keys))


def _acts(log: Any, certificate: wire.Certificate, statement: wire.Statement | None) -> tuple[ProvedAct, ...]:
    """The chain from before the act to the head that the statement names: bodies in full, or their hashes alone."""
    if statement is None:
        raise WireError("stands here without the statement that covers it")
    if not isinstance(log, dict) or not isinstance(log.get("operations"), list) or len(log) != 3:
        raise WireError("not `first_seq`, `prev_hash` and `operations`")
    members, acts = Members(log), []
    first, head = members.count("first_seq", 1), bytes.fromhex(members.hash("prev_hash"))
    for seq, operation in enumerate(log["operations"], first):
        entry = Members(operation if isinstance(operation, dict) else {})
        head, body = _linked(head, seq, entry, certificate)
        if body is not None:
            acts.append(_act(seq, head, body))
    if (first + len(log["operations"]) - 1, head.hex()) != (statement.acked_seq, statement.acked_hash):
        raise WireError("does not end in the operation that the statement names: an operation of it was changed")
    return tuple(acts)


def _linked(head: bytes, seq: int, entry: Members, certificate: wire.Certificate) -> tuple[bytes, bytes | None]:
    device, incarnation = certificate.device, certificate.incarnation
    if entry.keys() == {"body_sha256"}:
        return wire.link_hash(head, device, incarnation, seq, bytes.fromhex(entry.hash("body_sha256"))), None
    if entry.keys() != {"body", "signature"}:
        raise WireError(f"operation {seq} is not `body` and `signature`, nor `body_sha256`")
    body = _bytes(entry, "body")
    chained = wire.link(head, device, incarnation, seq, body)
    message = wire.head_bytes(certificate.court, device, incarnation, seq, chained)
    if not is_valid(certificate.alg, certificate.device_key, message, _bytes(entry, "signature")):
        raise WireError(f"operation {seq}: the device's signature does not verify")
    return chained, body


def _act(seq: int, head: bytes, body: bytes) -> ProvedAct:
    try:
        said = Members(ijson.parse(body))
    except ijson.NotIJson as fault:
        raise WireError(f"operation {seq}: not strict JSON: {fault}") from None
    promised = [Members(each) for each in said.get("evidence") or () if isinstance(each, dict)]
    files = tuple((each.hash("sha256"), each.count("size", 1)) for each in promised)
    return ProvedAct(seq, head.hex(), said.name("kind"), said.time("recorded_at").isoformat(), files)


def _receipt(
    text: Any, certificate: wire.Certificate, keys: Mapping[str, bytes], acts: tuple[ProvedAct, ...]
) -> wire.FileReceipt:
    if not isinstance(text, str):
        raise WireError("not text")
    receipt = wire.verify_receipt(text, certificate, keys)
    if acts and not any(act.seq == receipt.seq and (receipt.sha256, receipt.size) in act.files for act in acts):
        raise WireError("is of a file that no act here promises")
    return receipt


def _signers(statement: wire.Statement | None, receipts: tuple[wire.FileReceipt, ...]) -> tuple[str, ...]:
    """After they were proved: each names the key that signed it."""
    texts = [("statement", statement.text)] if statement else []
    texts += [("receipt", receipt.text) for receipt in receipts]
    return tuple(sorted({str(parse_signed(type_, split_signed(text)[0])["kid"]) for type_, text in texts}))


def _received(file: tuple[str, int], receipts: tuple[wire.FileReceipt, ...]) -> datetime:
    times = [receipt.received_at for receipt in receipts if (receipt.sha256, receipt.size) == file]
    if not times:
        raise WireError(f"no receipt here is of it: its SHA-256 is {file[0]}, its size {file[1]}")
    return min(times)


def _text(members: Mapping[str, Any], name: str) -> str:
    if not isinstance(members.get(name), str):
        raise WireError("missing or not text")
    return str(members[name])


def _bytes(members: Mapping[str, Any], name: str) -> bytes:
    return wire.from_base64(_text(members, name))
