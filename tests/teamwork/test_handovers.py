"""A stage passes to another team when that team takes it over: then its clock starts, and rights follow."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.cases.access import visible_case_ids
from server.cases.models import Case, CaseEvent, Grant
from server.cases.services import assign_subject, close_case, grant_subject, record_event
from server.common.clock import now, set_clock
from server.common.errors import DomainError
from server.ledger.models import Entry
from server.people.models import Group, GroupMember, Officer
from server.people.services import add_group_member, end_group_membership
from server.teamwork.models import Handover
from server.teamwork.queries import lead_officer_of, overdue_handovers, stage_owner_of
from server.teamwork.services import Decided, decide_handover, propose_handover
from tests.actors import Cast, officer_of
from tests.teamwork.conftest import Teams

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Any:
    """Monday 2 November 2026, 10:00 in Shanghai."""
    yield at(2, 2)
    set_clock(None)


def at(day: int, hour: int = 2) -> datetime:
    moment = datetime(2026, 11, day, hour, tzinfo=UTC)
    set_clock(lambda: moment)
    return moment


@pytest.fixture
def handover(case: Case, cast: Cast, teams: Teams) -> Handover:
    return proposed(case, cast, teams)


def proposed(case: Case, cast: Cast, teams: Teams, **changes: Any) -> Handover:
    said: dict[str, Any] = {"stage": "disposal", "by": cast.holder, "to_team": teams.disposal, "notes": ["门锁已换"]}
    return propose_handover(case=case, **{**said, **changes})


def taken(handover: Handover, officer: Officer, **said: Any) -> Decided:
    return decide_handover(handover_id=handover.pk, officer=officer, is_accepted=True, **said)


def sent_back(handover: Handover, officer: Officer, reason: str = "缺产权证明", **said: Any) -> Decided:
    return decide_handover(handover_id=handover.pk, officer=officer, is_accepted=False, reason=reason, **said)


def reasons(case: Case, officer: Officer) -> set[str]:
    """Rights in the case that this officer has now."""
    rows = Grant.objects.filter(subject_id=case.pk, officer=officer)
    return {str(row.reason) for row in rows if row.valid_to is None or row.valid_to > now()}


def entries(kind: str) -> list[Entry]:
    return list(Entry.objects.filter(kind=kind).order_by("stream", "position"))


def node(case: Case, key: str, chain: str = "") -> Any:
    return case.nodes.get(key=key, chain=chain)


def test_the_team_it_is_offered_to_reads_the_case_and_owns_nothing_yet(
    case: Case, cast: Cast, teams: Teams, handover: Handover
) -> None:
    for receiver in (teams.taker, teams.helper, teams.other_taker):
        assert reasons(case, receiver) == {"RECEIVING"}
    assert stage_owner_of(case).officer == lead_officer_of(case.pk) == cast.holder
    assert stage_owner_of(case).team == teams.finding
    assert node(case, "disposal_due_diligence").state == "NOT_STARTED"
    assert [(note.text, note.by) for note in handover.notes.all()] == [("门锁已换", cast.holder)]


def test_the_clock_of_the_next_stage_starts_when_it_was_taken_over_not_when_we_heard(
    case: Case, teams: Teams, handover: Handover
) -> None:
    heard = at(9)
    taken(handover, teams.taker, occurred_at=datetime(2026, 11, 3, 6, tzinfo=UTC), source=("operation", "h1"))
    started = node(case, "disposal_due_diligence")
    # 15 days after Tuesday the 3rd is Wednesday the 18th.
    assert (started.state, started.started_on, started.due_on) == ("RUNNING", date(2026, 11, 3), date(2026, 11, 18))
    handover.refresh_from_db()
    assert (handover.state, handover.received_at) == ("ACCEPTED", heard)


def test_whoever_takes_over_owns_the_stage_and_the_lead_officer_stays_responsible(
    case: Case, cast: Cast, teams: Teams, handover: Handover
) -> None:
    before = now()
    at(4)
    taken(handover, teams.taker)
    owner = stage_owner_of(case)
    assert (owner.stage, owner.team, owner.officer) == ("disposal", teams.disposal, teams.taker)
    assert lead_officer_of(case.pk) == cast.holder
    assert stage_owner_of(case, before).officer == cast.holder, "as it was before"
    assert reasons(case, teams.taker) == reasons(case, teams.helper) == {"STAGE"}
    assert reasons(case, teams.other_taker) == set(), "the offer is over"
    assert reasons(case, cast.holder) == {"ASSIGNED", "FORMER_TEAM"}
    assert reasons(case, cast.colleague) == {"ASSISTING", "FORMER_TEAM"}


def test_each_property_starts_its_own_chain(case: Case, cast: Cast, teams: Teams) -> None:
    for house in ("house-1", "house-2"):
        record_event(case=case, key="property_confirmed", occurred_at=now(), chain=house)
        record_event(case=case, key="control_effective", occurred_at=now(), chain=house)
    taken(proposed(case, cast, teams), teams.taker)
    assert {(n.chain, n.state) for n in case.nodes.filter(key="disposal_due_diligence").exclude(chain="")} == {
        ("house-1", "RUNNING"),
        ("house-2", "RUNNING"),
    }
    assert node(case, "handover_to_disposal").state == "DONE"
    assert node(case, "disposal_due_diligence").state == "NOT_STARTED"


def test_a_stage_whose_clocks_hang_on_no_handover_only_changes_hands(case: Case, cast: Cast, teams: Teams) -> None:
    taken(proposed(case, cast, teams, stage="funds"), teams.taker)
    assert stage_owner_of(case).stage == "funds"
    assert not CaseEvent.objects.filter(case=case, key="handover_accepted").exists()


def test_sent_back_with_a_reason_it_stays_with_whom_it_was(
    case: Case, cast: Cast, teams: Teams, handover: Handover
) -> None:
    with pytest.raises(DomainError, match="note_required"):
        sent_back(handover, teams.taker, reason=" ")
    sent_back(handover, teams.taker)
    handover.refresh_from_db()
    assert (handover.state, handover.reason, handover.decided_by) == ("REJECTED", "缺产权证明", teams.taker)
    assert stage_owner_of(case).officer == cast.holder
    assert reasons(case, teams.taker) == set()
    assert visible_case_ids(teams.taker) == set()
    assert proposed(case, cast, teams).state == "PROPOSED", "it may be offered again"


def test_the_same_source_said_again_changes_nothing(case: Case, teams: Teams, handover: Handover) -> None:
    first = taken(handover, teams.taker, source=("operation", "h1"))
    told = Entry.objects.count()
    again = taken(handover, teams.taker, source=("operation", "h1"))
    assert (first.is_repeated, again.is_repeated, Entry.objects.count()) == (False, True, told)
    assert CaseEvent.objects.filter(case=case, key="handover_accepted").count() == 1


def test_a_second_decision_is_told_how_the_first_went(teams: Teams, handover: Handover) -> None:
    taken(handover, teams.taker, source=("operation", "h1"))
    with pytest.raises(DomainError, match="handover_decided") as refused:
        sent_back(handover, teams.other_taker, source=("operation", "h2"))
    assert (refused.value.status, refused.value.details) == (409, {"state": "ACCEPTED"})


def test_only_whom_it_is_offered_to_takes_it_over(case: Case, cast: Cast, teams: Teams) -> None:
    named = proposed(case, cast, teams, to_officer=teams.taker)
    for other in (cast.holder, teams.other_taker, cast.bystander, cast.director, cast.stranger):
        with pytest.raises(DomainError, match="not_receiver"):
            taken(named, other)
    assert reasons(case, teams.other_taker) == set(), "it was offered to another"
    taken(named, teams.taker)


def test_the_director_sends_back_what_nobody_takes_over(cast: Cast, handover: Handover) -> None:
    with pytest.raises(DomainError, match="not_receiver"):
        sent_back(handover, cast.duty)
    sent_back(handover, cast.director, reason="先补齐清单")
    handover.refresh_from_db()
    assert handover.state == "REJECTED"


def test_a_clock_that_runs_ahead_or_behind_moves_no_deadline_beyond_what_can_be(
    case: Case, cast: Cast, teams: Teams, handover: Handover
) -> None:
    at(5)
    taken(handover, teams.taker, occurred_at=datetime(2026, 10, 1, tzinfo=UTC))
    assert node(case, "disposal_due_diligence").started_on == date(2026, 11, 2), "not before it was offered"
    second = proposed(case, cast, teams, stage="funds")
    decided = taken(second, teams.other_taker, occurred_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert decided.handover.decided_at == now(), "not after we heard"


def test_who_did_a_stage_reads_on_and_acts_no_more(case: Case, cast: Cast, teams: Teams, handover: Handover) -> None:
    taken(handover, teams.taker)
    at(3)
    taken(proposed(case, cast, teams, stage="funds", by=teams.taker), teams.other_taker)
    assert reasons(case, teams.taker) == reasons(case, teams.helper) == {"FORMER_TEAM"}
    assert visible_case_ids(teams.helper) == {case.pk}
    assert reasons(case, teams.other_taker) == {"STAGE"}
    back = proposed(case, cast, teams, stage="disposal", by=teams.other_taker, to_officer=teams.taker)
    taken(back, teams.taker)
    assert reasons(case, teams.taker) == {"STAGE"}, "who takes it back acts again"
    assert reasons(case, teams.other_taker) == {"FORMER_TEAM"}


def test_another_lead_officer_changes_no_stage_owner_and_ends_what_the_former_one_read(
    case: Case, cast: Cast, teams: Teams, handover: Handover
) -> None:
    taken(handover, teams.taker)
    assign_subject(case=case, officer=cast.bystander, reason="CONFLICT_OF_INTEREST")
    assert lead_officer_of(case.pk) == cast.bystander
    assert stage_owner_of(case).officer == teams.taker
    assert visible_case_ids(cast.holder) == set()
    assert reasons(case, teams.taker) == {"STAGE"}


def test_who_joins_the_group_that_does_the_stage_gains_the_case_and_who_leaves_loses_it(
    case: Case, cast: Cast, teams: Teams, handover: Handover
) -> None:
    taken(handover, teams.taker)
    at(3)
    group = Group.objects.get(name="处置一组")
    joined = add_group_member(group=group, officer=cast.bystander, part=GroupMember.Part.ASSISTANT)
    assert reasons(case, cast.bystander) == {"STAGE"}
    end_group_membership(membership=joined)
    end_group_membership(membership=GroupMember.objects.get(officer=teams.helper))
    assert reasons(case, cast.bystander) == reasons(case, teams.helper) == set()
    end_group_membership(membership=GroupMember.objects.get(officer=teams.taker))
    assert reasons(case, teams.taker) == {"STAGE"}, "who took it over owns it until he hands it on"


@pytest.mark.parametrize(("proposed_on", "due_on"), [(2, date(2026, 11, 5)), (4, date(2026, 11, 9))])
def test_waiting_longer_than_three_days_is_late_by_itself(
    case: Case, cast: Cast, teams: Teams, proposed_on: int, due_on: date
) -> None:
    """From Monday to Thursday; from Wednesday to Saturday, which rolls to Monday."""
    at(proposed_on)
    handover = proposed(case, cast, teams)
    assert handover.due_on == due_on
    end_of_day = datetime(due_on.year, due_on.month, due_on.day, 15, 59, 59, tzinfo=UTC)
    assert list(overdue_handovers(end_of_day)) == []
    assert list(overdue_handovers(end_of_day + timedelta(seconds=1))) == [handover]
    taken(handover, teams.taker)
    assert list(overdue_handovers(end_of_day + timedelta(days=9))) == []


def test_a_court_may_allow_more_days_or_fewer(case: Case, cast: Cast, teams: Teams) -> None:
    cast.court.handover_days = 1
    cast.court.save()
    assert proposed(case, cast, teams).due_on == date(2026, 11, 3)


def test_what_waits_in_a_closed_case_is_late_no_more_and_taken_over_by_nobody(
    case: Case, teams: Teams, handover: Handover
) -> None:
    close_case(case=case, closing_mode="COMPLETED")
    assert list(overdue_handovers(at(20))) == []
    with pytest.raises(DomainError, match="case_closed"):
        taken(handover, teams.taker)


def test_one_handover_of_a_case_waits_at_a_time_and_asking_twice_makes_one(
    case: Case, cast: Cast, teams: Teams, handover: Handover
) -> None:
    assert proposed(case, cast, teams, handover_id=handover.pk) == handover
    with pytest.raises(DomainError, match="handover_waiting"):
        proposed(case, cast, teams)
    assert Handover.objects.count() == 1


REFUSED: dict[str, Any] = {
    "not_in_charge": lambda cast, teams: {"by": cast.bystander},
    "stage_unknown": lambda cast, teams: {"stage": "somewhere"},
    "holder_of_another_court": lambda cast, teams: {"to_team": None, "to_officer": cast.stranger},
    "receiver_unknown": lambda cast, teams: {"to_officer": cast.bystander},
    "note_required": lambda cast, teams: {"notes": ["  "]},
    "note_too_long": lambda cast, teams: {"notes": ["长" * 1001]},
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_proposal_that_cannot_be_is_refused_in_words(case: Case, cast: Cast, teams: Teams, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        proposed(case, cast, teams, **REFUSED[code](cast, teams))
    assert not Handover.objects.exists()


def test_a_closed_case_is_handed_over_no_more(case: Case, cast: Cast, teams: Teams) -> None:
    close_case(case=case, closing_mode="COMPLETED")
    with pytest.raises(DomainError, match="case_closed"):
        proposed(case, cast, teams)


def test_the_court_is_told_in_codes_and_reads_the_words_in_the_private_part(
    case: Case, cast: Cast, teams: Teams, handover: Handover
) -> None:
    sent_back(handover, teams.taker, reason="缺产权证明")
    offered, back = entries("handover_proposed")[0], entries("handover_rejected")[0]
    assert offered.stream == back.stream == f"court:{cast.court.pk}"
    for entry in (offered, back):
        assert "门锁已换" not in entry.view
        assert "缺产权证明" not in entry.view
        assert cast.holder.name not in entry.view
    assert "门锁已换" in offered.facts
    assert "缺产权证明" in back.facts


def test_a_court_the_case_is_lent_to_hears_how_nodes_stand_and_nothing_of_handovers(
    case: Case, cast: Cast, teams: Teams
) -> None:
    watcher = officer_of(cast.other_court, "250201", "冯望", "command_centre")
    grant_subject(case=case, court=cast.other_court, reason=Grant.Reason.DELEGATED)
    before = Entry.objects.filter(stream=f"court:{cast.other_court.pk}").count()
    taken(proposed(case, cast, teams), teams.taker)
    told = Entry.objects.filter(stream=f"court:{cast.other_court.pk}").order_by("position")[before:]
    assert [entry.kind for entry in told] == ["node_changed"]
    (entry,) = told
    assert "disposal_due_diligence" in entry.view
    for name in (str(teams.taker.pk), str(teams.disposal.pk), "handover_accepted", "门锁已换"):
        assert name not in entry.view + entry.facts
    assert watcher.court == cast.other_court
