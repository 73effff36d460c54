import json
from argparse import ArgumentParser
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from server.cases.calendar_notice import library_calendar
from server.cases.calendars import work_calendar
from server.cases.clock import Terms, due
from server.cases.explanation import Due
from server.cases.limits import Limit, Unit, parse_limit
from server.cases.pauses import Pause, Point
from server.cases.wording import explained, worded
from server.cases.work_calendar import WorkCalendar
from server.common.clock import SHANGHAI
from server.common.speaking import SpokenCommand

BAD_INPUT = 2


class Command(SpokenCommand):
    help = "When a limit ends, and why: anyone can check the arithmetic by hand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("start", help="a day (2026-05-10) or a moment (2026-05-10T08:30, Beijing time)")
        parser.add_argument("limit", nargs="+", help="6 m, 10 d, 3 wd, 48 h, 1 y; 6m will do")
        parser.add_argument(
            "--pause", action="append", default=[], metavar="A..B", help="excluded: B minus A; A.. is open"
        )
        parser.add_argument("--before", action="store_true", help="count back from START")
        parser.add_argument("--no-roll", action="store_true", help="as for custody and seals: no roll, no pause")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        start = _point(options["start"])
        limit = _limit(" ".join(options["limit"]), start, is_before=options["before"])
        pauses = tuple(map(_pause, options["pause"]))
        terms = Terms(self._calendar(), pauses, rolls=not options["no_roll"])
        try:
            found = due(limit, start, terms)
            answer = _as_json(found, limit) if options["json"] else _as_text(found)
        except OverflowError:
            raise _refusal(_("This ends outside the years 1 to 9999. Give a shorter limit.")) from None
        self.stdout.write(answer)

    def _calendar(self) -> WorkCalendar:
        """An operator's, with his edits; before there is a database, what the library knows."""
        try:
            calendar = work_calendar()
        except DatabaseError:
            self.stderr.write(_("There is no calendar in the database yet (manage.py migrate); the library's is used."))
            return library_calendar()
        return calendar if calendar.years else library_calendar()


def _point(text: str) -> Point:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        told = _("%(text)s is neither a day nor a moment. Write 2026-05-10, or 2026-05-10T08:30.") % {
            "text": repr(text)
        }
        raise _refusal(told) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _limit(text: str, start: Point, *, is_before: bool) -> Limit:
    try:
        limit = parse_limit(text)
    except ValueError:
        told = _("%(text)s is no limit. Write a whole number up to 9999 and h, d, wd, m or y: 6 m, 10 d, 3 wd, 48 h.")
        raise _refusal(told % {"text": repr(text)}) from None
    if limit.unit is Unit.HOURS and not isinstance(start, datetime):
        raise _refusal(_("Hours count from a moment. Give the time as well: 2026-05-10T08:30."))
    assert limit.n is not None
    if is_before and limit.n <= 0:
        raise _refusal(_("Give a number above zero with --before."))
    return replace(limit, n=-limit.n) if is_before else limit


def _pause(text: str) -> Pause:
    began, dots, ended = text.partition("..")
    if not dots or not began:
        told = _("%(text)s is no pause. Write 2026-05-10..2026-05-20, or 2026-05-10.. while it is open.")
        raise _refusal(told % {"text": repr(text)})
    pause = Pause(_point(began), _point(ended) if ended else None)
    if pause.ended is not None and _moment(pause.ended) < _moment(pause.began):
        raise _refusal(
            _("The pause %(text)s ends before it begins. Give the earlier day first.") % {"text": repr(text)}
        )
    return pause


def _moment(point: Point) -> datetime:
    return point if isinstance(point, datetime) else datetime.combine(point, datetime.min.time(), SHANGHAI)


def _refusal(told: str) -> CommandError:
    return CommandError(told, returncode=BAD_INPUT)


def _as_json(found: Due, limit: Limit) -> str:
    ends = {"due_on": found.due_on and found.due_on.isoformat()}
    if limit.unit is Unit.HOURS:
        ends = {"due_at": found.due_at and found.due_at.astimezone(SHANGHAI).isoformat()}
    steps = [{**each.as_json(), "text": worded(each)} for each in found.steps]
    return json.dumps({**ends, "provisional": found.is_provisional, "explanation": steps}, ensure_ascii=False)


def _as_text(found: Due) -> str:
    return "\n".join([_headline(found), *(f"  {text}" for text in explained(found))])


def _headline(found: Due) -> str:
    if not found.is_running:
        return _("Not running: no date while a pause is open")
    end = found.due_at.astimezone(SHANGHAI).isoformat(" ", "minutes") if found.due_at else found.due_on
    return _("Due %(end)s (provisional)") % {"end": end} if found.is_provisional else _("Due %(end)s") % {"end": end}
