"""What an officer says of the file of a case, offline: recorded like acts, shown with their case at once."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest

from client_sdk.errors import InvalidRecord
from client_sdk.views import Case
from server.field.case_acts import case_document
from tests.client_sdk.conftest import Device

CASE = "0199a000-0000-7000-8000-000000000001"
REVIEW = "network_feedback_review"
OFFER = "0199b000-0000-7000-8000-000000000001"
TASK = "0199b000-0000-7000-8000-000000000003"


def node(key: str = REVIEW, **members: Any) -> dict[str, Any]:
    told = {"id": str(uuid4()), "key": key, "zh": "核查", "en": "Check", "state": "RUNNING", "due_on": "2026-11-25"}
    return {**told, **members}


def offer(**members: Any) -> dict[str, Any]:
    sides = {"from": {"team": {"id": "t1", "name": "查控组"}, "officer": None}, "to": {"team": None, "officer": None}}
    told = {"id": OFFER, "stage": "disposal", "state": "PROPOSED", "due_on": "2026-11-24", **sides}
    return {**told, **members}


@pytest.fixture
def case(device: Device) -> Case:
    device.clock.moment = datetime(2026, 11, 22, 4, tzinfo=UTC)
    clue = node("clue_verification", chain="clue-1", due_on="2026-11-23")
    unit = {
        "case_no": "(2026)闽9821执1号",
        "nodes": [node(), clue],
        "actions": [],
        "handovers": [offer(), offer(id="0199b000-0000-7000-8000-000000000002", state="REJECTED")],
        "notes": [{"id": "n1", "text": "门禁须登记", "handover": OFFER}],
        "tasks": [
            {"id": TASK, "text": "调取水电记录", "due_on": "2026-11-23", "state": "OPEN"},
            {"id": "k2", "state": "DONE"},
            {"id": "k3", "state": "OPEN", "to": {"id": "0199c000-0000-7000-8000-000000000001", "name": "陈默"}},
        ],
    }
    device.court.units[("case", CASE)] = ("t1", unit)
    ends = {"nodes": {REVIEW: {"ends": ["feedback_reviewed"]}, "debtor_interview": {"ends": ["a", "b"]}}}
    device.court.units[("catalogue", "1")] = ("c1", {"case_kinds": case_document(), "flows": {"f@1": ends}})
    device.field.sync()
    device.line.go_offline()
    return device.field.case(CASE)


def test_a_completed_node_is_recorded_and_shown_as_ours_until_the_court_has_answered(
    device: Device, case: Case
) -> None:
    done_at = datetime(2026, 11, 21, 10, tzinfo=timezone(timedelta(hours=8)))
    action = device.field.complete_node(case_id=case.id, node=case.nodes[0], occurred_at=done_at, note="无财产")
    body = device.field.holdings.outbox.body(action.seq)
    assert body["fields"] == {"node": REVIEW, "occurred_at": "2026-11-21T02:00:00.000Z", "note": "无财产"}
    assert body["subjects"][0]["node_id"] == case.nodes[0].id
    shown = device.field.case(CASE)
    assert (shown.actions[0].kind, shown.actions[0].said["note"]) == ("complete_node", "无财产")
    assert shown.nodes[0].completed_by == action.id
    assert shown.nodes[0].state == "RUNNING", "what a node is the court says"
    due = device.field.today().nodes
    assert [(each.node.key, bool(each.node.completed_by)) for each in due] == [
        ("clue_verification", False),
        (REVIEW, True),
    ]


def test_one_of_several_nodes_is_named_by_its_chain(device: Device, case: Case) -> None:
    device.field.complete_node(case_id=case.id, node=device.field.today().nodes[0])
    shown = device.field.case(CASE)
    assert [bool(each.completed_by) for each in shown.nodes] == [False, True]
    action = device.field.complete_node(case_id=case.id, node="clue_verification", chain="clue-2")
    assert action.said == {"node": "clue_verification", "chain": "clue-2"}
    assert device.field.node_endings("debtor_interview") == ("a", "b")
    assert device.field.node_endings("unheard_of") == ()


def test_what_was_parked_completes_nothing_here(device: Device, case: Case) -> None:
    device.field.complete_node(case_id=case.id, node=REVIEW)
    device.line.is_offline = False
    device.court.answer_code = "node_not_started"
    device.field.sync()
    assert device.field.case(CASE).nodes[0].completed_by == ""


def test_a_note_and_a_clue_are_there_at_once_and_say_what_they_lack(device: Device, case: Case) -> None:
    note = device.field.add_note(case_id=case.id, text=" 申请人来电 ", node=case.nodes[0])
    clue = device.field.submit_clue(
        case_id=case.id, source="REPORT", text="城东仓库", property={"place": "城东", "estimated_value": "a lot"}
    )
    assert (note.missing, clue.missing) == ((), ())
    assert [each["code"] for each in clue.warnings] == ["shape:estimated_value"]
    assert device.field.explain(clue, "en") == ["Not in the expected form; counts as not given"]
    shown = {each.kind: each.said for each in device.field.case(CASE).actions}
    assert shown["add_note"] == {"node": REVIEW, "text": "申请人来电"}
    assert shown["submit_clue"] == {"source": "REPORT", "text": "城东仓库"}


def test_words_are_asked_for_and_times_need_their_offset(device: Device, case: Case) -> None:
    field, no_zone = device.field, datetime(2026, 11, 21, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(InvalidRecord, match="请写明内容"):
        field.add_note(case_id=case.id, text="  ")
    with pytest.raises(InvalidRecord):
        field.submit_clue(case_id=case.id, source="OWN", text="")
    with pytest.raises(InvalidRecord):
        field.reject_handover(OFFER, case_id=case.id, reason=" ")
    with pytest.raises(InvalidRecord):
        field.complete_node(case_id=case.id, node=REVIEW, occurred_at=no_zone)
    with pytest.raises(InvalidRecord):
        field.accept_handover(OFFER)
    assert device.field.actions() == []


def test_a_note_is_corrected_like_an_act(device: Device, case: Case) -> None:
    note = device.field.add_note(case_id=case.id, text="申请人来电")
    correction = device.field.correct(note, reason="是代理人来电")
    assert (correction.id, correction.kind, correction.corrects) == (note.id, "add_note", note.hash)


def test_before_the_court_has_delivered_their_kinds_they_are_recorded_all_the_same(device: Device) -> None:
    action = device.field.add_note(case_id=CASE, text="首次同步之前")
    assert (action.missing, action.warnings) == ((), ())


def test_what_is_urged_is_in_the_day_the_first_one_due_first(device: Device, case: Case) -> None:
    assert (case.urges, device.field.today().urges) == ((), ()), "older servers say nothing of it"
    device.line.come_back()
    made = {"asked_at": "2026-11-20T02:00:00.000Z", "reply_due_on": "2026-11-24", "unknown": 1}
    asked = {"id": OFFER, "text": "进展如何？", "by": "吴值", **made}
    device.court.units[("case", CASE)][1]["urges"] = [
        asked,
        {**made, "id": TASK, "text": "逾期", "reply_due_on": "2026-11-20"},
    ]
    device.court.units[("case", CASE)] = ("t2", device.court.units[("case", CASE)][1])
    device.field.sync()
    late, first = device.field.today().urges
    assert (late.id, late.by, late.days_left) == (TASK, "", -2)
    assert (first.text, first.by, first.case_no, first.days_left) == ("进展如何？", "吴值", case.case_no, 2)
    replied = device.field.reply_urge(late, text=" 明日上门 ")
    body = device.field.holdings.outbox.body(replied.seq)
    assert (body["kind"], body["fields"]) == ("reply_urge", {"urge": late.id, "text": "明日上门"})
    assert [each.answered_by for each in device.field.today().urges] == ["", replied.id], "answered ones stand last"
    with pytest.raises(InvalidRecord):
        device.field.reply_urge(first, text=" ")


def test_a_task_is_reported_done_offline(device: Device, case: Case) -> None:
    (task,) = device.field.today().tasks
    action = device.field.complete_task(task, note="已调取")
    body = device.field.holdings.outbox.body(action.seq)
    assert (body["kind"], body["subjects"][0]["id"]) == ("complete_task", CASE)
    assert body["fields"] == {"task": TASK, "note": "已调取"}
    assert device.field.today().tasks[0].done_by == action.id
    assert device.field.complete_task(TASK, case_id=CASE).said == {"task": TASK}
    with pytest.raises(InvalidRecord):
        device.field.complete_task(TASK)


def test_a_handover_is_in_the_day_and_answered_offline(device: Device, case: Case) -> None:
    (waiting,) = device.field.today().handovers
    assert (waiting.from_name, waiting.days_left, waiting.notes) == ("查控组", 2, ("门禁须登记",))
    action = device.field.accept_handover(waiting)
    body = device.field.holdings.outbox.body(action.seq)
    assert (body["kind"], body["fields"], body["subjects"][0]["id"]) == ("accept_handover", {"handover": OFFER}, CASE)
    assert device.field.today().handovers[0].answered_by == action.id
    sent_back = device.field.reject_handover(OFFER, case_id=CASE, reason="缺少清单")
    assert sent_back.said == {"handover": OFFER, "reason": "缺少清单"}
    with pytest.raises(InvalidRecord, match="不能补正"):
        device.field.correct(action, reason="不接收了")


def test_the_day_tells_tasks_by_their_day_and_how_old_it_is(device: Device, case: Case) -> None:
    device.clock.advance(hours=30)
    today = device.field.today()
    assert [(task.id, task.days_left) for task in today.tasks] == [(TASK, 0)]
    assert today.age is not None
    assert timedelta(hours=30) <= today.age < timedelta(hours=30, minutes=5)
    assert [due.node.key for due in today.due_today] == ["clue_verification"]
    assert [due.node.key for due in today.coming] == [REVIEW]
    assert today.overdue == ()
    device.clock.drift = timedelta(days=-400)
    assert device.field.today().age == today.age, "turning back the wall clock makes nothing younger"
