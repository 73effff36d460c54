"""Whose a node is and who else is told of it, for many cases at once (domain.md 5.2). One SELECT for each kind of row.

A node is that officer's who does the stage, else the case's executor's, unless the flow names an office for it; with
nobody to hold the case it is the director's, but what goes on in a closed one is whose case it was. So each has
a person, wherever the court has anybody.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from server.cases.levels import Level
from server.cases.models import Case, Grant
from server.common.bulk import among
from server.people.access import current_at
from server.people.models import GroupMember, OfficerRole, Role

OFFICES = {
    "filing_clerk": Role.FILING,
    "command_centre": Role.COMMAND_CENTRE,
    "deputy_director": Role.DIRECTOR,
    "director": Role.DIRECTOR,
    "president": Role.PRESIDENT,
}
"""The `owner` of a node in the flow file, where it is an office and not whoever holds the case."""
_ROLES = (*{*OFFICES.values()}, Role.TEAM_LEADER)
HOLDS = (Grant.Reason.STAGE, Grant.Reason.ASSIGNED, Grant.Reason.ASSISTING)
"""Rights of those who work on a case, in the order in which its nodes are theirs."""


class Circle:
    """Everybody who may be told of nodes of these cases, as of one moment."""

    def __init__(self, cases: Collection[Case], at: datetime) -> None:
        self._courts = {case.pk: case.court_id for case in cases}
        self._closed = {case.pk for case in cases if case.status == Case.Status.CLOSED}
        self._offices = _offices({case.court_id for case in cases}, at)
        self._holders = _holders(list(self._courts), at)
        left = [case_id for case_id in self._closed if not self._holders[case_id]]
        self._holders.update(_last_holders(left, at) if left else {})
        everybody = {officer for holders in self._holders.values() for officer in holders}
        self._leaders = _team_leaders(everybody, at)

    def person(self, case_id: UUID, owner: str = "") -> UUID | None:
        """Who answers for a node of this owner in the flow file."""
        office = OFFICES.get(owner)
        holders = self._holders[case_id] if office is None else self._in_office(case_id, office)
        if case_id in self._closed:
            holders = holders or self._holders[case_id]
        return next(iter(holders or self._in_office(case_id, Role.DIRECTOR)), None)

    def lead(self, case_id: UUID) -> UUID | None:
        """Whose case it is, or was."""
        return next(iter(self._holders[case_id]), None)

    def leaders(self, case_id: UUID, person: UUID | None, level: Level) -> set[UUID]:
        """Who is told beside that person."""
        told: set[UUID] = set()
        if level.rank >= Level.WARN.rank and person is not None:
            told |= self._leaders[person]
        if level.rank >= Level.OVERDUE.rank:
            told.update(self._in_office(case_id, Role.DIRECTOR))
        if level is Level.SEVERE:
            told.update(self._in_office(case_id, Role.PRESIDENT))
        return told - {person} if person else told

    def _in_office(self, case_id: UUID, role: str) -> list[UUID]:
        return self._offices[self._courts[case_id], role]


def _is_there(at: datetime) -> Q:
    """Beside rows with an officer: who left or is suspended answers for nothing and is told nothing."""
    begun = Q(officer__suspended_from__lte=at)
    suspended = begun & (Q(officer__suspended_until=None) | Q(officer__suspended_until__gt=at))
    return Q(officer__is_active=True) & ~suspended


def _offices(court_ids: Iterable[UUID], at: datetime) -> dict[tuple[UUID, str], list[UUID]]:
    """By court and role, in the order of staff numbers; who is suspended rests."""
    rows = OfficerRole.objects.filter(current_at(at), role__in=_ROLES, officer__court_id__in=list(court_ids))
    rows = rows.filter(_is_there(at)).order_by("officer__staff_no")
    offices: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
    for court_id, role, officer_id in rows.values_list("officer__court_id", "role", "officer_id"):
        offices[court_id, role].append(officer_id)
    return offices


def _holders(case_ids: Collection[UUID], at: datetime) -> dict[UUID, list[UUID]]:
    """Of each reason whoever came last, first."""
    return _by_case(Grant.objects.filter(current_at(at), subject_id__in=among(case_ids), reason__in=HOLDS), at)


def _last_holders(case_ids: Collection[UUID], at: datetime) -> dict[UUID, list[UUID]]:
    """Who held them once."""
    return _by_case(Grant.objects.filter(valid_from__lte=at, subject_id__in=among(case_ids), reason__in=HOLDS), at)


def _by_case(rows: QuerySet[Grant], at: datetime) -> dict[UUID, list[UUID]]:
    holders: dict[UUID, list[UUID]] = defaultdict(list)
    found = rows.filter(_is_there(at)).order_by("-valid_from", "officer__staff_no")
    by_reason = sorted(found.values_list("reason", "subject_id", "officer_id"), key=_rank)
    for _, case_id, officer_id in by_reason:
        holders[case_id].append(officer_id)
    return holders


def _rank(row: tuple[str, UUID, UUID]) -> int:
    return HOLDS.index(Grant.Reason(row[0]))


def _team_leaders(officers: Collection[UUID], at: datetime) -> dict[UUID, set[UUID]]:
    """By officer, the leaders who stand in a group of his team now; nobody leads himself."""
    leading = OfficerRole.objects.filter(current_at(at), role=Role.TEAM_LEADER)
    in_teams = GroupMember.objects.filter(current_at(at), group__team__isnull=False)
    teams: dict[UUID, set[UUID]] = defaultdict(set)
    led_by = in_teams.filter(officer_id__in=leading.values("officer_id"))
    for team_id, leader_id in led_by.values_list("group__team_id", "officer_id"):
        teams[team_id].add(leader_id)
    leaders: dict[UUID, set[UUID]] = defaultdict(set)
    members = in_teams.filter(officer_id__in=among(officers)).values_list("officer_id", "group__team_id")
    for officer_id, team_id in members:
        leaders[officer_id] |= teams[team_id] - {officer_id}
    return leaders
