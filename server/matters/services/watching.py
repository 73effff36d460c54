"""The pass over the levels of matters: those whose level rises now, and those counted by another calendar.

As the pass over nodes it may be cut off anywhere and run twice: a warning is given once for a clock, a level and a day.
Some hundred matters take as many statements as one.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, Q

from server.cases.calendars import work_calendar
from server.cases.levels import Level
from server.cases.matter_subjects import hold_matters, touch_matters
from server.cases.work_calendar import WorkCalendar
from server.common.bulk import among, update_rows
from server.common.clock import now
from server.ledger.services import Draft, append
from server.matters.models import Matter, MatterMove, MatterUrge, MatterWarning
from server.matters.services.clocking import keep_clock
from server.matters.services.entries import matter_draft, urged_draft
from server.matters.services.offices import Offices
from server.matters.services.warning import TOLD, courts_told, notices_of_level
from server.matters.states import TERMINAL
from server.matters.turns import awaited_court
from server.notices.services import tell

logger = logging.getLogger(__name__)
MATTERS_AT_ONCE = 200
_KEPT = ("due_clock", "due_on", "calendar", "level", "next_level_at", "urged")


@dataclass(slots=True)
class Watched:
    """What a pass came to."""

    matters: int = 0
    warnings: int = 0
    urges: int = 0


@dataclass(slots=True)
class _Look:
    """One matter as it was before and is now."""

    matter: Matter
    due_on: date | None
    level: str
    warning: MatterWarning | None = None
    urge: MatterUrge | None = None

    @property
    def kept(self) -> list[Any]:
        return [getattr(self.matter, name) for name in _KEPT]

    @property
    def is_due_moved(self) -> bool:
        return self.due_on != self.matter.due_on


def watch_matters() -> Watched:
    """Find every level anew that has changed, and tell whoever is told of it. Any number of passes may run at once."""
    watched, ids = Watched(), _to_look_at(now())
    for first in range(0, len(ids), MATTERS_AT_ONCE):
        _look_at_each(ids[first : first + MATTERS_AT_ONCE], watched)
    return watched


def _to_look_at(at: datetime) -> list[UUID]:
    """Two SELECTs, each by an index that holds nothing else."""
    version = work_calendar().version
    rising = Matter.objects.filter(next_level_at__isnull=False, next_level_at__lte=at).values_list("pk", flat=True)
    other = Q(calendar__lt=version) | Q(calendar__gt=version)
    recounted = Matter.objects.filter(other, due_on__isnull=False).values_list("pk", flat=True)
    return sorted({*rising, *recounted})


def _look_at_each(ids: Sequence[UUID], watched: Watched) -> None:
    """All at once; where one of them is at fault it is named in the log, and the others go on without it."""
    try:
        _look(ids, watched)
    except Exception:
        if len(ids) == 1:
            logger.exception("The level of matter %s cannot be found", ids[0])
            return
        for matter_id in ids:
            _look_at_each([matter_id], watched)


@transaction.atomic
def _look(ids: Sequence[UUID], watched: Watched) -> None:
    hold_matters(ids)
    at = now()  # after the wait: another pass may have been at them
    calendar = work_calendar()
    looks = [_found(matter, at, calendar) for matter in _held(ids)]
    _warn(looks, at)
    _urge(looks, at)
    update_rows(Matter, "id", _KEPT, [(each.matter.pk, *each.kept) for each in looks])
    touch_matters([each.matter.pk for each in looks if each.is_due_moved])
    warned = [each for each in looks if each.warning]
    offices = Offices({court for each in warned for court in courts_told(each.matter)}, TOLD)
    tell([draft for each in warned for draft in notices_of_level(each.matter, Level(each.matter.level), offices)])
    append([draft for each in looks for draft in _entries(each)])
    watched.matters += len(looks)
    watched.warnings += len(warned)
    watched.urges += sum(each.urge is not None for each in looks)


def _held(ids: Sequence[UUID]) -> list[Matter]:
    moves = Prefetch("moves", MatterMove.objects.order_by("number"))
    rows = Matter.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=among(ids)).order_by("pk")
    return list(rows.exclude(state__in=list(TERMINAL)).select_related("from_court", "to_court").prefetch_related(moves))


def _found(matter: Matter, at: datetime, calendar: WorkCalendar) -> _Look:
    look = _Look(matter, matter.due_on, matter.level)
    keep_clock(matter, at, matter.moves.all(), calendar)
    return look


def _warn(looks: Sequence[_Look], at: datetime) -> None:
    """Of those above normal, the ones not given yet."""
    raised = [each for each in looks if each.matter.level != Level.NORMAL]
    rows = MatterWarning.objects.filter(matter__in=[each.matter.pk for each in raised])
    given = set(rows.values_list("matter_id", "clock", "level", "due_on")) if raised else set()
    for each in raised:
        matter, court = each.matter, awaited_court(each.matter)
        assert court
        assert matter.due_on
        if (matter.pk, matter.due_clock, matter.level, matter.due_on) not in given:
            each.warning = MatterWarning(
                matter=matter,
                court=court,
                clock=matter.due_clock,
                level=matter.level,
                due_on=matter.due_on,
                raised_at=at,
            )
    MatterWarning.objects.bulk_create([each.warning for each in raised if each.warning])


def _urge(looks: Sequence[_Look], at: datetime) -> None:
    """By itself once its day has passed, once for a clock and a day."""
    past = [each for each in looks if each.warning and Level(each.warning.level).rank >= Level.OVERDUE.rank]
    rows = MatterUrge.objects.filter(by=None, matter__in=[each.matter.pk for each in past])
    urged = set(rows.values_list("matter_id", "clock", "due_on")) if past else set()
    for each in past:
        assert each.warning
        warning = each.warning
        if (warning.matter_id, warning.clock, warning.due_on) not in urged:
            each.urge = MatterUrge(
                matter=each.matter, court_id=warning.court_id, clock=warning.clock, due_on=warning.due_on, asked_at=at
            )
            each.matter.urged += 1
    MatterUrge.objects.bulk_create([each.urge for each in past if each.urge])


def _entries(look: _Look) -> list[Draft]:
    matter, warning = look.matter, look.warning
    if warning:
        said = {"clock": warning.clock, "level": warning.level, "due_on": warning.due_on.isoformat()}
        warned = matter_draft(matter, "matter_warned", by=None, facts={}, warning=said)
        return [warned, *([urged_draft(matter, look.urge)] if look.urge else [])]
    if look.is_due_moved or look.level != matter.level:
        moved = {"from": look.due_on.isoformat() if look.due_on else None, "calendar": matter.calendar}
        return [matter_draft(matter, "matter_due_moved", by=None, facts=moved)]
    return []
