"""Signed texts `P.S`, and the keys that vouch for each other up to a court's root."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Dict, List

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from server.bundle.verifier.reading import Wrong, parsed, require

COURT_ALG = "ed25519"


def from_base64(text: Any, where: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (TypeError, ValueError):
        raise Wrong(where, "has something that is not base64") from None
    require(base64.b64encode(raw).decode() == text, where, "has base64 in another spelling than ours")
    return raw


def from_base64url(text: str, where: str) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Wrong(where, "has something that is not base64url") from None
    require(base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text, where, "has base64url in another spelling")
    return raw


def is_signed(public: bytes, alg: str, message: bytes, signature: bytes) -> bool:
    """`ed25519`, or `es256` with r and s of 32 bytes each."""
    if len(signature) != 64:
        return False
    try:
        if alg == "ed25519":
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
            return True
        if alg != "es256" or public[:1] not in (b"\x02", b"\x03", b"\x04"):
            return False
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
        point.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def split_text(text: str, where: str) -> Any:
    parts = text.split(".")
    require(len(parts) == 2, where, "is no signed text")
    return from_base64url(parts[0], where), from_base64url(parts[1], where)


def unproved(text: str, where: str) -> Dict[str, Any]:
    """The members of a signed text before its signature is looked at: only to learn whose it says it is."""
    members = parsed(split_text(text, where)[0], where)
    require(isinstance(members, dict), where, "is no object")
    return dict(members)


def open_text(kind: str, text: str, public: bytes, where: str) -> Dict[str, Any]:
    signed, signature = split_text(text, where)
    message = "zhixing-{}-1".format(kind).encode() + b"\0" + signed
    require(is_signed(public, COURT_ALG, message, signature), where, "its signature does not verify")
    members = unproved(text, where)
    require(members.get("type") == kind, where, "is of another type than {}".format(kind))
    return members


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def open_chain(statements: List[str], root: bytes, court: str, where: str) -> Dict[str, bytes]:
    """The court's signing keys by name, each vouched for by its root."""
    keys: Dict[str, bytes] = {}
    for number, statement in enumerate(statements, 1):
        which = "{} (key statement {})".format(where, number)
        members = open_text("key", statement, root, which)
        require(members["court"] == court, which, "is of another court")
        require(members["kid"] not in keys, which, "names a key that was named before")
        keys[members["kid"]] = from_base64(members["public_key"], which)
    return keys


def open_by(kind: str, text: str, keys: Dict[str, bytes], court: str, where: str) -> Dict[str, Any]:
    """A text of the court's, signed by one of these keys."""
    said = unproved(text, where)
    kid = said.get("kid")
    require(isinstance(kid, str) and kid in keys, where, "is signed by a key its court does not vouch for")
    members = open_text(kind, text, keys[str(kid)], where)
    require(members.get("court") == court, where, "is of another court")
    return members


def fingerprint(root: bytes) -> str:
    """How a court's root is compared by eye: 16 groups of four."""
    digest = hashlib.sha256(root).hexdigest()
    return "-".join(digest[start : start + 4] for start in range(0, 64, 4))


def same_fingerprint(text: str, root: bytes) -> bool:
    letters = "".join(each for each in text.lower() if each in "0123456789abcdef")
    return letters == hashlib.sha256(root).hexdigest()
