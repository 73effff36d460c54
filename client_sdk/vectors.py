"""Checking a file of reference bytes with this SDK's own eyes: `zhixing-field verify --vectors FILE`.

The shape of the file and the words of the reasons: `docs/reference/protocol.md`, section 14.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from client_sdk import ijson, wire
from client_sdk.keys import WireError, device_key, from_base64, is_valid, to_base64
from client_sdk.proofs import read_statement
from client_sdk.signed import Members, split_signed


class Unreadable(ValueError):
    """Not a file of reference bytes; the message says what is wrong with it."""


class Result(NamedTuple):
    """A row of the file and why it was refused, None when it verified."""

    name: str
    reason: str | None


class Verdict(NamedTuple):
    good: list[Result]
    bad: list[Result]

    @property
    def is_right(self) -> bool:
        return all(row.reason is None for row in self.good) and all(row.reason is not None for row in self.bad)

    def as_members(self) -> dict[str, Any]:
        failed = [row._asdict() for row in self.good if row.reason is not None]
        refused = [row for row in self.bad if row.reason is not None]
        return {
            "ok": self.is_right,
            "good": {"rows": len(self.good), "verified": len(self.good) - len(failed), "failed": failed},
            "bad": {"rows": len(self.bad), "refused": len(refused), "reasons": [row._asdict() for row in self.bad]},
        }


def read(raw: bytes) -> dict[str, Any]:
    """The file's document. Raises Unreadable."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as fault:
        raise Unreadable(f"not JSON: {fault}") from None
    if not isinstance(document, dict):
        raise Unreadable("not a JSON object")
    for part in ("root_key", "certificate"):
        if not isinstance(document.get(part), str):
            raise Unreadable(f"`{part}` is missing or not text")
    if not isinstance(document.get("operations"), list):
        raise Unreadable("`operations` is missing or not a list")
    bad = document.get("bad", [])
    if not isinstance(bad, list) or any(not isinstance(row, dict) for row in bad):
        raise Unreadable("`bad` is not a list of objects")
    return document


def verify(document: dict[str, Any]) -> Verdict:
    """Every row of the good log, and the first thing that refuses each bad one."""
    bad = []
    for number, row in enumerate(document.get("bad", []), 1):
        refused = (f"{name}: {reason}" for name, reason in _rows(_spoilt(document, row)) if reason is not None)
        bad.append(Result(str(row.get("name", f"bad row {number}")), next(refused, None)))
    return Verdict(list(_rows(document)), bad)


def _spoilt(document: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    replaced = {part: _merged(document.get(part), spoilt) for part, spoilt in row.items() if part != "name"}
    return document | replaced


def _merged(good: Any, spoilt: Any) -> Any:
    if not isinstance(good, dict):
        return spoilt
    if isinstance(spoilt, str):
        return good | {"signed": spoilt}
    return good | spoilt if isinstance(spoilt, dict) else spoilt


def _rows(document: dict[str, Any]) -> Iterator[Result]:
    """The rows in order; once a row fails that others stand on, those others are not proved either."""
    reason = _reason(_check_root, document)
    yield Result("root_key", reason)
    certificate: wire.Certificate | None = None
    try:
        certificate = wire.verify_certificate(_text(document, "certificate"), _bytes(document, "root_key"))
        _check_identity(certificate, document)
        yield Result("certificate", None)
    except WireError as fault:
        yield Result("certificate", str(fault))
        certificate = None
    if certificate is None:
        names = (name for name in ("h_0", "operations", "request", "statement") if name in document)
        yield from (Result(name, "not checked, because the certificate is not proved") for name in names)
        return
    yield from _log_rows(certificate, document)


def _log_rows(certificate: wire.Certificate, document: dict[str, Any]) -> Iterator[Result]:
    heads = [wire.genesis(certificate.text)]
    wrong = "h_0" in document and document["h_0"] != heads[0].hex()
    yield Result("h_0", "is not the genesis of this certificate" if wrong else None)
    yield from _operation_rows(certificate, document["operations"], heads)
    nonce = None
    if "request" in document:
        yield Result("request", _reason(_check_request, document["request"], certificate))
        nonce = document["request"].get("nonce") if isinstance(document["request"], dict) else None
    for name, entry in _entries(document, "statement"):
        yield Result(name, _reason(_check_statement, entry, certificate, heads, nonce))
    for name, entry in _entries(document, "receipt"):
        yield Result(name, _reason(_check_receipt, entry, certificate, heads))


def _operation_rows(certificate: wire.Certificate, operations: Any, heads: list[bytes]) -> Iterator[Result]:
    if not isinstance(operations, list):
        yield Result("operations", "not a list")
        return
    for number, operation in enumerate(operations, 1):
        yield Result(f"operation {number}", _reason(_check_operation, operation, certificate, number, heads))


def _entries(document: dict[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    several = document.get(name + "s", [])
    entries = enumerate(several if isinstance(several, list) else [several], 1)
    named = [(name, document[name])] if name in document else []
    for row, entry in named + [(f"{name} {number}", entry) for number, entry in entries]:
        yield row, {"signed": entry} if isinstance(entry, str) else entry


def _reason(check: Any, entry: Any, *context: Any) -> str | None:
    if not isinstance(entry, dict):
        return "not an object"
    try:
        check(entry, *context)
    except WireError as fault:
        return str(fault)
    return None


def _check_root(document: dict[str, Any]) -> None:
    root = _bytes(document, "root_key")
    if len(root) != 32:
        raise WireError("not 32 bytes")
    fingerprint = hashlib.sha256(root).hexdigest()
    if document.get("root_fingerprint", fingerprint) != fingerprint:
        raise WireError("root_fingerprint is not the fingerprint of this key")


def _check_identity(certificate: wire.Certificate, document: dict[str, Any]) -> None:
    proved = {
        "court": str(certificate.court),
        "device": str(certificate.device),
        "device_key": to_base64(certificate.device_key),
        "signing_key": to_base64(certificate.keys[certificate.kid]),
        "certificate_hash": wire.text_hash(certificate.text),
    }
    for name, right in proved.items():
        if document.get(name, right) != right:
            raise WireError(f"{name} is not that of the certificate")
    if "device_private_key" in document:
        made = device_key(_bytes(document, "device_private_key"), "es256" if certificate.alg == "es256" else "ed25519")
        message = b"do these two belong together"
        if not is_valid(certificate.alg, certificate.device_key, message, wire.sign(made, message)):
            raise WireError("device_private_key does not make the device key")


def _check_operation(entry: dict[str, Any], certificate: wire.Certificate, number: int, heads: list[bytes]) -> None:
    operation = Members(entry)
    seq = operation.count("seq", 1)
    if seq != number:
        raise WireError(f"sequence gap: {seq} stands where {number} belongs")
    if len(heads) != number:
        raise WireError("not checked, because an operation before it failed")
    device, incarnation = certificate.device, certificate.incarnation
    head = wire.link(heads[-1], device, incarnation, seq, _bytes(operation, "body"))
    if operation.hash("hash") != head.hex():
        raise WireError("hash differs")
    message = wire.head_bytes(certificate.court, device, incarnation, seq, head)
    if not is_valid(certificate.alg, certificate.device_key, message, _bytes(operation, "signature")):
        raise WireError("head signature does not verify")
    _require_same(operation, "signed_bytes", message.hex())
    heads.append(head)


def _check_request(request: dict[str, Any], certificate: wire.Certificate) -> None:
    body, nonce = _bytes(request, "body"), _text(request, "nonce")
    message = wire.request_bytes(certificate.device, nonce, body)
    if not is_valid(certificate.alg, certificate.device_key, message, _bytes(request, "signature")):
        raise WireError("signature does not verify")
    _require_same(request, "signed_bytes", message.hex())
    try:
        envelope = ijson.parse(body)
    except ijson.NotIJson:
        return
    for name, right in (("nonce", nonce), ("certificate", certificate.text)):
        if envelope.get(name, right) != right:
            raise WireError(f"its body has another {name}")


def _check_statement(
    entry: dict[str, Any], certificate: wire.Certificate, heads: list[bytes], nonce: str | None
) -> None:
    text = _text(entry, "signed")
    members = wire.verify_about_device("statement", text, certificate)
    statement = read_statement(text, members)
    for which, seq in (("acked", statement.acked_seq), ("safe", statement.safe_seq)):
        if seq >= len(heads):
            raise WireError(f"{which}_seq {seq} is beyond {len(heads) - 1}")
        if members[f"{which}_hash"] != heads[seq].hex():
            raise WireError(f"{which}_hash is not the hash of operation {seq}")
    if statement.nonce != entry.get("nonce", statement.nonce if nonce is None else nonce):
        raise WireError("answers another nonce")
    if "answer" in entry and wire.text_hash(_text(entry, "answer")) != statement.answer_sha256:
        raise WireError("covers another answer")
    _check_spelling(entry, text)


def _check_receipt(entry: dict[str, Any], certificate: wire.Certificate, heads: list[bytes]) -> None:
    receipt = wire.verify_receipt(_text(entry, "signed"), certificate)
    if receipt.seq >= len(heads):
        raise WireError(f"seq {receipt.seq} is beyond {len(heads) - 1}")
    _check_spelling(entry, receipt.text)


def _check_spelling(entry: dict[str, Any], text: str) -> None:
    if "text" in entry and _text(entry, "text").encode("utf-8", "surrogatepass") != split_signed(text)[0]:
        raise WireError("text is not P decoded")
    _require_same(entry, "hash", wire.text_hash(text))


def _require_same(entry: Mapping[str, Any], name: str, right: str) -> None:
    if entry.get(name, right) != right:
        raise WireError(f"{name} differs")


def _text(members: Mapping[str, Any], name: str) -> str:
    if not isinstance(members.get(name), str):
        raise WireError(f"{name} is missing or not text")
    return str(members[name])


def _bytes(members: Mapping[str, Any], name: str) -> bytes:
    text = _text(members, name)
    try:
        return from_base64(text)
    except WireError as fault:
        raise WireError(f"{name}: {fault}") from None
