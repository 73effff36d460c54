"""`manage.py verify_evidence` reads everything stored again, and names each file that is not as it should be."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from server.cases.models import Case
from server.evidence import services
from server.evidence.management.commands import verify_evidence
from server.evidence.models import Paper, Promise, StoredFile
from server.evidence.sm3 import sm3_hex
from server.evidence.store import Area, StoreUnavailable, current_store
from server.ledger.models import Entry
from tests import pictures
from tests.evidence.test_scrubbing import put_paper, spoil
from tests.evidence.uploading import Uploader, promise, sha256_of

pytestmark = pytest.mark.django_db
PHOTOS = [pictures.jpeg((64, 48), seed=seed) for seed in range(81, 84)]


@pytest.fixture
def stored(uploader: Uploader, held_case: Case) -> list[str]:
    """Three photos with their previews and a paper; hashes of the photos."""
    for photo in PHOTOS:
        promise(uploader.phone, photo, held_case)
        uploader.deliver(photo)
        services.make_preview(sha256_of(photo))
    put_paper(held_case, b"%PDF-1.7 a ruling")
    return sorted(map(sha256_of, PHOTOS))


class Ran:
    def __init__(self, capsys: pytest.CaptureFixture[str], *options: str) -> None:
        self.failed = False
        try:
            call_command("verify_evidence", *options)
        except CommandError:
            self.failed = True
        *self.lines, last = capsys.readouterr().out.splitlines()
        self.told: dict[str, Any] = json.loads(last)


def test_what_is_whole_is_read_to_the_end(stored: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys)
    assert not ran.failed
    assert not ran.lines
    assert (ran.told["ok"], ran.told["finished"], ran.told["faults"]) == (True, True, 0)
    assert ran.told["files"] == 3 + 3 + 1, "photos, previews, the paper"


def test_each_wrong_or_missing_file_is_named_and_nothing_is_demoted(
    stored: list[str], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    preview = StoredFile.objects.get(pk=stored[2]).thumbnail_sha256
    paper = Paper.objects.get().sha256
    spoil(settings, stored[0])
    current_store().remove(Area.ORIGINALS, stored[1])
    current_store().remove(Area.DERIVED, preview)
    spoil(settings, paper, Area.PAPERS)
    entries = Entry.objects.count()
    ran = Ran(capsys)
    assert ran.failed
    assert sorted(ran.lines) == sorted(
        [
            f"damaged originals {stored[0]}",
            f"absent originals {stored[1]}",
            f"absent derived {preview}",
            f"damaged papers {paper}",
        ]
    )
    assert (ran.told["ok"], ran.told["faults"], len(ran.told["named"])) == (False, 4, 4)
    assert Entry.objects.count() == entries
    assert set(Promise.objects.values_list("state", flat=True)) == {"verified"}


def test_another_sm3_on_record_is_found(stored: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    StoredFile.objects.filter(pk=stored[1]).update(sm3="0" * 64)
    assert Ran(capsys).lines == [f"sm3_differs originals {stored[1]}"]


def test_an_sm3_that_was_never_computed_is_put_on_record(stored: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    StoredFile.objects.filter(pk=stored[0]).update(sm3="")
    Paper.objects.update(sm3="")
    assert Ran(capsys).told["sm3_added"] == 2
    photo = next(photo for photo in PHOTOS if sha256_of(photo) == stored[0])
    assert StoredFile.objects.get(pk=stored[0]).sm3 == sm3_hex([photo])
    assert Paper.objects.get().sm3 == sm3_hex([b"%PDF-1.7 a ruling"])
    assert Ran(capsys).told["sm3_added"] == 0


def test_a_paper_has_its_sm3_from_the_start(held_case: Case) -> None:
    assert put_paper(held_case, b"%PDF-1.7 a warrant").sm3 == sm3_hex([b"%PDF-1.7 a warrant"])


def test_it_goes_on_where_it_stopped(stored: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    whole = Ran(capsys).told
    first = Ran(capsys, "--after", stored[0]).told
    assert first["finished"]
    assert first["files"] < whole["files"]
    assert first["last"] == whole["last"]


def test_a_store_that_falls_silent_ends_it_with_where_it_stood(
    stored: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    store, read = type(current_store()), type(current_store()).read

    def silent(self: Any, area: Area, sha256: str, *span: Any) -> Any:
        if sha256 == stored[2]:
            raise StoreUnavailable("unplugged")
        return read(self, area, sha256, *span)

    monkeypatch.setattr(store, "read", silent)
    ran = Ran(capsys)
    assert ran.failed
    assert not ran.told["finished"]
    assert ran.told["last"] < stored[2]


def test_so_much_and_no_more_is_read_at_once(
    stored: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_evidence, "MEGABYTE", 1)
    read = Ran(capsys, "--at-most", "1").told
    assert not read["finished"]
    assert read["ok"]
    rest = Ran(capsys, "--after", read["last"]).told
    assert rest["finished"]
