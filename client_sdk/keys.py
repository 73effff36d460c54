"""Keys, signatures and base64 of the wire: Ed25519, or ES256 where a phone's keystore has only P-256."""

import base64
import re
from typing import Literal, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Algorithm = Literal["ed25519", "es256"]
COURT_ALG: Algorithm = "ed25519"
"""What courts sign with."""

_PADDED = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.ASCII)
_UNPADDED = re.compile(r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?", re.ASCII)
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class WireError(ValueError):
    """Something that came over the wire was refused; the message is the reason."""


class DeviceKey(NamedTuple):
    """A device's key pair; `private` is 32 raw bytes for either algorithm and never leaves the device."""

    alg: Algorithm
    private: bytes
    public: bytes


def new_device_key(alg: Algorithm = "ed25519") -> DeviceKey:
    if alg == "ed25519":
        return device_key(ed25519.Ed25519PrivateKey.generate().private_bytes_raw())
    scalar = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return device_key(scalar.to_bytes(32), alg)


def device_key(private: bytes, alg: Algorithm = "ed25519") -> DeviceKey:
    """The pair of a stored private key. Raises WireError if it is none."""
    try:
        if alg == "ed25519":
            public = ed25519.Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
        else:
            public = _p256(private).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    except ValueError:
        raise WireError("not a private key") from None
    return DeviceKey(alg, private, public)


def sign(key: DeviceKey, message: bytes) -> bytes:
    """64 bytes: an Ed25519 signature, or r||s."""
    if key.alg == "ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(key.private).sign(message)
    r, s = decode_dss_signature(_p256(key.private).sign(message, ec.ECDSA(SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def is_valid(alg: str, public: bytes, message: bytes, signature: bytes) -> bool:
    """Is this the signature of that key over the message? A malformed key or signature is simply no."""
    if len(signature) != 64 or not is_key(alg, public):
        return False
    try:
        if alg == "ed25519":
            ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        else:
            r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
            if not (0 < r < _P256_ORDER and 0 < s < _P256_ORDER):
                return False
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
            point.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def is_key(alg: str, public: bytes) -> bool:
    """A public key is 32 raw bytes (ed25519) or a SEC1 point on P-256, compressed or not (es256)."""
    try:
        if alg == "ed25519":
            ed25519.Ed25519PublicKey.from_public_bytes(public)
            return True
        is_point = alg == "es256" and (len(public), public[:1]) in ((33, b"\2"), (33, b"\3"), (65, b"\4"))
        return is_point and bool(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
    except ValueError:
        return False


def _p256(private: bytes) -> ec.EllipticCurvePrivateKey:
    if len(private) != 32:
        raise ValueError("a private key has 32 bytes")
    return ec.derive_private_key(int.from_bytes(private), ec.SECP256R1())


def to_base64(raw: bytes) -> str:
    return base64.standard_b64encode(raw).decode()


def from_base64(text: str) -> bytes:
    """RFC 4648 section 4 with its padding, in the one canonical spelling. Raises WireError."""
    if not _PADDED.fullmatch(text):
        raise WireError("not base64")
    raw = base64.standard_b64decode(text)
    if to_base64(raw) != text:
        raise WireError("not canonical base64")
    return raw


def to_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """Without padding, in the one canonical spelling. Raises WireError."""
    if not _UNPADDED.fullmatch(text):
        raise WireError("not unpadded base64url")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(raw) != text:
        raise WireError("not canonical base64url")
    return raw
