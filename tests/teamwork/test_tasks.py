"""Whoever is in charge writes the plan and gives tasks; they stand on phones until they are done or given back."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.cases.models import Case, Grant
from server.cases.services import close_case, grant_subject
from server.common.clock import now, set_clock
from server.common.errors import DomainError
from server.ledger.models import Entry
from server.people.models import Officer
from server.teamwork.decide import TaskMove, task_after
from server.teamwork.models import Plan, Task
from server.teamwork.services import decide_handover, give_task, move_task, propose_handover, write_plan
from tests.actors import Cast, browser_of
from tests.sync.pushing import file_one, hold, phone_of
from tests.sync.replica import Replica
from tests.teamwork.conftest import Teams

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 6)


@pytest.fixture(autouse=True)
def clock() -> Any:
    """Monday 2 November 2026, 10:00 in Shanghai."""
    set_clock(lambda: datetime(2026, 11, 2, 2, tzinfo=UTC))
    yield
    set_clock(None)


def given(case: Case, cast: Cast, **changes: Any) -> Task:
    said: dict[str, Any] = {"text": "联系物业取钥匙", "to": cast.colleague, "due_on": FRIDAY, "by": cast.holder}
    return give_task(case=case, **{**said, **changes})


def kinds() -> list[str]:
    return list(Entry.objects.filter(kind__startswith="task_").order_by("position").values_list("kind", flat=True))


def test_a_plan_is_written_anew_and_the_earlier_one_stays(case: Case, cast: Cast) -> None:
    write_plan(case=case, text="先查银行存款", by=cast.holder)
    write_plan(case=case, text="先查银行存款 ", by=cast.holder)
    second = write_plan(case=case, text="查封住房，启动评估", by=cast.director)
    assert (second.number, Plan.objects.filter(case=case).count()) == (2, 2)
    entries = Entry.objects.filter(kind="plan_written").order_by("position")
    assert [json.loads(entry.view)["plan"]["number"] for entry in entries] == [1, 2]
    assert all("银行" not in entry.view for entry in entries)


def test_a_plan_is_for_those_in_charge_and_says_something(case: Case, cast: Cast) -> None:
    refused = (
        ("not_in_charge", cast.colleague, "方案"),
        ("note_required", cast.holder, " "),
        ("plan_too_long", cast.holder, "长" * 5001),
    )
    for code, by, text in refused:
        with pytest.raises(DomainError, match=code):
            write_plan(case=case, text=text, by=by)


def test_a_task_stands_on_the_phones_of_all_who_hold_the_case_with_the_plan(case: Case, cast: Cast) -> None:
    replica = Replica(phone_of(cast.colleague))
    write_plan(case=case, text="先查银行存款", by=cast.holder)
    task = given(case, cast)
    replica.sync()
    unit = replica.units["case", str(case.pk)][1]
    assert unit["tasks"] == [
        {
            "id": str(task.pk),
            "text": "联系物业取钥匙",
            "state": "OPEN",
            "due_on": "2026-11-06",
            "to": {"id": str(cast.colleague.pk), "name": cast.colleague.name},
            "by": cast.holder.name,
        }
    ]
    assert (unit["plan"]["number"], unit["plan"]["text"]) == (1, "先查银行存款")
    move_task(task_id=task.pk, move=TaskMove.DONE, by=cast.colleague, said="已取到")
    replica.sync()
    (told,) = replica.units["case", str(case.pk)][1]["tasks"]
    assert (told["state"], told["said"]) == ("DONE", "已取到")


def test_a_phone_of_another_court_holds_neither_plan_nor_tasks(case: Case, cast: Cast) -> None:
    grant_subject(case=case, officer=cast.stranger, reason=Grant.Reason.ASSISTING)
    write_plan(case=case, text="先查银行存款", by=cast.holder)
    given(case, cast)
    replica = Replica(phone_of(cast.stranger))
    replica.sync()
    assert not {"plan", "tasks"} & set(replica.units["case", str(case.pk)][1])


def test_what_was_given_back_or_badly_done_is_asked_for_again_and_all_of_it_stays_on_record(
    case: Case, cast: Cast
) -> None:
    task = given(case, cast)
    move_task(task_id=task.pk, move=TaskMove.RETURN, by=cast.colleague, said="物业不配合")
    move_task(task_id=task.pk, move=TaskMove.AGAIN, by=cast.holder, said="带协助通知书去", due_on=date(2026, 11, 9))
    move_task(task_id=task.pk, move=TaskMove.DONE, by=cast.colleague)
    move_task(task_id=task.pk, move=TaskMove.AGAIN, by=cast.director, said="还缺地下室的")
    task.refresh_from_db()
    assert (task.state, task.due_on) == ("OPEN", date(2026, 11, 9))
    move_task(task_id=task.pk, move=TaskMove.WITHDRAW, by=cast.holder, said="不再需要")
    first = ["task_given", "task_returned", "task_given_again", "task_done"]
    assert kinds() == [*first, "task_given_again", "task_withdrawn"]
    returned = Entry.objects.get(kind="task_returned")
    assert "物业不配合" in returned.facts
    assert "物业不配合" not in returned.view


MOVES = {
    ("OPEN", "done"): "DONE",
    ("OPEN", "return"): "RETURNED",
    ("OPEN", "withdraw"): "WITHDRAWN",
    ("DONE", "again"): "OPEN",
    ("RETURNED", "again"): "OPEN",
    ("RETURNED", "withdraw"): "WITHDRAWN",
}


@pytest.mark.parametrize("state", Task.State.values)
@pytest.mark.parametrize("move", list(TaskMove))
def test_every_move_leads_where_it_should_and_no_other_is_one(state: str, move: TaskMove) -> None:
    assert task_after(state, move) == MOVES.get((state, move.value))


def test_a_move_that_is_none_says_how_the_task_stands(case: Case, cast: Cast) -> None:
    task = given(case, cast)
    move_task(task_id=task.pk, move=TaskMove.DONE, by=cast.colleague)
    with pytest.raises(DomainError, match="task_moved") as refused:
        move_task(task_id=task.pk, move=TaskMove.RETURN, by=cast.colleague, said="其实没办")
    assert refused.value.details == {"state": "DONE"}


def test_said_twice_by_one_source_it_counts_once_and_as_of_when_it_was_said(case: Case, cast: Cast) -> None:
    task = given(case, cast)
    set_clock(lambda: datetime(2026, 11, 9, 2, tzinfo=UTC))
    on_tuesday = datetime(2026, 11, 3, 6, tzinfo=UTC)
    for _ in range(2):
        move_task(
            task_id=task.pk, move=TaskMove.DONE, by=cast.colleague, occurred_at=on_tuesday, source=("operation", "h1")
        )
    task.refresh_from_db()
    assert (task.moved_at, task.received_at) == (on_tuesday, now())
    assert kinds() == ["task_given", "task_done"]


def test_only_whom_it_is_given_to_says_it_is_done_and_only_those_in_charge_ask_again(case: Case, cast: Cast) -> None:
    task = given(case, cast)
    with pytest.raises(DomainError, match="task_of_another"):
        move_task(task_id=task.pk, move=TaskMove.DONE, by=cast.holder)
    with pytest.raises(DomainError, match="note_required"):
        move_task(task_id=task.pk, move=TaskMove.RETURN, by=cast.colleague)
    move_task(task_id=task.pk, move=TaskMove.DONE, by=cast.colleague)
    with pytest.raises(DomainError, match="not_in_charge"):
        move_task(task_id=task.pk, move=TaskMove.AGAIN, by=cast.colleague, said="再来")


def test_the_owner_of_the_stage_gives_tasks_to_his_group_as_the_lead_officer_does_to_hers(
    case: Case, cast: Cast, teams: Teams
) -> None:
    handover = propose_handover(case=case, stage="disposal", by=cast.holder, to_team=teams.disposal)
    with pytest.raises(DomainError, match="not_in_charge"):
        given(case, cast, by=teams.taker)
    decide_handover(handover_id=handover.pk, officer=teams.taker, is_accepted=True)
    assert given(case, cast, by=teams.taker, to=teams.helper).to == teams.helper
    assert given(case, cast).to == cast.colleague


REFUSED: dict[str, Any] = {
    "not_in_charge": lambda cast: {"by": cast.colleague},
    "not_working_on_it": lambda cast: {"to": cast.bystander},
    "due_day_passed": lambda cast: {"due_on": date(2026, 11, 1)},
    "note_required": lambda cast: {"text": " "},
    "note_too_long": lambda cast: {"text": "长" * 1001},
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_task_that_cannot_be_given_is_refused(case: Case, cast: Cast, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        given(case, cast, **REFUSED[code](cast))
    assert not Task.objects.exists()


def test_the_id_of_another_cases_task_gives_none(case: Case, cast: Cast) -> None:
    task, other = given(case, cast), hold(file_one(cast, 124), cast.group)
    assert given(case, cast, task_id=task.pk) == task
    with pytest.raises(DomainError, match="task_not_found"):
        given(other, cast, task_id=task.pk)
    assert Task.objects.count() == 1


def test_in_a_closed_case_nothing_is_planned_or_asked(case: Case, cast: Cast) -> None:
    close_case(case=case, closing_mode="COMPLETED")
    with pytest.raises(DomainError, match="case_closed"):
        given(case, cast)
    with pytest.raises(DomainError, match="case_closed"):
        write_plan(case=case, text="方案", by=cast.holder)


def call(officer: Officer, method: str, path: str, **body: Any) -> tuple[int, Any]:
    said = json.dumps(body)
    answer = browser_of(officer).generic(method, f"/api/v1{path}", said, content_type="application/json")
    return answer.status_code, json.loads(answer.content)


def test_tasks_over_http(case: Case, cast: Cast) -> None:
    assert call(cast.holder, "POST", f"/cases/{case.pk}/plan", text="先查银行存款")[1]["number"] == 1
    own_id = "01999999-0000-7000-8000-00000000000b"
    asked = {"id": own_id, "text": "取钥匙", "to": str(cast.colleague.pk), "due_on": FRIDAY.isoformat()}
    for _ in range(2):
        status, task = call(cast.holder, "POST", f"/cases/{case.pk}/tasks", **asked)
        assert (status, task["id"], task["is_overdue"]) == (200, own_id, False)
    assert [each["id"] for each in call(cast.colleague, "GET", "/tasks?mine=true")[1]["items"]] == [own_id]
    assert call(cast.holder, "GET", "/tasks?mine=true")[1]["items"] == []
    set_clock(lambda: datetime(2026, 11, 6, 16, tzinfo=UTC) - timedelta(seconds=1))
    assert call(cast.duty, "GET", "/tasks?state=overdue")[1]["items"] == []
    set_clock(lambda: datetime(2026, 11, 6, 16, tzinfo=UTC))
    assert [each["is_overdue"] for each in call(cast.duty, "GET", "/tasks?state=overdue")[1]["items"]] == [True]
    status, task = call(cast.colleague, "POST", f"/tasks/{own_id}/done", said="已取到")
    assert (status, task["state"], task["said"]) == (200, "DONE", "已取到")
    assert call(cast.colleague, "GET", "/tasks")[1]["items"] == []
    _, work = call(cast.duty, "GET", f"/cases/{case.pk}/work")
    assert (work["plan"]["text"], [each["state"] for each in work["tasks"]]) == ("先查银行存款", ["DONE"])


def test_what_cannot_be_over_http(case: Case, cast: Cast) -> None:
    task = given(case, cast)
    nobody = {"text": "取钥匙", "to": "01999999-0000-7000-8000-00000000000b", "due_on": FRIDAY.isoformat()}
    assert call(cast.holder, "POST", f"/cases/{case.pk}/tasks", **nobody)[1]["code"] == "not_working_on_it"
    assert call(cast.stranger, "POST", f"/tasks/{task.pk}/done")[1]["code"] == "task_not_found"
    assert call(cast.colleague, "POST", f"/tasks/{task.pk}/forget")[0] == 422
