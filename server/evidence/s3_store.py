"""Blobs as objects of S3-compatible storage: `originals/ab/cd/<sha256>` and so on, as in the files driver."""

import io
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from server.evidence.store import Area, BlobMissing, Blocks, StoreUnavailable, blob_path, require_path, too_short

MULTIPART_BYTES = 8 * 1024 * 1024  # S3 wants 5 MiB of every part but the last
_ABSENT = {"404", "NoSuchKey", "NotFound"}


class S3Store:
    def __init__(self, *, endpoint_url: str, bucket: str, access_key: str, secret_key: str, region: str) -> None:
        self._bucket = bucket
        self._client = boto3.client(
            "s3",
            endpoint_url=endpoint_url,
            aws_access_key_id=access_key or None,
            aws_secret_access_key=secret_key or None,
            region_name=region,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=60,
                retries={"mode": "standard", "total_max_attempts": 3},
                # Stores that are not Amazon's choke on the checksums boto3 adds by default (boto3#4398).
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put_part(self, content: bytes) -> str:
        part = secrets.token_hex(16)
        self._put(_part(part), content)
        return part

    def assemble(self, parts: Sequence[str]) -> str:
        if len(parts) == 1:
            return parts[0]
        whole = secrets.token_hex(16)
        blocks = _rejoined(block for part in parts for block in self.read_part(part))
        with _faults():
            self._put_in_pieces(_part(whole), blocks)
        return whole

    def read_part(self, part: str) -> Blocks:
        return self._get(_part(part))

    def keep(self, part: str, sha256: str) -> None:
        self._move(_part(part), blob_path(Area.ORIGINALS, sha256))

    def quarantine(self, part: str, label: str) -> None:
        self._move(_part(part), f"quarantine/{label}")

    def discard(self, parts: Iterable[str]) -> None:
        with _faults():
            for part in parts:
                self._client.delete_object(Bucket=self._bucket, Key=_part(part))

    def parts_before(self, moment: datetime) -> Iterator[str]:
        for row in self._rows("partials/"):
            if row["LastModified"] < moment:
                yield row["Key"].removeprefix("partials/")

    def put(self, area: Area, sha256: str, content: bytes) -> None:
        self._put(blob_path(area, sha256), content)

    def size_of(self, area: Area, sha256: str) -> int | None:
        try:
            with _faults():
                return int(self._client.head_object(Bucket=self._bucket, Key=blob_path(area, sha256))["ContentLength"])
        except BlobMissing:
            return None

    def read(self, area: Area, sha256: str, start: int = 0, end: int | None = None) -> Blocks:
        if end is not None and end <= start:
            return Blocks(io.BytesIO(), _faults)
        wanted = {} if end is None and not start else {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        blocks, size = self._opened(blob_path(area, sha256), **wanted)
        if end is not None and size < end - start:
            blocks.close()
            raise too_short(sha256, start + size, end)
        return blocks

    @contextmanager
    def open_file(self, area: Area, sha256: str) -> Iterator[BinaryIO]:
        with tempfile.TemporaryFile() as file:
            file.writelines(self.read(area, sha256))
            file.seek(0)
            yield cast(BinaryIO, file)

    def remove(self, area: Area, sha256: str) -> None:
        with _faults():
            self._client.delete_object(Bucket=self._bucket, Key=blob_path(area, sha256))

    def paths(self, folder: str) -> Iterator[str]:
        return (row["Key"] for row in self._rows(f"{folder}/"))

    def read_path(self, path: str) -> Iterator[bytes]:
        return self._get(require_path(path))

    def write_path(self, path: str, blocks: Iterable[bytes]) -> None:
        key, pieces = require_path(path), _rejoined(blocks)
        first = next(pieces, b"")
        if len(first) < MULTIPART_BYTES:
            self._put(key, first)
            return
        with _faults():
            self._put_in_pieces(key, chain([first], pieces))

    def _rows(self, prefix: str) -> Iterator[Any]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        with _faults():
            for page in pages:
                yield from page.get("Contents", [])

    def _put(self, key: str, content: bytes) -> None:
        with _faults():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def _get(self, key: str) -> Blocks:
        return self._opened(key)[0]

    def _opened(self, key: str, **options: Any) -> tuple[Blocks, int]:
        """The bytes, and how many there are."""
        with _faults():
            answer = self._client.get_object(Bucket=self._bucket, Key=key, **options)
        return Blocks(answer["Body"], _faults), int(answer["ContentLength"])

    def _move(self, source: str, target: str) -> None:
        with _faults():
            # The managed copy goes in pieces where one request may not carry it (5 GiB).
            self._client.copy({"Bucket": self._bucket, "Key": source}, self._bucket, target)
            self._client.delete_object(Bucket=self._bucket, Key=source)

    def _put_in_pieces(self, key: str, pieces: Iterator[bytes]) -> None:
        upload = self._client.create_multipart_upload(Bucket=self._bucket, Key=key)["UploadId"]
        place: dict[str, Any] = {"Bucket": self._bucket, "Key": key, "UploadId": upload}
        try:
            done: list[Any] = [
                {"PartNumber": number, "ETag": self._client.upload_part(**place, PartNumber=number, Body=piece)["ETag"]}
                for number, piece in enumerate(pieces, start=1)
            ]
            self._client.complete_multipart_upload(**place, MultipartUpload={"Parts": done})
        except BaseException:
            self._client.abort_multipart_upload(**place)
            raise


def _part(part: str) -> str:
    return f"partials/{part}"


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except ClientError as fault:
        kind = BlobMissing if fault.response.get("Error", {}).get("Code") in _ABSENT else StoreUnavailable
        raise kind(str(fault)) from fault
    except BotoCoreError as fault:
        raise StoreUnavailable(str(fault)) from fault


def _rejoined(blocks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for block in blocks:
        held += block
        if len(held) >= MULTIPART_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)
