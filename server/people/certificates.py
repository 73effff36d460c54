"""Certificates of devices, the chain of signing keys up to a court's root, and enrolment codes. Pure.

`docs/reference/protocol.md`, sections 2 and 6. A root signs key statements; a signing key signs certificates.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.common import schemes
from server.common.clock import to_wire
from server.common.members import (
    read_count,
    read_hash,
    read_key,
    read_name,
    read_time,
    read_uuid,
)
from server.common.signing import (
    SignatureError,
    encode_base64,
    open_text,
    parse_signed,
    sign_text,
    split_text,
    text_hash,
)

SECRET_BYTES = 10
FINGERPRINT_BYTES = 16
_CODE_CHARACTERS = 42
_GROUP = 6


@dataclass(frozen=True)
class Continues:
    """The head of an earlier incarnation that this log goes on from."""

    incarnation: int
    seq: int
    hash: str


@dataclass(frozen=True)
class Certificate:
    court: UUID
    officer: UUID
    device: UUID
    incarnation: int
    device_key: bytes
    alg: str
    kid: str
    issued_at: datetime
    continues: Continues | None
    keys: Mapping[str, bytes]
    """Public signing keys by kid, each vouched for by the court's root."""
    text: str
    hash: str


def issue_key(
    *,
    court: UUID,
    kid: str,
    public_key: bytes,
    valid_from: datetime,
    root_private: bytes,
) -> str:
    """The key statement by which a court's root vouches for a signing key."""
    members = {
        "court": str(court),
        "kid": kid,
        "public_key": encode_base64(public_key),
        "from": to_wire(valid_from),
    }
    return sign_text("key", members, root_private)


def issue_certificate(
    *,
    court: UUID,
    officer: UUID,
    device: UUID,
    incarnation: int,
    device_key: bytes,
    alg: str,
    issued_at: datetime,
    chain: Sequence[str],
    kid: str,
    signing_private: bytes,
    continues: Continues | None = None,
) -> str:
    """A device's certificate, signed by signing key `kid`, whose key statement must be in `chain`."""
    members = {
        "court": str(court),
        "officer": str(officer),
        "device": str(device),
        "incarnation": incarnation,
        "device_key": encode_base64(device_key),
        "alg": alg,
        "issued_at": to_wire(issued_at),
        "chain": list(chain),
        "kid": kid,
        "continues": vars(continues) if continues else None,
    }
    return sign_text("certificate", members, signing_private)


def open_certificate(text: str, root_public: bytes) -> Certificate:
    """Verify the whole chain up to this root and read the certificate. Raises SignatureError with the reason."""
    # The one thing parsed before it is verified: it carries the keys that verify it.
    unproved = parse_signed("certificate", split_text(text)[0])
    keys = open_chain(unproved.get("chain"), root_public)
    kid = unproved.get("kid")
    if not isinstance(kid, str) or kid not in keys:
        raise SignatureError("signed by a key that is not in its chain")
    members = open_text("certificate", text, keys[kid].public_key)
    certificate = _certificate(members, {name: each.public_key for name, each in keys.items()}, text)
    if any(each.court != certificate.court for each in keys.values()):
        raise SignatureError("its chain belongs to another court")
    return certificate


@dataclass(frozen=True)
class KeyStatement:
    court: UUID
    kid: str
    public_key: bytes
    valid_from: datetime


def open_chain(chain: Any, root_public: bytes) -> dict[str, KeyStatement]:
    """Key statements by kid, each verified under the root. Raises SignatureError."""
    if not isinstance(chain, list) or not chain or not all(isinstance(link, str) for link in chain):
        raise SignatureError("chain is not a list of key statements")
    keys: dict[str, KeyStatement] = {}
    for link in chain:
        try:
            key = open_key(link, root_public)
        except SignatureError as fault:
            raise SignatureError(f"chain: key statement {len(keys) + 1}: {fault}") from None
        if key.kid in keys:
            raise SignatureError(f"chain: two keys are called {key.kid}")
        keys[key.kid] = key
    return keys


def open_key(text: str, root_public: bytes) -> KeyStatement:
    members = open_text("key", text, root_public)
    public_key = read_key(members, "public_key", schemes.COURT_ALG)
    return KeyStatement(
        read_uuid(members, "court"),
        read_name(members, "kid"),
        public_key,
        read_time(members, "from"),
    )


def _certificate(members: dict[str, Any], keys: Mapping[str, bytes], text: str) -> Certificate:
    alg = read_name(members, "alg")
    incarnation = read_count(members, "incarnation", 1, 2**32 - 1)
    return Certificate(
        court=read_uuid(members, "court"),
        officer=read_uuid(members, "officer"),
        device=read_uuid(members, "device"),
        incarnation=incarnation,
        device_key=read_key(members, "device_key", alg),
        alg=alg,
        kid=read_name(members, "kid"),
        issued_at=read_time(members, "issued_at"),
        continues=_continues(members.get("continues"), incarnation),
        keys=keys,
        text=text,
        hash=text_hash(text),
    )


def _continues(members: Any, incarnation: int) -> Continues | None:
    if members is None:
        return None
    if not isinstance(members, dict):
        raise SignatureError("continues is not an object")
    earlier = read_count(members, "incarnation", 1, incarnation - 1)
    return Continues(earlier, read_count(members, "seq", 0, 2**53 - 1), read_hash(members, "hash"))


def enrolment_code_text(secret: bytes, root_public: bytes) -> str:
    """What is printed and shown as QR: 42 base32 characters in 7 groups, secret first, then whose court it is."""
    fingerprint = hashlib.sha256(root_public).digest()[:FINGERPRINT_BYTES]
    letters = base64.b32encode(secret + fingerprint).decode("ascii").rstrip("=")
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def read_enrolment_code(text: str) -> tuple[bytes, bytes]:
    """Secret and fingerprint of a code as typed; case, spaces and hyphens do not matter. Raises SignatureError."""
    letters = "".join(text.replace("-", "").split()).upper()
    try:
        raw = base64.b32decode(letters + "======")
    except ValueError:
        raise SignatureError("not an enrolment code") from None
    # The comparison also refuses letters that upper() borrows from other alphabets, and set spare bits.
    if (
        len(letters) != _CODE_CHARACTERS
        or not text.isascii()
        or base64.b32encode(raw).decode("ascii").rstrip("=") != letters
    ):
        raise SignatureError("not an enrolment code")
    return raw[:SECRET_BYTES], raw[SECRET_BYTES:]
