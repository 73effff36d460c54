"""One contract, both drivers: files, and S3 from a wheel."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from server.common.clock import now
from server.evidence.file_store import FileStore
from server.evidence.s3_store import MULTIPART_BYTES, S3Store
from server.evidence.store import Area, BlobMissing, BlobStore, StoreUnavailable, current_store


@pytest.fixture(params=["files", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "files":
        return FileStore(tmp_path)
    return S3Store(**vars(request.getfixturevalue("s3")), region="us-east-1")


def joined(blocks: Iterator[bytes]) -> bytes:
    return b"".join(blocks)


def kept(store: BlobStore, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    store.keep(store.put_part(content), sha256)
    return sha256


def test_a_part_comes_back_as_it_was_written(store: BlobStore) -> None:
    content = os.urandom(700_000)
    assert joined(store.read_part(store.put_part(content))) == content


def test_equal_parts_have_different_names(store: BlobStore) -> None:
    assert store.put_part(b"same") != store.put_part(b"same")


def test_parts_are_assembled_in_the_order_given_and_stay(store: BlobStore) -> None:
    parts = [store.put_part(content) for content in (b"first ", b"second ", b"third")]
    assert joined(store.read_part(store.assemble(parts))) == b"first second third"
    assert joined(store.read_part(parts[1])) == b"second "


def test_many_parts_are_assembled_beyond_one_request_s_size(store: BlobStore) -> None:
    contents = [os.urandom(1024 * 1024) for _ in range(MULTIPART_BYTES // 2**20 + 2)]
    whole = store.assemble([store.put_part(content) for content in contents])
    assert joined(store.read_part(whole)) == b"".join(contents)


def test_a_single_part_needs_no_copy(store: BlobStore) -> None:
    part = store.put_part(b"whole")
    assert store.assemble([part]) == part


def test_a_kept_part_is_the_original_and_no_longer_a_part(store: BlobStore) -> None:
    part = store.put_part(b"a photograph")
    sha256 = hashlib.sha256(b"a photograph").hexdigest()
    assert store.size_of(Area.ORIGINALS, sha256) is None
    store.keep(part, sha256)
    assert store.size_of(Area.ORIGINALS, sha256) == 12
    assert joined(store.read(Area.ORIGINALS, sha256)) == b"a photograph"
    with pytest.raises(BlobMissing):
        store.read_part(part)


def test_keeping_the_same_bytes_again_is_harmless(store: BlobStore) -> None:
    assert kept(store, b"twice") == kept(store, b"twice")
    assert store.size_of(Area.ORIGINALS, hashlib.sha256(b"twice").hexdigest()) == 5


@pytest.mark.parametrize(("start", "end"), [(0, 1), (0, 10), (3, 7), (9, 10), (5, None), (4, 4)])
def test_a_range_is_a_slice(store: BlobStore, start: int, end: int | None) -> None:
    sha256 = kept(store, b"0123456789")
    assert joined(store.read(Area.ORIGINALS, sha256, start, end)) == b"0123456789"[start:end]


@pytest.mark.parametrize("start", [0, 4, 12])
def test_a_blob_that_was_cut_is_said_before_a_byte_of_it_is_read(store: BlobStore, start: int) -> None:
    sha256 = kept(store, b"0123456789")
    with pytest.raises(StoreUnavailable):
        store.read(Area.ORIGINALS, sha256, start, 20)


def test_what_is_absent_is_said_at_once(store: BlobStore) -> None:
    with pytest.raises(BlobMissing):
        store.read(Area.ORIGINALS, "0" * 64)
    with pytest.raises(BlobMissing):
        store.assemble([store.put_part(b"here"), "f" * 32])


def test_quarantined_bytes_are_out_of_reach_of_uploads(store: BlobStore) -> None:
    part = store.put_part(b"not what was promised")
    store.quarantine(part, "somewhere-1")
    with pytest.raises(BlobMissing):
        store.read_part(part)


def test_discarding_is_final_and_may_be_repeated(store: BlobStore) -> None:
    part = store.put_part(b"late bytes")
    store.discard([part])
    store.discard([part])
    with pytest.raises(BlobMissing):
        store.read_part(part)


def test_old_parts_are_listed_for_the_sweep(store: BlobStore) -> None:
    part = store.put_part(b"orphan")
    assert part in set(store.parts_before(now() + timedelta(minutes=1)))
    assert part not in set(store.parts_before(now() - timedelta(hours=1)))


def test_derived_files_are_apart_from_originals(store: BlobStore) -> None:
    sha256 = hashlib.sha256(b"thumbnail").hexdigest()
    store.put(Area.DERIVED, sha256, b"thumbnail")
    assert store.size_of(Area.ORIGINALS, sha256) is None
    with store.open_file(Area.DERIVED, sha256) as file:
        assert file.fileno() > 2
        assert file.read() == b"thumbnail"
    store.remove(Area.DERIVED, sha256)
    assert store.size_of(Area.DERIVED, sha256) is None


def test_settings_alone_choose_the_driver(tmp_path: Path) -> None:
    options = {"bucket": "b", "access_key": "a", "secret_key": "s", "region": "us-east-1"}
    with override_settings(EVIDENCE_DIR=tmp_path, EVIDENCE_STORE={"endpoint_url": "", **options}):
        assert isinstance(current_store(), FileStore)
    with override_settings(EVIDENCE_STORE={"endpoint_url": "http://127.0.0.1:9", **options}):
        assert isinstance(current_store(), S3Store)


def test_an_unreachable_store_is_unavailable_not_empty() -> None:
    store = S3Store(endpoint_url="http://127.0.0.1:9", bucket="b", access_key="a", secret_key="s", region="us-east-1")
    with pytest.raises(StoreUnavailable):
        store.size_of(Area.ORIGINALS, "0" * 64)


def test_a_full_disk_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailable):
        FileStore(tmp_path).put_part(b"x")
    assert not list((tmp_path / "partials").iterdir())


@pytest.mark.parametrize("is_made_before", [False, True], ids=["new folders", "folders of a process that died"])
def test_files_and_each_folder_that_gained_a_name_are_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_made_before: bool
) -> None:
    synced: list[Path] = []
    fsync: Callable[[int], None] = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    store = FileStore(tmp_path / "evidence")
    sha256 = hashlib.sha256(b"durable").hexdigest()
    if is_made_before:
        (tmp_path / "evidence" / "originals" / sha256[:2] / sha256[2:4]).mkdir(parents=True)
    part = store.put_part(b"durable")
    file = tmp_path / "evidence" / "partials" / part
    assert synced[-2:] == [file, file.parent]
    store.keep(part, sha256)
    target = tmp_path / "evidence" / "originals" / sha256[:2] / sha256[2:4]
    assert synced[-1] == target
    assert {target.parent, target.parent.parent, tmp_path / "evidence"} <= set(synced)
    assert is_made_before or tmp_path in synced


def test_evidence_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    sha256 = kept(FileStore(tmp_path / "evidence"), b"private")
    path = tmp_path / "evidence" / "originals" / sha256[:2] / sha256[2:4] / sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
