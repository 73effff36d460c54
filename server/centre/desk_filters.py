"""What the desk's list is narrowed to, all of it in the address; one value that means nothing is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from server.cases.access import ACTING
from server.cases.levels import Level
from server.cases.models import Case, Grant
from server.centre.care import Place
from server.common.clock import now
from server.people.access import courts_watched_by, current_at
from server.people.models import Court, GroupMember, Officer, Team

KINDS = ("执", "执恢", "执保", "执异", "执复", "执监", "执协", "执他")
"""类型代字 of case numbers."""
BY_CAUSE = "cause"


@dataclass(frozen=True, slots=True)
class Filters:
    by: str = ""
    """`cause`: what is late or about to be, grouped by cause and level; else cases by stage."""
    court: str = ""
    team: UUID | None = None
    officer: str = ""
    """Staff number of who has the case in hand."""
    kind: str = ""
    is_mine: bool = False
    stage: str = ""
    level: Level | None = None
    cause: str = ""
    """Key of the node an alarm is about."""
    words: str = ""
    after: Place | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        level, kind = _text(query, "level", 20), _text(query, "kind", 4)
        return cls(
            by=BY_CAUSE if query.get("by") == BY_CAUSE else "",
            court=_text(query, "court", 20),
            team=_uuid(query.get("team", "")),
            officer=_text(query, "officer", 40),
            kind=kind if kind in KINDS else "",
            is_mine=query.get("mine") == "1",
            stage=_text(query, "stage", 40),
            level=Level(level) if level in list(Level) else None,
            cause=_text(query, "cause", 60),
            words=_text(query, "q", 60).strip(),
            after=Place.of(query.get("after", "")),
        )

    @property
    def address(self) -> dict[str, str]:
        """As `of` reads it, without the place where the list goes on."""
        return {**({"by": self.by} if self.by else {}), **self.narrowed}

    @property
    def narrowed(self) -> dict[str, str]:
        values = {
            "court": self.court,
            "team": str(self.team or ""),
            "officer": self.officer,
            "kind": self.kind,
            "mine": "1" if self.is_mine else "",
            "stage": self.stage,
            "level": self.level or "",
            "cause": self.cause,
            "q": self.words,
        }
        return {name: value for name, value in values.items() if value}

    def of_people(self, cases: QuerySet[Case], reader: Officer) -> QuerySet[Case]:
        """Those of this court, team, officer and kind."""
        if self.court:
            cases = cases.filter(court__code=self.court)
        if self.kind:
            cases = cases.filter(case_no__regex=rf"[^执]{self.kind}\d")
        if self.team:
            members = GroupMember.objects.filter(current_at(now()), group__team=self.team)
            cases = cases.filter(pk__in=_in_hand(officer__in=members.values("officer")))
        if self.officer:
            cases = cases.filter(pk__in=_in_hand(officer__staff_no=self.officer))
        return cases.filter(pk__in=_in_hand(officer=reader)) if self.is_mine else cases


def _in_hand(**whose: Any) -> QuerySet[Any, Any]:
    grants = Grant.objects.filter(current_at(now()), reason__in=ACTING, **whose)
    return grants.values("subject_id")


def _text(query: Mapping[str, str], name: str, most: int) -> str:
    return query.get(name, "")[:most]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the reader may choose among."""

    courts: dict[str, str]
    teams: dict[str, str]
    officers: dict[str, str]
    kinds: tuple[str, ...] = KINDS

    @classmethod
    def of(cls, reader: Officer) -> "Choices":
        """Courts he watches with their teams and people; for others there is nothing to choose."""
        watched = courts_watched_by(reader)
        courts = Court.objects.filter(pk__in=watched).order_by("code").values_list("code", "name")
        teams = Team.objects.filter(court__in=watched).order_by("court__code", "kind", "name").values_list("pk", "name")
        people = Officer.objects.filter(court__in=watched, memberships__isnull=False).distinct()
        names = people.order_by("court__code", "staff_no").values_list("staff_no", "name")
        return cls(dict(courts), {str(key): name for key, name in teams}, dict(names))

    def name_of(self, member: str, value: str) -> str:
        known = {"court": self.courts, "team": self.teams, "officer": self.officers}
        return known.get(member, {}).get(value, value)
