"""One group keeps a case to its end, or teams hand it on by stages, or either: each court says which."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from server.cases.models import Case
from server.cases.services import record_event
from server.common.clock import now
from server.common.errors import DomainError
from server.ledger.models import Entry
from server.people.models import Court, Team
from server.people.services import create_team, set_way_of_working
from server.teamwork.queries import stages_another_team_must_do
from server.teamwork.services import decide_handover, propose_handover
from tests.actors import Cast, browser_of
from tests.teamwork.conftest import Teams

pytestmark = pytest.mark.django_db
MODELS = Court.AssignmentModel


def works(cast: Cast, case: Case, model: str) -> None:
    set_way_of_working(court=cast.court, assignment_model=model, handover_days=3)
    case.court.refresh_from_db()


def test_where_one_group_keeps_a_case_it_is_handed_over_to_nobody(case: Case, cast: Cast, teams: Teams) -> None:
    works(cast, case, MODELS.LEAD_EXECUTOR)
    with pytest.raises(DomainError, match="handover_not_used") as refused:
        propose_handover(case=case, stage="disposal", by=cast.holder, to_team=teams.disposal)
    assert refused.value.status == 409
    assert stages_another_team_must_do(case) == []


def test_what_waited_when_a_court_changed_its_way_may_still_be_decided(case: Case, cast: Cast, teams: Teams) -> None:
    handover = propose_handover(case=case, stage="disposal", by=cast.holder, to_team=teams.disposal)
    works(cast, case, MODELS.LEAD_EXECUTOR)
    assert decide_handover(handover_id=handover.pk, officer=teams.taker, is_accepted=True).handover.state == "ACCEPTED"


def test_where_teams_hand_on_a_stage_goes_to_a_team_that_does_it(case: Case, cast: Cast, teams: Teams) -> None:
    works(cast, case, MODELS.STAGED)
    funds = create_team(court=cast.court, kind=Team.Kind.FUNDS, name="案款团队")
    for receiver in ({"to_team": funds}, {"to_officer": cast.bystander}):
        with pytest.raises(DomainError, match="team_not_of_stage") as refused:
            propose_handover(case=case, stage="disposal", by=cast.holder, **receiver)
        assert (refused.value.status, refused.value.details) == (422, {"kinds": ["DISPOSAL"]})
    handover = propose_handover(case=case, stage="disposal", by=cast.holder, to_officer=teams.taker)
    assert handover.to_team == teams.disposal, "his own"


def test_a_stage_of_judges_and_leaders_goes_to_any_team(case: Case, cast: Cast, teams: Teams) -> None:
    works(cast, case, MODELS.STAGED)
    assert propose_handover(case=case, stage="closing", by=cast.holder, to_team=teams.disposal).stage == "closing"


def test_in_a_court_of_both_ways_a_stage_goes_to_whoever_takes_it(case: Case, cast: Cast) -> None:
    assert case.court.assignment_model == MODELS.MIXED
    assert propose_handover(case=case, stage="disposal", by=cast.holder, to_officer=cast.bystander).to_team is None


def test_a_stage_of_another_team_that_has_begun_asks_for_a_handover(case: Case, cast: Cast, teams: Teams) -> None:
    works(cast, case, MODELS.STAGED)
    record_event(case=case, key="property_confirmed", occurred_at=now(), chain="house-1")
    assert stages_another_team_must_do(case) == []
    record_event(case=case, key="control_effective", occurred_at=now(), chain="house-1")
    assert stages_another_team_must_do(case) == ["disposal"], "its reference price has to be fixed"
    handover = propose_handover(case=case, stage="disposal", by=cast.holder, to_team=teams.disposal)
    decide_handover(handover_id=handover.pk, officer=teams.taker, is_accepted=True)
    assert "disposal" not in stages_another_team_must_do(case)
    works(cast, case, MODELS.MIXED)
    assert stages_another_team_must_do(case) == []


def put(who: Any, court: Court, **body: Any) -> tuple[int, Any]:
    address = f"/api/v1/courts/{court.pk}/work"
    answer = browser_of(who).put(address, json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def test_the_director_chooses_and_everybody_of_the_court_reads_it(cast: Cast, teams: Teams) -> None:
    status, shown = put(cast.director, cast.court, assignment_model="STAGED", handover_days=2)
    assert (status, shown["assignment_model"], shown["handover_days"]) == (200, "STAGED", 2)
    assert [team["name"] for team in shown["teams"]] == ["处置团队", "查控团队"]
    assert browser_of(cast.holder).get(f"/api/v1/courts/{cast.court.pk}/work").json() == shown
    entry = Entry.objects.get(kind="way_of_working_set")
    assert json.loads(entry.view)["assignment_model"] == "STAGED"


def test_nobody_else_chooses(cast: Cast) -> None:
    said = {"assignment_model": "STAGED", "handover_days": 3}
    assert put(cast.holder, cast.court, **said)[1]["code"] == "role_required"
    assert put(cast.stranger, cast.court, **said)[1]["code"] == "not_found"
    assert put(cast.director, cast.other_court, **said)[1]["code"] == "not_found"
    assert put(cast.supervisor, cast.court, **said)[1]["code"] == "role_required"
    assert put(cast.director, cast.court, assignment_model="OTHER", handover_days=3)[0] == 422
    assert put(cast.director, cast.court, assignment_model="STAGED", handover_days=0)[0] == 422


def test_an_operator_says_it_by_command(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("way_of_working", cast.court.code, "LEAD_EXECUTOR", "--handover-days", "5")
    cast.court.refresh_from_db()
    assert (cast.court.assignment_model, cast.court.handover_days) == ("LEAD_EXECUTOR", 5)
    assert "执行员负责制" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("way_of_working", "闽0000", "STAGED")
