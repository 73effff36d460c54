"""Planted faults of whoever says that bytes are on the disk before they are. A power cut shows them."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from client_sdk import disk, sealed_files
from client_sdk.database import Database
from server.evidence.file_store import FileStore, sync_folder


@contextmanager
def offset_before_fsync() -> Iterator[None]:
    """The server moves an upload's offset over bytes that it has written and not synced."""

    def hasty(store: FileStore, path: Path, blocks: Iterable[bytes]) -> None:
        store._make_folder(path.parent)
        path.write_bytes(b"".join(blocks))
        sync_folder(path.parent)

    with mock.patch.object(FileStore, "_write", hasty):
        yield


@contextmanager
def rename_without_folder_sync() -> Iterator[None]:
    """The server gives verified bytes their name and syncs only the bytes."""

    def hasty(store: FileStore, source: Path, target: Path) -> None:
        store._make_folder(target.parent)
        source.replace(target)

    with mock.patch.object(FileStore, "_move", hasty):
        yield


@contextmanager
def photo_without_folder_sync() -> Iterator[None]:
    """The device gives a sealed photo its name, syncs only the bytes, and commits."""
    with mock.patch.object(sealed_files, "rename_durably", os.replace):
        yield


@contextmanager
def photo_not_synced() -> Iterator[None]:
    """The device commits the name of a photo whose bytes it has written and not synced."""
    with mock.patch.object(sealed_files, "sync_file"):
        yield


@contextmanager
def keys_not_flushed() -> Iterator[None]:
    """The device syncs its key files before their bytes have left the process."""

    def hasty(path: Path, content: bytes) -> None:
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        part.touch()
        with part.open("rb") as handle:
            disk.sync_file(handle.fileno())
        part.write_bytes(content)
        disk.rename_durably(part, path)

    with mock.patch("client_sdk.vault.replace_file", hasty), mock.patch("client_sdk.read_key.replace_file", hasty):
        yield


@contextmanager
def commit_not_synced() -> Iterator[None]:
    """The device's store does not wait for the disk when it commits."""
    real = Database._prepare

    def hasty(self: Database) -> None:
        real(self)
        self._connection.execute("PRAGMA synchronous = NORMAL")

    with mock.patch.object(Database, "_prepare", hasty):
        yield
