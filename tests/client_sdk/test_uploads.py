"""Uploading: resumed at any byte, renewed, adapted; one bad file stops no other."""

import os
from typing import Any

import pytest

from client_sdk import NotSent, Progress
from client_sdk.steps import Reply, Request
from client_sdk.uploads import MAX_PIECE, MIN_PIECE, Pieces
from tests.client_sdk.conftest import Device
from tests.client_sdk.court import PORTAL, problem

CASE = "0199a000-0000-7000-8000-000000000001"


def owe(device: Device, *sizes: int) -> list[bytes]:
    contents = [os.urandom(size) for size in sizes]
    for content in contents:
        device.field.record_action(case_id=CASE, kind="SEAL", photos=[device.field.capture(content)])
    return contents


def arrived(device: Device) -> list[bytes]:
    return list(device.court.verified.values())


def patches(device: Device) -> int:
    return sum(method == "PATCH" for method, _ in device.court.requests)


def test_a_small_photo_is_one_request(device: Device) -> None:
    contents = owe(device, 200_000)
    device.court.requests.clear()
    device.field.sync()
    assert arrived(device) == contents
    assert [method for method, name in device.court.requests if name not in ("push", "pull")] == ["PATCH"]


def test_progress_is_told_in_bytes_and_ends_at_the_total(device: Device) -> None:
    owe(device, 700_000, 300_000)
    told: list[Progress] = []
    report = device.field.sync(on_progress=told.append)
    uploads = [progress for progress in told if progress.phase == "upload"]
    assert [progress.done for progress in uploads] == sorted(progress.done for progress in uploads)
    assert (uploads[-1].done, uploads[-1].total) == (1_000_000, 1_000_000)
    assert (report.files_sent, report.bytes_sent) == (2, 1_000_000)


def test_a_cut_costs_at_most_one_piece(device: Device) -> None:
    [content] = owe(device, 3_000_000)
    sent = 0

    def cut(request: Request) -> None:
        nonlocal sent
        if request.method == "PATCH":
            sent += len(request.body)
            if sent > 1_500_000:
                device.line.lose_next_request()
                device.line.before = count

    def count(request: Request) -> None:
        nonlocal sent
        sent += len(request.body) if request.method == "PATCH" else 0

    device.line.before = cut
    device.field.sync()
    assert arrived(device) == [content]
    assert sent <= len(content) + MAX_PIECE


def test_a_lost_reply_resumes_behind_the_piece_that_had_arrived(device: Device) -> None:
    [content] = owe(device, 2_000_000)
    device.line.before = lambda request: device.line.lose_next_reply(int("Upload-Offset: 0" in str(request.headers)))
    lost: list[Request] = []

    def lose_second(request: Request) -> None:
        if request.method == "PATCH":
            lost.append(request)
            device.line.lose_next_reply(int(len(lost) == 2))

    device.line.before = lose_second
    device.field.sync()
    assert arrived(device) == [content]
    assert sum(len(request.body) for request in lost) == len(content)


def test_a_sync_given_up_in_mid_file_goes_on_there_after_reopening(device: Device) -> None:
    [content] = owe(device, 2_000_000)
    device.line.before = lambda request: device.line.lose_next_request(
        99 if request.headers.get("Upload-Offset", "0") != "0" else 0
    )
    with pytest.raises(NotSent):
        device.field.sync()
    assert 0 < len(device.court.files[next(iter(device.court.files))]) < len(content)
    device.line.before = lambda request: device.line.lose_next_request(0)
    assert device.reopen().sync().bytes_sent < len(content)
    assert arrived(device) == [content]


def test_a_bearer_that_expires_in_mid_file_is_renewed_by_an_empty_push(device: Device) -> None:
    [content] = owe(device, 2_000_000)

    def expire(request: Request) -> None:
        if request.method == "PATCH" and request.headers["Upload-Offset"] != "0":
            device.court.bearers.clear()
            device.line.before = lambda request: None

    device.line.before = expire
    assert device.field.sync().is_everything_sent
    assert arrived(device) == [content]
    assert [len(push["operations"]) for push in device.court.pushes] == [1, 0]


def test_files_left_over_get_their_bearer_by_an_empty_push(device: Device) -> None:
    [content] = owe(device, 1000)
    device.line.before = lambda request: device.line.lose_next_request(99 if request.method == "PATCH" else 0)
    with pytest.raises(NotSent):
        device.field.sync()
    device.line.before = lambda request: device.line.lose_next_request(0)
    assert device.reopen().sync().is_everything_sent
    assert arrived(device) == [content]


def test_a_bearer_that_is_never_good_ends_as_a_named_refusal(device: Device) -> None:
    owe(device, 1000)
    device.line.before = lambda request: device.court.bearers.clear()
    report = device.field.sync()
    assert list(report.files_refused.values()) == ["unauthorised"]
    assert not report.is_everything_sent


def test_a_file_the_server_refuses_stops_no_other_and_is_tried_again(device: Device) -> None:
    contents = owe(device, 1000, 2000)
    refusals: list[int] = []

    def refuse_first(request: Request) -> None:
        if request.method == "PATCH" and not refusals:
            refusals.append(1)
            device.court.says = [problem(403, "upload_not_promised")]

    device.line.before = refuse_first
    report = device.field.sync()
    assert list(report.files_refused.values()) == ["upload_not_promised"]
    assert arrived(device) == contents[1:]
    assert list(device.field.status().refused_files.values()) == ["upload_not_promised"]
    assert device.field.sync().is_everything_sent
    assert device.field.status().refused_files == {}


@pytest.mark.parametrize("status", [200, 204, 302, 403])
def test_a_captive_portal_before_an_upload_changes_nothing(device: Device, status: int) -> None:
    [content] = owe(device, 1000)

    def portal(request: Request) -> None:
        device.court.says = [Reply(status, {}, PORTAL)] if request.method == "PATCH" else []

    device.line.before = portal
    with pytest.raises(NotSent):
        device.field.sync()
    assert device.field.status().refused_files == {}
    device.line.before = lambda request: device.court.says.clear()
    device.field.sync()
    assert arrived(device) == [content]


def test_bytes_that_arrive_with_another_hash_are_sent_again_three_times_at_most(device: Device) -> None:
    owe(device, 1000)
    device.court.spoil_piece = lambda piece: b"x" * len(piece)
    report = device.field.sync()
    assert list(report.files_refused.values()) == ["hash_mismatch"]
    assert patches(device) == 3


def test_a_file_that_was_damaged_here_is_named_and_nothing_false_is_sent(device: Device) -> None:
    owe(device, 100_000)
    [path] = [file for file in device.field.holdings.store.places.files.iterdir() if file.suffix == ""]
    raw = bytearray(path.read_bytes())
    raw[-100] ^= 1
    path.write_bytes(raw)
    assert list(device.field.sync().files_refused.values()) == ["damaged_here"]
    assert arrived(device) == []


def test_one_delivery_satisfies_every_promise_of_those_bytes(device: Device) -> None:
    for _ in range(3):
        device.field.record_action(case_id=CASE, kind="SEAL", photos=[device.field.capture(b"the same")])
    device.field.sync()
    assert patches(device) == 1
    assert all(device.field.safe_to_purge(action) for action in device.field.actions())


def test_what_the_court_wants_again_is_delivered_again_and_is_not_safe_meanwhile(device: Device) -> None:
    [content] = owe(device, 1000)
    device.field.sync()
    action = device.field.actions()[0]
    assert device.field.safe_to_purge(action)
    name = next(iter(device.court.verified))
    device.court.verified, device.court.files, device.court.receipts = {}, {}, []
    device.line.before = lambda request: device.line.lose_next_request(99 if request.method == "PATCH" else 0)
    with pytest.raises(NotSent):
        device.field.sync()
    assert not device.field.safe_to_purge(action)
    device.line.before = lambda request: device.line.lose_next_request(0)
    device.field.sync()
    assert device.court.verified == {name: content}
    assert device.field.safe_to_purge(action)


def test_what_is_wanted_now_goes_first(device: Device) -> None:
    contents = owe(device, 1000, 2000, 3000)
    import hashlib

    urgent = hashlib.sha256(contents[2]).hexdigest()
    device.court.wants = [{"sha256": urgent, "offset": 0, "priority": 9}]
    device.field.sync()
    assert arrived(device)[0] == contents[2]


@pytest.mark.parametrize(
    "answered", [problem(423, "upload_locked"), problem(503, "unavailable"), problem(413, "chunk_too_large")]
)
def test_a_busy_upload_waits_and_goes_on(device: Device, answered: Any) -> None:
    [content] = owe(device, 900_000)
    said: list[int] = []

    def once(request: Request) -> None:
        if request.method == "PATCH" and not said:
            said.append(1)
            device.court.says = [answered]

    device.line.before = once
    assert device.field.sync().is_everything_sent
    assert arrived(device) == [content]
    assert len(device.waits) == 1


def test_pieces_grow_on_a_good_line_and_shrink_on_a_bad_one() -> None:
    pieces = Pieces()
    for _ in range(9):
        pieces.went(0.1)
    assert pieces.size == MAX_PIECE
    for _ in range(9):
        pieces.went(20.0)
    assert pieces.size == MIN_PIECE


def test_pieces_are_a_small_part_of_what_a_line_bears_between_two_cuts() -> None:
    """3 MB, then it is gone, again and again: what is lost each time is one piece."""
    pieces, lost, run = Pieces(), list[int](), 3_000_000
    for _ in range(8):
        left = run
        while pieces.size <= left:
            left -= pieces.size
            pieces.went(0.1)
        lost.append(pieces.size)
        pieces.cut()
    assert lost[0] == MAX_PIECE
    assert MIN_PIECE <= max(lost[2:]) <= run // 30


def test_a_line_that_holds_again_carries_large_pieces_again() -> None:
    pieces = Pieces()
    for _ in range(3):
        pieces.cut()
    assert pieces.size == MIN_PIECE
    for _ in range(400):
        pieces.went(0.1)
    assert pieces.size == MAX_PIECE
