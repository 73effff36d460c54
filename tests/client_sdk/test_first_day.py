"""What a newcomer gets wrong in his first ten minutes: each an error of the tree, in words that say what to do."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import client_sdk
from client_sdk import (
    CannotWrite,
    FieldClient,
    FieldError,
    InvalidRecord,
    Rejected,
    StorageFull,
    StoreClosed,
    StoreDamaged,
    StoreLocked,
    WrongPassphrase,
    errors,
    messages,
    reasons,
)
from tests.client_sdk.conftest import PASSPHRASE, Device
from tests.client_sdk.court import Court
from tests.client_sdk.line import Line

pytestmark = pytest.mark.database_free
CASE = "0199a000-0000-7000-8000-000000000001"
SDK = Path(client_sdk.__file__).parent
AS_NOBODY = pytest.mark.skipif(os.name == "nt", reason="rights are POSIX rights")


def enrolled(store: Path, **given: Any) -> FieldClient:
    court = Court()
    asked = {"code": court.code, "store": store, "passphrase": PASSPHRASE, "transport": Line(court), **given}
    return FieldClient.enrol(asked.pop("server", "https://court.test"), **asked)


@pytest.mark.parametrize(
    "server", ["court.example", "", "https://", "ftp://court.example", "http://court.example:99999", "http://[::1"]
)
def test_what_is_no_address_is_said_before_anything_is_made(tmp_path: Path, server: str) -> None:
    with pytest.raises(Rejected) as fault:
        enrolled(tmp_path / "o.db", server=server)
    assert fault.value.code == "server_address_invalid"
    assert "https://" in str(fault.value)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_passphrase_is_none(tmp_path: Path) -> None:
    with pytest.raises(WrongPassphrase) as fault:
        enrolled(tmp_path / "o.db", passphrase="")
    assert fault.value.code == "passphrase_empty"
    field = enrolled(tmp_path / "o.db")
    with pytest.raises(WrongPassphrase):
        field.change_passphrase("")
    field.close()


def test_a_file_that_is_no_store_is_neither_taken_nor_touched(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear court")
    (tmp_path / "folder").mkdir()
    for name in ("letter.txt", "folder"):
        with pytest.raises(CannotWrite) as fault:
            enrolled(tmp_path / name)
        assert fault.value.code == "store_occupied"
    assert (tmp_path / "letter.txt").read_text() == "dear court"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "letter.txt"]


def test_a_store_whose_database_is_gone_is_no_new_one(device: Device) -> None:
    device.field.capture(b"photo")
    device.field.close()
    device.path.unlink()
    with pytest.raises(StoreDamaged) as fault:
        device.reopen()
    assert fault.value.code == "store_lost"
    assert not device.path.exists()


def test_a_closed_client_says_that_it_is_closed(device: Device, way: str) -> None:
    device.field.close()
    for call in (device.field.cases, device.field.status, device.field.sync, device.field.photos):
        with pytest.raises(StoreClosed):
            call()
    with pytest.raises(StoreClosed):
        device.field.record_action(case_id=CASE, kind="SEAL")


@pytest.mark.parametrize("content", ["abc", Path("b.heic"), 5, None, [1]])
def test_only_bytes_are_a_photograph(device: Device, content: Any) -> None:
    with pytest.raises(InvalidRecord) as fault:
        device.field.capture(content)
    assert (fault.value.reason, device.field.photos()) == ("bytes_needed", [])


@pytest.mark.parametrize("photos", ["b.heic", Path("b.heic"), b"jpeg", [b"jpeg"], [None], None])
def test_photos_are_a_list_of_captures_and_paths(device: Device, photos: Any) -> None:
    with pytest.raises(InvalidRecord) as fault:
        device.field.record_action(case_id=CASE, kind="SEAL", photos=photos)
    assert (fault.value.reason, fault.value.place[:7]) == ("photos_needed", "/photos")


@pytest.mark.parametrize(
    "position",
    [{}, {"lat": 1}, {"lat": "25", "lon": 118}, {"lat": 118, "lon": 25}, {"lat": float("nan"), "lon": 1}, (25, 118)],
)
def test_a_position_is_degrees(device: Device, position: Any) -> None:
    with pytest.raises(InvalidRecord) as fault:
        device.field.record_action(case_id=CASE, kind="SEAL", position=position)
    assert fault.value.place.startswith("/position")


@pytest.mark.parametrize(
    ("given", "reason", "place"),
    [
        ({"fields": {"证人": "\ud83d"}}, "surrogate", "/fields/证人"),
        ({"fields": {"bell\x07": "\0"}}, "nul", "/fields/bell\\x07"),
        ({"fields": {"amount": Decimal("1.50")}}, "syntax", "/fields/amount"),
        ({"fields": {"narrative": "字" * 100_000}}, "too_large", "/fields"),
        ({"case_id": None, "case_no": 17}, "member_invalid", "/case_no"),
        ({"kind": ""}, "member_invalid", "/kind"),
        ({"case_id": "17"}, "member_invalid", "/case_id"),
        ({"case_id": None}, "subject_needed", "/subjects"),
        ({"photos": ["nowhere.jpg"]}, "unreadable_file", "/photos/nowhere.jpg"),
    ],
)
def test_what_cannot_be_recorded_names_place_and_remedy(
    device: Device, given: dict[str, Any], reason: str, place: str
) -> None:
    with pytest.raises(InvalidRecord) as fault:
        device.field.record_action(**{"case_id": CASE, "kind": "SEAL", **given})
    assert (fault.value.reason, fault.value.place) == (reason, place)
    assert reasons.said(reason, "zh") in fault.value.text("zh")
    assert reasons.said(reason, "en") in fault.value.text("en")
    assert device.field.actions() == []


def test_an_unknown_kind_and_a_text_named_jpg_are_recorded_all_the_same(device: Device, tmp_path: Path) -> None:
    (tmp_path / "note.jpg").write_text("no photograph")
    action = device.field.record_action(case_id=CASE, kind="DANCE", photos=[tmp_path / "note.jpg"])
    assert len(action.files) == 1
    assert device.field.sync().is_everything_sent


@pytest.mark.parametrize("turn", [timedelta(days=366), timedelta(days=-366)])
def test_a_clock_a_year_off_is_said_and_stops_nothing(device: Device, turn: timedelta) -> None:
    device.field.sync()
    device.clock.drift = turn
    action = device.field.record_action(case_id=CASE, kind="SEAL")
    assert device.field.status().clock == "skewed"
    assert device.field.sync().is_everything_sent
    assert device.field.safe_to_purge(action)


def test_a_second_process_is_told_that_the_store_is_open(device: Device) -> None:
    script = "import sys; from client_sdk import FieldClient; FieldClient.open(sys.argv[1], passphrase='p')"
    other = subprocess.run([sys.executable, "-c", script, str(device.path)], capture_output=True, text=True)
    assert "StoreLocked" in other.stderr
    with pytest.raises(StoreLocked):
        FieldClient.open(device.path, passphrase=PASSPHRASE, transport=device.line, surroundings=device.machine)


FULL = """
import resource, sys
from client_sdk import FieldClient, StorageFull, CannotWrite, vault
vault.SCRYPT_COST = 2**4
field = FieldClient.open(sys.argv[1], passphrase=sys.argv[2])
photo = field.capture(b"before")
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
for call in (
    lambda: field.capture(bytes(1_000_000)),
    lambda: field.record_action(kind="SEAL", case_no="1", fields={"narrative": "x" * 60_000}),
    lambda: field.save_photo(field.import_file(__file__ if "__file__" in globals() else sys.executable), sys.argv[3]),
):
    try:
        call()
    except (StorageFull, CannotWrite) as fault:
        print(fault.code)
print(len(field.actions()), len(field.photos()))
"""


@AS_NOBODY
def test_a_disk_that_takes_no_more_is_an_error_of_the_tree_and_half_stores_nothing(
    device: Device, way: str, tmp_path: Path
) -> None:
    device.field.close()
    script = [sys.executable, "-c", FULL, str(device.path), PASSPHRASE, str(tmp_path / "out.jpg")]
    told = subprocess.run(script, capture_output=True, text=True)
    assert told.stdout.split() == ["storage_full", "cannot_write", "storage_full", "0", "1"], told.stderr
    field = device.reopen()
    assert [photo.size for photo in field.photos()] == [6]
    field.record_action(kind="SEAL", case_no="1")
    assert field.sync().is_everything_sent


def test_a_target_that_cannot_be_written_is_named(device: Device, tmp_path: Path) -> None:
    photo = device.field.capture(b"photo")
    for target in (tmp_path, tmp_path / "no" / "a.jpg"):
        with pytest.raises(CannotWrite) as fault:
            device.field.save_photo(photo, target)
        assert str(target) in str(fault.value)


@AS_NOBODY
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")  # whoever runs the tests may be root, whom no mode stops

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(CannotWrite) as fault:
        enrolled(tmp_path / "o.db")
    assert "Permission denied" in fault.value.text("en")


def test_room_that_is_gone_is_told_in_megabytes(make_device: Callable[..., Device]) -> None:
    device = make_device(free_bytes=lambda _: 51_000_000, reserve_bytes=50_000_000)
    with pytest.raises(StorageFull) as fault:
        device.field.capture(bytes(2_000_000))
    assert "51 MB" in fault.value.text("zh")


def test_a_store_is_not_printed_about_on_the_terminal_when_it_is_damaged(
    device: Device, capfd: pytest.CaptureFixture[str], way: str
) -> None:
    device.field.close()
    device.path.write_bytes(os.urandom(8192))
    with pytest.raises(StoreDamaged):
        device.reopen()
    assert capfd.readouterr().err == ""


def raised() -> list[tuple[str, str | None, str]]:
    """Every error the SDK makes: its class, its first argument if that is a text, and where."""
    classes = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, FieldError)}
    found: list[tuple[str, str | None, str]] = []
    for path in SDK.glob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id in classes:
                first = call.args[0] if call.args else None
                text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
                found.append((call.func.id, text, f"{path.name}:{call.lineno}"))
    return found


def test_every_error_has_words_in_both_languages() -> None:
    assert len(raised()) > 50
    silent = [
        where
        for name, code, where in raised()
        if (code or "") not in (reasons.REASONS if name == "InvalidRecord" else messages.CATALOGUE)
        and (code is not None or getattr(errors, name).code not in messages.CATALOGUE)
    ]
    assert not silent
    for chinese, english in reasons.REASONS.values():
        assert chinese
        assert english.isascii()


def test_every_phase_of_progress_has_a_name() -> None:
    for phase in ("push", "pull", "upload", "papers"):
        assert f"phase_{phase}" in messages.CATALOGUE


def test_what_is_under_way_is_listed_first_and_by_number(device: Device) -> None:
    numbers = {"9": "OPEN", "104": "CLOSED", "85": "OPEN", "10": "SUSPENDED"}
    for number, status in numbers.items():
        members = {"case_no": f"（2026）闽9821执{number}号", "status": status}
        device.court.units["case", CASE[:-3] + number.zfill(3)] = ("t", members)
    device.field.sync()
    assert [case.case_no[12:-1] for case in device.field.cases()] == ["9", "10", "85", "104"]
