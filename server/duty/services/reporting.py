"""Saving a daily report (日报): each saving is a version of its own, and none overwrites another unseen."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.duty.access import require_keeps_desk
from server.duty.figures import day_counts
from server.duty.models import DailyReport
from server.duty.services.words import require_said
from server.ledger.services import append
from server.people.models import Court, Officer
from server.people.services.entries import court_entry

MAX_TEXT = 10_000


@transaction.atomic
def save_report(*, day: date, text: str, based_on: int, by: Officer) -> DailyReport:
    """The next version of his court's report of that day, with the figures as they are counted now.

    `based_on` is the version it was written over, 0 for none. Raises DomainError 403 `role_required`; 409
    `report_moved` when there is a later one; 422 `report_too_early`, `note_required`, `note_too_long`.
    """
    require_keeps_desk(by)
    if day > local_date(now()):
        raise DomainError("report_too_early", 422, _("This day has not come yet."))
    said = require_said(text, MAX_TEXT)
    Court.objects.select_for_update(no_key=True).get(pk=by.court_id)
    last = latest_number(by, day)
    if last != based_on:
        raise DomainError("report_moved", 409, _("Somebody saved a later version. Look at it first."), {"number": last})
    figures: Mapping[str, int] = day_counts(by, day)
    report = DailyReport.objects.create(
        court_id=by.court_id, day=day, number=last + 1, text=said, figures=figures, by=by
    )
    view = {"report": {"day": day.isoformat(), "number": report.number}, "figures": dict(figures)}
    append([court_entry(report.court_id, "daily_report_saved", view, by=by, text=said)])
    return report


def latest_number(by: Officer, day: date) -> int:
    numbers = (
        DailyReport.objects.filter(court=by.court_id, day=day).order_by("-number").values_list("number", flat=True)
    )
    return numbers.first() or 0
