"""One device's log under examination: certificate, chain, request, statements, receipts. Pure.

What a row is called and what its reason says is part of the protocol's reference, section 14.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.common.ijson import NotIJson, parse_object
from server.common.members import read_count, read_hash, read_name, read_time, read_uuid
from server.common.schemes import verify_bytes
from server.common.signing import (
    SignatureError,
    decode_base64,
    encode_base64,
    open_text,
    public_of,
    request_bytes,
    split_text,
    text_hash,
)
from server.people.certificates import Certificate, open_certificate
from server.sync.chain import MAX_SEQ, genesis, head_bytes, link


@dataclass(frozen=True)
class Row:
    """One thing checked; `reason` says why it was refused, None that it verified."""

    name: str
    reason: str | None


@dataclass
class LogCheck:
    """One log under examination; what later rows need of earlier ones stands in the attributes."""

    document: dict[str, Any]
    certificate: Certificate | None = None
    heads: list[bytes] = field(default_factory=list)

    def rows(self) -> list[Row]:
        return list(self._rows())

    def _rows(self) -> Iterator[Row]:
        yield self._row("root_key", self._check_root)
        yield self._row("certificate", self._check_certificate)
        yield self._row("h_0", self._check_genesis)
        operations = self.document["operations"]
        if not isinstance(operations, list):
            yield Row("operations", "not a list")
            operations = []
        for number, operation in enumerate(operations, 1):
            yield self._row(
                f"operation {number}",
                partial(self._check_operation, number, operation),
            )
        if "request" in self.document:
            yield self._row(
                "request",
                lambda: self._check_request(_object(self.document["request"])),
            )
        yield from self._texts("statement", self._check_statement)
        yield from self._texts("receipt", self._check_receipt)

    def _texts(self, name: str, check: Callable[[dict[str, Any]], None]) -> Iterator[Row]:
        if name in self.document:
            yield self._row(name, partial(_check_entry, check, self.document[name]))
        several = self.document.get(name + "s", [])
        if not isinstance(several, list):
            yield Row(name + "s", "not a list")
            return
        for number, entry in enumerate(several, 1):
            yield self._row(f"{name} {number}", partial(_check_entry, check, entry))

    @staticmethod
    def _row(name: str, check: Callable[[], None]) -> Row:
        try:
            check()
        except SignatureError as fault:
            return Row(name, str(fault))
        return Row(name, None)

    def _proved(self) -> Certificate:
        if self.certificate is None:
            raise SignatureError("not checked, because the certificate is not proved")
        return self.certificate

    def _check_root(self) -> None:
        root = _base64(self.document, "root_key")
        if len(root) != 32:
            raise SignatureError("not 32 bytes")
        fingerprint = hashlib.sha256(root).hexdigest()
        self._same("root_fingerprint", fingerprint, "is not the fingerprint of this key")

    def _check_certificate(self) -> None:
        text = _text(self.document, "certificate")
        certificate = open_certificate(text, _base64(self.document, "root_key"))
        self._same("court", str(certificate.court), "is not the certificate's court")
        self._same("device", str(certificate.device), "is not the certificate's device")
        self._same(
            "device_key",
            encode_base64(certificate.device_key),
            "is not the certificate's device key",
        )
        self._same(
            "signing_key",
            encode_base64(certificate.keys[certificate.kid]),
            "did not sign the certificate",
        )
        self._same("certificate_hash", certificate.hash, "differs")
        self._check_private_key(certificate)
        self.certificate = certificate

    def _check_private_key(self, certificate: Certificate) -> None:
        if "device_private_key" not in self.document:
            return
        private = _base64(self.document, "device_private_key")
        if certificate.device_key not in _public_keys(private, certificate.alg):
            raise SignatureError("device_private_key does not make the device key")

    def _check_genesis(self) -> None:
        self.heads = [genesis(self._proved().text)]
        stated = self.document.get("h_0")
        if "h_0" in self.document and stated != self.heads[0].hex():
            raise SignatureError("is not the genesis of this certificate")

    def _check_operation(self, number: int, entry: Any) -> None:
        certificate, operation = self._proved(), _object(entry)
        seq = read_count(operation, "seq", 1, MAX_SEQ)
        if seq != number:
            raise SignatureError(f"sequence gap: {seq} stands where {number} belongs")
        if len(self.heads) != number:
            raise SignatureError("not checked, because an operation before it failed")
        body = _base64(operation, "body")
        head = link(self.heads[-1], certificate.device, certificate.incarnation, seq, body)
        if read_hash(operation, "hash") != head.hex():
            raise SignatureError("hash differs")
        message = head_bytes(certificate.court, certificate.device, certificate.incarnation, seq, head)
        signature = _base64(operation, "signature")
        if not verify_bytes(certificate.device_key, certificate.alg, message, signature):
            raise SignatureError("head signature does not verify")
        _same_bytes(operation, message)
        self.heads.append(head)

    def _check_request(self, request: dict[str, Any]) -> None:
        certificate = self._proved()
        body, nonce = _base64(request, "body"), _text(request, "nonce")
        message = request_bytes(certificate.device, nonce, body)
        if not verify_bytes(
            certificate.device_key,
            certificate.alg,
            message,
            _base64(request, "signature"),
        ):
            raise SignatureError("signature does not verify")
        _same_bytes(request, message)
        try:
            members = parse_object(body)
        except NotIJson:
            return  # what is signed need not be JSON; the envelope's own rules come after the signature's
        if members.get("nonce", nonce) != nonce:
            raise SignatureError("its body has another nonce than was signed")
        if members.get("certificate", certificate.text) != certificate.text:
            raise SignatureError("its body has another certificate")

    def _check_statement(self, entry: dict[str, Any]) -> None:
        members = self._open("statement", entry)
        acked = self._on_the_log(members, "acked_seq", "acked_hash", len(self.heads) - 1)
        self._on_the_log(members, "safe_seq", "safe_hash", acked)
        position = read_count(members, "position", 0, MAX_SEQ)
        read_count(members, "safe_position", 0, position)
        read_hash(members, "entry_hash")
        nonce = read_name(members, "nonce")
        request = self.document.get("request")
        asked = entry.get("nonce", request.get("nonce", nonce) if isinstance(request, dict) else nonce)
        if nonce != asked:
            raise SignatureError("answers another nonce")
        _check_answer(members, entry)
        _same_text(entry)

    def _check_receipt(self, entry: dict[str, Any]) -> None:
        members = self._open("receipt", entry)
        read_count(members, "seq", 1, max(1, len(self.heads) - 1))
        read_hash(members, "sha256")
        read_count(members, "size", 1, MAX_SEQ)
        read_count(members, "position", 0, MAX_SEQ)
        read_hash(members, "entry_hash")
        _same_text(entry)

    def _open(self, type_: str, entry: dict[str, Any]) -> dict[str, Any]:
        """A signed text of this court about this device, under whichever of the chain's keys it names."""
        certificate = self._proved()
        text = _text(entry, "signed")
        members = _opened(type_, text, certificate)
        if read_uuid(members, "court") != certificate.court:
            raise SignatureError("is of another court")
        if read_uuid(members, "device") != certificate.device:
            raise SignatureError("is of another device")
        if read_count(members, "incarnation", 1, 2**32 - 1) != certificate.incarnation:
            raise SignatureError("is of another incarnation")
        read_name(members, "server_epoch")
        read_name(members, "ledger_epoch")
        read_time(members, "received_at")
        return members

    def _on_the_log(self, members: dict[str, Any], seq_name: str, hash_name: str, highest: int) -> int:
        seq = read_count(members, seq_name, 0, MAX_SEQ)
        if seq > highest:
            raise SignatureError(f"{seq_name} {seq} is beyond {highest}")
        if read_hash(members, hash_name) != self.heads[seq].hex():
            raise SignatureError(f"{hash_name} is not the hash of operation {seq}")
        return seq

    def _same(self, name: str, proved: str, otherwise: str) -> None:
        if name in self.document and self.document[name] != proved:
            raise SignatureError(f"{name} {otherwise}")


def _public_keys(private: bytes, alg: str) -> list[bytes]:
    """The public key of a raw private one, in every form the protocol allows."""
    try:
        if alg == "ed25519":
            return [public_of(private)]
        point = ec.derive_private_key(int.from_bytes(private), ec.SECP256R1()).public_key()
    except ValueError:
        return []
    forms = (PublicFormat.UncompressedPoint, PublicFormat.CompressedPoint)
    return [point.public_bytes(Encoding.X962, form) for form in forms]


def _opened(type_: str, text: str, certificate: Certificate) -> dict[str, Any]:
    split_text(text)
    refused = SignatureError("signature does not verify")
    for kid, public in certificate.keys.items():
        try:
            members = open_text(type_, text, public)
        except SignatureError as fault:
            refused = fault if str(fault) != "signature does not verify" else refused
            continue
        if members.get("kid") != kid:
            raise SignatureError(f"names another key than {kid}, which signed it")
        return members
    raise refused


def _check_answer(members: dict[str, Any], entry: dict[str, Any]) -> None:
    if "answer_sha256" in members:
        read_hash(members, "answer_sha256")
    if "answer" in entry:
        answer = _text(entry, "answer").encode("utf-8", "surrogatepass")
        if hashlib.sha256(answer).hexdigest() != members.get("answer_sha256"):
            raise SignatureError("covers another answer")


def _same_text(entry: dict[str, Any]) -> None:
    text = _text(entry, "signed")
    if "text" in entry and _text(entry, "text").encode("utf-8", "surrogatepass") != split_text(text)[0]:
        raise SignatureError("text is not P decoded")
    if "hash" in entry and entry["hash"] != text_hash(text):
        raise SignatureError("hash differs")


def _same_bytes(entry: dict[str, Any], message: bytes) -> None:
    if "signed_bytes" in entry and entry["signed_bytes"] != message.hex():
        raise SignatureError("signed_bytes differs")


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SignatureError("not an object")
    return value


def _check_entry(check: Callable[[dict[str, Any]], None], entry: Any) -> None:
    check({"signed": entry} if isinstance(entry, str) else _object(entry))


def _text(members: dict[str, Any], name: str) -> str:
    if not isinstance(members.get(name), str):
        raise SignatureError(f"{name} is missing or not text")
    return str(members[name])


def _base64(members: dict[str, Any], name: str) -> bytes:
    text = _text(members, name)
    try:
        return decode_base64(text)
    except SignatureError as fault:
        raise SignatureError(f"{name}: {fault}") from None
