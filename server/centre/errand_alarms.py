"""Errands between courts in the desk's list by cause: whose time runs out, by clock and level, as of the last pass."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, F, Min, QuerySet, Window
from django.db.models.functions import RowNumber

from server.cases.levels import Level
from server.centre.states import Look, level_look, running_look
from server.matters.access import matters_visible_to
from server.matters.models import Matter
from server.matters.states import TERMINAL
from server.matters.turns import awaited_court
from server.matters.wording import clock_name
from server.people.access import courts_watched_by
from server.people.models import Officer

ROWS_IN_GROUP = 5


@dataclass(frozen=True, slots=True)
class Errand:
    matter: Matter
    court: str
    """Whose turn it is."""
    look: Look


@dataclass(slots=True)
class ErrandGroup:
    clock: str
    level: Level
    name: str
    look: Look
    total: int
    oldest: int
    """Days past its day of the one due first; negative before it."""
    box: str
    """Where they are listed: `in` or `out` of the reader's courts."""
    rows: list[Errand] = field(default_factory=list)


def errand_groups(reader: Officer, today: date, level: str = "") -> list[ErrandGroup]:
    """The worst first. Two SELECTs beside those of his rights."""
    warned = _warned(reader, level)
    counted = warned.order_by().values_list("due_clock", "level").annotate(Count("pk"), Min("due_on"))
    groups = {(row[0], row[1]): _group(today, *row) for row in counted}
    courts = courts_watched_by(reader) | {reader.court_id}
    for matter in _first(warned) if groups else ():
        group, court = groups[matter.due_clock, matter.level], awaited_court(matter)
        group.box = "in" if matter.to_court_id in courts else group.box
        look = running_look(group.level, matter.due_on, today)
        group.rows.append(Errand(matter, court.name if court else "", look))
    return sorted(groups.values(), key=lambda group: (-group.level.rank, -group.oldest, group.clock))


def errand_total(reader: Officer) -> int:
    return _warned(reader).count()


def _warned(reader: Officer, level: str = "") -> QuerySet[Matter]:
    rows = matters_visible_to(reader).exclude(state__in=list(TERMINAL)).exclude(level=Level.NORMAL)
    return rows.filter(level=level) if level else rows


def _first(warned: QuerySet[Matter]) -> QuerySet[Matter]:
    place = Window(RowNumber(), partition_by=[F("due_clock"), F("level")], order_by=["due_on", "pk"])
    rows = warned.annotate(place=place).filter(place__lte=ROWS_IN_GROUP)
    return rows.select_related("from_court", "to_court").order_by("due_on", "pk")


def _group(today: date, clock: str, level: str, total: int, due_on: date) -> ErrandGroup:
    look = level_look(Level(level))
    return ErrandGroup(clock, Level(level), clock_name(clock), look, total, (today - due_on).days, "out")
