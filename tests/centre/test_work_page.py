"""Handovers, tasks, plan and notes on a page: whoever may say a word has its form, and nobody else."""

from datetime import date, timedelta

import pytest

from server.cases.models import Case
from server.cases.services import close_case
from server.common.clock import local_date, now
from server.common.ids import new_id
from server.people.models import Court, Officer
from server.teamwork.models import Handover, Note, Plan, Task
from server.teamwork.services import give_task, propose_handover
from tests.actors import Cast, browser_of
from tests.centre.reading import Page, seen_by
from tests.teamwork.conftest import Teams, case, cast, teams

__all__ = ["case", "cast", "teams"]
pytestmark = pytest.mark.django_db


def address(case: Case) -> str:
    return f"/centre/cases/{case.pk}/work"


def forms(who: Officer, case: Case) -> list[str]:
    """The last word of each form's address, and of each button that sends it elsewhere."""
    page = seen_by(who, address(case))
    own = [form["action"] for form in page.all("form") if form["action"].count("/") == 4]
    others = [button["formaction"] for button in page.all("button[formaction]")]
    return sorted({each.rpartition("/")[2] for each in [*own, *others]})


def soon() -> date:
    return local_date(now()) + timedelta(days=3)


def test_a_handover_is_offered_from_the_case_and_taken_over(case: Case, cast: Cast, teams: Teams) -> None:
    shown = seen_by(cast.holder, f"/centre/cases/{case.pk}")
    assert address(case) in [link.attributes.get("href") for link in shown.all("a")]
    assert forms(cast.holder, case) == ["handovers", "notes", "plan", "tasks"]
    typed = {
        "stage": "disposal",
        "to": f"{teams.disposal.pk}",
        "notes": "门锁<b>已换</b>\n\n有老人同住\n",
        "id": str(new_id()),
    }
    for _ in range(2):
        answer = browser_of(cast.holder).post(f"/centre/cases/{case.pk}/handovers", typed)
        assert (answer.status_code, answer["location"]) == (302, address(case))
    handover = Handover.objects.get()
    assert (handover.to_team, handover.to_officer) == (teams.disposal, None)
    assert list(Note.objects.order_by("pk").values_list("text", flat=True)) == ["门锁<b>已换</b>", "有老人同住"]
    assert "门锁<b>已换</b>" in seen_by(teams.taker, address(case)).one("main").text
    assert forms(teams.taker, case) == ["accept", "reject"]
    assert forms(cast.holder, case) == ["notes", "plan", "tasks"], "one waits"
    assert forms(cast.director, case) == ["notes", "plan", "reject", "tasks"]
    assert browser_of(teams.taker).post(f"/centre/handovers/{handover.pk}/accept").status_code == 302
    handover.refresh_from_db()
    assert (handover.state, handover.decided_by) == ("ACCEPTED", teams.taker)
    assert forms(teams.taker, case) == ["handovers", "notes", "plan", "tasks"]


def test_an_officer_of_a_team_is_named_and_sends_it_back_with_a_reason(case: Case, cast: Cast, teams: Teams) -> None:
    to = f"{teams.disposal.pk}/{teams.other_taker.pk}"
    browser_of(cast.holder).post(f"/centre/cases/{case.pk}/handovers", {"stage": "disposal", "to": to})
    handover = Handover.objects.get()
    assert handover.to_officer == teams.other_taker
    assert (
        browser_of(teams.other_taker).post(f"/centre/handovers/{handover.pk}/reject", {"reason": " "}).status_code
        == 422
    )
    browser_of(teams.other_taker).post(f"/centre/handovers/{handover.pk}/reject", {"reason": "缺产权证明"})
    handover.refresh_from_db()
    assert (handover.state, handover.reason) == ("REJECTED", "缺产权证明")
    assert "缺产权证明" in seen_by(cast.holder, address(case)).one("main").text


def test_where_one_group_does_a_case_to_its_end_nothing_is_offered(case: Case, cast: Cast) -> None:
    Court.objects.filter(pk=case.court_id).update(assignment_model=Court.AssignmentModel.LEAD_EXECUTOR)
    assert "handovers" not in forms(cast.holder, case)


def test_a_task_goes_to_and_fro(case: Case, cast: Cast) -> None:
    typed = {"text": "联系物业<i>", "to": str(cast.colleague.pk), "due_on": str(soon()), "id": str(new_id())}
    for _ in range(2):
        assert browser_of(cast.holder).post(f"/centre/cases/{case.pk}/tasks", typed).status_code == 302
    task = Task.objects.get()
    assert forms(cast.colleague, case) == ["done", "handovers", "notes", "return"]
    assert "withdraw" in forms(cast.holder, case)
    said: tuple[tuple[Officer, str, dict[str, str], str], ...] = (
        (cast.colleague, "return", {"said": "物业已换"}, "RETURNED"),
        (cast.holder, "again", {"said": "找新物业", "due_on": str(soon() + timedelta(days=2))}, "OPEN"),
        (cast.colleague, "done", {}, "DONE"),
        (cast.holder, "again", {"said": "还缺门牌"}, "OPEN"),
        (cast.holder, "withdraw", {"said": "不再需要"}, "WITHDRAWN"),
    )
    for who, word, words, state in said:
        assert browser_of(who).post(f"/centre/tasks/{task.pk}/{word}", words).status_code == 302, word
        task.refresh_from_db()
        assert task.state == state
    assert task.due_on == soon() + timedelta(days=2)
    assert "联系物业<i>" in seen_by(cast.colleague, address(case)).one("main").text


def test_a_plan_and_a_note_are_written(case: Case, cast: Cast) -> None:
    for text in ("先查后封", "先封后查"):
        browser_of(cast.holder).post(f"/centre/cases/{case.pk}/plan", {"text": text})
    browser_of(cast.colleague).post(f"/centre/cases/{case.pk}/notes", {"text": "有犬"})
    shown = seen_by(cast.director, address(case)).one("main").text
    assert ("先封后查" in shown, "先查后封" in shown, "有犬" in shown) == (True, False, True)


def test_what_cannot_be_is_said_with_what_was_typed(case: Case, cast: Cast, teams: Teams) -> None:
    task = give_task(case=case, text="联系物业", to=cast.colleague, due_on=soon(), by=cast.holder)
    case_url, task_url = f"/centre/cases/{case.pk}", f"/centre/tasks/{task.pk}"
    wrong_to = {"stage": "disposal", "to": str(teams.finding.pk)}
    tried: tuple[tuple[Officer, str, dict[str, str], int], ...] = (
        (cast.holder, f"{case_url}/tasks", {"text": "再联系一次", "to": "x", "due_on": str(soon())}, 422),
        (
            cast.holder,
            f"{case_url}/tasks",
            {"text": "再联系一次", "to": str(cast.stranger.pk), "due_on": str(soon())},
            422,
        ),
        (
            cast.holder,
            f"{case_url}/tasks",
            {"text": "再联系一次", "to": str(cast.colleague.pk), "due_on": str(soon() - timedelta(days=30))},
            422,
        ),
        (
            cast.colleague,
            f"{case_url}/tasks",
            {"text": "再联系", "to": str(cast.holder.pk), "due_on": str(soon())},
            403,
        ),
        (cast.colleague, f"{case_url}/plan", {"text": "先查"}, 403),
        (cast.holder, f"{case_url}/plan", {"text": " "}, 422),
        (cast.duty, f"{case_url}/notes", {"text": "有犬"}, 403),
        (cast.holder, f"{case_url}/handovers", {"stage": "disposal", "to": ""}, 422),
        (cast.holder, f"{case_url}/handovers", {"stage": "x", "to": str(teams.disposal.pk)}, 422),
        (cast.duty, f"{case_url}/handovers", wrong_to, 403),
        (cast.holder, f"{task_url}/done", {"said": "已办"}, 403),
        (cast.colleague, f"{task_url}/withdraw", {"said": "不必"}, 403),
        (cast.colleague, f"{task_url}/return", {"said": ""}, 422),
        (cast.holder, f"{task_url}/again", {"said": "再问"}, 409),
    )
    for who, path, typed, status in tried:
        answer = browser_of(who).post(path, typed)
        assert answer.status_code == status, (path, typed)
        page = Page.of_text(status, answer.content.decode())
        assert page.one("p.err").text
        if typed.get("text") == "再联系一次":
            assert "再联系一次" in page.one("textarea[id=task]").text
    assert (Task.objects.count(), Handover.objects.count(), Plan.objects.count(), Note.objects.count()) == (1, 0, 0, 0)


def test_a_stranger_finds_nothing_there(case: Case, cast: Cast, teams: Teams) -> None:
    task = give_task(case=case, text="联系物业", to=cast.colleague, due_on=soon(), by=cast.holder)
    handover = propose_handover(case=case, stage="disposal", by=cast.holder, to_team=teams.disposal)
    browser = browser_of(cast.stranger)
    assert browser.get(address(case)).status_code == 404
    for path in (
        *(f"/centre/cases/{case.pk}/{word}" for word in ("plan", "notes", "tasks", "handovers")),
        *(f"/centre/tasks/{task.pk}/{word}" for word in ("done", "return", "again", "withdraw")),
        *(f"/centre/handovers/{handover.pk}/{word}" for word in ("accept", "reject")),
    ):
        assert browser.post(path, {"text": "x", "said": "x", "reason": "x"}).status_code == 404, path
        assert browser.get(path).status_code in (404, 405)


def test_of_a_closed_case_it_is_only_read(case: Case, cast: Cast) -> None:
    close_case(case=case, closing_mode="COMPLETED")
    assert forms(cast.holder, case) == forms(cast.director, case) == []


def test_a_form_from_elsewhere_is_refused(case: Case, cast: Cast) -> None:
    browser = browser_of(cast.holder, enforce_csrf_checks=True)
    assert browser.post(f"/centre/cases/{case.pk}/notes", {"text": "有犬"}).status_code == 403
    assert not Note.objects.exists()
