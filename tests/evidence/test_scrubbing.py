"""Files that storage lost or spoilt are found while the server runs, told, and owed again."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from server.cases.models import Case
from server.common import clock
from server.common.errors import DomainError
from server.config.operations.evidence_health import evidence_findings
from server.evidence import services
from server.evidence.models import Paper, ScrubPass, StoredFile
from server.evidence.services import scrubbing
from server.evidence.services.papers import add_paper
from server.evidence.services.scrubbing import scrub_all, scrub_turn
from server.evidence.store import Area, blob_path, current_store
from server.ledger.models import Entry
from tests import pictures
from tests.actors import Cast, Phone
from tests.cases.conftest import file_one
from tests.evidence.uploading import Uploader, promise, sha256_of, states_of

pytestmark = pytest.mark.django_db
PHOTOS = [pictures.jpeg(seed=seed) for seed in range(71, 74)]


@pytest.fixture
def delivered(uploader: Uploader, held_case: Case) -> list[str]:
    """Their hashes, in the order in which a scrub reads them."""
    for photo in PHOTOS:
        promise(uploader.phone, photo, held_case)
        uploader.deliver(photo)
    return sorted(map(sha256_of, PHOTOS))


def spoil(settings: Settings, sha256: str, area: Area = Area.ORIGINALS) -> None:
    """As a dying disk does: the same length, other bytes."""
    path = Path(settings.EVIDENCE_DIR) / blob_path(area, sha256)
    path.write_bytes(bytes(len(path.read_bytes())))


def put_paper(case: Case, content: bytes) -> Paper:
    return add_paper(subject=case, kind="RULING", title="查封裁定书", content=io.BytesIO(content))


def days_later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    later = datetime.now(UTC) + timedelta(days=days)
    monkeypatch.setattr(clock, "_clock", lambda: later)


def alarms() -> list[str]:
    views = Entry.objects.filter(kind="evidence_absent").order_by("position").values_list("view", flat=True)
    return [json.loads(view)["sha256"] for view in views]


def found() -> dict[str, str]:
    return {finding.code: finding.level for finding in evidence_findings(is_deep=False)}


def test_a_sound_store_is_read_whole_and_nothing_changes(phone: Phone, delivered: list[str]) -> None:
    done = scrub_all()
    assert (done.files, done.bytes, done.absent, done.damaged) == (3, sum(map(len, PHOTOS)), 0, 0)
    assert set(states_of(phone.id)) == {"verified"}
    assert found()["scrub"] == "fine"


def test_a_lost_and_a_spoilt_file_are_told_wanted_again_and_heal_by_the_next_delivery(
    phone: Phone, uploader: Uploader, delivered: list[str], settings: Settings
) -> None:
    lost, spoilt, sound = delivered
    current_store().remove(Area.ORIGINALS, lost)
    spoil(settings, spoilt)
    damaged = b"".join(current_store().read(Area.ORIGINALS, spoilt))

    done = scrub_all()

    assert (done.absent, done.damaged) == (1, 1)
    assert sorted(states_of(phone.id)) == ["promised", "promised", "verified"]
    assert {each["sha256"] for each in services.wanted_by(phone.device)} == {lost, spoilt}
    assert sorted(alarms()) == sorted([lost, spoilt])
    assert b"".join(current_store().read_path(f"quarantine/damaged-{spoilt}")) == damaged
    assert found()["scrub_found"] == "note"

    for photo in PHOTOS:
        if sha256_of(photo) != sound:
            uploader.deliver(photo)
    assert set(states_of(phone.id)) == {"verified"}
    again = scrub_all()
    assert (again.files, again.absent, again.damaged) == (3, 0, 0)


def test_papers_are_read_as_well_their_cases_told_and_added_again_they_are_back(
    cast: Cast, held_case: Case, delivered: list[str], settings: Settings
) -> None:
    other_case = file_one(cast, 124)
    lost, spoilt, sound = (b"%%PDF-1.7 paper %d" % number for number in range(3))
    for content in (lost, spoilt, sound, PHOTOS[0]):
        put_paper(held_case, content)
    put_paper(other_case, spoilt)
    current_store().remove(Area.PAPERS, sha256_of(lost))
    spoil(settings, sha256_of(spoilt), Area.PAPERS)

    done = scrub_all()

    assert (done.files, done.absent, done.damaged) == (len(delivered) + 4, 1, 1)
    told = Entry.objects.filter(kind="paper_absent")
    assert {(json.loads(entry.view)["paper"]["sha256"], entry.subject_id) for entry in told} == {
        (sha256_of(lost), held_case.pk),
        (sha256_of(spoilt), held_case.pk),
        (sha256_of(spoilt), other_case.pk),
    }
    assert current_store().size_of(Area.PAPERS, sha256_of(spoilt)) is None
    assert b"".join(current_store().read_path(f"quarantine/damaged-paper-{sha256_of(spoilt)}")) == bytes(len(spoilt))
    assert found()["papers_missing"] == "fault"

    for content in (lost, spoilt):
        with pytest.raises(DomainError, match="paper_exists"):
            put_paper(held_case, content)
    again = scrub_all()
    assert (again.files, again.absent, again.damaged) == (len(delivered) + 4, 0, 0)


def test_a_turn_that_ends_at_a_hash_has_read_file_and_paper_of_it(
    held_case: Case, delivered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for photo in PHOTOS:
        put_paper(held_case, photo)
    monkeypatch.setattr(scrubbing, "SMALLEST_TURN_BYTES", 1)
    current = scrub_turn()
    assert current is not None
    assert (current.cursor, current.files) == (delivered[0], 2)


def test_a_turn_reads_a_little_and_the_next_goes_on_where_it_ended(
    delivered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrubbing, "SMALLEST_TURN_BYTES", 1)
    cursors = []
    for _ in range(4):
        current = scrub_turn()
        assert current is not None
        cursors.append((current.cursor, current.files, current.finished_at is None))
    assert cursors == [*((sha256, i + 1, True) for i, sha256 in enumerate(delivered)), (delivered[-1], 3, False)]


def test_one_pass_in_so_many_days_and_none_where_that_is_switched_off(
    delivered: list[str], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    while (current := scrub_turn()) and current.finished_at is None:
        pass
    assert scrub_turn() is None
    days_later(monkeypatch, 29)
    assert scrub_turn() is None
    days_later(monkeypatch, 31)
    settings.SCRUB_DAYS = 0
    assert scrub_turn() is None
    settings.SCRUB_DAYS = 30
    assert scrub_turn() is not None
    assert ScrubPass.objects.count() == 2


def test_a_disk_that_is_not_mounted_is_no_loss(
    phone: Phone, uploader: Uploader, held_case: Case, settings: Settings, tmp_path: Path
) -> None:
    for number in range(25):
        photo = b"photo %d" % number
        promise(phone, photo, held_case)
        uploader.deliver(photo)
    mounted = settings.EVIDENCE_DIR
    settings.EVIDENCE_DIR = tmp_path / "empty"

    current = scrub_turn()

    assert current is not None
    assert current.is_halted
    assert set(states_of(phone.id)) == {"verified"}
    assert found()["scrub_halted"] == "fault"
    with pytest.raises(CommandError):
        call_command("scrub", language="en", stdout=io.StringIO())
    assert alarms() == []

    settings.EVIDENCE_DIR = mounted
    current = scrub_turn()
    assert current is not None
    assert (current.is_halted, current.files, current.absent) == (False, 25, 0)


def test_the_operator_reads_all_files_at_once_and_says_that_their_loss_is_real(
    phone: Phone, delivered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrubbing, "ABSENT_AT_ONCE", 1)
    for sha256 in delivered[:2]:
        current_store().remove(Area.ORIGINALS, sha256)
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("scrub", language="en", stdout=out)
    assert StoredFile.objects.count() == 3
    with pytest.raises(CommandError):
        call_command("scrub", "--force", language="en", stdout=out)
    assert "2 absent, 0 damaged" in out.getvalue()
    assert sorted(states_of(phone.id)) == ["promised", "promised", "verified"]


def test_with_a_second_copy_what_storage_lost_is_put_back_and_nobody_sends_it_again(
    phone: Phone, delivered: list[str], settings: Settings, tmp_path: Path
) -> None:
    settings.EVIDENCE_REPLICA_DIR = tmp_path / "second"
    assert services.replicate_files() == 3
    assert services.replicate_files() == 0
    current_store().remove(Area.ORIGINALS, delivered[0])
    spoil(settings, delivered[1])

    done = scrub_all()

    assert (done.absent, done.damaged) == (1, 1)
    assert set(states_of(phone.id)) == {"verified"}
    assert alarms() == []
    again = scrub_all()
    assert (again.files, again.absent, again.damaged) == (3, 0, 0)


def test_a_second_copy_that_is_away_costs_time_and_nothing_else(
    phone: Phone, delivered: list[str], settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "second").write_text("a file where the folder should be mounted")
    settings.EVIDENCE_REPLICA_DIR = tmp_path / "second"
    assert services.replicate_files() == 0
    assert StoredFile.objects.filter(replicated_at=None).count() == 3
    (tmp_path / "second").unlink()
    assert services.replicate_files() == 3


def test_spoilt_bytes_are_not_copied_as_good_ones(
    phone: Phone, delivered: list[str], settings: Settings, tmp_path: Path
) -> None:
    settings.EVIDENCE_REPLICA_DIR = tmp_path / "second"
    spoil(settings, delivered[0])
    assert services.replicate_files() == 2
    assert not (tmp_path / "second" / blob_path(Area.ORIGINALS, delivered[0])).exists()


def test_papers_have_a_second_copy_and_are_put_back_from_it(
    held_case: Case, settings: Settings, tmp_path: Path
) -> None:
    settings.EVIDENCE_REPLICA_DIR = tmp_path / "second"
    lost, hurt = put_paper(held_case, b"%PDF-1.7 one"), put_paper(held_case, b"%PDF-1.7 another")
    assert services.replicate_files() == 2
    current_store().remove(Area.PAPERS, lost.sha256)
    spoil(settings, hurt.sha256, Area.PAPERS)
    done = scrub_all()
    assert (done.absent, done.damaged) == (1, 1)
    assert not Entry.objects.filter(kind="paper_absent").exists()
    assert b"".join(current_store().read(Area.PAPERS, hurt.sha256)) == b"%PDF-1.7 another"
    assert (scrub_all().absent, scrub_all().damaged) == (0, 0)


def test_the_second_copy_is_read_again_too_and_made_anew_where_it_is_spoilt(
    held_case: Case, delivered: list[str], settings: Settings, tmp_path: Path
) -> None:
    settings.EVIDENCE_REPLICA_DIR = tmp_path / "second"
    paper = put_paper(held_case, b"%PDF-1.7 one")
    services.replicate_files()
    copies = [blob_path(Area.ORIGINALS, delivered[0]), blob_path(Area.PAPERS, paper.sha256)]
    (tmp_path / "second" / copies[0]).write_bytes(b"spoilt")
    (tmp_path / "second" / copies[1]).unlink()
    done = scrub_all()
    assert (done.absent, done.damaged, done.copies_mended) == (0, 0, 2)
    for copy in copies:
        assert (tmp_path / "second" / copy).read_bytes() == (Path(settings.EVIDENCE_DIR) / copy).read_bytes()
    assert scrub_all().copies_mended == 0


def test_a_second_copy_that_is_not_mounted_is_not_taken_for_lost(
    delivered: list[str], settings: Settings, tmp_path: Path
) -> None:
    settings.EVIDENCE_REPLICA_DIR = tmp_path / "second"
    services.replicate_files()
    (tmp_path / "second").rename(tmp_path / "elsewhere")
    (tmp_path / "second").mkdir()
    assert scrub_all().copies_mended == 0
    assert list((tmp_path / "second").iterdir()) == []
