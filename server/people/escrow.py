"""What was sealed to a court's escrow key, opened. Purposes never mix: each has a derivation of its own.

A parcel is opened by the server itself, since its author sent it to the court. A store's key is opened only after two
persons have said so, and handed over sealed again, to a key made for that one use.
"""

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.people.keys import ESCROW_KID, private_key_of
from server.people.models import CourtKey

KEY_BYTES, NONCE_BYTES = 32, 12
PARCEL, STORE, GRANT = b"zhixing-parcel-1", b"zhixing-escrow-1", b"zhixing-escrow-grant-1"


class NotOurs(ValueError):
    """Sealed to another key, or not what was sealed."""


def parcel_key(court_id: UUID, ephemeral: bytes, head_hash: bytes) -> bytes:
    """The key of a parcel's content. Raises NotOurs for what is no public key."""
    shared, public = _exchange(court_id, ephemeral)
    return _derive(shared, PARCEL + ephemeral + public + head_hash)


def open_store_slot(court_id: UUID, *, ephemeral: bytes, nonce: bytes, wrapped: bytes, bound: bytes) -> bytes:
    """A store's key from its escrow slot. Raises NotOurs."""
    shared, public = _exchange(court_id, ephemeral)
    try:
        return AESGCM(_derive(shared, STORE + ephemeral + public)).decrypt(nonce, wrapped, bound)
    except (InvalidTag, ValueError):
        raise NotOurs("the slot does not open with this court's escrow key") from None


def seal_grant(key: bytes, recipient: bytes, bound: bytes) -> dict[str, bytes]:
    """A store's key for the one who holds `recipient`'s private half. Raises NotOurs for what is no public key."""
    ephemeral = X25519PrivateKey.generate()
    public, nonce = ephemeral.public_key().public_bytes_raw(), os.urandom(NONCE_BYTES)
    shared = _shared(ephemeral, recipient)
    wrapped = AESGCM(_derive(shared, GRANT + public + recipient)).encrypt(nonce, key, bound)
    return {"ephemeral": public, "nonce": nonce, "wrapped": wrapped}


def _exchange(court_id: UUID, ephemeral: bytes) -> tuple[bytes, bytes]:
    key = CourtKey.objects.get(court_id=court_id, kid=ESCROW_KID)
    private = X25519PrivateKey.from_private_bytes(private_key_of(key))
    return _shared(private, ephemeral), bytes(key.public_key)


def _shared(private: X25519PrivateKey, public: bytes) -> bytes:
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise NotOurs("not a public key") from None


def _derive(shared: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(shared)
