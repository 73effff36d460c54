"""Pulling: pages, resets, removals, and one's own work laid over what the court sent."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from client_sdk import FieldClient, NotFound, NotSent, ProtocolTooOld, Rejected
from client_sdk.replica import Bookmark, Replica
from client_sdk.steps import Reply, Request
from client_sdk.views import Case
from tests.client_sdk.conftest import Device
from tests.client_sdk.court import Court, problem

pytestmark = pytest.mark.database_free


def case_id(number: int) -> str:
    return f"0199a000-0000-7000-8000-{number:012d}"


def put(court: Court, number: int, tag: str = "t1", **data: Any) -> str:
    court.units[("case", case_id(number))] = (tag, {"case_no": f"(2026)闽9821执{number}号", "assignment_no": 1, **data})
    return case_id(number)


def held(device: Device) -> set[str]:
    return {case.id for case in device.field.cases()}


def test_all_pages_arrive_and_only_changes_follow(device: Device) -> None:
    device.court.page_size = 3
    ids = {put(device.court, number) for number in range(10)}
    assert device.field.sync().units_received == 10
    assert held(device) == ids
    put(device.court, 4, "t2", cause="合同纠纷")
    report = device.field.sync()
    assert report.units_received == 1
    assert device.field.case(case_id(4)).cause == "合同纠纷"


def test_a_pull_cut_between_pages_goes_on_where_it_was(device: Device) -> None:
    device.court.page_size = 3
    ids = {put(device.court, number) for number in range(10)}
    pulls: list[Request] = []

    def cut_third(request: Request) -> None:
        pulls.append(request)
        if len(pulls) == 3:
            device.line.lose_next_reply(count=99)

    device.line.before = cut_third
    with pytest.raises(NotSent):
        device.field.sync()
    assert 0 < len(held(device)) < 10
    device.line.before = lambda request: None
    device.line.lose_next_reply(count=0)
    assert device.reopen().sync().units_received == 10 - 6
    assert held(device) == ids


def test_a_reassigned_case_leaves_the_device(device: Device) -> None:
    put(device.court, 1)
    device.field.sync()
    device.court.units.clear()
    assert device.field.sync().units_removed == 1
    with pytest.raises(NotFound):
        device.field.case(case_id(1))


def test_reset_marks_and_sweeps_and_touches_neither_outbox_nor_photos(device: Device) -> None:
    for number in range(4):
        put(device.court, number)
    device.field.sync()
    device.line.go_offline()
    photo = device.field.capture(b"photo")
    device.field.record_action(case_id=case_id(3), kind="SEAL", photos=[photo])
    device.line.come_back()
    device.court.views.clear()
    del device.court.units[("case", case_id(0))]
    device.field.sync()
    assert held(device) == {case_id(1), case_id(2), case_id(3)}
    assert len(device.court.log.bodies) == 1
    assert list(device.court.verified.values()) == [b"photo"]


def test_what_was_held_stays_readable_until_the_reset_is_complete(device: Device) -> None:
    device.court.page_size = 1
    for number in range(3):
        put(device.court, number)
    device.field.sync()
    device.court.views.clear()
    seen: list[int] = []
    device.field.sync(on_progress=lambda progress: seen.append(len(held(device))))
    assert set(seen) == {3}


def test_removal_with_unsafe_work_seals_the_case_until_the_work_is_safe(device: Device) -> None:
    put(device.court, 1)
    device.field.sync()
    device.field.record_action(case_id=case_id(1), kind="SEAL")
    device.court.safe = lambda court: (0, 0)
    device.court.units.clear()
    device.field.sync()
    assert held(device) == set()
    rows = device.field.holdings.store.database.rows("SELECT is_leaving FROM unit")
    assert rows == [(1,)]
    device.court.safe = lambda court: (len(court.log.bodies), court.position)
    device.field.sync()
    assert device.field.holdings.store.database.rows("SELECT * FROM unit") == []


def test_own_work_is_neither_hidden_nor_doubled(device: Device) -> None:
    put(device.court, 1)
    device.field.sync()
    action = device.field.record_action(case_id=case_id(1), kind="SEAL")
    assert [(act.id, act.is_own_unsent) for act in device.field.case(case_id(1)).actions] == [(action.id, True)]
    # Acknowledged, but the pull that would show it is lost:
    device.line.before = lambda request: device.line.lose_next_reply(count=99 if "pull" in request.path else 0)
    with pytest.raises(NotSent):
        device.field.sync()
    assert [(act.id, act.is_own_unsent) for act in device.field.case(case_id(1)).actions] == [(action.id, False)]
    device.line.before = lambda request: device.line.lose_next_reply(count=0)
    told = {
        "id": action.id,
        "kind": "SEAL",
        "status": "applied",
        "complete": True,
        "recorded_at": "2026-11-22T10:00:00Z",
    }
    put(device.court, 1, "t2", actions=[told])
    device.field.sync()
    [shown] = device.field.case(case_id(1)).actions
    assert (shown.status, shown.is_complete) == ("applied", True)


def test_a_restored_court_s_page_hides_no_own_work_before_its_pull_is_complete(device: Device) -> None:
    put(device.court, 1)
    put(device.court, 2)
    action = device.field.record_action(case_id=case_id(1), kind="SEAL")
    put(device.court, 1, "t2", actions=[{"id": action.id, "kind": "SEAL", "status": "applied"}])
    device.field.sync()
    device.court.page_size = 1
    pulls: list[Request] = []

    def restore_before_a_pull(request: Request) -> None:
        """It comes between the push, which is answered, and the pull, which is cut after its first page."""
        if "pull" not in request.path:
            return
        pulls.append(request)
        if len(pulls) == 1:
            device.court.restore(to_seq=0)
            put(device.court, 1, "t1'")
        if len(pulls) == 3:
            device.line.lose_next_reply(count=99)

    device.line.before = restore_before_a_pull
    with pytest.raises(NotSent):
        device.field.sync()
    assert device.field.holdings.acked_seq == 0
    assert [(act.id, act.is_own_unsent) for act in device.field.case(case_id(1)).actions] == [(action.id, True)]


@pytest.mark.parametrize("look", [lambda field: field.case(case_id(1)), lambda field: field.cases()[0]])
def test_a_sync_in_the_middle_of_a_look_hides_no_own_work(
    device: Device, monkeypatch: pytest.MonkeyPatch, look: Callable[[FieldClient], Case]
) -> None:
    put(device.court, 1)
    device.field.sync()
    action = device.field.record_action(case_id=case_id(1), kind="SEAL")
    put(device.court, 1, "t2", actions=[{"id": action.id, "kind": "SEAL", "status": "applied"}])
    real = Replica.bookmark

    def interrupted(replica: Replica) -> Bookmark:
        """Another thread of the app syncs just now."""
        monkeypatch.undo()
        device.field.sync()
        return real(replica)

    monkeypatch.setattr(Replica, "bookmark", interrupted)
    assert [shown.id for shown in look(device.field).actions] == [action.id]


def test_an_answer_that_builds_on_another_cursor_is_not_applied(device: Device) -> None:
    put(device.court, 1)
    device.field.sync()
    said: list[str] = []

    def spoil(page: dict[str, Any]) -> dict[str, Any]:
        said.append(page["cursor"])
        removal = {"base": "of-another-device", "remove": [{"type": "case", "id": case_id(1), "reason": "x"}]}
        return page | removal if len(said) == 1 else page

    device.court.spoil_page = spoil
    device.field.sync()
    assert held(device) == {case_id(1)}


def test_a_digest_that_differs_causes_one_reset_an_hour(device: Device) -> None:
    put(device.court, 1)
    device.court.spoil_page = lambda page: page | {"digest": "0" * 64}
    device.field.sync()
    assert [name for _, name in device.court.requests].count("pull") == 2
    device.court.requests.clear()
    device.field.sync()
    assert [name for _, name in device.court.requests].count("pull") == 1
    device.clock.advance(hours=2)
    device.field.sync()
    assert [name for _, name in device.court.requests].count("pull") == 3


def test_an_answer_changed_on_the_way_is_not_believed(device: Device) -> None:
    put(device.court, 1)

    def forge(sent: Reply) -> Reply:
        members = json.loads(sent.body)
        members["answer"] = members["answer"].replace("case_no", "case-no")
        return Reply(sent.status, sent.headers, json.dumps(members).encode())

    device.court.spoil_pull = forge
    with pytest.raises(NotSent):
        device.field.sync()
    assert held(device) == set()


def test_a_signed_answer_we_cannot_read_is_not_applied(device: Device) -> None:
    device.court.spoil_page = lambda page: {"cursor": "c", "complete": True}
    with pytest.raises(Rejected):
        device.field.sync()
    assert device.field.holdings.replica.bookmark().cursor is None


def test_a_court_that_resets_for_ever_does_not_hold_us_for_ever(device: Device) -> None:
    put(device.court, 1)
    device.field.sync()
    device.line.before = lambda request: device.court.views.clear()
    device.court.page_size = 0
    with pytest.raises(NotSent):
        device.field.sync()


def test_units_of_a_device_come_back_after_its_restore(make_device: Callable[..., Device]) -> None:
    device = make_device()
    put(device.court, 1)
    device.field.sync()
    device.court.restore(to_seq=0)
    put(device.court, 2)
    device.field.sync()
    assert held(device) == {case_id(1), case_id(2)}


def test_an_overtaken_pull_goes_on_with_its_cursor(device: Device) -> None:
    put(device.court, 1)
    device.field.sync()
    put(device.court, 2)
    device.court.overtakes = 1
    assert device.field.sync().units_received == 1


def test_a_court_that_refuses_pulls_gets_the_evidence_all_the_same(device: Device) -> None:
    device.field.record_action(case_id=case_id(1), kind="SEAL", photos=[device.field.capture(b"photo")])
    device.line.before = lambda request: device.court.says.extend(
        [problem(426, "schema_unsupported", min=2, max=2)] if request.path.endswith("pull") else []
    )
    with pytest.raises(ProtocolTooOld):
        device.field.sync()
    assert list(device.court.verified.values()) == [b"photo"]


def test_pages_that_bring_only_receipts_are_progress(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = [device.field.capture(f"photo {number}".encode()) for number in range(9)]
    device.field.record_action(case_id=put(device.court, 1), kind="SEAL", photos=photos)
    whole, left = device.court._page, list[str]()

    def one_receipt_a_page(base: str | None, held: dict[tuple[str, str], str]) -> dict[str, Any]:
        page = whole(base, held)
        left.extend(receipt for receipt in device.court.receipts if receipt not in told)
        told.update(left)
        page["receipts"] = [left.pop(0)] if left else []
        return {**page, "complete": not left}

    told: set[str] = set()
    monkeypatch.setattr(device.court, "_page", one_receipt_a_page)
    assert device.field.sync().is_everything_sent
    assert len(told) == 9
    assert not left


def test_what_was_seen_of_a_ledger_that_was_set_back_is_told_once_also_with_nothing_to_send(device: Device) -> None:
    device.field.record_action(case_id=case_id(1), kind="SEAL")
    device.court.position = 40
    device.field.sync()
    before = len(device.court.pushes)
    device.court.restore(to_seq=1)
    device.court.position = 12

    device.field.sync()

    told = [push["status"]["highest_ledger"] for push in device.court.pushes[before:]]
    assert [(each["ledger_epoch"], each["position"]) for each in told] == [("ledger-1", 41)]
    device.field.record_action(case_id=case_id(1), kind="SEAL")
    device.field.sync()
    assert device.court.pushes[-1]["status"]["highest_ledger"]["ledger_epoch"] == "ledger-1'"


def test_a_height_is_told_again_until_the_court_has_heard_it(device: Device) -> None:
    device.court.position = 40
    device.field.sync()
    device.court.restore(to_seq=0)
    device.court.position = 12
    device.field.pull()
    device.reopen()
    device.field.record_action(case_id=case_id(1), kind="SEAL")
    device.line.lose_next_reply()
    device.field.sync()
    told = [push["status"]["highest_ledger"]["position"] for push in device.court.pushes]
    assert told[-2:] == [40, 40]
