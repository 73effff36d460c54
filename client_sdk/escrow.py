"""A store nobody can open any more, opened by the court: two persons there allow it, and its key comes back sealed to
a key made here for this one use. What the court hands over is of no use anywhere else.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from client_sdk import vault, wire
from client_sdk.disk import replace_file
from client_sdk.errors import NotEnrolled, StoreDamaged, WrongPassphrase
from client_sdk.store import Lock, Places

_INFO = b"zhixing-escrow-grant-1"


@dataclass(frozen=True)
class EscrowRequest:
    """`asked` goes to the court; `private` stays here."""

    asked: dict[str, Any]
    private: bytes


def request_escrow(store: Path) -> EscrowRequest:
    """What to ask the court with; the store stays closed. Raises NotEnrolled without a store or without a court."""
    header = _header(store)
    if "escrow" not in header["slots"]:
        raise NotEnrolled(store=str(store))
    private = X25519PrivateKey.generate()
    slot = {name: header["slots"]["escrow"].get(name) for name in ("kem", "ephemeral", "nonce", "wrapped", "device")}
    recipient = wire.to_base64(private.public_key().public_bytes_raw())
    asked = {"store": header["store"], "way": header["way"], "slot": slot, "recipient": recipient}
    return EscrowRequest(asked, private.private_bytes_raw())


def open_with_grant(store: Path, grant: dict[str, str], private: bytes, passphrase: str) -> None:
    """From now on `passphrase` opens the store, with all that was recorded in it.

    Raises WrongPassphrase when the grant is for another store or another request, StoreLocked, StoreDamaged.
    """
    places = Places(store.absolute())
    header = _header(store)
    lock = Lock(places.lock, places.database)
    try:
        data_key = _granted(header, grant, private)
        vault.open_with_data_key(places.header, data_key).set_passphrase(passphrase)
    finally:
        lock.release()


def save_request(request: EscrowRequest, path: Path) -> None:
    """The request at `path`, its private half beside it, for this user alone."""
    replace_file(path.with_name(path.name + ".key"), request.private)
    replace_file(path, json.dumps(request.asked, indent=1).encode())


def _header(store: Path) -> dict[str, Any]:
    places = Places(store.absolute())
    if not places.header.exists():
        raise NotEnrolled("store_missing", store=str(store))
    return vault.read_header(places.header)


def _granted(header: dict[str, Any], grant: dict[str, str], private: bytes) -> bytes:
    key = X25519PrivateKey.from_private_bytes(private)
    try:
        sealed = {name: wire.from_base64(grant[name]) for name in ("ephemeral", "nonce", "wrapped")}
        shared = key.exchange(X25519PublicKey.from_public_bytes(sealed["ephemeral"]))
        info = _INFO + sealed["ephemeral"] + key.public_key().public_bytes_raw()
        wrapping = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(shared)
        bound = vault.escrow_bound(header, header["slots"]["escrow"])
        return AESGCM(wrapping).decrypt(sealed["nonce"], sealed["wrapped"], bound)
    except InvalidTag:
        raise WrongPassphrase() from None
    except (KeyError, TypeError, ValueError):
        raise StoreDamaged(what="grant") from None
