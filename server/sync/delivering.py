"""Bring what another hand has brought into the ordinary ways: operations through the push, bytes through the upload."""

import secrets
from collections.abc import Iterable, Sequence

from server.evidence.models import Upload
from server.evidence.services import append_chunk, open_upload, upload_for
from server.evidence.services.uploads import CHUNK_BYTES
from server.people.models import Device
from server.sync.envelope import MAX_OPERATIONS, Envelope, Framed
from server.sync.push import push

MAX_BATCH_BYTES = 4 * 1024 * 1024


def push_for(
    device: Device, operations: Sequence[Framed], *, prev_hash: bytes, is_released: bool = False, lost: str = ""
) -> None:
    """Consecutive operations in batches of an ordinary size. Raises what `push` raises; what went before stands.

    `lost`: what explains a hole before the first of them.
    """
    for batch in _batches(operations):
        envelope = Envelope(
            certificate=device.certificate,
            server_epoch=None,
            # Nobody waits for this nonce: the statement made for it lets no device go of anything.
            nonce=secrets.token_urlsafe(24),
            first_seq=batch[0].seq,
            prev_hash=prev_hash,
            operations=tuple(batch),
            thumbnails={},
            status={},
            lost=lost,
        )
        push(device=device, envelope=envelope, is_released=is_released)
        prev_hash, lost = batch[-1].hash, ""


def _batches(operations: Sequence[Framed]) -> Iterable[list[Framed]]:
    batch, size = list[Framed](), 0
    for each in operations:
        if batch and (len(batch) == MAX_OPERATIONS or size + len(each.body) > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += len(each.body)
    if batch:
        yield batch


def deliver_file(device: Device, sha256: str, size: int, blocks: Iterable[bytes], *, is_released: bool = False) -> None:
    """A promised file, from the byte on that is wanted next. Raises what an upload raises."""
    upload = _upload(device, sha256, is_released)
    if upload.length != size:
        open_upload(upload=upload, length=size)
        upload = _upload(device, sha256, is_released)
    to_skip, waiting = upload.offset, bytearray()
    for block in blocks:
        waiting += block[to_skip:]
        to_skip = max(0, to_skip - len(block))
        while len(waiting) >= CHUNK_BYTES:
            upload = _sent(device, upload, bytes(waiting[:CHUNK_BYTES]), is_released)
            del waiting[:CHUNK_BYTES]
    if waiting:
        append_chunk(upload=upload, offset=upload.offset, content=bytes(waiting))


def _sent(device: Device, upload: Upload, content: bytes, is_released: bool) -> Upload:
    append_chunk(upload=upload, offset=upload.offset, content=content)
    return _upload(device, upload.sha256, is_released)


def _upload(device: Device, sha256: str, is_released: bool) -> Upload:
    return upload_for(device_id=device.pk, sha256=sha256, is_opening=True, even_revoked=is_released)
