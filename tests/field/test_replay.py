"""`manage.py replay`: the rows are what operations, desks and ledger make them; what was changed by hand is found."""

import io
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from server.cases.models import Case, CaseEvent, Node
from server.cases.services import (
    close_case,
    import_cases,
    recompute_due_dates,
    record_event,
    set_calendar_day,
)
from server.common.clock import SHANGHAI, now
from server.field.models import ActionSubject, FieldAction
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

pytestmark = pytest.mark.django_db


def replay(*words: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The last line, and the differences before it."""
    out, code = io.StringIO(), 0
    try:
        call_command("replay", "--language", "en", *words, stdout=out)
    except CommandError as refused:
        code = refused.returncode
    *differences, counts = [json.loads(line) for line in out.getvalue().splitlines()]
    assert counts["differences"] == len(differences)
    assert code == (1 if differences else 0)
    return counts, differences


def found() -> list[tuple[str, str, str | None, str | None]]:
    return [(each["node"], each["member"], each["row"], each["replayed"]) for each in replay()[1]]


def at(day: str, hour: int = 9) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=SHANGHAI)


@pytest.fixture
def worked(held: Case, phone: TestDevice) -> Case:
    """Events at the desk out of order, chains, an act of the field that ended a node, one without a warrant."""
    record_event(case=held, key="investigation_requested", occurred_at=now() - timedelta(days=3))
    record_event(case=held, key="notice_served", occurred_at=at("2026-11-09"))
    record_event(case=held, key="execution_notice_sent", occurred_at=at("2026-11-06"))
    for chain, day in (("house-1", "2026-11-05"), ("house-2", "2026-11-06")):
        record_event(case=held, key="property_confirmed", occurred_at=at(day), chain=chain)
    record_event(case=held, key="control_effective", occurred_at=at("2026-11-08"), chain="house-2")
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.record("DETAIN", case_id=held.pk, fields={"detained_at": "2026-11-20T09:30:00+08:00", "result": "DONE"})
    phone.push()
    return held


def test_of_what_was_worked_on_nothing_differs(worked: Case) -> None:
    counts, differences = replay()
    assert not differences
    assert counts["cases"] == 1
    assert counts["nodes"] == Node.objects.count()
    assert counts["events"] == CaseEvent.objects.count() > 8


def test_an_act_that_came_late_moved_its_nodes_as_it_would_have_in_time(worked: Case, phone: TestDevice) -> None:
    phone.clock_runs_behind(minutes=60 * 24 * 7)
    phone.record("LOCATE", case_id=worked.pk, fields=COMPLETE)
    phone.push()
    record_event(case=worked, key="application_received", occurred_at=at("2026-10-20"))
    assert not found()


def test_two_phones_that_recorded_one_act_differ_from_nothing(worked: Case, phone: TestDevice, cast: Cast) -> None:
    first = phone.record("INTERVIEW", case_id=worked.pk, fields={"result": "DONE"})
    other = phone_of(cast.colleague)
    other.record("INTERVIEW", case_id=worked.pk, fields=COMPLETE, action_id=json.loads(first.body)["action_id"])
    phone.push()
    other.push()
    assert FieldAction.objects.filter(kind="INTERVIEW").count() == 1
    assert not found()


def test_an_act_annulled_and_counted_again_differs_from_nothing(worked: Case, cast: Cast) -> None:
    act = FieldAction.objects.get(kind="LOCATE")
    for word in ("annul", "reinstate"):
        path = f"/api/v1/actions/{act.pk}/{word}"
        reply = browser_of(cast.director).post(path, {"note": "并未到场"}, content_type="application/json")
        assert reply.status_code == 200
        assert not found()
    assert CaseEvent.objects.exclude(voided_at=None).exists()


def test_a_closed_case_keeps_the_dates_of_the_calendar_of_its_time(worked: Case, cast: Cast) -> None:
    other, running = (hold(file_one(cast, number), cast.group) for number in (8, 9))
    for case in (other, running):
        record_event(case=case, key="execution_notice_sent", occurred_at=at("2026-11-06"))
    close_case(case=other, closing_mode="COMPLETED", closed_on=date(2026, 11, 10))
    due = Node.objects.get(case=other, key="notice_service").due_on
    assert due == date(2026, 11, 16)
    set_calendar_day(day=due, is_working=False, by="王某", why="地方通知")
    assert found() == [("notice_service", "due_on", "2026-11-16", "2026-11-17")], "of the open one, until it is counted"
    recompute_due_dates()
    assert not found()
    assert Node.objects.get(case=other, key="notice_service").due_on == due
    Node.objects.filter(case=other, key="notice_service").update(due_on=date(2026, 11, 15))
    assert ("notice_service", "due_on", "2026-11-15", "2026-11-17") in found()


def test_a_list_of_cases_differs_from_nothing(cast: Cast) -> None:
    columns = "case_no,cause,filed_on,received_on,handler,basis,claim_kind,debtor_1_name\n"
    said = "买卖,2026-11-02,2026-10-28,240101,JUDGMENT,MONEY,被执行人乙"
    rows = columns + "".join(f"（2026）闽0924执{n}号,{said}\n" for n in range(1, 130))
    assert import_cases(raw=rows.encode(), form="csv").created == 129
    counts, differences = replay()
    assert (counts["cases"], differences) == (129, []), "more than are held at once"
    assert replay("--case", "(2026)闽0924执7号")[0]["cases"] == 1


def test_a_number_nobody_knows_is_said(cast: Cast) -> None:
    with pytest.raises(CommandError, match="no case with this number"):
        call_command("replay", "--language", "en", "--case", "（2026）闽0924执999号")


def _finish(case: Case) -> None:
    Node.objects.filter(case=case, key="handover_to_disposal").update(state="DONE")


CHANGED_BY_HAND: dict[str, tuple[Callable[[Case], object], tuple[str, str]]] = {
    "a state": (_finish, ("handover_to_disposal", "state")),
    "a date": (
        lambda case: Node.objects.filter(case=case, key="case_limit_normal").update(due_on=date(2028, 1, 1)),
        ("case_limit_normal", "due_on"),
    ),
    "the date of one chain": (
        lambda case: Node.objects.filter(case=case, chain="house-1").update(started_on=date(2026, 11, 1)),
        ("control_measure", "started_on"),
    ),
    "a row is gone": (
        lambda case: Node.objects.filter(case=case, key="close_case").delete(),
        ("close_case", "row"),
    ),
    "an event and the node that hangs on it": (
        lambda case: [
            CaseEvent.objects.filter(case=case, key="execution_notice_sent").update(occurred_at=at("2026-11-07")),
            Node.objects.filter(case=case, key="notice_service").update(
                started_on=date(2026, 11, 7), due_on=date(2026, 11, 17)
            ),
        ],
        ("notice_service", "started_on"),
    ),
    "an event of the desk": (
        lambda case: CaseEvent.objects.filter(case=case, key="notice_served").update(key="interview_done"),
        ("notice_served", "event"),
    ),
    "an event of an act": (
        lambda case: CaseEvent.objects.filter(case=case, source_type="operation").delete(),
        ("field_action_started", "event"),
    ),
    "whether an act counts": (
        lambda case: ActionSubject.objects.filter(action__kind="LOCATE").update(status="parked"),
        ("field_action_started", "act"),
    ),
}


@pytest.mark.parametrize("name", CHANGED_BY_HAND)
def test_what_was_changed_by_hand_is_found(worked: Case, name: str) -> None:
    change, expected = CHANGED_BY_HAND[name]
    change(worked)
    assert expected in {(node, member) for node, member, *_ in found()}


def test_it_says_case_node_member_and_both_values(worked: Case) -> None:
    _finish(worked)
    counts, differences = replay()
    assert counts["differences"] == 2, "the events say otherwise, and so does the ledger"
    assert differences[0] == {
        "case_no": worked.case_no,
        "node": "handover_to_disposal",
        "chain": "",
        "member": "state",
        "row": "DONE",
        "replayed": "RUNNING",
    }


def test_nodes_completed_and_clues_given_from_a_phone_differ_from_nothing(worked: Case, phone: TestDevice) -> None:
    record_event(case=worked, key="materials_received_by_handler", occurred_at=at("2026-11-04"))
    phone.record("complete_node", case_id=worked.pk, fields={"node": "applicant_notice"})
    phone.record("submit_clue", case_id=worked.pk, fields={"source": "OWN", "text": "城东仓库"})
    phone.push()
    assert Node.objects.get(case=worked, key="applicant_notice").state == Node.State.DONE
    assert not found()
