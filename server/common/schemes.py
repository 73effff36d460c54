"""How a signature is made and verified, one class a scheme: another one, such as SM2, is a class and a line here. Pure.

A private key is whatever bytes its scheme reads; outside its class nobody looks into it. Every signature has 64 bytes.
"""

from collections.abc import Mapping
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

SIGNATURE_BYTES = 64
_HALF = 32


class Scheme(Protocol):
    def new_private_key(self) -> bytes: ...

    def public_of(self, private: bytes) -> bytes: ...

    def sign(self, private: bytes, message: bytes) -> bytes: ...

    def verify(self, public: bytes, message: bytes, signature: bytes) -> None:
        """Raises InvalidSignature, or ValueError for what is no key or signature of this scheme."""

    def require_public_key(self, public: bytes) -> None:
        """Raises ValueError for what is no public key of this scheme."""


class Ed25519:
    """Private: a seed of 32 bytes; public: 32 raw bytes."""

    def new_private_key(self) -> bytes:
        return Ed25519PrivateKey.generate().private_bytes_raw()

    def public_of(self, private: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    def sign(self, private: bytes, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(private).sign(message)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> None:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)

    def require_public_key(self, public: bytes) -> None:
        Ed25519PublicKey.from_public_bytes(public)


class Es256:
    """P-256 with SHA-256. Private: the number, 32 bytes; public: a SEC1 point; signed: r and s, 32 bytes each."""

    def new_private_key(self) -> bytes:
        return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(_HALF)

    def public_of(self, private: bytes) -> bytes:
        numbers = self._private(private).public_key().public_numbers()
        return b"\x04" + numbers.x.to_bytes(_HALF) + numbers.y.to_bytes(_HALF)

    def sign(self, private: bytes, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._private(private).sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(_HALF) + s.to_bytes(_HALF)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> None:
        r, s = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
        self._public(public).verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))

    def require_public_key(self, public: bytes) -> None:
        self._public(public)

    def _private(self, private: bytes) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(private), ec.SECP256R1())

    def _public(self, public: bytes) -> ec.EllipticCurvePublicKey:
        # Hybrid points (first byte 6 or 7) would be a third spelling of one key.
        if public[:1] not in (b"\x02", b"\x03", b"\x04"):
            raise ValueError("unknown form of a key")
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)


SCHEMES: Mapping[str, Scheme] = {"ed25519": Ed25519(), "es256": Es256()}
"""By the name that certificates and requests give them (`alg`)."""
COURT_ALG = "ed25519"
"""What courts sign with; `client_sdk/keys.py` and `bundle/verifier/signed.py` say the same, each for itself. Nothing a
court signs says so: another one comes with another version of the signed texts (decision 0018)."""


def court_scheme() -> Scheme:
    return SCHEMES[COURT_ALG]


def is_public_key(alg: str, public: bytes) -> bool:
    """Is this a key of that scheme? Not, where there is no such scheme."""
    try:
        SCHEMES[alg].require_public_key(public)
    except (KeyError, ValueError):
        return False
    return True


def verify_bytes(public: bytes, alg: str, message: bytes, signature: bytes) -> bool:
    """Any malformed key or signature, and any unknown scheme, is simply False."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        SCHEMES[alg].verify(public, message, signature)
    except (InvalidSignature, KeyError, ValueError):
        return False
    return True
