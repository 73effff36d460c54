"""The bytes of the protocol as a device makes and proves them. I/O-free; `docs/reference/protocol.md` is the rule.

The one door to `keys`, `signed` and `proofs`: the rest of the SDK imports from here.
"""

import base64
import hashlib
import struct
from collections.abc import Iterable
from uuid import UUID

from client_sdk.keys import DeviceKey, WireError, device_key, from_base64, new_device_key, sign, to_base64
from client_sdk.proofs import (
    Certificate,
    FileReceipt,
    Statement,
    read_statement,
    verify_about_device,
    verify_carrier_receipt,
    verify_certificate,
    verify_key,
    verify_receipt,
    verify_statement,
)
from client_sdk.signed import MAX_SEQ, open_signed, text_hash

__all__ = [
    "Certificate",
    "DeviceKey",
    "FileReceipt",
    "Statement",
    "WireError",
    "device_key",
    "digest",
    "entry_hash",
    "from_base64",
    "genesis",
    "head_bytes",
    "link",
    "link_hash",
    "matches_fingerprint",
    "new_device_key",
    "open_signed",
    "read_enrolment_code",
    "read_statement",
    "request_bytes",
    "request_signature",
    "sign",
    "text_hash",
    "to_base64",
    "verify_about_device",
    "verify_carrier_receipt",
    "verify_certificate",
    "verify_key",
    "verify_receipt",
    "verify_statement",
]

PROTOCOL = 1
MAX_BODY_BYTES = 256 * 1024
MAX_OPERATIONS = 500
MAX_SUBJECTS = 200
MAX_PUSH_BYTES = 8 * 1024 * 1024
MAX_THUMBNAIL_BYTES = 16 * 1024
MAX_THUMBNAILS_BYTES = 1024 * 1024


def genesis(certificate: str) -> bytes:
    """h_0 of the log this certificate opens."""
    return hashlib.sha256(b"zhixing-genesis-1" + certificate.encode()).digest()


def link(prev: bytes, device: UUID, incarnation: int, seq: int, body: bytes) -> bytes:
    """h_n over h_{n-1} and the exact bytes of body n."""
    return link_hash(prev, device, incarnation, seq, hashlib.sha256(body).digest())


def link_hash(prev: bytes, device: UUID, incarnation: int, seq: int, body_sha256: bytes) -> bytes:
    """The same for who knows of the body only its hash."""
    digest = hashlib.sha256(b"zhixing-op-1")
    for part in (prev, _place(device, incarnation, seq), body_sha256):
        digest.update(part)
    return digest.digest()


def head_bytes(court: UUID, device: UUID, incarnation: int, seq: int, head: bytes) -> bytes:
    """What the device signs in the commit that records operation `seq`."""
    return b"".join((b"zhixing-head-1", court.bytes, _place(device, incarnation, seq), head))


def _place(device: UUID, incarnation: int, seq: int) -> bytes:
    if not 0 <= seq <= MAX_SEQ:
        raise WireError("seq out of range")
    try:
        return device.bytes + struct.pack(">IQ", incarnation, seq)
    except struct.error:
        raise WireError("incarnation out of range") from None


def request_bytes(device: UUID, nonce: str, body: bytes) -> bytes:
    """What a request's signature covers; `body` before compression."""
    try:
        spelled = nonce.encode()
    except UnicodeEncodeError:
        raise WireError("nonce is not text") from None
    if not 0 < len(nonce) <= 64:
        raise WireError("nonce is not 1 to 64 characters")
    return b"".join((b"zhixing-request-1", device.bytes, spelled, hashlib.sha256(body).digest()))


def request_signature(key: DeviceKey, device: UUID, nonce: str, body: bytes) -> str:
    """Value of the header `Zhixing-Signature`."""
    return to_base64(sign(key, request_bytes(device, nonce, body)))


def digest(units: Iterable[tuple[str, str, str]]) -> str:
    """Of everything a device holds, as (type, id, tag): what a complete pull must agree with."""
    lines = sorted(f"{type_}|{id_}|{tag}\n".encode() for type_, id_, tag in units)
    return hashlib.sha256(b"".join(lines)).hexdigest()


def entry_hash(prev: bytes, stream: str, position: int, view: bytes, salt: bytes, facts: bytes) -> bytes:
    """Hash of a ledger entry from its whole content; for watchers and auditors."""
    name = stream.encode()
    head = b"zhixing-entry-1" + prev + struct.pack(">H", len(name)) + name + struct.pack(">Q", position)
    parts = (b"zhixing-view-1\0" + view, b"zhixing-facts-1\0" + salt + facts)
    return hashlib.sha256(head + b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


def read_enrolment_code(text: str) -> tuple[str, bytes]:
    """The `secret` to send and the 16-byte fingerprint of the court's root key. Raises WireError."""
    letters = text.replace("-", "").replace(" ", "").strip().upper()
    refused = WireError("not an enrolment code: 42 letters and digits in seven groups")
    if not text.isascii() or len(letters) != 42:
        raise refused
    try:
        raw = base64.b32decode(letters + "=" * 6)
    except ValueError:
        raise refused from None
    if base64.b32encode(raw)[:42].decode() != letters:
        raise refused
    return letters[:16], raw[10:]


def matches_fingerprint(root_public: bytes, fingerprint: bytes) -> bool:
    """Is this the root key the enrolment code speaks of?"""
    return hashlib.sha256(root_public).digest()[:16] == fingerprint
