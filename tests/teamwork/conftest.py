"""A court that works by stages: a team that finds property, a team that disposes of it, a case between them."""

from dataclasses import dataclass

import pytest

from server.cases.models import Case
from server.people.models import Court, Group, GroupMember, Officer, Role, Team
from server.people.services import add_group_member, create_group, create_team
from tests.actors import Cast, cast, officer_of
from tests.sync.pushing import file_one, hold

__all__ = ["cast"]


@dataclass(frozen=True)
class Teams:
    finding: Team
    """Of `holder` and `colleague`."""
    disposal: Team
    taker: Officer
    """Executor of the disposal team's first group."""
    helper: Officer
    """His assistant."""
    other_taker: Officer
    """Executor of its second group."""


def group_in(team: Team, name: str, executor: Officer, *assistants: Officer) -> Group:
    group = create_group(court=team.court, name=name, team=team)
    add_group_member(group=group, officer=executor, part=GroupMember.Part.EXECUTOR)
    for each in assistants:
        add_group_member(group=group, officer=each, part=GroupMember.Part.ASSISTANT)
    return group


@pytest.fixture
def teams(cast: Cast) -> Teams:
    return teams_of(cast.court, cast)


def teams_of(court: Court, cast: Cast) -> Teams:
    finding = create_team(court=court, kind=Team.Kind.INVESTIGATION, name="查控团队")
    disposal = create_team(court=court, kind=Team.Kind.DISPOSAL, name="处置团队")
    taker = officer_of(court, "240401", "方接", Role.OFFICER)
    helper = officer_of(court, "240402", "沈助", Role.ASSISTANT)
    other_taker = officer_of(court, "240403", "高续", Role.OFFICER)
    group_in(finding, "查控一组", cast.holder, cast.colleague)
    group_in(disposal, "处置一组", taker, helper)
    group_in(disposal, "处置二组", other_taker)
    return Teams(finding, disposal, taker, helper, other_taker)


@pytest.fixture
def case(cast: Cast, teams: Teams) -> Case:
    """Held by the group of the team that finds property."""
    return hold(file_one(cast), Group.objects.get(name="查控一组"))
