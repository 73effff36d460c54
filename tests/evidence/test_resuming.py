"""Cuts, crashes and races: whatever happens, the device asks for the offset and goes on, and the file counts once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from server.evidence import services, store
from server.evidence.file_store import FileStore
from server.evidence.models import Promise, StoredFile, Upload
from server.evidence.services import uploads, verification
from server.evidence.store import StoreUnavailable
from server.ledger.models import Entry
from tests import pictures
from tests.actors import Phone, people_of_a_city, phone_of
from tests.backends import Bucket
from tests.evidence.uploading import Uploader, promise, sha256_of, states_of

PHOTO = pictures.jpeg(seed=2)
SHA256 = sha256_of(PHOTO)


class Died(BaseException):
    """The process is gone: nothing after this point ran."""


def entries(kind: str = "evidence_verified") -> int:
    return Entry.objects.filter(kind=kind, stream__startswith="court:").count()


def parts_on_disk(settings: Settings) -> int:
    folder: Path = settings.EVIDENCE_DIR / "partials"
    return len(list(folder.iterdir())) if folder.exists() else 0


@pytest.fixture(params=["files", "s3"])
def _anywhere(request: pytest.FixtureRequest, settings: Settings) -> None:
    if request.param == "s3":
        bucket: Bucket = request.getfixturevalue("s3")
        settings.EVIDENCE_STORE = {**vars(bucket), "region": "us-east-1"}


@pytest.mark.usefixtures("_anywhere")
@pytest.mark.parametrize("cut", [1, 7, 1000, len(PHOTO) // 2, len(PHOTO) - 1])
def test_an_upload_goes_on_where_it_was_cut(phone: Phone, uploader: Uploader, cut: int) -> None:
    promise(phone, PHOTO)
    assert uploader.patch(SHA256, 0, PHOTO[:cut])["Upload-Offset"] == str(cut)
    assert states_of(phone.id) == ["partial"]
    again = Uploader(phone)
    assert again.offset(SHA256) == cut
    again.deliver(PHOTO)
    assert states_of(phone.id) == ["verified"]
    assert b"".join(services.open_range(SHA256)) == PHOTO


def test_a_file_of_many_chunks_arrives_whole_and_leaves_no_parts(
    phone: Phone, uploader: Uploader, settings: Settings
) -> None:
    content = pictures.heavy_jpeg(2500, seed=3)
    promise(phone, content)
    uploader.deliver(content, chunk=300_000)
    assert b"".join(services.open_range(sha256_of(content))) == content
    assert parts_on_disk(settings) == 0
    assert not Upload.objects.exists()


def test_a_reply_lost_after_the_last_byte_costs_nothing(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO)
    repeated = uploader.patch(SHA256, 0, PHOTO)
    assert (repeated.status_code, repeated["Upload-Offset"]) == (409, str(len(PHOTO)))
    assert entries() == 1


def test_death_between_the_bytes_and_the_offset_loses_only_that_chunk(
    phone: Phone, uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:500])
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "_move_offset", _die)
        with pytest.raises(Died):
            uploader.patch(SHA256, 500, b"#" * 500)
    assert uploader.offset(SHA256) == 500
    uploader.deliver(PHOTO, chunk=700)
    assert states_of(phone.id) == ["verified"]
    assert entries("evidence_mismatch_alarm") == 0


def test_death_between_keeping_and_counting_is_healed_by_the_last_chunk(
    phone: Phone, uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:500])
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "verify_delivery", _die)
        with pytest.raises(Died):
            uploader.patch(SHA256, 500, PHOTO[500:])
    assert (states_of(phone.id), uploader.offset(SHA256), entries()) == (["partial"], 500, 0)
    uploader.deliver(PHOTO)
    assert (states_of(phone.id), entries()) == (["verified"], 1)


def test_death_inside_the_counting_undoes_all_of_it(
    phone: Phone, uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(phone, PHOTO)
    with monkeypatch.context() as patched:
        patched.setattr(verification, "sign_receipts", _die)
        with pytest.raises(Died):
            uploader.patch(SHA256, 0, PHOTO)
    assert (states_of(phone.id), uploader.offset(SHA256), entries()) == (["promised"], 0, 0)
    assert not StoredFile.objects.exists()
    uploader.deliver(PHOTO)
    assert (states_of(phone.id), entries(), len(uploader.receipts(SHA256))) == (["verified"], 1, 1)


def _die(*_: Any, **__: Any) -> None:
    raise Died


class FullStore(FileStore):
    def put_part(self, content: bytes) -> str:
        raise StoreUnavailable("no space left on device")


def test_a_full_disk_says_try_again_and_changes_nothing(
    phone: Phone, uploader: Uploader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:500])
    with monkeypatch.context() as patched:
        patched.setattr(store, "current_store", lambda: FullStore(tmp_path))
        response = uploader.patch(SHA256, 500, PHOTO[500:])
    assert (response.status_code, response.json()["code"]) == (503, "storage_unavailable")
    assert int(response["Retry-After"]) > 0
    assert uploader.offset(SHA256) == 500


def test_parts_lost_by_the_disk_begin_the_upload_anew(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:500])
    store.current_store().discard(Upload.objects.get().parts)
    response = uploader.patch(SHA256, 500, PHOTO[500:])
    assert (response.status_code, response["Upload-Offset"]) == (409, "0")
    uploader.deliver(PHOTO)
    assert states_of(phone.id) == ["verified"]


def test_bytes_of_an_ended_attempt_have_nowhere_to_land(
    phone: Phone, uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PATCH is under way when a termination, and a fresh start up to the same offset, overtake it."""
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:500])
    _between(monkeypatch, lambda: (uploader.request("DELETE", SHA256), uploader.patch(SHA256, 0, PHOTO[:500])))
    late = uploader.patch(SHA256, 500, b"#" * 100)
    assert (late.status_code, late["Upload-Offset"]) == (409, "500")
    uploader.deliver(PHOTO)
    assert states_of(phone.id) == ["verified"]
    assert entries("evidence_mismatch_alarm") == 0


def test_of_two_patches_for_one_offset_the_later_is_refused(
    phone: Phone, uploader: Uploader, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    promise(phone, PHOTO)
    _between(monkeypatch, lambda: uploader.patch(SHA256, 0, PHOTO[:300]))
    overtaken = uploader.patch(SHA256, 0, b"#" * 500)
    assert (overtaken.status_code, overtaken["Upload-Offset"]) == (409, "300")
    assert parts_on_disk(settings) == 1
    uploader.deliver(PHOTO)
    assert states_of(phone.id) == ["verified"]


def test_a_termination_during_the_finish_leaves_the_verified_file(
    phone: Phone, uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:500])
    _between(monkeypatch, lambda: uploader.request("DELETE", SHA256))
    response = uploader.patch(SHA256, 500, PHOTO[500:])
    # The parts are gone before they are read: nothing counts. Read before, they count. Never anything in between.
    assert (response.status_code, states_of(phone.id), entries()) == (409, ["promised"], 0)
    uploader.deliver(PHOTO)
    assert (states_of(phone.id), entries()) == (["verified"], 1)


def _between(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Once, after the next chunk is on the disk and before anything else is done with it."""
    put_part = FileStore.put_part

    def interrupted(self: FileStore, content: bytes) -> str:
        part = put_part(self, content)
        monkeypatch.setattr(FileStore, "put_part", put_part)
        happens()
        return part

    monkeypatch.setattr(FileStore, "put_part", interrupted)


@pytest.fixture
def committed_phone(transactional_db: None) -> Phone:
    return phone_of(people_of_a_city().holder)


def _in_parallel(*works: Callable[[], Any]) -> list[Any]:
    barrier = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def test_two_finishes_in_parallel_count_once(committed_phone: Phone) -> None:
    content = pictures.jpeg(seed=4)
    promise(committed_phone, content)
    bearer = services.issue_bearer(committed_phone.device)

    def deliver() -> int:
        return int(Uploader(committed_phone, bearer=bearer).patch(sha256_of(content), 0, content).status_code)

    statuses = _in_parallel(deliver, deliver)
    assert set(statuses) <= {204, 409}
    assert 204 in statuses
    assert entries() == 1
    assert len(Uploader(committed_phone).receipts(sha256_of(content))) == 1


def test_two_first_chunks_in_parallel_move_the_offset_once(committed_phone: Phone) -> None:
    promise(committed_phone, PHOTO)
    bearer = services.issue_bearer(committed_phone.device)

    def begin() -> int:
        return int(Uploader(committed_phone, bearer=bearer).patch(SHA256, 0, PHOTO[:900]).status_code)

    assert sorted(_in_parallel(begin, begin, begin)) == [204, 409, 409]
    uploader = Uploader(committed_phone)
    assert uploader.offset(SHA256) == 900
    uploader.deliver(PHOTO)
    assert Promise.objects.get().state == Promise.State.VERIFIED


def test_a_promise_recorded_while_its_bytes_are_being_counted_is_counted_too(committed_phone: Phone) -> None:
    """A push and a finish side by side, neither seeing the other's rows, in whatever order they commit."""
    for round_ in range(6):
        content = pictures.jpeg(seed=100 + round_)
        promise(committed_phone, content)
        uploader = Uploader(committed_phone)
        _in_parallel(partial(uploader.deliver, content), partial(promise, committed_phone, content))
        states = Promise.objects.filter(sha256=sha256_of(content)).values_list("state", flat=True)
        assert list(states) == ["verified", "verified"]
        assert len(Uploader(committed_phone).receipts(sha256_of(content))) == 2
