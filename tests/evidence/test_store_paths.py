"""A copy of the store reads and writes by the paths of its layout, the same in both drivers."""

import hashlib
import os
from pathlib import Path

import pytest

from server.evidence.file_store import FileStore
from server.evidence.s3_store import MULTIPART_BYTES, S3Store
from server.evidence.store import Area, BlobStore, blob_path

CONTENT = os.urandom(90_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["files", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "files":
        return FileStore(tmp_path)
    return S3Store(**vars(request.getfixturevalue("s3")), region="us-east-1")


def test_an_original_is_read_by_its_path_and_put_back(store: BlobStore) -> None:
    store.put(Area.ORIGINALS, SHA256, CONTENT)
    path = blob_path(Area.ORIGINALS, SHA256)
    assert b"".join(store.read_path(path)) == CONTENT
    store.remove(Area.ORIGINALS, SHA256)
    store.write_path(path, [CONTENT[:5], CONTENT[5:]])
    assert b"".join(store.read(Area.ORIGINALS, SHA256)) == CONTENT


def test_a_large_file_is_put_back_whole(store: BlobStore) -> None:
    content = os.urandom(MULTIPART_BYTES + 12_345)
    path = blob_path(Area.ORIGINALS, hashlib.sha256(content).hexdigest())
    store.write_path(path, (content[at : at + 700_000] for at in range(0, len(content), 700_000)))
    assert b"".join(store.read_path(path)) == content


def test_a_part_is_put_back_under_its_own_name(store: BlobStore) -> None:
    part = store.put_part(b"half a photo")
    store.discard([part])
    store.write_path(f"partials/{part}", [b"half a photo"])
    assert b"".join(store.read_part(part)) == b"half a photo"


def test_what_was_set_aside_is_listed(store: BlobStore) -> None:
    label = f"{SHA256}-somebody-1"
    store.quarantine(store.put_part(b"other bytes"), label)
    assert f"quarantine/{label}" in list(store.paths("quarantine"))


@pytest.mark.parametrize(
    "path", ["../secret_key", "originals/../../x", "originals/ff/ff/" + "0" * 64, "/etc/passwd", ""]
)
def test_a_path_that_leads_elsewhere_is_refused(store: BlobStore, path: str) -> None:
    with pytest.raises(ValueError, match="no path"):
        store.write_path(path, [b"x"])
