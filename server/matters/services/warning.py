"""What is told of a matter whose time runs out: to whom, and in which words."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from server.cases.levels import Level
from server.matters.models import Matter, MatterUrge
from server.matters.services.offices import Offices
from server.matters.states import Clock, Side, State, waits_for
from server.matters.turns import awaited_court
from server.matters.wording import clock_name
from server.notices.services import NoticeDraft
from server.people.models import Role

LEVEL, URGE = "matter_level", "matter_urge"
"""Kinds of notices."""
TOLD = frozenset({Role.COMMAND_CENTRE, Role.DIRECTOR, Role.SUPERIOR_SUPERVISOR})


def courts_told(matter: Matter) -> set[UUID]:
    """Both courts, and the court above each."""
    courts = (matter.from_court, matter.to_court)
    return {each for court in courts for each in (court.pk, court.parent_id) if each}


def notices_of_level(matter: Matter, level: Level, offices: Offices) -> Iterator[NoticeDraft]:
    """Whoever has it in hand and his command centre at once; once the day has passed its director and the other court
    with their digests; once it is severe those who supervise that court."""
    court = awaited_court(matter)
    assert court
    assert matter.due_on
    person = _person(matter)
    at_once = offices.of(court.pk, Role.COMMAND_CENTRE) | ({person} if person else set())
    if level is Level.SEVERE:
        at_once |= offices.of(court.parent_id, Role.SUPERIOR_SUPERVISOR)
    later = (
        offices.of(court.pk, Role.DIRECTOR) | _partners(matter, offices) if level.rank >= Level.OVERDUE.rank else set()
    )
    key = f"{LEVEL}:{matter.pk.hex}:{matter.due_clock}:{level}:{matter.due_on}"
    title = _level_title(matter, matter.due_on)
    for officer_id in sorted(at_once | later):
        waits = officer_id not in at_once
        yield _notice(matter, LEVEL, key, title, officer_id, {"level": level.value}, waits=waits)


def notices_of_urge(matter: Matter, urge: MatterUrge, offices: Offices) -> Iterator[NoticeDraft]:
    """To the court that is urged: whoever has it in hand, its command centre and its director."""
    person = _person(matter)
    people = offices.of(urge.court_id, Role.COMMAND_CENTRE, Role.DIRECTOR) | ({person} if person else set())
    with translation.override(settings.LANGUAGE_CODE):
        said = _("%(name)s orders: %(number)s") if urge.is_supervision else _("%(name)s urges: %(number)s")
        title = said % {"name": urge.by.name if urge.by else "", "number": matter.number}
    for officer_id in sorted(people):
        yield _notice(matter, URGE, f"{URGE}:{urge.pk.hex}", title, officer_id, {"urge": str(urge.pk)})


def _person(matter: Matter) -> UUID | None:
    """Who has it in hand on the side whose turn it is."""
    if waits_for(State(matter.state)) is Side.ASKING:
        return matter.drafted_by_id
    return matter.handler_id if matter.due_clock == Clock.DO else None


def _partners(matter: Matter, offices: Offices) -> set[UUID]:
    """Of the other court, those who wait."""
    if waits_for(State(matter.state)) is Side.DOING:
        return {matter.drafted_by_id} if matter.drafted_by_id else set()
    return offices.of(matter.to_court_id, Role.COMMAND_CENTRE)


def _level_title(matter: Matter, due_on: date) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        said = {"number": matter.number, "clock": clock_name(matter.due_clock), "day": due_on}
        return _("%(number)s: %(clock)s, due %(day)s") % said


def _notice(
    matter: Matter, kind: str, key: str, title: str, officer_id: UUID, said: dict[str, str], *, waits: bool = False
) -> NoticeDraft:
    court = awaited_court(matter)
    assert court
    return NoticeDraft(
        officer_id=officer_id,
        court_id=court.pk,
        kind=kind,
        key=key,
        title=title,
        view={"matter": str(matter.pk), "number": matter.number, "clock": matter.due_clock, **said},
        subject_id=matter.pk,
        is_urgent=matter.is_urgent and not waits,
        waits_for_digest=waits,
    )
