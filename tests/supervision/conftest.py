"""A case held by the holder's group, a clock that is set by hand, and the people who are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import pytest

from server.cases.models import Case, Node
from server.cases.services import assign_subject
from server.common.clock import SHANGHAI, set_clock
from server.people import services
from server.people.models import GroupMember, Officer, Role, Team
from server.supervision.services import watch_levels
from tests.actors import Cast, cast, officer_of
from tests.cases.conftest import file_one

__all__ = ["cast"]


class Clock:
    """As the court's wall shows it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)

    def __call__(self) -> datetime:
        return self.moment.astimezone(UTC)

    def on(self, month: int, day: int, hour: int = 9, minute: int = 0) -> None:
        self.moment = datetime.combine(date(2026, month, day), time(hour, minute), SHANGHAI)


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    set_clock(clock)
    yield clock
    set_clock(None)


@dataclass(frozen=True)
class Bureau:
    cast: Cast
    leader: Officer
    """Of the team in which the holder's group stands."""
    president: Officer


@pytest.fixture
def bureau(clock: Clock, cast: Cast) -> Bureau:
    """Everybody took office by the clock that is set by hand."""
    team = services.create_team(court=cast.court, kind=Team.Kind.INVESTIGATION, name="查控团队")
    cast.group.team = team
    cast.group.save(update_fields=["team"])
    leader = officer_of(cast.court, "240150", "沈带", Role.TEAM_LEADER)
    own = services.create_group(court=cast.court, name="团队负责人", team=team)
    services.add_group_member(group=own, officer=leader, part=GroupMember.Part.EXECUTOR)
    return Bureau(cast, leader, officer_of(cast.court, "240203", "梁长", Role.PRESIDENT))


@pytest.fixture
def case(bureau: Bureau) -> Case:
    """Filed on 2 November. Its `triage` is internal, of one day; it was held from the first hour on."""
    case = file_one(bureau.cast)
    assign_subject(case=case, group=bureau.cast.group, reason="ROTA")
    return case


def node(case: Case, key: str) -> Node:
    return Node.objects.get(case=case, key=key)


def level(case: Case, key: str) -> str:
    watch_levels()
    return node(case, key).level
