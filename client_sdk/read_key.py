"""The key of what was pulled: beside the store's own key, so that reading can end while recording goes on.

It lies in a file of its own, wrapped by the store's key; destroying it is overwriting that file. Nothing that
recording, pushing or uploading needs is ever sealed with it.
"""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from client_sdk.disk import replace_file, sync_folder
from client_sdk.errors import ReadingEnded, StoreDamaged
from client_sdk.moments import reached
from client_sdk.vault import KEY_BYTES, NONCE_BYTES, Vault

_PLACE = "read-key"


class ReadKey:
    def __init__(self, path: Path, vault: Vault) -> None:
        self._path = path
        self._vault = vault
        self._key = self._held()

    def _held(self) -> bytes | None:
        """None also where its end was cut short, or its disk spoilt it: what it sealed is pulled anew under another."""
        try:
            return self._vault.unseal(self._path.read_bytes(), _PLACE)
        except (FileNotFoundError, StoreDamaged):
            return None

    @property
    def is_here(self) -> bool:
        return self._key is not None

    def make(self) -> None:
        """A new one, durable, unless there is one."""
        if self._key is None:
            key = secrets.token_bytes(KEY_BYTES)
            replace_file(self._path, self._vault.seal(key, _PLACE))
            self._key = key

    def destroy(self) -> None:
        """Overwritten before it is unlinked; a crash between leaves bytes that open nothing."""
        self._key = None
        if self._path.exists():
            with open(self._path, "r+b") as handle:
                handle.write(os.urandom(self._path.stat().st_size))
                handle.flush()
                os.fsync(handle.fileno())
            reached("before unlink")
            self._path.unlink()
            sync_folder(self._path.parent)

    def seal(self, value: Any, place: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._derived(b"columns")).encrypt(nonce, _json(value), place.encode())

    def unseal(self, sealed: bytes, place: str) -> Any:
        """Raises ReadingEnded without the key, StoreDamaged when these are not the bytes once sealed for this place."""
        key = self._derived(b"columns")
        try:
            return json.loads(AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode()))
        except (InvalidTag, ValueError):
            raise StoreDamaged(what=place) from None

    def file_key(self, salt: bytes) -> bytes:
        return self._derived(b"file", salt)

    def _derived(self, purpose: bytes, salt: bytes = b"") -> bytes:
        if self._key is None:
            raise ReadingEnded()
        info = b"zhixing-read-" + purpose + b"-1"
        return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt or None, info=info).derive(self._key)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
