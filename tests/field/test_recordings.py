"""Films of body cameras: kept whole, matched by camera and time, listed where no act or more than one fits."""

import struct
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from server.cases.models import Case
from server.common.clock import SHANGHAI, now
from server.evidence.film_times import span_of
from server.evidence.models import Recording, StoredFile
from server.field.models import FieldAction
from server.field.recordings import give_to_act, import_recording, match_recording, match_waiting_recordings
from server.ledger.models import Entry
from tests.actors import Cast, browser_of, cast
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

__all__ = ["cast"]
pytestmark = pytest.mark.django_db
SERIAL = "JLY-9801"
DAY = now().date().isoformat()


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def film(created: int = 0, seconds: int = 600, body: bytes = b"frames") -> bytes:
    mvhd = struct.pack(">IIIII", 0, created, created, 1000, seconds * 1000) + bytes(80)
    return box(b"ftyp", b"isom\0\0\0\0isom") + box(b"mdat", body) + box(b"moov", box(b"mvhd", mvhd))


@pytest.fixture
def case(cast: Cast) -> Case:
    return hold(file_one(cast), cast.group)


@pytest.fixture
def phone(cast: Cast) -> TestDevice:
    return phone_of(cast.holder)


def acted(
    phone: TestDevice, case: Case, begins: str = "00:58", ends: str = "02:31", serial: str = SERIAL
) -> FieldAction:
    """An act of today that names a camera and its time, in UTC."""
    before = set(FieldAction.objects.values_list("pk", flat=True))
    camera = {"kind": "BODY_CAMERA", "device_serial": serial}
    camera |= {"from": f"{DAY}T{begins}:00Z", "to": f"{DAY}T{ends}:00Z"}
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE | {"recordings": [camera]})
    phone.push()
    return FieldAction.objects.exclude(pk__in=before).get()


def named(begins: str, ends: str = "") -> str:
    """As a camera names its film; hours of China, which are these of UTC and eight more."""
    parts = [f"{DAY.replace('-', '')}_{each.replace(':', '')}00" for each in (begins, ends) if each]
    return f"{SERIAL}_{'_'.join(parts)}.mp4"


def brought_in(cast: Cast, folder: Path, name: str, content: bytes = b"", serial: str = SERIAL) -> Recording:
    path = folder / name
    path.write_bytes(content or film())
    return import_recording(court=cast.court, serial=serial, path=path)


def test_a_film_finds_the_act_that_names_its_camera_and_its_time(
    cast: Cast, phone: TestDevice, case: Case, tmp_path: Path
) -> None:
    act = acted(phone, case)
    found = brought_in(cast, tmp_path, named("09:30", "09:40"), serial=" jly-9801 ")
    assert (found.state, found.action_id, found.case_id) == ("matched", act.pk, case.pk)
    assert Entry.objects.filter(kind="recording_matched", subject_id=case.pk).exists()
    assert StoredFile.objects.get(pk=found.sha256).size == len(film())
    for page in (f"/centre/cases/{case.pk}", f"/centre/actions/{act.pk}"):
        assert f"/centre/evidence/{found.sha256}" in browser_of(cast.duty).get(page).content.decode()
    href = f"/api/v1/evidence/{found.sha256}"
    assert browser_of(cast.holder).get(href).getvalue() == film()
    assert browser_of(cast.stranger).get(href).status_code == 404
    codes = [step["code"] for step in browser_of(cast.duty).get(f"{href}/life").json()["steps"]]
    assert {"filmed", "imported", "stored", "view"} >= set(codes) >= {"filmed", "imported", "stored"}


@pytest.mark.parametrize("stated", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59Z"])
def test_a_time_that_no_calendar_holds_stops_no_film(
    cast: Cast, phone: TestDevice, case: Case, tmp_path: Path, stated: str
) -> None:
    camera = {"kind": "BODY_CAMERA", "device_serial": SERIAL, "from": stated, "to": stated}
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE | {"recordings": [camera]})
    phone.push()
    moment = now().astimezone(SHANGHAI)
    ends = moment + timedelta(minutes=1)
    name = f"{SERIAL}_{moment:%Y%m%d_%H%M%S}_{ends:%Y%m%d_%H%M%S}.mp4"
    found = brought_in(cast, tmp_path, name)
    assert found.action_id == FieldAction.objects.get().pk, "it names the camera: the moment of the act counts"


def test_what_a_person_chose_while_films_are_matched_stands(
    cast: Cast, phone: TestDevice, case: Case, tmp_path: Path
) -> None:
    acts = [acted(phone, case), acted(phone, case, "01:20", "01:50")]
    read_before = brought_in(cast, tmp_path, named("09:30", "09:40"))
    give_to_act(Recording.objects.get(), acts[1].pk)
    assert match_recording(read_before).action_id == acts[1].pk
    assert Entry.objects.filter(kind="recording_matched").count() == 1


@pytest.mark.parametrize(
    ("begins", "ends", "serial"), [("12:00", "12:10", SERIAL), ("09:30", "09:40", "JLY-9802")], ids=["time", "camera"]
)
def test_another_time_or_another_camera_finds_none(
    cast: Cast, phone: TestDevice, case: Case, tmp_path: Path, begins: str, ends: str, serial: str
) -> None:
    acted(phone, case)
    found = brought_in(cast, tmp_path, named(begins, ends), serial=serial)
    assert (found.state, found.candidates) == ("unmatched", [])
    assert browser_of(cast.holder).get(f"/api/v1/evidence/{found.sha256}").status_code == 404
    assert browser_of(cast.duty).get(f"/api/v1/evidence/{found.sha256}").getvalue() == film()


def test_two_acts_at_that_time_are_candidates_and_a_person_chooses(
    cast: Cast, phone: TestDevice, case: Case, tmp_path: Path
) -> None:
    acts = [acted(phone, case), acted(phone, case, "01:20", "01:50")]
    found = brought_in(cast, tmp_path, named("09:30", "09:40"))
    assert (found.state, found.candidates) == ("ambiguous", sorted(str(act.pk) for act in acts))
    assert str(acts[0].pk) in told("--list")
    told("--give", found.sha256, str(acts[1].pk))
    found.refresh_from_db()
    assert (found.action_id, found.candidates) == (acts[1].pk, [])
    with pytest.raises(CommandError, match="it has an act"):
        told("--give", found.sha256, str(acts[0].pk))


def told(*options: str) -> str:
    out = StringIO()
    call_command("import_recordings", *options, "--court", "闽0924", stdout=out)
    return out.getvalue()


def test_a_folder_twice_is_the_same_films_and_an_act_that_comes_later_is_found(
    cast: Cast, phone: TestDevice, case: Case, tmp_path: Path
) -> None:
    (tmp_path / named("09:30")).write_bytes(film(seconds=300))
    (tmp_path / "nothing known.mp4").write_bytes(b"no film at all")
    assert told(str(tmp_path), "--serial", SERIAL).count("unmatched") == 2
    act = acted(phone, case)
    assert match_waiting_recordings() == 1
    again = told(str(tmp_path), "--serial", SERIAL)
    assert f"matched {Recording.objects.get(action_id=act.pk).sha256}" in again
    assert Recording.objects.count() == 2
    assert Entry.objects.filter(kind="recording_imported").count() == 2


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("A_20261122_085800_20261122_103100.mp4", b"", ("2026-11-22T08:58:00+08:00", 93 * 60)),
        ("20261122085800.mp4", film(seconds=90), ("2026-11-22T08:58:00+08:00", 90)),
        ("x.mp4", film(created=3_847_770_000, seconds=60), ("its header", 60)),
        ("x.mp4", film(created=0), None),
        ("20261399_085800.mp4", b"", None),
        ("x.mp4", box(b"moov", b"")[:6], None),
        ("x.mp4", box(b"moov", box(b"mvhd", b"\1\0")), None),
        ("x.mp4", b"\0" * 4000, None),
    ],
)
def test_when_a_film_was_taken(name: str, content: bytes, expected: Any) -> None:
    span = span_of(name, BytesIO(content))
    assert (span is None) == (expected is None)
    if span and len(expected[0]) > 12:
        assert span[0].isoformat() == expected[0]
    if span:
        assert (span[1] - span[0]).total_seconds() == expected[1]


def test_a_header_at_the_end_of_all_calendars_tells_no_time() -> None:
    created = int((datetime(9999, 12, 31, 23, 59, tzinfo=UTC) - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
    head = struct.pack(">IQQIQ", 1 << 24, created, created, 1000, 600_000) + bytes(80)
    assert span_of("film.mp4", BytesIO(box(b"moov", box(b"mvhd", head)))) is None
