"""Recording: what is sealed, what is refused while it can still be corrected, and that it needs nobody."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from client_sdk import FieldClient, InvalidRecord, NotFound, StorageFull
from tests import pictures
from tests.client_sdk.conftest import Device

CASE = "0199a000-0000-7000-8000-000000000001"


def record(field: FieldClient, **given: Any) -> Any:
    return field.record_action(**{"case_id": CASE, "kind": "SEAL", "fields": {}, **given})


def body_of(device: Device, seq: int = 1) -> dict[str, Any]:
    return device.field.holdings.outbox.body(seq)


def test_a_record_carries_every_member_of_the_protocol(device: Device) -> None:
    photo = device.field.capture(pictures.jpeg(), shot_code="SEAL_CLOSEUP")
    action = record(device.field, fields={"place": "城关镇解放路12号"}, photos=[photo])
    body = body_of(device)
    assert set(body) == {
        *("v", "id", "action_id", "kind", "subjects", "catalogue", "officer_id", "recorded_at", "zone", "boot_ms"),
        *("boot_id", "last_statement", "position", "seen", "fields", "evidence", "corrects", "salt"),
    }
    assert body["action_id"] == action.id
    assert UUID(body["id"]).version == UUID(action.id).version == 7
    assert body["subjects"] == [{"type": "case", "id": CASE, "assignment_no": None, "node_id": None}]
    assert body["evidence"][0]["origin"] == "CAMERA"
    assert body["evidence"][0]["sha256"] == hashlib.sha256(pictures.jpeg()).hexdigest()
    assert body["last_statement"] == hashlib.sha256(device.field.holdings.require_statement().text.encode()).hexdigest()


def test_recording_works_offline_and_before_the_first_pull(device: Device) -> None:
    device.line.go_offline()
    action = record(device.field)
    assert (action.seq, action.status) == (1, "unsent")
    assert device.field.status().unsent_operations == 1


def test_a_path_is_imported_with_its_name_and_never_wholly_in_memory(device: Device, tmp_path: Path) -> None:
    big = tmp_path / "现场.mp4"
    with open(big, "wb") as handle:
        handle.write(b"\0\0\0\x18ftypmp42")
        handle.truncate(40_000_000)
    record(device.field, photos=[big])
    promise = body_of(device)["evidence"][0]
    assert (promise["origin"], promise["media_type"], promise["size"]) == ("IMPORTED", "video/mp4", 40_000_000)


def test_a_text_file_named_jpg_is_promised_as_what_it_is(device: Device, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("not a picture")
    record(device.field, photos=[tmp_path / "photo.jpg"])
    assert body_of(device)["evidence"][0]["media_type"] == "application/octet-stream"


def test_an_empty_photo_is_an_error_at_once(device: Device, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    for attempt in (
        lambda: device.field.capture(b""),
        lambda: record(device.field, photos=[tmp_path / "empty.jpg"]),
    ):
        with pytest.raises(InvalidRecord) as refusal:
            attempt()
        assert refusal.value.reason == "empty_file"
    assert device.field.actions() == []


def test_a_file_that_is_not_there_is_named(device: Device, tmp_path: Path) -> None:
    with pytest.raises(InvalidRecord) as refusal:
        record(device.field, photos=[tmp_path / "gone.jpg"])
    assert (refusal.value.reason, refusal.value.place) == ("unreadable_file", "/photos/gone.jpg")


@pytest.mark.parametrize(
    ("fields", "reason", "place"),
    [
        ({"place": "a\0b"}, "nul", "/fields/place"),
        ({"items": [{"name": "\ud800"}]}, "surrogate", "/fields/items/0/name"),
        ({"value": 2**53}, "number_range", "/fields/value"),
        ({"value": float("nan")}, "number_not_finite", "/fields/value"),
        ({"when": object()}, "syntax", "/fields/when"),
        ({"long": "x" * 300_000}, "too_large", "/fields"),
    ],
)
def test_what_the_server_would_quarantine_is_refused_here_with_its_place(
    device: Device, fields: dict[str, Any], reason: str, place: str, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"bytes")
    with pytest.raises(InvalidRecord) as refusal:
        record(device.field, fields=fields, photos=[tmp_path / "a.jpg"])
    assert (refusal.value.reason, refusal.value.place) == (reason, place)
    assert place in str(refusal.value)
    assert device.field.actions() == []


def test_a_record_nested_too_deep_is_refused_before_a_photo_is_sealed(device: Device, tmp_path: Path) -> None:
    deep: dict[str, Any] = {}
    for _ in range(64):
        deep = {"inside": deep}
    (tmp_path / "a.jpg").write_bytes(b"bytes")
    with pytest.raises(InvalidRecord) as refusal:
        record(device.field, fields=deep, photos=[tmp_path / "a.jpg"])
    assert refusal.value.reason == "too_deep"
    assert device.field.photos() == []


def test_exactly_one_way_of_naming_the_subject(device: Device) -> None:
    ways: list[dict[str, Any]] = [{}, {"case_id": CASE, "case_no": "(2026)闽9821执1号"}, {"case_ids": []}]
    for named in ways:
        with pytest.raises(InvalidRecord) as fault:
            device.field.record_action(kind="SEAL", **named)
        assert fault.value.reason == "subject_needed"
    with pytest.raises(InvalidRecord, match="/case_id"):
        device.field.record_action(kind="SEAL", case_id="12")


def test_one_act_may_serve_several_cases_and_a_number_typed_by_hand_will_do(device: Device) -> None:
    other = uuid4()
    both = device.field.record_action(kind="SEAL", case_ids=[CASE, other, CASE])
    assert both.case_ids == (CASE, str(other))
    typed = device.field.record_action(kind="LOCATE", case_no="（2026）闽9821执12号")
    assert typed.case_no == "（2026）闽9821执12号"
    assert body_of(device, 2)["subjects"][0]["type"] == "case_no"


def test_the_held_assignment_and_what_was_seen_go_into_the_body(device: Device) -> None:
    node = str(uuid4())
    device.court.units[("case", CASE)] = ("t-7", {"assignment_no": 3, "nodes": [{"id": node, "state": "RUNNING"}]})
    device.field.sync()
    record(device.field, node_id=node)
    body = body_of(device)
    assert body["subjects"][0] == {"type": "case", "id": CASE, "assignment_no": 3, "node_id": node}
    assert body["seen"] == {f"case:{CASE}": "t-7"}


def test_a_photo_belongs_to_one_action(device: Device) -> None:
    photo = device.field.capture(b"one")
    record(device.field, photos=[photo])
    with pytest.raises(InvalidRecord) as fault:
        record(device.field, photos=[photo])
    assert fault.value.reason == "photo_taken"
    with pytest.raises(InvalidRecord) as fault:
        record(device.field, photos=[twice := device.field.capture(b"two"), twice])
    assert fault.value.reason == "photo_taken"
    assert [action.seq for action in device.field.actions()] == [1]


def test_a_photo_of_another_store_is_not_here(device: Device, make_device: Callable[..., Device]) -> None:
    other = make_device(name="other.db")
    with pytest.raises(NotFound):
        record(device.field, photos=[other.field.capture(b"elsewhere")])


def test_a_correction_names_the_hash_of_what_it_corrects(device: Device) -> None:
    first = record(device.field)
    record(device.field, corrects=first)
    assert body_of(device, 2)["corrects"] == first.hash
    with pytest.raises(InvalidRecord, match="/corrects"):
        record(device.field, corrects="abc")


def test_a_full_device_says_so_before_the_shutter(make_device: Callable[..., Device]) -> None:
    device = make_device(free_bytes=lambda folder: 60 * 1024 * 1024)
    device.field.require_room()
    with pytest.raises(StorageFull):
        device.field.require_room(20 * 1024 * 1024)
    with pytest.raises(StorageFull):
        device.field.capture(bytes(20 * 1024 * 1024))
    assert device.field.photos() == []
    record(device.field)  # the reserve is there for acts


def test_missing_facts_and_photos_are_named_by_the_pulled_catalogue(device: Device) -> None:
    kinds = json.loads((Path(__file__).parents[1] / "wire/vectors/onsite@2026.11-1.json").read_text())
    device.court.units[("catalogue", "onsite")] = ("c-1", {"id": "onsite", "kinds": kinds, "flows": {}})
    device.field.sync()
    action = record(device.field, fields={"result": "DONE"})
    assert action.missing
    assert all({"code", "rule", "at"} <= set(finding) for finding in action.missing)
    assert body_of(device)["catalogue"] == f"{kinds['catalogue']}@{kinds['version']}"


def test_a_catalogue_of_an_unknown_form_never_stops_a_record(device: Device) -> None:
    device.court.units[("catalogue", "onsite")] = ("c-1", {"kinds": {"language": 1, "kinds": "?"}})
    device.field.sync()
    assert record(device.field).missing == ()


def test_thumbnails_are_small_upright_and_only_for_what_is_a_picture(device: Device) -> None:
    upright = device.field.capture(pictures.heavy_jpeg(400))
    assert upright.thumbnail_sha256
    raw = device.field.holdings.captures.thumbnails([upright.thumbnail_sha256], 1 << 20)[upright.thumbnail_sha256]
    assert len(raw) <= 16 * 1024
    assert device.field.capture(b"no picture").thumbnail_sha256 is None
    assert [device.field.capture(bomb).thumbnail_sha256 for bomb in pictures.bombs().values()] == [None] * len(
        pictures.bombs()
    )


def test_the_original_comes_back_byte_for_byte(device: Device, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    device.field.save_photo(device.field.capture(content), tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == content


def record_for_ever(field: FieldClient) -> None:
    while True:
        record(field, fields={"narrative": "执行" * 2000})


def test_a_disk_that_fills_up_while_recording_loses_nothing_and_says_so(way: str, device: Device) -> None:
    record(device.field)
    database = device.field.holdings.store.database
    database.rows(f"PRAGMA max_page_count = {database.rows('PRAGMA page_count')[0][0] + 2}")
    with pytest.raises(StorageFull):
        record_for_ever(device.field)
    kept = [action.seq for action in device.field.actions()]
    assert kept == list(range(1, len(kept) + 1))
    database.rows("PRAGMA max_page_count = 1000000")
    assert record(device.field).seq == len(kept) + 1
    assert device.field.sync().is_everything_sent


def test_several_threads_record_into_one_gapless_chain(device: Device) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: record(device.field, fields={"number": number}), range(40)))
    assert [action.seq for action in device.field.actions()] == list(range(1, 41))
    assert device.field.sync().operations_sent == 40


def test_more_subjects_than_the_protocol_allows_are_refused_before_anything_is_sealed(device: Device) -> None:
    ids = [f"0199a000-0000-7000-8000-{number:012d}" for number in range(201)]
    with pytest.raises(InvalidRecord) as fault:
        device.field.record_action(case_ids=ids, kind="SERVE")
    assert (fault.value.reason, fault.value.place) == ("too_many", "/case_ids")
    assert device.field.actions() == []
    assert len(device.field.record_action(case_ids=[*ids[:200], ids[0]], kind="SERVE").case_ids) == 200
