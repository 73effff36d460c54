"""Hours of persons compelled to appear: each alarm told at once, and once, to the officer, the holder and leaders."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from server.cases.levels import Level
from server.cases.models import Case
from server.cases.watched import held_cases
from server.common.clock import SHANGHAI, now, to_wire
from server.field.hour_clocks import ends_at, next_ring, rings_of
from server.field.models import HourClock
from server.notices.services import NoticeDraft, tell
from server.supervision.circle import Circle
from server.supervision.compelled import alarm_words
from server.supervision.entries import Told, append_told

COMPELLED = "compelled"
"""The kind of notice."""
CASES_AT_ONCE = 200


def ring_hour_clocks() -> int:
    """Of each clock whose alarm has come the last one that has, never those that were missed; how many were told."""
    due = HourClock.objects.filter(next_alarm_at__lte=now()).order_by("case_id").values_list("case_id", flat=True)
    case_ids = list(dict.fromkeys(due[:CASES_AT_ONCE]))
    return _ring(case_ids) if case_ids else 0


@transaction.atomic
def _ring(case_ids: Sequence[UUID]) -> int:
    cases = held_cases(case_ids)
    at = now()  # after the wait for the cases: another pass may have been at them
    clocks = list(HourClock.objects.filter(next_alarm_at__lte=at, case_id__in=list(cases)).order_by("case_id", "pk"))
    circle = Circle(list(cases.values()), at)
    drafts, told = list[NoticeDraft](), list[Told]()
    for clock in clocks:
        clock.rung = [ring.code for ring in rings_of(clock) if ring.at <= at][-1]
        clock.next_alarm_at = next_ring(clock)
        clock.save(update_fields=["rung", "next_alarm_at"])
        case = cases[clock.case_id]
        people = _people(clock, circle)
        drafts += _drafts(clock, case, people)
        told.append(_told(clock, case, people))
    tell(drafts)
    append_told(told)
    return len(clocks)


def _people(clock: HourClock, circle: Circle) -> list[UUID]:
    """Whoever has the person before him, first."""
    holder = circle.person(clock.case_id)
    leaders = circle.leaders(clock.case_id, holder, Level.SEVERE)
    return list(dict.fromkeys([clock.officer_id, *([holder] if holder else []), *sorted(leaders)]))


def _drafts(clock: HourClock, case: Case, people: Sequence[UUID]) -> Iterator[NoticeDraft]:
    title = _title(clock, case)
    for officer_id in people:
        yield NoticeDraft(
            officer_id=officer_id,
            court_id=case.court_id,
            kind=COMPELLED,
            key=f"compelled:{clock.pk}:{clock.rung}",
            title=title,
            view=_view(clock),
            subject_id=case.pk,
            is_urgent=True,
        )


def _told(clock: HourClock, case: Case, people: Sequence[UUID]) -> Told:
    return Told(case, "compelled_warned", {"compelled": _view(clock)}, {"told": [str(each) for each in people]})


def _view(clock: HourClock) -> dict[str, str]:
    moments = {"began_at": to_wire(clock.began_at), "ends_at": to_wire(ends_at(clock))}
    return {"id": str(clock.pk), "action": str(clock.action_id), "code": clock.rung, **moments}


def _title(clock: HourClock, case: Case) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("%(alarm)s: %(case)s; to be free by %(time)s") % {
            "alarm": alarm_words(clock),
            "case": case.case_no,
            "time": _wall(ends_at(clock)),
        }


def _wall(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
