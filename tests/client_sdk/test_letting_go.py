"""A device lets go of what the court holds safely: on its word alone, after its time, and never a byte sooner."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from client_sdk import NotFound, NotSent, Rejected
from client_sdk.clock import to_wire
from tests.client_sdk import court as court_module
from tests.client_sdk.conftest import Device

CASE = "0199a000-0000-7000-8000-000000000001"


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How far the court's clock is from today's; the device's own is never asked."""
    shift = [0.0]

    def now() -> str:
        return (datetime.now(UTC) + timedelta(days=shift[0])).isoformat(timespec="milliseconds")

    monkeypatch.setattr(court_module, "now", now)
    return shift


@pytest.fixture
def settled(device: Device, days: list[float]) -> Device:
    """Three acts, a photo each, acknowledged and proved; the court wants them kept for seven days."""
    device.court.retention_days = 7
    for number in range(3):
        device.field.record_action(case_id=CASE, kind="SEAL", photos=[device.field.capture(os.urandom(1000 + number))])
    device.field.sync()
    return device


def photos_on_disk(device: Device) -> int:
    return sum(1 for path in device.field.holdings.store.places.files.iterdir() if not path.suffix)


def bodies(device: Device) -> int:
    rows = device.field.holdings.store.database.rows("SELECT count(*) FROM operation WHERE length(sealed) > 0")
    return int(rows[0][0])


def test_nothing_goes_before_its_time(settled: Device, days: list[float]) -> None:
    days[0] = 6.9
    settled.clock.advance(days=400)
    settled.field.sync()
    assert (photos_on_disk(settled), bodies(settled)) == (3, 3)


def test_after_its_time_bytes_go_and_what_was_done_stays(settled: Device, days: list[float]) -> None:
    before = settled.field.actions()
    days[0] = 7.1
    settled.field.sync()
    assert (photos_on_disk(settled), bodies(settled)) == (0, 0)
    assert [(a.id, a.kind, a.hash, a.files) for a in settled.field.actions()] == [
        (a.id, a.kind, a.hash, a.files) for a in before
    ]
    assert settled.field.status().unsafe_files == 0
    settled.reopen()
    settled.field.record_action(case_id=CASE, kind="SEAL", photos=[])
    assert settled.field.sync().is_everything_sent
    assert len(settled.court.log.bodies) == 4


def test_a_court_that_says_no_time_lets_nothing_go(device: Device, days: list[float]) -> None:
    device.field.record_action(case_id=CASE, kind="SEAL", photos=[device.field.capture(b"bytes")])
    device.field.sync()
    days[0] = 4000
    device.field.sync()
    assert (photos_on_disk(device), bodies(device)) == (1, 1)


def test_what_is_acknowledged_and_not_safe_stays(settled: Device, days: list[float]) -> None:
    settled.court.safe = lambda court: (1, 0)
    days[0] = 30
    settled.field.sync()
    # The first is called safe as an operation; its photo's receipt lies above the safe position.
    assert (photos_on_disk(settled), bodies(settled)) == (3, 3)


def test_an_operation_waits_for_its_own_photo_and_those_behind_it_with_it(settled: Device, days: list[float]) -> None:
    first = settled.field.actions()[0].files[0]
    settled.court.wants = [{"sha256": first, "offset": 0, "priority": 9}]
    settled.court.keeps_promises = False
    settled.court.receipts = settled.court.receipts[1:]
    days[0] = 30
    settled.field.pull()
    settled.court.files.pop(first)
    settled.field.sync()
    assert photos_on_disk(settled) >= 1
    assert bodies(settled) == 3


def test_a_photo_let_go_of_says_so(settled: Device, days: list[float], tmp_path: Path) -> None:
    photo = settled.field.holdings.store.database.rows("SELECT id FROM capture LIMIT 1")[0][0]
    days[0] = 8
    settled.field.sync()
    with pytest.raises(NotFound):
        settled.field.holdings.captures.copy_to(photo, tmp_path / "out")


def test_a_crash_between_the_commit_and_the_unlink_is_made_good(
    settled: Device, days: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    days[0] = 8

    def die(_: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(settled.field.holdings.captures, "unlink", die)
        with pytest.raises(KeyboardInterrupt):
            settled.field.sync()
    assert photos_on_disk(settled) == 3
    settled.reopen()
    settled.field.sync()
    assert photos_on_disk(settled) == 0


def test_a_court_restored_to_before_its_own_word_hears_of_the_hole_and_the_log_goes_on(
    settled: Device, days: list[float]
) -> None:
    days[0] = 8
    settled.field.sync()
    trusted = settled.field.holdings.require_statement().text
    settled.court.restore(to_seq=1)
    settled.field.record_action(case_id=CASE, kind="SEAL", photos=[settled.field.capture(b"after")])
    report = settled.field.sync()

    assert settled.court.proofs_of_loss
    assert settled.court.pushes[-1]["first_seq"] == 4 or any(p.get("lost") for p in settled.court.pushes)
    assert (report.operations_sent, report.is_everything_sent) == (1, True)
    assert len(settled.court.log.bodies) == 4
    assert settled.field.holdings.require_statement().text != trusted


def test_revoked_after_such_a_restore_it_hands_over_all_that_is_still_here(settled: Device, days: list[float]) -> None:
    days[0] = 8
    settled.field.sync()
    for number in range(3):
        photo = settled.field.capture(b"photo %d" % number)
        settled.field.record_action(case_id=CASE, kind="SEAL", fields={"padding": "x" * 200_000}, photos=[photo])
        if number == 0:
            settled.field.sync()
    settled.court.restore(to_seq=1)
    settled.court.revoked_at = to_wire(settled.clock.moment)
    for _ in range(2):
        with pytest.raises(Rejected):
            settled.field.sync()
    assert sorted(settled.court.sealed) == [4, 5, 6]
    assert sorted(bytes(each) for each in settled.court.sealed_files.values()) == [b"photo 0", b"photo 1", b"photo 2"]
    assert any(push.get("lost") for push in settled.court.pushes)


def test_with_nothing_new_the_hole_is_told_as_well(settled: Device, days: list[float]) -> None:
    days[0] = 8
    settled.field.sync()
    settled.court.restore(to_seq=0)
    assert settled.field.sync().is_everything_sent
    assert len(settled.court.proofs_of_loss) == 1


def test_a_parcel_made_before_the_hole_is_told_brings_what_is_still_here(
    settled: Device, days: list[float], tmp_path: Path
) -> None:
    days[0] = 8
    settled.field.sync()
    settled.court.restore(to_seq=1)
    settled.field.record_action(case_id=CASE, kind="SEAL", photos=[settled.field.capture(b"after")])
    # The device learns of the restore, and its net ends before it can tell what it had let go of.
    settled.line.before = lambda request: settled.line.go_offline() if settled.line.replies[-1].status == 409 else None
    with pytest.raises(NotSent):
        settled.field.sync(patience_seconds=0)
    parcel = settled.field.export_parcel(tmp_path / "parcel")
    assert (parcel.first_seq, parcel.last_seq, parcel.files) == (4, 4, 1)
