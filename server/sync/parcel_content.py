"""The files inside a parcel, one after the other behind its manifest."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from server.common.errors import DomainError
from server.people.models import Device
from server.sync.delivering import deliver_file
from server.sync.held_files import CHUNK_BYTES, Sender, append_chunk, progress_of
from server.sync.models import HeldFile
from server.sync.parcel_format import Source
from server.sync.sealed import room_of


def deliver_files(device: Device, files: Sequence[Mapping[str, Any]], content: Source) -> int:
    """Through the ordinary upload. How many it did not take: not promised, or not what their name says."""
    return sum(not _is_delivered(device, file, content) for file in files)


def _is_delivered(device: Device, file: Mapping[str, Any], content: Source) -> bool:
    blocks = _blocks(content, file["size"])
    try:
        deliver_file(device, file["sha256"], file["size"], blocks)
    except DomainError:
        for _rest in blocks:
            pass  # the next file begins after this one's last byte
        return False
    return True


def seal_files(device: Device, files: Sequence[Mapping[str, Any]], content: Source) -> None:
    """Of a revoked device: into the quarantine, as far as its budget goes."""
    sender = Sender(device.court_id, HeldFile.Purpose.SEALED, device=device)
    for file in files:
        for offset, block in _placed(content, file["size"]):
            _seal(sender, file, offset, block)


def _seal(sender: Sender, file: Mapping[str, Any], offset: int, block: bytes) -> None:
    assert sender.device is not None
    held = progress_of(sender=sender, sha256=file["sha256"])
    if (held.offset if held else 0) != offset:
        return
    try:
        append_chunk(
            sender=sender,
            sha256=file["sha256"],
            length=file["size"],
            offset=offset,
            content=block,
            room=room_of(sender.device),
        )
    except DomainError:
        return  # full, or not what its name says: nothing of it is kept


def _placed(content: Source, size: int) -> Iterator[tuple[int, bytes]]:
    position = 0
    for block in _blocks(content, size):
        yield position, block
        position += len(block)


def _blocks(content: Source, size: int) -> Iterator[bytes]:
    while size > 0:
        block = content.exactly(min(size, CHUNK_BYTES))
        size -= len(block)
        yield block
