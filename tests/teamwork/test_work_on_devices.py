"""What phones hold of the work on a case, and whose acts count after a handover."""

from typing import Any

import pytest

from server.cases.models import Case, Grant
from server.cases.services import grant_subject
from server.teamwork.models import Handover
from server.teamwork.services import add_note, decide_handover, propose_handover
from tests.actors import Cast
from tests.sync.pushing import COMPLETE, phone_of, statuses
from tests.sync.replica import Replica
from tests.teamwork.conftest import Teams

pytestmark = pytest.mark.django_db
BEFORE = {"id", "case_no", "court_id", "cause", "status", "filed_on", "claim_amount", "recovered_amount"}
BEFORE |= {"assignment_no", "priority", "parties", "nodes", "papers", "actions"}


def offered(case: Case, cast: Cast, teams: Teams) -> Handover:
    return propose_handover(case=case, stage="disposal", by=cast.holder, to_team=teams.disposal, notes=["门锁已换"])


def take(handover: Handover, teams: Teams) -> None:
    decide_handover(handover_id=handover.pk, officer=teams.taker, is_accepted=True)


def unit(replica: Replica, case: Case) -> dict[str, Any]:
    replica.sync()
    held: dict[str, Any] = replica.units["case", str(case.pk)][1]
    return held


def test_a_case_nobody_handed_over_is_told_in_the_old_form(case: Case, cast: Cast) -> None:
    assert set(unit(Replica(phone_of(cast.holder)), case)) == BEFORE


def test_who_may_take_it_over_holds_the_case_with_the_handover_and_its_notes(
    case: Case, cast: Cast, teams: Teams
) -> None:
    giver, taker = Replica(phone_of(cast.holder)), Replica(phone_of(teams.taker))
    unit(giver, case)
    taker.sync()
    assert ("case", str(case.pk)) not in taker.units
    handover = offered(case, cast, teams)
    held = unit(taker, case)
    assert held == unit(giver, case), "the same for all who hold it"
    (told,) = held["handovers"]
    assert told == {
        "id": str(handover.pk),
        "stage": "disposal",
        "state": "PROPOSED",
        "from": {
            "team": {"id": str(teams.finding.pk), "name": "查控团队"},
            "officer": {"id": str(cast.holder.pk), "name": cast.holder.name},
        },
        "to": {"team": {"id": str(teams.disposal.pk), "name": "处置团队"}, "officer": None},
        "proposed_at": told["proposed_at"],
        "due_on": handover.due_on.isoformat(),
    }
    assert [(note["text"], note["by"], note["handover"]) for note in held["notes"]] == [
        ("门锁已换", cast.holder.name, str(handover.pk))
    ]
    assert "stage_owner" not in held


def test_a_stage_taken_over_has_its_owner_on_every_phone(case: Case, cast: Cast, teams: Teams) -> None:
    giver = Replica(phone_of(cast.holder))
    take(offered(case, cast, teams), teams)
    held = unit(giver, case)
    assert (held["handovers"][0]["state"], held["handovers"][0]["decided_by"]["name"]) == ("ACCEPTED", "方接")
    assert held["stage_owner"]["officer"] == {"id": str(teams.taker.pk), "name": "方接"}
    assert held["stage_owner"]["since"] == held["handovers"][0]["decided_at"]
    assert unit(Replica(phone_of(teams.helper)), case) == held


def test_a_note_added_later_is_a_change_of_the_case(case: Case, cast: Cast) -> None:
    replica = Replica(phone_of(cast.holder))
    unit(replica, case)
    add_note(case=case, text="钥匙在物业", by=cast.colleague)
    (note,) = unit(replica, case)["notes"]
    assert (note["text"], note["by"], "handover" in note) == ("钥匙在物业", cast.colleague.name, False)


def test_a_phone_of_another_court_holds_nothing_of_the_work(case: Case, cast: Cast, teams: Teams) -> None:
    grant_subject(case=case, officer=cast.stranger, reason=Grant.Reason.ASSISTING)
    take(offered(case, cast, teams), teams)
    add_note(case=case, text="钥匙在物业", by=cast.colleague)
    assert set(unit(Replica(phone_of(cast.stranger)), case)) == BEFORE


def acted(phone: Any, case: Case, **more: Any) -> list[tuple[str, str]]:
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, **more)
    return statuses(phone.push())


def test_who_is_offered_a_case_may_look_into_it_on_site(case: Case, cast: Cast, teams: Teams) -> None:
    phone = phone_of(teams.taker)
    offered(case, cast, teams)
    assert acted(phone, case) == [("applied", "ok")]


def test_who_handed_a_case_on_reads_it_and_his_acts_wait_for_a_person(case: Case, cast: Cast, teams: Teams) -> None:
    phone = phone_of(teams.taker)
    take(offered(case, cast, teams), teams)
    assert acted(phone, case) == [("applied", "ok")]
    onward = propose_handover(case=case, stage="funds", by=teams.taker, to_officer=teams.other_taker)
    decide_handover(handover_id=onward.pk, officer=teams.other_taker, is_accepted=True)
    phone.push()  # what it hears now bounds the time of what it records next
    assert acted(phone, case) == [("parked", "not_assigned")]
    assert acted(phone_of(cast.holder), case) == [("applied", "ok")], "the lead officer is responsible to the end"


def test_an_act_of_before_the_handover_that_comes_in_late_counts(case: Case, cast: Cast, teams: Teams) -> None:
    phone = phone_of(teams.taker)
    take(offered(case, cast, teams), teams)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    onward = propose_handover(case=case, stage="funds", by=teams.taker, to_officer=teams.other_taker)
    decide_handover(handover_id=onward.pk, officer=teams.other_taker, is_accepted=True)
    assert statuses(phone.push()) == [("applied", "ok")]
