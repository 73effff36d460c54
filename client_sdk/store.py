"""One store on disk, opened by one process: the database, the folder of its header, lock and sealed files.

`officer.db` is SQLite; `officer.db.vault/` holds `header.json`, `lock` and `files/`.
"""

import os
import random
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from client_sdk import disk
from client_sdk.clock import Clock, DeviceClock
from client_sdk.database import Database, preferred_way
from client_sdk.errors import CannotWrite, NotEnrolled, StoreDamaged, StoreLocked
from client_sdk.vault import Keystore, Vault, create_vault, forget_keystore, open_vault, system_keystore

RESERVE_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True)
class Surroundings:
    """What the store asks the machine; tests and the simulation bring their own."""

    clock: Clock
    free_bytes: Callable[[Path], int] = disk.free_bytes
    keystore: Keystore | None = None
    reserve_bytes: int = RESERVE_BYTES
    sleep: Callable[[float], object] = time.sleep
    random: Callable[[], float] = random.random
    """From 0 to 1; spreads waits, nothing secret."""
    new_nonce: Callable[[], str] = lambda: secrets.token_urlsafe(24)


def this_machine() -> Surroundings:
    return Surroundings(clock=DeviceClock(), keystore=system_keystore())


@dataclass(frozen=True)
class Places:
    """Where a store's parts are."""

    database: Path

    @property
    def vault(self) -> Path:
        return self.database.with_name(self.database.name + ".vault")

    @property
    def header(self) -> Path:
        return self.vault / "header.json"

    @property
    def lock(self) -> Path:
        return self.vault / "lock"

    @property
    def files(self) -> Path:
        return self.vault / "files"

    @property
    def read_key(self) -> Path:
        return self.vault / "read.key"

    @property
    def papers(self) -> Path:
        return self.vault / "papers"


class Store:
    """An open store: its keys, its database, its files. Close it to let others in."""

    def __init__(self, places: Places, lock: "Lock", vault: Vault, surroundings: Surroundings) -> None:
        self.places = places
        self.vault = vault
        self.clock = surroundings.clock
        self.surroundings = surroundings
        self._lock = lock
        self.database = Database(places.database, vault)

    def close(self) -> None:
        self.database.close()
        self._lock.release()

    def free_bytes(self) -> int:
        return self.surroundings.free_bytes(self.places.vault)

    def erase(self) -> None:
        """Keys first: whatever the disk keeps of the rest is noise without them. Raises CannotWrite."""
        self.database.close()
        forget_keystore(self.places.header, self.surroundings.keystore)
        with disk.faults_named(self.places.vault):
            _overwrite(self.places.header)
            for suffix in ("", "-wal", "-shm"):
                self.places.database.with_name(self.places.database.name + suffix).unlink(missing_ok=True)
            shutil.rmtree(self.places.vault)
        self._lock.release()


def create_store(path: Path, passphrase: str | None, surroundings: Surroundings, way: str | None = None) -> Store:
    """A new, empty store. Raises StoreLocked, KeystoreUnavailable, WrongPassphrase, StorageFull, CannotWrite."""
    places = Places(path.absolute())
    lock = _entered(places, is_new=True)
    try:
        vault = create_vault(places.header, way or preferred_way(), passphrase, surroundings.keystore)
        return Store(places, lock, vault, surroundings)
    except BaseException:
        lock.release()
        raise


def open_store(path: Path, passphrase: str | None, surroundings: Surroundings) -> Store:
    """As it was left. Raises NotEnrolled (no such store), StoreLocked, StoreDamaged, CannotWrite, WrongPassphrase,
    KeystoreUnavailable.
    """
    places = Places(path.absolute())
    if not exists(path):
        raise NotEnrolled("store_missing", store=str(path))
    lock = _entered(places, is_new=False)
    try:
        vault = open_vault(places.header, passphrase, surroundings.keystore)
        if vault.has_escrow() and not places.database.exists():
            raise StoreDamaged("store_lost", store=str(path))
        return Store(places, lock, vault, surroundings)
    except BaseException:
        lock.release()
        raise


def exists(path: Path) -> bool:
    """Raises CannotWrite where we may not even look."""
    with disk.faults_named(path):
        return Places(path.absolute()).header.exists()


def _entered(places: Places, *, is_new: bool) -> "Lock":
    """The store's folders, made where they are wanting, and its lock. Raises StoreLocked, StorageFull, CannotWrite."""
    with disk.faults_named(places.vault):
        if is_new and (places.database.is_dir() or (places.database.exists() and places.database.stat().st_size)):
            raise CannotWrite("store_occupied", what=str(places.database))
        for folder in (places.vault, places.files, places.papers):
            disk.make_folder(folder)
        for folder in (places.vault.parent, places.vault, places.files, places.papers):
            disk.settle_folder(folder)
        return Lock(places.lock, places.database)


class Lock:
    """Held by the one process that has the store open; the system lets go of it however that process ends."""

    def __init__(self, path: Path, store: Path) -> None:
        """Raises StoreLocked."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock_exclusively(self._descriptor)
        except OSError:
            os.close(self._descriptor)
            raise StoreLocked(store=str(store)) from None

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


if sys.platform == "win32":
    import msvcrt

    def _lock_exclusively(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock_exclusively(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _overwrite(path: Path) -> None:
    with open(path, "r+b") as handle:
        handle.write(os.urandom(path.stat().st_size))
        handle.flush()
        os.fsync(handle.fileno())
