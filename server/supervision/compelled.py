"""Persons compelled to appear and not released yet, as pages and the API tell of them."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils.translation import get_language

from server.cases.access import cases_visible_to
from server.common.clock import now
from server.field.hour_clocks import ends_at
from server.field.models import HourClock
from server.field.rules import alarms_by_kind
from server.people.models import Officer
from server.supervision.schemas import CompelledView

STILL_SHOWN = timedelta(days=7)
"""Without a word of the release; as on the device."""


def running_clocks(officer: Officer) -> QuerySet[HourClock]:
    """In the cases he may read, the longest first."""
    running = HourClock.objects.filter(released_at=None, began_at__gt=now() - STILL_SHOWN)
    return running.filter(case__in=cases_visible_to(officer)).select_related("case", "officer").order_by("began_at")


def compelled_views(clocks: QuerySet[HourClock]) -> list[CompelledView]:
    at = now()
    return [
        CompelledView(
            id=clock.pk,
            action_id=clock.action_id,
            case_id=clock.case_id,
            case_no=clock.case.case_no,
            person=clock.person,
            officer=clock.officer.name,
            began_at=clock.began_at,
            ends_at=ends_at(clock),
            is_over=at >= ends_at(clock),
            may_be_detained=clock.may_be_detained,
            alarm=clock.rung,
            next_alarm_at=clock.next_alarm_at,
        )
        for clock in clocks
    ]


def alarm_words(clock: HourClock) -> str:
    """Of the alarm told last, in the language of the moment."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return next((each[language] for each in alarms_by_kind()[clock.kind] if each["code"] == clock.rung), clock.rung)
