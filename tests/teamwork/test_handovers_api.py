"""Handovers over HTTP: proposed, taken over and sent back at desks, by whom they concern and nobody else."""

import json
from typing import Any

import pytest

from server.cases.models import Case, Grant
from server.cases.services import grant_subject
from server.people.models import Officer
from tests.actors import Cast, browser_of, officer_of
from tests.sync.pushing import file_one, hold
from tests.teamwork.conftest import Teams

pytestmark = pytest.mark.django_db


def get(officer: Officer, path: str) -> tuple[int, Any]:
    answer = browser_of(officer).get(f"/api/v1{path}")
    return answer.status_code, answer.json()


def post(officer: Officer, path: str, **body: Any) -> tuple[int, Any]:
    answer = browser_of(officer).post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def propose(case: Case, by: Officer, teams: Teams, **changes: Any) -> Any:
    said = {"stage": "disposal", "to_team": str(teams.disposal.pk), "notes": ["被执行人有心脏病"], **changes}
    status, handover = post(by, f"/cases/{case.pk}/handovers", **said)
    assert status == 200, handover
    return handover


def test_a_case_says_who_is_responsible_who_does_the_stage_and_what_to_look_out_for(
    case: Case, cast: Cast, teams: Teams
) -> None:
    handover = propose(case, cast.holder, teams)
    assert handover["offered_to"] == {
        "team": {"id": str(teams.disposal.pk), "kind": "DISPOSAL", "name": "处置团队"},
        "officer": None,
    }
    status, before = get(teams.taker, f"/cases/{case.pk}/work")
    assert (status, before["stage_owner"]["officer"]["name"]) == (200, cast.holder.name)
    status, taken = post(teams.taker, f"/handovers/{handover['id']}/accept")
    assert (status, taken["state"], taken["decided_by"]["name"]) == (200, "ACCEPTED", teams.taker.name)
    _, work = get(cast.duty, f"/cases/{case.pk}/work")
    assert work["lead_officer"]["name"] == cast.holder.name
    assert work["stage_owner"]["officer"]["name"] == teams.taker.name
    assert (work["stage_owner"]["stage"], work["stage_owner"]["since"]) == ("disposal", taken["decided_at"])
    assert [note["text"] for note in work["notes"]] == ["被执行人有心脏病"]
    assert [each["id"] for each in work["handovers"]] == [handover["id"]]


def test_the_same_proposal_sent_twice_is_one(case: Case, cast: Cast, teams: Teams) -> None:
    own_id = "01999999-0000-7000-8000-00000000000a"
    assert propose(case, cast.holder, teams, id=own_id)["id"] == own_id
    assert propose(case, cast.holder, teams, id=own_id)["id"] == own_id
    assert len(get(cast.duty, "/handovers")[1]["items"]) == 1
    other = hold(file_one(cast, 124), cast.group)
    said = {"stage": "disposal", "to_team": str(teams.disposal.pk), "id": own_id}
    status, refused = post(cast.holder, f"/cases/{other.pk}/handovers", **said)
    assert (status, refused["code"]) == (404, "handover_not_found"), "it is another case's"


def test_a_note_stands_on_the_case_by_whoever_works_on_it(case: Case, cast: Cast, teams: Teams) -> None:
    status, note = post(cast.colleague, f"/cases/{case.pk}/notes", text="  老人独居，先联系居委会 ")
    assert (status, note["text"], note["by"]["name"]) == (200, "老人独居，先联系居委会", cast.colleague.name)
    assert post(cast.duty, f"/cases/{case.pk}/notes", text="不")[1]["code"] == "not_in_charge"
    assert post(cast.holder, f"/cases/{case.pk}/notes", text=" ")[1]["code"] == "note_required"


def test_refusals_say_what_is_wrong(case: Case, cast: Cast, teams: Teams) -> None:
    handover = propose(case, cast.holder, teams)
    assert post(cast.director, f"/handovers/{handover['id']}/accept")[1]["code"] == "not_receiver"
    assert post(teams.taker, f"/handovers/{handover['id']}/reject", reason="")[1]["code"] == "note_required"
    assert post(teams.taker, f"/handovers/{handover['id']}/reject", reason="材料不全")[1]["reason"] == "材料不全"
    status, problem = post(teams.taker, f"/handovers/{handover['id']}/accept")
    assert (status, problem["code"]) == (404, "handover_not_found"), "what he sent back is not his to read any more"
    _, problem = post(cast.director, f"/handovers/{handover['id']}/reject", reason="再说")
    assert (problem["status"], problem["code"], problem["state"]) == (409, "handover_decided", "REJECTED")


def test_lists_show_what_waits_page_by_page_and_what_is_late(case: Case, cast: Cast, teams: Teams) -> None:
    handover = propose(case, cast.holder, teams)
    assert [each["id"] for each in get(teams.taker, "/handovers")[1]["items"]] == [handover["id"]]
    assert get(teams.taker, "/handovers?state=overdue")[1] == {"items": [], "next": None}
    post(teams.taker, f"/handovers/{handover['id']}/accept")
    assert get(teams.taker, "/handovers")[1]["items"] == []
    second = propose(case, teams.taker, teams, stage="funds")
    status, page = get(cast.director, "/handovers?state=all&limit=1")
    assert (status, [each["id"] for each in page["items"]]) == (200, [handover["id"]])
    _, rest = get(cast.director, f"/handovers?state=all&limit=1&cursor={page['next']}")
    assert ([each["id"] for each in rest["items"]], rest["next"]) == ([second["id"]], None)


def test_of_a_case_lent_to_another_court_that_court_learns_nothing_of_the_work(
    case: Case, cast: Cast, teams: Teams
) -> None:
    handover = propose(case, cast.holder, teams)
    watcher = officer_of(cast.other_court, "250201", "冯望", "command_centre")
    grant_subject(case=case, court=cast.other_court, reason=Grant.Reason.DELEGATED)
    grant_subject(case=case, officer=cast.stranger, reason=Grant.Reason.ASSISTING)
    for outsider in (watcher, cast.stranger):
        assert get(outsider, f"/cases/{case.pk}")[0] == 200, "they read the case"
        assert get(outsider, f"/cases/{case.pk}/work")[1]["code"] == "case_not_found"
        assert get(outsider, f"/handovers/{handover['id']}")[1]["code"] == "handover_not_found"
        assert get(outsider, "/handovers?state=all")[1]["items"] == []
        assert post(outsider, f"/cases/{case.pk}/notes", text="问")[1]["code"] == "case_not_found"
    assert get(cast.supervisor, f"/handovers/{handover['id']}")[0] == 200, "of the superior court"
