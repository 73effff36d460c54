"""Reads of teamwork: who leads a case, who owns its stage, who may take over, what waits too long."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from server.cases.flow import CASE_CLOCK
from server.cases.models import Assignment, Case, Node
from server.cases.queries import flow_of, with_stage_and_due
from server.common.clock import local_date, now
from server.people.access import current_at
from server.people.models import Court, Group, GroupMember, Officer, Team
from server.people.queries import group_of
from server.teamwork.decide import Offer, stages_to_hand_over
from server.teamwork.models import Handover

_ACCEPTED = Handover.State.ACCEPTED
_NAMED = ("from_team", "from_officer", "to_team", "to_officer", "proposed_by", "decided_by")


class StageOwner(NamedTuple):
    """Who does the stage a case is in. `since` is None where it was never handed over: it is the lead officer's."""

    stage: str
    team: Team | None
    officer: Officer | None
    since: datetime | None = None


def lead_officer_of(case_id: UUID, at: datetime | None = None) -> Officer | None:
    """承办人, responsible to the end: whom the case is assigned to, or the executor of that group."""
    assignment = _assignment_at(case_id, at or now())
    if assignment is None or assignment.group is None:
        return assignment.officer if assignment else None
    executors = assignment.group.members.filter(current_at(at or now()), part=GroupMember.Part.EXECUTOR)
    executor = executors.select_related("officer").first()
    return executor.officer if executor else None


def stage_owner_of(case: Case, at: datetime | None = None) -> StageOwner:
    """Whoever took a stage over last, else the lead officer with the team of the group that holds the case."""
    moment = at or now()
    taken = Handover.objects.filter(case=case, state=_ACCEPTED, decided_at__lte=moment)
    last = taken.select_related("to_team", "decided_by").order_by("-decided_at", "-received_at").first()
    if last is not None:
        return StageOwner(last.stage, last.to_team, last.decided_by, last.decided_at)
    assignment = _assignment_at(case.pk, moment)
    team = assignment.group.team if assignment and assignment.group else None
    stage = with_stage_and_due(Case.objects.filter(pk=case.pk)).get().stage
    return StageOwner(stage, team, lead_officer_of(case.pk, moment))


def _assignment_at(case_id: UUID, at: datetime) -> Assignment | None:
    standing = Assignment.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), subject_id=case_id, assigned_at__lte=at)
    return standing.select_related("officer", "group__team").order_by("-number").first()


def members_of_team(team: Team | UUID, at: datetime | None = None) -> set[UUID]:
    members = GroupMember.objects.filter(current_at(at or now()), group__team=team)
    return set(members.values_list("officer_id", flat=True))


def teams_with_members(court: Court) -> list[tuple[Team, list[Officer]]]:
    """Teams of a court, each with who stands in it now, by staff number."""
    teams = {team.pk: (team, list[Officer]()) for team in court.teams.order_by("kind", "name")}
    members = GroupMember.objects.filter(current_at(now()), group__team__in=teams).select_related("officer", "group")
    for member in members.order_by("officer__staff_no"):
        known = teams[member.group.team_id][1] if member.group.team_id else []
        if member.officer not in known:
            known.append(member.officer)
    return list(teams.values())


def receivers_of(handover: Handover, at: datetime | None = None) -> frozenset[UUID]:
    """Who may take it over: the officer it names, else everybody in the team at this moment."""
    if handover.to_officer_id:
        return frozenset({handover.to_officer_id})
    return frozenset(members_of_team(handover.to_team_id, at)) if handover.to_team_id else frozenset()


def offer_of(handover: Handover, at: datetime | None = None) -> Offer:
    return Offer(handover.state, receivers_of(handover, at), (handover.source_type, handover.source_id))


def group_in_team(officer: Officer, team_id: UUID | None) -> Group | None:
    """The group with which he does the work of this team; of no team in particular, his own group."""
    if team_id is None:
        return group_of(officer)
    members = GroupMember.objects.filter(current_at(now()), officer=officer, group__team_id=team_id)
    newest = members.select_related("group").order_by("-valid_from", "-pk").first()
    return newest.group if newest else None


def team_of(officer: Officer | None) -> Team | None:
    group = group_of(officer) if officer else None
    return group.team if group else None


def stages_another_team_must_do(case: Case) -> list[str]:
    """In a court that works by stages: those that have begun and wait to be handed over to their team."""
    owner = stage_owner_of(case)
    running = Node.objects.filter(case=case, state=Node.State.RUNNING).exclude(stage=CASE_CLOCK)
    kind = owner.team.kind if owner.team else ""
    keys = set(running.values_list("key", flat=True))
    return stages_to_hand_over(case.court.assignment_model, flow_of(case.flow), keys, kind)


def named(handovers: QuerySet[Handover]) -> QuerySet[Handover]:
    """With everybody they name and their notes; no more SELECTs after."""
    return handovers.select_related("case", *_NAMED).prefetch_related("notes__by")


def overdue_handovers(at: datetime | None = None) -> QuerySet[Handover]:
    """Those that wait beyond their day, the longest first. Nothing is written when that day passes."""
    today = local_date(at or now())
    waiting = Handover.objects.filter(state=Handover.State.PROPOSED, due_on__lt=today)
    return waiting.exclude(case__status=Case.Status.CLOSED).order_by("due_on", "pk")


def stages_done_by(group_id: UUID) -> QuerySet[Handover]:
    """Accepted handovers by which this group does the stage that its case is in now."""
    accepted = Handover.objects.filter(state=_ACCEPTED)
    later = accepted.filter(case=OuterRef("case"), decided_at__gt=OuterRef("decided_at"))
    return accepted.filter(~Exists(later), group_id=group_id)
