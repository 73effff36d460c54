"""Signed strings `P.S`, keys, base64 and the bytes a request is signed over. Pure; needs only `cryptography`.

`docs/reference/protocol.md`, sections 1, 2 and 7, is the rule; `tests/wire/vectors/` are its bytes.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from server.common import schemes
from server.common.hashing import canonical_json
from server.common.ijson import NotIJson, parse_object
from server.common.schemes import SCHEMES, SIGNATURE_BYTES, court_scheme, verify_bytes

ALGORITHMS = tuple(SCHEMES)
TYPES = ("key", "certificate", "statement", "receipt", "fork")
MAX_TEXT_CHARACTERS = 65_536
MAX_NONCE_CHARACTERS = 64


class SignatureError(ValueError):
    """Something signed was refused; the message is the reason, in words safe to log and to answer."""


def encode_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Padded RFC 4648 section 4, canonical: what does not encode back to the same text is refused."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise SignatureError("not base64") from None
    if encode_base64(raw) != text:
        raise SignatureError("not canonical base64")
    return raw


def encode_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Unpadded and canonical; a second spelling of the same bytes would be a second hash of the same thing."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise SignatureError("not unpadded base64url") from None
    if encode_base64url(raw) != text:
        raise SignatureError("not canonical base64url")
    return raw


def new_private_key() -> bytes:
    """Of a court."""
    return court_scheme().new_private_key()


def public_of(private: bytes) -> bytes:
    return court_scheme().public_of(private)


def sign_bytes(private: bytes, message: bytes) -> bytes:
    return court_scheme().sign(private, message)


def sign_text(type_: str, members: Mapping[str, Any], private: bytes) -> str:
    """`P.S` over these members and `type`, signed with a key of the court's scheme."""
    signed = canonical_json({**members, "type": type_})
    return f"{encode_base64url(signed)}.{encode_base64url(sign_bytes(private, text_message(type_, signed)))}"


def text_message(type_: str, signed: bytes) -> bytes:
    return f"zhixing-{type_}-1".encode() + b"\0" + signed


def split_text(text: str, longest: int = MAX_TEXT_CHARACTERS) -> tuple[bytes, bytes]:
    """The JSON bytes and the signature of `P.S`, nothing verified yet."""
    if len(text) > longest:
        raise SignatureError("longer than a signed text may be")
    parts = text.split(".")
    if len(parts) != 2:
        raise SignatureError("not of the form P.S")
    signed, signature = (decode_base64url(part) for part in parts)
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureError("signature is not 64 bytes")
    return signed, signature


def open_text(
    type_: str, text: str, public: bytes, alg: str = "", longest: int = MAX_TEXT_CHARACTERS
) -> dict[str, Any]:
    """The members of a signed text, after its signature verified as this type; without `alg` it is a court's.

    Raises SignatureError.
    """
    alg = alg or schemes.COURT_ALG
    signed, signature = split_text(text, longest)
    if not verify_bytes(public, alg, text_message(type_, signed), signature):
        raise SignatureError(_why_refused(type_, signed, signature, public, alg))
    return parse_signed(type_, signed)


def parse_signed(type_: str, signed: bytes) -> dict[str, Any]:
    """Strict parse of signed JSON bytes; verify first, but for the chain a certificate carries in itself."""
    try:
        members = parse_object(signed)
    except NotIJson as fault:
        raise SignatureError(f"not strict JSON: {fault}") from None
    if members.get("type") != type_:
        raise SignatureError(f"its type member is not {type_}")
    return members


def _why_refused(type_: str, signed: bytes, signature: bytes, public: bytes, alg: str) -> str:
    for other in TYPES:
        if other != type_ and verify_bytes(public, alg, text_message(other, signed), signature):
            return f"signed as another type ({other})"
    return "signature does not verify"


def text_hash(text: str) -> str:
    """SHA-256 of the string `P.S`, lowercase hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def request_bytes(device: UUID, nonce: str, body: bytes) -> bytes:
    """What a device signs for a request; `body` is decompressed. Raises SignatureError for an impossible nonce."""
    if not 1 <= len(nonce) <= MAX_NONCE_CHARACTERS:
        raise SignatureError("nonce is not 1 to 64 characters")
    try:
        spelled = nonce.encode()
    except UnicodeEncodeError:
        raise SignatureError("nonce is not text") from None
    return b"zhixing-request-1" + device.bytes + spelled + hashlib.sha256(body).digest()
