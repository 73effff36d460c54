"""Writing so that a power cut finds either the old or the new, and asking how much room is left."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from client_sdk.errors import CannotWrite, FieldError, StorageFull
from client_sdk.moments import reached


def replace_file(path: Path, content: bytes) -> None:
    """Write, fsync, rename, fsync the folder."""
    part = path.with_name(path.name + ".part")
    with open(part, "wb", opener=open_private) as handle:
        handle.write(content)
        handle.flush()
        sync_file(handle.fileno())
    rename_durably(part, path)


def sync_file(descriptor: int) -> None:
    os.fsync(descriptor)
    reached("after fsync")


def sync_path(path: Path) -> None:
    """The bytes of a file that another process wrote."""
    with open(path, "rb") as handle:
        sync_file(handle.fileno())


def rename_durably(part: Path, path: Path) -> None:
    os.replace(part, path)
    reached("after rename")
    sync_folder(path.parent)
    reached("after directory fsync")


def sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there, and NTFS journals its names
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def settle_folder(folder: Path) -> None:
    """Make the names in it durable that a process wrote which died before it could."""
    with suppress(PermissionError):  # a folder above our own may be closed to us
        sync_folder(folder)


def make_folder(folder: Path) -> None:
    """A new folder is as durable as the files in it: each parent that gained a name is synced."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@contextmanager
def faults_named(place: Path) -> Iterator[None]:
    """Raises StorageFull or CannotWrite for what the system says against writing at `place`."""
    try:
        yield
    except OSError as fault:
        raise storage_fault(fault, place) from fault


def is_full(fault: OSError) -> bool:
    return fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def storage_fault(fault: OSError, place: Path) -> FieldError:
    """StorageFull for a full disk, a quota or a limit; CannotWrite for anything else."""
    if is_full(fault):
        standing = next(folder for folder in (place, *place.absolute().parents) if folder.exists())
        return StorageFull(free_bytes=free_bytes(standing))
    return CannotWrite(what=str(place), note=fault.strerror or str(fault))
