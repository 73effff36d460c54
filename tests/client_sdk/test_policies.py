"""What a sync sends under the conditions of the moment, what waits, and how the officer is told."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from client_sdk import AsyncFieldClient, StorageFull, SyncPolicy
from client_sdk.lanes import MAX_NAMED, PendingFile, lanes_of
from client_sdk.notes import USUAL_PHOTO_BYTES
from tests.client_sdk.conftest import PASSPHRASE, Device
from tests.client_sdk.test_async import AsyncLine
from tests.client_sdk.test_commands import CASE, Run, as_json, run
from tests.client_sdk.test_uploads import arrived, owe
from tests.client_sdk.test_wanted_now import sha256_of, want
from tests.pictures import heavy_jpeg

__all__ = ["run"]
GIB = 1024**3
METERED = SyncPolicy(metered=True)
LOW_BATTERY = SyncPolicy(battery_percent=12)
LARGE, SMALL, WANTED = (
    PendingFile("a" * 64, 3_000_000),
    PendingFile("b" * 64, 200_000),
    PendingFile("c" * 64, 4_000_000, priority=100),
)


def going(policy: SyncPolicy | None, *files: PendingFile, free: int = GIB) -> tuple[list[str], dict[str, list[str]]]:
    lanes = lanes_of(files or (WANTED, LARGE, SMALL), policy, free)
    waiting = {reason: [file.sha256[0] for file in held] for reason, held in lanes.held_back.items()}
    return [file.sha256[0] for file in lanes.going], waiting


# --- the decision


@pytest.mark.parametrize(
    ("policy", "goes", "waits"),
    [
        (None, "cab", {}),
        (SyncPolicy(), "cab", {}),
        (METERED, "cb", {"metered": ["a"]}),
        (SyncPolicy(metered=True, metered_file_bytes=100), "c", {"metered": ["a", "b"]}),
        (SyncPolicy(metered=True, metered_file_bytes=200_000), "cb", {"metered": ["a"]}),
        (LOW_BATTERY, "c", {"battery": ["a", "b"]}),
        (SyncPolicy(battery_percent=20), "c", {"battery": ["a", "b"]}),
        (SyncPolicy(battery_percent=21), "cab", {}),
        (SyncPolicy(battery_percent=1, charging=True), "cab", {}),
        (SyncPolicy(battery_percent=12, metered=True), "c", {"battery": ["a", "b"]}),
        (SyncPolicy(battery_percent=1, metered=True, send_all=True), "cab", {}),
    ],
)
def test_what_goes_and_what_waits(policy: SyncPolicy | None, goes: str, waits: dict[str, list[str]]) -> None:
    assert going(policy) == (list(goes), waits)


def test_with_little_space_the_largest_go_first_after_the_wanted() -> None:
    files = (PendingFile("c" * 64, 5, priority=100), PendingFile("a" * 64, 10), PendingFile("b" * 64, 30))
    assert going(SyncPolicy(), *files, free=1)[0] == ["c", "b", "a"]
    assert going(SyncPolicy(free_bytes=1), *files)[0] == ["c", "b", "a"]
    assert going(SyncPolicy(free_bytes=GIB), *files, free=1)[0] == ["c", "a", "b"]
    assert going(None, *files, free=1)[0] == ["c", "a", "b"]


def test_lanes_name_as_many_files_as_a_status_may() -> None:
    files = [PendingFile(f"{number:064x}", 1 + number % 2 * 10**6) for number in range(500)]
    told = lanes_of(files, METERED, GIB).told(7)
    queue, held = told["queue"], told["held_back"]["metered"]
    assert (queue["files"], held["files"]) == (250, 250)
    assert (len(queue["named"]), len(held["named"])) == (MAX_NAMED // 2, MAX_NAMED // 2)


# --- a sync


def test_on_a_metered_net_acts_and_thumbnails_arrive_and_originals_wait(device: Device) -> None:
    large = heavy_jpeg(700)
    photo = device.field.capture(large, shot_code="SEAL_CLOSEUP")
    device.field.record_action(case_id=CASE, kind="SEAL", photos=[photo])
    [small] = owe(device, 100_000)
    report = device.field.sync(policy=METERED)
    assert (report.operations_sent, arrived(device)) == (2, [small])
    assert photo.thumbnail_sha256 in device.court.pushes[-1]["thumbnails"]
    assert not report.is_everything_sent
    [waiting] = report.held_back
    assert (waiting.reason, waiting.files, waiting.bytes) == ("metered", 1, len(large))
    assert device.field.sync().is_everything_sent
    assert arrived(device) == [small, large]


def test_the_server_is_told_what_waits_and_why(device: Device) -> None:
    large, _small = owe(device, 700_000, 1000)
    device.field.sync(policy=METERED)
    device.field.sync(policy=METERED)
    device.field.record_action(case_id=CASE, kind="LOCATE")
    device.field.sync(policy=METERED)
    said = device.court.pushes[-1]["status"]["uploads"]
    assert said["queue"] == {"files": 0, "bytes": 0, "named": []}
    assert said["held_back"] == {"metered": {"files": 1, "bytes": 700_000, "named": [sha256_of(large)[:16]]}}


def test_what_waits_is_in_the_status_until_a_sync_lets_it_go_also_after_reopening(device: Device) -> None:
    owe(device, 700_000)
    device.field.sync(policy=LOW_BATTERY)
    [waiting] = device.reopen().status().held_back
    assert (waiting.reason, waiting.files, waiting.bytes) == ("battery", 1, 700_000)
    assert waiting.text in device.field.status().notes
    device.field.sync(policy=SyncPolicy(battery_percent=12, charging=True))
    assert device.field.status().held_back == ()


@pytest.mark.parametrize("policy", [METERED, LOW_BATTERY])
def test_a_wanted_file_goes_under_any_condition(device: Device, policy: SyncPolicy) -> None:
    owe(device, 700_000)
    [content] = owe(device, 800_000)
    device.field.sync(policy=policy)
    assert arrived(device) == []
    want(device, content)
    report = device.field.sync(policy=policy)
    assert arrived(device) == [content]
    assert report.held_back[0].files == 1


def test_the_officer_insists(device: Device) -> None:
    contents = owe(device, 700_000, 800_000)
    assert device.field.sync(policy=SyncPolicy(metered=True, battery_percent=3, send_all=True)).is_everything_sent
    assert arrived(device) == contents


def test_what_waits_is_not_safe_and_the_store_does_not_go(device: Device) -> None:
    owe(device, 700_000)
    action = device.field.actions()[0]
    device.field.sync(policy=METERED)
    assert not device.field.safe_to_purge(action)
    device.field.unenrol()
    assert len(arrived(device)) == 1


@pytest.mark.parametrize(
    ("language", "metered", "battery"),
    [("zh", "等待无线网络", "等待充电"), ("en", "wait here for Wi-Fi", "wait here for a charger")],
)
def test_it_is_said_in_words(
    device: Device, monkeypatch: pytest.MonkeyPatch, language: str, metered: str, battery: str
) -> None:
    monkeypatch.setenv("ZHIXING_LANG", language)
    owe(device, 700_000)
    assert metered in device.field.sync(policy=METERED).held_back[0].text
    assert battery in device.field.sync(policy=LOW_BATTERY).held_back[0].text
    assert "0.7 MB" in device.field.status().notes[0]


async def test_the_asynchronous_door_holds_back_as_well(device: Device) -> None:
    owe(device, 700_000)
    device.field.close()
    line = AsyncLine(device.court)
    async with await AsyncFieldClient.open(
        device.path, passphrase=PASSPHRASE, transport=line, surroundings=device.machine
    ) as field:
        assert (await field.sync(policy=METERED)).held_back[0].files == 1
        assert (await field.sync()).is_everything_sent


# --- room


Make = Callable[..., Device]


def thumbnails(device: Device) -> int:
    sql = "SELECT count(*) FROM capture WHERE thumbnail_sealed IS NOT NULL"
    return int(device.field.holdings.store.database.rows(sql)[0][0])


def photographed(device: Device) -> None:
    device.field.record_action(case_id=CASE, kind="SEAL", photos=[device.field.capture(heavy_jpeg(40))])


def test_with_little_space_previews_of_what_the_court_has_are_dropped_first(make_device: Make) -> None:
    device = make_device(free_bytes=lambda _: 300 * 1024 * 1024)
    photographed(device)
    device.field.sync()
    assert thumbnails(device) == 1, "without a policy nothing changes"
    device.field.capture(heavy_jpeg(40, seed=2))
    device.field.sync(policy=SyncPolicy())
    assert thumbnails(device) == 1, "the court does not have this one"
    device.court.restore(0)
    assert device.field.sync().is_everything_sent


def test_with_room_enough_previews_stay(make_device: Make) -> None:
    device = make_device(free_bytes=lambda _: GIB)
    photographed(device)
    device.field.sync(policy=SyncPolicy())
    assert thumbnails(device) == 1


def test_room_that_runs_out_is_said_before_the_shutter(make_device: Make) -> None:
    free = [GIB]
    device = make_device(free_bytes=lambda _: free[0], reserve_bytes=50 * 1024 * 1024)
    assert device.field.status().notes == ()
    free[0] = 50 * 1024 * 1024 + 3 * USUAL_PHOTO_BYTES
    status = device.field.status()
    assert status.photos_left == 3
    assert "约还能拍 3 张" in status.notes[0]
    device.field.require_room()
    free[0] = 50 * 1024 * 1024 + 1000
    assert device.field.status().photos_left == 0
    assert "不能再拍照" in device.field.status().notes[0]
    with pytest.raises(StorageFull):
        device.field.require_room()


# --- the command


def test_the_command_takes_the_conditions(device: Device, run: Run, tmp_path: Any) -> None:
    (tmp_path / "a.jpg").write_bytes(heavy_jpeg(400))
    run("record", "SEAL", "--case", CASE, "--photo", str(tmp_path / "a.jpg"))
    assert [each["reason"] for each in as_json(run, "sync", "--metered")["held_back"]] == ["metered"]
    assert [each["reason"] for each in as_json(run, "sync", "--battery", "12")["held_back"]] == ["battery"]
    assert "等待充电" in run("sync", "--battery", "12")[1]
    assert "等待充电" in run("status")[1]
    assert as_json(run, "status")["held_back"][0]["files"] == 1
    assert run("sync", "--battery", "101")[0] == 2
    assert as_json(run, "sync", "--metered", "--battery", "12", "--all")["is_everything_sent"]
    assert json.loads(run("status", "--json")[1])["held_back"] == []
