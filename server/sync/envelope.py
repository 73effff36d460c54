"""The push envelope: what frames the operations. Pure; it never looks into a body.

A fault here is the sending program's, never an officer's act: it is answered, and the operations stay on the device.
"""

import binascii
from base64 import b64decode
from dataclasses import dataclass
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.ijson import NotIJson, parse_object
from server.common.signing import SignatureError, decode_base64
from server.sync.chain import MAX_SEQ

PROTOCOL_MIN = PROTOCOL_MAX = 1
MAX_OPERATIONS = 500
MAX_NONCE_CHARACTERS = 64
MAX_THUMBNAIL_BYTES = 16 * 1024
MAX_THUMBNAILS_BYTES = 1024 * 1024
_MAX_SIGNATURE_BYTES = 128
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Framed:
    """One operation as it stands in its envelope; `hash` and `signature` are the device's word, not checked yet."""

    seq: int
    body: bytes
    hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    certificate: str
    server_epoch: str | None
    nonce: str
    first_seq: int
    prev_hash: bytes
    operations: tuple[Framed, ...]
    thumbnails: dict[str, bytes]
    status: dict[str, Any]
    lost: str = ""
    """A statement of an earlier life of ours that explains why the batch begins behind a hole."""

    @property
    def last_seq(self) -> int:
        return self.first_seq + len(self.operations) - 1


def parse_envelope(raw: bytes) -> Envelope:
    """Raises DomainError: envelope_invalid with `where`, push_too_large, protocol_unsupported."""
    try:
        members = parse_object(raw)
    except NotIJson as fault:
        raise invalid(fault.where, fault.reason) from None
    require_protocol(members.get("protocol"))
    first_seq = _count(members, "first_seq", lowest=1)
    return Envelope(
        certificate=_text(members, "certificate"),
        server_epoch=_epoch(members.get("server_epoch")),
        nonce=_nonce(members),
        first_seq=first_seq,
        prev_hash=_hash(members.get("prev_hash"), "/prev_hash"),
        operations=_operations(members.get("operations"), first_seq),
        thumbnails=_thumbnails(members.get("thumbnails")),
        status=_object(members.get("status"), "/status"),
        lost=_lost(members.get("lost")),
    )


def invalid(where: str, reason: str) -> DomainError:
    return DomainError(
        "envelope_invalid",
        422,
        _("The request is not of the form the protocol gives; update the app."),
        {"where": where, "reason": reason},
    )


def require_protocol(version: Any) -> None:
    """Raises DomainError envelope_invalid or protocol_unsupported."""
    if not isinstance(version, int) or isinstance(version, bool):
        raise invalid("/protocol", "member_invalid")
    if not PROTOCOL_MIN <= version <= PROTOCOL_MAX:
        raise DomainError(
            "protocol_unsupported",
            426,
            _("This server speaks another version of the protocol; update the app."),
            {"min": PROTOCOL_MIN, "max": PROTOCOL_MAX},
        )


def _operations(value: Any, first_seq: int) -> tuple[Framed, ...]:
    if not isinstance(value, list):
        _refuse("/operations")
    if len(value) > MAX_OPERATIONS:
        raise DomainError(
            "push_too_large", 413, _("Send fewer operations at once."), {"max_operations": MAX_OPERATIONS}
        )
    if first_seq + len(value) - 1 > MAX_SEQ:
        _refuse("/first_seq")
    return tuple(_framed(each, first_seq + i, f"/operations/{i}") for i, each in enumerate(value))


def _framed(value: Any, seq: int, where: str) -> Framed:
    if not isinstance(value, dict):
        _refuse(where)
    stated = value.get("seq")
    if stated != seq or isinstance(stated, bool | float):
        _refuse(f"{where}/seq")
    body = _bytes(value.get("body"), f"{where}/body")
    signature = _bytes(value.get("signature"), f"{where}/signature")
    if len(signature) > _MAX_SIGNATURE_BYTES:
        _refuse(f"{where}/signature")
    return Framed(seq, body, _hash(value.get("hash"), f"{where}/hash"), signature)


def _thumbnails(value: Any) -> dict[str, bytes]:
    """Those within the limits. A preview is a favour: a bad one is left out and never holds up an act."""
    kept: dict[str, bytes] = {}
    total = 0
    for sha256, text in _object(value, "/thumbnails").items():
        try:
            thumbnail = b64decode(text, validate=True) if isinstance(text, str) and _is_hash(sha256) else b""
        except (binascii.Error, ValueError):
            continue
        if 0 < len(thumbnail) <= min(MAX_THUMBNAIL_BYTES, MAX_THUMBNAILS_BYTES - total):
            kept[sha256] = thumbnail
            total += len(thumbnail)
    return kept


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        _refuse(f"/{name}")
    return value


def _lost(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else _refuse("/lost")


def _nonce(members: dict[str, Any]) -> str:
    nonce = _text(members, "nonce")
    return nonce if len(nonce) <= MAX_NONCE_CHARACTERS else _refuse("/nonce")


def _epoch(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else _refuse("/server_epoch")


def _count(members: dict[str, Any], name: str, lowest: int) -> int:
    value = members.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= MAX_SEQ:
        _refuse(f"/{name}")
    return value


def _object(value: Any, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    return value if isinstance(value, dict) else _refuse(where)


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and _HEX.issuperset(value)


def _hash(value: Any, where: str) -> bytes:
    return bytes.fromhex(value) if _is_hash(value) else _refuse(where)


def _bytes(value: Any, where: str) -> bytes:
    if not isinstance(value, str):
        _refuse(where)
    try:
        return decode_base64(value)
    except SignatureError:
        _refuse(where)


def _refuse(where: str) -> NoReturn:
    raise invalid(where, "member_invalid")
