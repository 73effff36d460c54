"""The keys of one store: a random data key, wrapped once for each way to open it.

The header beside the store holds the slots: `passphrase` (scrypt), `keystore` (a random key in the system keystore) and
`escrow` (sealed to the court's X25519 key, so that a forgotten passphrase destroys no evidence). Changing the
passphrase rewrites one slot and no data.
"""

import base64
import json
import secrets
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from client_sdk.disk import faults_named, replace_file
from client_sdk.errors import KeystoreUnavailable, StoreDamaged, WrongPassphrase

KEY_BYTES = 32
NONCE_BYTES = 12
# 128 MiB and a third of a second for whoever guesses; recorded in the header, so it may rise.
SCRYPT_COST = 2**17
MAX_SCRYPT_COST = 2**20

COLUMNS = "columns"
SQLCIPHER = "sqlcipher"


class Keystore(Protocol):
    """The system keystore as far as we need it (the module `keyring` has this shape)."""

    def get_password(self, service: str, name: str, /) -> str | None: ...
    def set_password(self, service: str, name: str, secret: str, /) -> None: ...
    def delete_password(self, service: str, name: str, /) -> None: ...


class Vault:
    """An open store's keys. Seals what is bound to a place: bytes moved elsewhere do not open."""

    def __init__(self, header_path: Path, header: dict[str, Any], data_key: bytes) -> None:
        self.store = str(header["store"])
        self.way = str(header["way"])
        self._header_path = header_path
        self._header = header
        self._data_key = data_key
        self._columns = AESGCM(self._derive(b"columns"))

    def seal(self, content: bytes, place: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._columns.encrypt(nonce, content, place.encode())

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """Raises StoreDamaged when these are not the bytes once sealed for this place."""
        try:
            return self._columns.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError):
            raise StoreDamaged(what=place) from None

    def file_key(self, salt: bytes) -> bytes:
        return self._derive(b"file", salt)

    def database_key(self) -> bytes:
        return self._derive(b"database")

    def _derive(self, purpose: bytes, salt: bytes = b"") -> bytes:
        return _hkdf(self._data_key, b"zhixing-store-" + purpose + b"-1", salt)

    def has_escrow(self) -> bool:
        return "escrow" in self._header["slots"]

    def set_passphrase(self, passphrase: str) -> None:
        """From now on only this passphrase opens the passphrase slot. Raises WrongPassphrase for an empty one."""
        if not passphrase:
            raise WrongPassphrase("passphrase_empty")
        self._write_slot("passphrase", _passphrase_slot(passphrase, self._data_key, _bound(self._header)))

    def set_keystore(self, keystore: Keystore) -> None:
        """Keep a wrapping key in the system keystore. Raises KeystoreUnavailable."""
        wrapping = secrets.token_bytes(KEY_BYTES)
        try:
            keystore.set_password(SERVICE, self.store, base64.b64encode(wrapping).decode())
        except Exception as fault:  # back ends raise errors of their own
            raise KeystoreUnavailable() from fault
        self._write_slot("keystore", _wrap(wrapping, self._data_key, _bound(self._header)))

    def set_escrow(self, escrow_key: bytes, device: str) -> None:
        """Seal the data key to the court's X25519 public key; the slot opens as this device's and no other's."""
        self._write_slot("escrow", _escrow_slot(escrow_key, self._data_key, self._header, device))

    def bind_escrow(self, escrow_key: bytes, device: str) -> None:
        """Once: a slot of an older SDK does not say whose it is."""
        if "device" not in self._header["slots"].get("escrow", {"device": device}):
            self.set_escrow(escrow_key, device)

    def _write_slot(self, name: str, slot: dict[str, Any]) -> None:
        header = {**self._header, "slots": {**self._header["slots"], name: slot}}
        with faults_named(self._header_path.parent):
            replace_file(self._header_path, json.dumps(header, indent=1, sort_keys=True).encode())
        self._header = header


SERVICE = "zhixing-field"


def create_vault(header_path: Path, way: str, passphrase: str | None, keystore: Keystore | None) -> Vault:
    """A new data key and its first slot. Raises KeystoreUnavailable without passphrase and keystore."""
    header: dict[str, Any] = {"v": 1, "store": str(uuid4()), "way": way, "slots": {}}
    vault = Vault(header_path, header, secrets.token_bytes(KEY_BYTES))
    if passphrase is not None:
        vault.set_passphrase(passphrase)
    elif keystore is not None:
        vault.set_keystore(keystore)
    else:
        raise KeystoreUnavailable()
    return vault


def open_vault(header_path: Path, passphrase: str | None, keystore: Keystore | None) -> Vault:
    """Raises WrongPassphrase, KeystoreUnavailable, or StoreDamaged for an unreadable header."""
    header = read_header(header_path)
    slots, bound = header["slots"], _bound(header)
    if passphrase is not None and "passphrase" in slots:
        slot = slots["passphrase"]
        return Vault(header_path, header, _unwrap(_stretch(passphrase, slot), slot, bound))
    if "keystore" in slots and keystore is not None:
        return Vault(header_path, header, _unwrap(_kept_key(keystore, header), slots["keystore"], bound))
    raise WrongPassphrase() if passphrase is not None else KeystoreUnavailable()


def forget_keystore(header_path: Path, keystore: Keystore | None) -> None:
    """Take a wiped store's key out of the system keystore."""
    header = read_header(header_path)
    if "keystore" in header["slots"] and keystore is not None:
        try:
            keystore.delete_password(SERVICE, str(header["store"]))
        except Exception:  # gone already, or the keystore is: the wrapped key is being erased anyway
            return


def data_key_from_escrow(header: dict[str, Any], escrow_private: bytes) -> bytes:
    """What the court does, by two persons, with a store whose passphrase is lost. Raises WrongPassphrase."""
    slot = header["slots"]["escrow"]
    private = X25519PrivateKey.from_private_bytes(escrow_private)
    shared = private.exchange(X25519PublicKey.from_public_bytes(_raw(slot, "ephemeral")))
    public = private.public_key().public_bytes_raw()
    return _unwrap(_escrow_wrapping(shared, _raw(slot, "ephemeral"), public), slot, escrow_bound(header, slot))


def open_with_data_key(header_path: Path, data_key: bytes) -> Vault:
    return Vault(header_path, read_header(header_path), data_key)


def read_header(header_path: Path) -> dict[str, Any]:
    try:
        header = json.loads(header_path.read_bytes())
        if header["v"] == 1 and header["way"] in (COLUMNS, SQLCIPHER) and isinstance(header["slots"], dict):
            return dict(header)
    except (ValueError, KeyError, TypeError):
        pass
    raise StoreDamaged(what=header_path.name)


def system_keystore() -> Keystore | None:
    """The system keystore where `keyring` is installed and finds a real one."""
    try:
        import keyring
        from keyring.backends import fail, null
    except ImportError:
        return None
    # Whoever plans for a headless machine meets the "fail" back end, which takes nothing.
    if isinstance(keyring.get_keyring(), fail.Keyring | null.Keyring):
        return None
    return keyring


def _bound(header: dict[str, Any]) -> bytes:
    return f"zhixing-store-1|{header['store']}|{header['way']}".encode()


def _passphrase_slot(passphrase: str, data_key: bytes, bound: bytes) -> dict[str, Any]:
    slot = {"kdf": "scrypt", "n": SCRYPT_COST, "r": 8, "p": 1, "salt": _text(secrets.token_bytes(16))}
    return slot | _wrap(_stretch(passphrase, slot), data_key, bound)


def _stretch(passphrase: str, slot: dict[str, Any]) -> bytes:
    if not 2 <= int(slot["n"]) <= MAX_SCRYPT_COST:
        raise StoreDamaged(what="header")
    kdf = Scrypt(salt=_raw(slot, "salt"), length=KEY_BYTES, n=int(slot["n"]), r=int(slot["r"]), p=int(slot["p"]))
    return kdf.derive(passphrase.encode("utf-8", "surrogatepass"))


def escrow_bound(header: dict[str, Any], slot: dict[str, Any]) -> bytes:
    """What the escrow slot is bound to: the store, and the device where it says whose it is."""
    device = slot.get("device")
    return _bound(header) + (f"|{device}".encode() if device else b"")


def _escrow_slot(escrow_key: bytes, data_key: bytes, header: dict[str, Any], device: str) -> dict[str, Any]:
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(escrow_key))
    slot = {"kem": "x25519-hkdf-sha256", "ephemeral": _text(public), "escrow_key": _text(escrow_key), "device": device}
    return slot | _wrap(_escrow_wrapping(shared, public, escrow_key), data_key, escrow_bound(header, slot))


def _escrow_wrapping(shared: bytes, ephemeral: bytes, escrow_key: bytes) -> bytes:
    return _hkdf(shared, b"zhixing-escrow-1" + ephemeral + escrow_key)


def _kept_key(keystore: Keystore, header: dict[str, Any]) -> bytes:
    try:
        kept = keystore.get_password(SERVICE, str(header["store"]))
    except Exception as fault:  # back ends raise errors of their own
        raise KeystoreUnavailable() from fault
    if kept is None:
        raise KeystoreUnavailable()
    return base64.b64decode(kept)


def _wrap(wrapping: bytes, data_key: bytes, bound: bytes) -> dict[str, Any]:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return {"nonce": _text(nonce), "wrapped": _text(AESGCM(wrapping).encrypt(nonce, data_key, bound))}


def _unwrap(wrapping: bytes, slot: dict[str, Any], bound: bytes) -> bytes:
    try:
        return AESGCM(wrapping).decrypt(_raw(slot, "nonce"), _raw(slot, "wrapped"), bound)
    except InvalidTag:
        raise WrongPassphrase() from None


def _hkdf(secret: bytes, info: bytes, salt: bytes = b"") -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt or None, info=info).derive(secret)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(slot: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(slot[name], validate=True)
    except (KeyError, TypeError, ValueError):
        raise StoreDamaged(what="header") from None
