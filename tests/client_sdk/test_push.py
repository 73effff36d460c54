"""Pushing: every documented answer, and what none of them may do to the outbox."""

import json
import random
from typing import Any

import pytest

from client_sdk import NotSent, ProtocolTooOld, Rejected
from client_sdk.steps import Reply, Request
from tests.client_sdk.conftest import Device
from tests.client_sdk.court import PORTAL, problem
from tests.client_sdk.requests import unpacked

pytestmark = pytest.mark.database_free
CASE = "0199a000-0000-7000-8000-000000000001"


def record(device: Device, count: int = 1, **given: Any) -> None:
    for _ in range(count):
        device.field.record_action(**{"case_id": CASE, "kind": "SEAL", **given})


def unsent(device: Device) -> int:
    return device.field.status().unsent_operations


def test_everything_recorded_arrives_verbatim_and_in_order(device: Device) -> None:
    record(device, 7, fields={"place": "城关镇"})
    report = device.field.sync()
    assert (report.operations_sent, report.is_everything_sent) == (7, True)
    assert [json.loads(body)["action_id"] for body in device.court.log.bodies] == [
        action.id for action in device.field.actions()
    ]
    assert {action.status for action in device.field.actions()} == {"applied"}


def test_a_sync_with_nothing_to_do_is_one_pull(device: Device) -> None:
    record(device)
    device.field.sync()
    device.court.requests.clear()
    device.field.sync()
    assert device.court.requests == [("POST", "pull")]


def test_push_goes_before_pull_before_uploads(device: Device) -> None:
    record(device, photos=[device.field.capture(b"photo")])
    device.court.requests.clear()
    device.field.sync()
    methods = [name if name in ("push", "pull") else method for method, name in device.court.requests]
    assert methods == ["push", "pull", "PATCH", "pull"]


def test_lost_reply_then_retry_records_the_action_once(device: Device) -> None:
    record(device)
    device.line.lose_next_reply()
    assert device.field.sync().is_everything_sent
    assert len(device.court.log.bodies) == 1
    assert device.field.actions()[0].status == "applied"


def test_a_lost_request_and_a_doubled_one_change_nothing(device: Device) -> None:
    record(device)
    device.line.lose_next_request()
    device.line.duplicate_next_request()
    device.field.sync()
    record(device)
    device.line.duplicate_next_request()
    device.field.sync()
    assert len(device.court.log.bodies) == 2


def test_without_network_everything_stays_and_the_next_sync_sends_it(device: Device) -> None:
    record(device)
    device.line.go_offline()
    with pytest.raises(NotSent) as fault:
        device.field.sync()
    assert (fault.value.code, unsent(device)) == ("unreachable", 1)
    assert sum(device.waits) < 60
    device.line.come_back()
    assert device.field.sync().operations_sent == 1


@pytest.mark.parametrize("status", [200, 302, 403, 404, 409, 410])
def test_a_captive_portal_changes_nothing(device: Device, status: int) -> None:
    record(device)
    device.court.says = [Reply(status, {"content-type": "text/html"}, PORTAL)]
    before = device.field.holdings.require_statement()
    with pytest.raises(NotSent) as fault:
        device.field.sync()
    assert (fault.value.code, unsent(device)) == ("answer_unproven", 1)
    assert device.field.holdings.require_statement() == before
    assert device.reopen().sync().operations_sent == 1


@pytest.mark.parametrize("nonce", [None, "another"])
def test_a_log_is_called_damaged_by_the_answer_to_its_own_push_or_not_at_all(device: Device, nonce: str | None) -> None:
    """A log that begins anew does so once and for all: a late answer, or a stranger's, is no reason for it."""
    record(device)
    statement = device.court.statement(device.court.log, nonce) if nonce else None
    device.court.says = [problem(422, "chain_invalid", statement=statement)]
    with pytest.raises(NotSent) as fault:
        device.field.sync()
    assert fault.value.code == "answer_unproven"
    assert ("POST", "incarnation") not in device.court.requests
    assert device.field.sync().is_everything_sent


def test_a_valid_statement_for_another_nonce_is_not_believed(device: Device) -> None:
    record(device)
    device.field.sync()
    late = device.line.replies[-2]
    assert b"results" in late.body
    record(device)
    device.court.says = [late]
    with pytest.raises(NotSent, match="签名"):
        device.field.sync()
    assert unsent(device) == 1


@pytest.mark.parametrize("spoilt", [{"acked_hash": "0" * 64}, {"safe_seq": 5}, {"device": "0" * 36}])
def test_a_statement_that_contradicts_itself_or_us_moves_nothing(device: Device, spoilt: dict[str, Any]) -> None:
    record(device)
    device.court.lies = spoilt
    with pytest.raises((NotSent, Rejected)):
        device.field.sync()
    assert unsent(device) == 1


def test_a_court_that_knows_more_of_our_log_than_we_stops_the_sync(device: Device) -> None:
    device.court.lies = {"acked_seq": 9}
    with pytest.raises(Rejected) as fault:
        device.field.sync()
    assert fault.value.code == "log_behind"


def test_a_log_that_differs_from_ours_is_for_a_person(device: Device) -> None:
    record(device)
    device.field.sync()
    device.court.log.hashes[0] = bytes(32)
    with pytest.raises(Rejected) as fault:
        device.field.sync()
    assert fault.value.code == "log_disagrees"


def test_a_gap_rewinds_to_the_stated_number(device: Device) -> None:
    record(device, 3)
    device.field.sync()
    del device.court.log.bodies[1:], device.court.log.hashes[1:]
    record(device)
    assert device.field.sync().is_everything_sent
    assert len(device.court.log.bodies) == 4


def test_a_restored_court_gets_again_what_it_lost_files_too(device: Device) -> None:
    record(device, 2)
    record(device, photos=[device.field.capture(b"photo")])
    device.field.sync()
    device.court.restore(to_seq=1)
    report = device.field.sync()
    assert report.is_everything_sent
    assert len(device.court.log.bodies) == 3
    assert list(device.court.verified.values()) == [b"photo"]
    assert device.field.safe_to_purge(device.field.actions()[2])


def test_a_batch_too_large_is_halved_until_it_fits(device: Device) -> None:
    record(device, 11)
    device.court.max_operations = 2
    assert device.field.sync().is_everything_sent
    sizes = [len(push["operations"]) for push in device.court.pushes]
    assert sizes[0] == 11
    assert max(sizes[1:]) <= 5
    assert sizes[-1] <= 2


def test_a_partial_acknowledgement_is_taken_and_the_rest_follows(device: Device) -> None:
    record(device, 5)
    device.court.keeps_only = 2
    assert device.field.sync().operations_sent == 5
    assert [push["first_seq"] for push in device.court.pushes] == [1, 3, 5]


def test_a_court_that_never_acknowledges_does_not_hold_us_for_ever(device: Device) -> None:
    record(device)
    device.court.keeps_only = 0
    with pytest.raises(NotSent):
        device.field.sync()
    assert unsent(device) == 1


def test_an_old_app_is_told_and_keeps_everything(device: Device) -> None:
    record(device)
    device.court.says = [problem(426, "protocol_unsupported", min=2, max=3)]
    with pytest.raises(ProtocolTooOld, match="2 至 3"):
        device.field.sync()
    assert unsent(device) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "device_revoked"), (401, "certificate_invalid"), (422, "envelope_invalid"), (418, "something_new")],
)
def test_a_named_refusal_is_for_a_person_and_keeps_everything(device: Device, status: int, code: str) -> None:
    record(device)
    device.court.says = [problem(status, code)]
    with pytest.raises(Rejected) as fault:
        device.field.sync()
    assert (fault.value.code, unsent(device)) == (code, 1)
    assert device.field.sync().is_everything_sent


def test_retry_after_is_respected_with_jitter_on_top(device: Device) -> None:
    record(device)
    device.court.says = [problem(503, "unavailable", {"retry-after": "7"}), problem(429, "too_many_requests")]
    device.field.sync()
    assert device.waits == [7.25, 0.5]


def test_a_long_retry_after_is_handed_to_the_caller(device: Device) -> None:
    record(device)
    device.court.says = [problem(503, "unavailable", {"retry-after": "900"})]
    with pytest.raises(NotSent) as fault:
        device.field.sync()
    assert (fault.value.code, fault.value.retry_after_seconds) == ("server_busy", 900)
    assert device.waits == []


def test_a_failing_server_is_tried_a_few_times_and_left_alone(device: Device) -> None:
    record(device)
    device.court.says = [Reply(500, {}, b"oops")] * 50
    with pytest.raises(NotSent) as fault:
        device.field.sync()
    assert (fault.value.code, len(device.court.says)) == ("server_fault", 46)


def test_thumbnails_travel_beside_the_push_and_the_status_names_what_is_unsent(device: Device) -> None:
    from tests import pictures

    photo = device.field.capture(pictures.jpeg(), shot_code="PANORAMA")
    record(device, photos=[photo])
    device.field.sync()
    push = device.court.pushes[0]
    assert list(push["thumbnails"]) == [photo.thumbnail_sha256]
    told = push["status"]
    assert told["unsent"] == [{"seq": 1, "kind": "SEAL", "case_id": CASE, "hashes": [photo.sha256]}]
    assert told["pending_bytes"] > photo.size
    assert {"free_bytes", "highest_ledger", "wall", "boot_ms", "boot_id", "app", "sdk"} <= set(told)


def test_the_status_names_all_cases_of_an_unsent_act(device: Device) -> None:
    other = "0199a000-0000-7000-8000-000000000002"
    device.field.record_action(case_ids=[CASE, other], kind="SERVE")
    device.field.sync()
    (told,) = device.court.pushes[0]["status"]["unsent"]
    assert (told["case_id"], told["case_ids"]) == (CASE, [CASE, other])


def test_a_parked_act_says_so_and_its_review_is_shown(device: Device) -> None:
    record(device)
    device.court.answer_code = "not_assigned"
    device.court.reviews = [{"id": "r-1", "cause": "not_assigned", "state": "open"}]
    report = device.field.sync()
    assert report.statuses == {"parked": 1}
    assert (device.field.actions()[0].status, device.field.actions()[0].code) == ("parked", "not_assigned")
    assert [review.cause for review in device.field.reviews()] == ["not_assigned"]


def test_two_syncs_at_once_run_one_after_the_other(device: Device) -> None:
    import threading

    record(device, 3)
    others = [threading.Thread(target=device.field.sync) for _ in range(4)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert len(device.court.pushes) == 1


def test_large_bodies_are_compressed_and_repetitive_ones_are_not_overdone(device: Device) -> None:
    sent: list[dict[str, str]] = []
    device.line.before = lambda request: sent.append(dict(request.headers))
    record(device, 3, fields={"narrative": "执行" * 200})
    device.field.sync()
    assert sent[0]["Content-Encoding"] == "zstd"
    record(device, fields={"narrative": "x" * 250_000})
    assert device.field.sync().is_everything_sent


def test_a_new_signing_key_of_the_court_is_taken_under_its_root(device: Device) -> None:
    device.court.rotate()
    record(device, photos=[device.field.capture(b"photo")])
    assert device.field.sync().is_everything_sent
    field = device.reopen()
    assert field.safe_to_purge(field.actions()[0])


def test_a_new_key_that_the_root_did_not_sign_is_not_believed(device: Device) -> None:
    device.court.root = device.court.signing
    device.court.rotate()
    record(device)
    with pytest.raises(NotSent):
        device.field.sync()
    assert unsent(device) == 1


def narrow(device: Device, most: int) -> list[int]:
    """A link that dies after so many bytes of a request; the sizes of all that were tried."""
    tried: list[int] = []

    def dies(request: Request) -> None:
        tried.append(len(request.body))
        device.line.lose_next_request(int(len(request.body) > most))

    device.line.before = dies
    return tried


def noisy(device: Device, count: int) -> None:
    for number in range(count):
        text = random.Random(number).randbytes(6000).hex()
        device.field.record_action(case_id=CASE, kind="SEAL", fields={"narrative": text})


def test_a_link_that_dies_in_the_middle_of_every_large_push_gets_smaller_ones(device: Device) -> None:
    noisy(device, 60)
    tried = narrow(device, 100_000)
    report = device.field.sync()
    assert report.is_everything_sent
    assert report.operations_sent == 60
    assert sum(size > 100_000 for size in tried) <= 3, "what was once too much is not tried again"


def test_the_answers_of_a_push_whose_reply_was_lost_are_asked_for_again_in_smaller_ones(device: Device) -> None:
    noisy(device, 60)
    device.line.lose_next_reply(count=2)
    report = device.field.sync()
    assert (report.operations_sent, report.statuses) == (60, {"applied": 60})
    assert {action.status for action in device.field.actions()} == {"applied"}
    assert next(len(push["operations"]) for push in device.court.pushes) == 60
    assert len(device.court.pushes) > 3


def test_a_page_is_asked_for_smaller_after_a_cut(device: Device) -> None:
    device.line.lose_next_reply(count=1)
    asked: list[int] = []
    device.line.before = lambda request: asked.append(json.loads(unpacked(request))["max_bytes"])
    device.field.pull()
    assert asked[:2] == [256 * 1024, 64 * 1024]
