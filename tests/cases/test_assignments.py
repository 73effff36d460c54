"""Who holds a case is numbered and dated, so that authority can be judged as of an act."""

from datetime import timedelta

import pytest

from server.cases.access import audience_of, can_read_case, cases_visible_to, visible_case_ids
from server.cases.models import Assignment, Case, Grant
from server.cases.queries import case_states
from server.cases.services import assign_subject, close_case, end_grant, grant_subject
from server.common.clock import now
from server.common.errors import DomainError
from server.people.models import GroupMember
from server.people.services import add_group_member, end_group_membership, suspend_officer
from tests.actors import Cast, group_of, officer_of
from tests.cases.conftest import file_one


def test_an_assignment_to_a_group_covers_executor_and_assistant(cast: Cast, held_case: Case) -> None:
    reasons = dict(Grant.objects.filter(subject_id=held_case.pk).values_list("officer__name", "reason"))
    assert reasons == {cast.holder.name: "ASSIGNED", cast.colleague.name: "ASSISTING"}
    assert held_case.assignment_no == 1
    assert visible_case_ids(cast.holder) == visible_case_ids(cast.colleague) == {held_case.pk}


def test_reassigning_ends_the_older_assignment_at_the_moment_the_new_one_begins(cast: Cast, held_case: Case) -> None:
    second = assign_subject(case=held_case, officer=cast.bystander, reason="SICKNESS")
    first = Assignment.objects.get(subject_id=held_case.pk, number=1)
    assert second.number == 2
    assert first.ended_at == second.assigned_at
    assert visible_case_ids(cast.holder) == set()
    assert visible_case_ids(cast.bystander) == {held_case.pk}
    before = second.assigned_at - timedelta(microseconds=1)
    assert visible_case_ids(cast.holder, before) == {held_case.pk}
    assert visible_case_ids(cast.bystander, before) == set()


def test_a_state_says_who_held_the_case_when(cast: Cast, held_case: Case) -> None:
    assign_subject(case=held_case, officer=cast.bystander)
    state = case_states([held_case.pk], cast.holder.pk)[held_case.pk]
    (grant,) = state.grants
    first, second = state.assignments
    assert state.assignment_no == 2
    assert (first.number, first.group_id) == (1, cast.group.pk)
    assert (second.number, second.officer_id) == (2, cast.bystander.pk)
    assert grant.covers(first.assigned_at)
    assert not grant.covers(second.assigned_at)


def test_the_handler_is_assigned_as_the_flow_names_it(held_case: Case) -> None:
    assert held_case.nodes.get(key="assign_handler").state == "DONE"


def test_who_joins_the_group_gains_its_cases_and_who_leaves_loses_them(cast: Cast, held_case: Case) -> None:
    member = add_group_member(group=cast.group, officer=cast.bystander, part=GroupMember.Part.ASSISTANT)
    assert visible_case_ids(cast.bystander) == {held_case.pk}
    end_group_membership(membership=member)
    assert visible_case_ids(cast.bystander) == set()
    assert Grant.objects.filter(officer=cast.bystander).count() == 1


def test_who_leaves_on_a_day_to_come_keeps_the_case_until_then(cast: Cast, held_case: Case) -> None:
    leaves = now() + timedelta(days=3)
    end_group_membership(membership=GroupMember.objects.get(officer=cast.colleague), at=leaves)
    assert visible_case_ids(cast.colleague) == {held_case.pk}
    assert visible_case_ids(cast.colleague, leaves) == set()


def test_joining_a_group_brings_no_case_that_moved_on(cast: Cast, held_case: Case) -> None:
    assign_subject(case=held_case, officer=cast.holder)
    add_group_member(group=cast.group, officer=cast.bystander, part=GroupMember.Part.ASSISTANT)
    assert visible_case_ids(cast.bystander) == set()


def test_a_closed_case_is_not_assigned(cast: Cast, held_case: Case) -> None:
    close_case(case=held_case, closing_mode="COMPLETED")
    with pytest.raises(DomainError, match="case_closed"):
        assign_subject(case=held_case, officer=cast.bystander)


def test_a_case_stays_in_its_court(cast: Cast, case: Case) -> None:
    with pytest.raises(DomainError, match="holder_of_another_court"):
        assign_subject(case=case, officer=cast.stranger)


def test_a_dated_grant_begins_and_ends_by_the_clock(cast: Cast, case: Case) -> None:
    begins, ends = now() + timedelta(days=1), now() + timedelta(days=2)
    grant_subject(case=case, officer=cast.bystander, reason="ASSISTING", valid_from=begins, valid_to=ends)
    seen = [visible_case_ids(cast.bystander, at) for at in (now(), begins, ends - timedelta(seconds=1), ends)]
    assert seen == [set(), {case.pk}, {case.pk}, set()]


def test_a_suspended_officer_reads_nothing(cast: Cast, held_case: Case) -> None:
    suspend_officer(officer=cast.holder, reason="inquiry")
    assert visible_case_ids(cast.holder) == set()
    assert not can_read_case(cast.holder, held_case.pk)


def test_watchers_read_their_courts_and_hold_nothing(cast: Cast, held_case: Case) -> None:
    for watcher in (cast.duty, cast.director, cast.supervisor, cast.inspector):
        assert list(cases_visible_to(watcher)) == [held_case]
        assert visible_case_ids(watcher) == set()
    for other in (cast.stranger, cast.bystander, cast.auditor, cast.sysadmin):
        assert not cases_visible_to(other).exists()


def test_a_delegated_case_is_told_to_both_courts_while_it_is_lent(cast: Cast, case: Case) -> None:
    streams = {cast.court: f"court:{cast.court.pk}", cast.other_court: f"court:{cast.other_court.pk}"}
    watcher = officer_of(cast.other_court, "250201", "冯望", "command_centre")
    grant = grant_subject(case=case, court=cast.other_court, reason="DELEGATED")
    assert audience_of([case.pk]) == {case.pk: tuple(sorted(streams.values()))}
    assert can_read_case(watcher, case.pk)
    end_grant(grant=grant)
    assert audience_of([case.pk]) == {case.pk: (streams[cast.court],)}
    assert not can_read_case(watcher, case.pk)


def test_a_second_case_of_another_group_stays_apart(cast: Cast, held_case: Case) -> None:
    other = file_one(cast, 124)
    assign_subject(case=other, group=group_of(cast.bystander, cast.director, "执行二组"))
    assert visible_case_ids(cast.bystander) == {other.pk}
    assert visible_case_ids(cast.holder) == {held_case.pk}
