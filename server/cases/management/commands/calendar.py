import getpass
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from server.cases.calendar_notice import OFF, WORK, NoticeError, read_notice
from server.cases.calendars import year_view
from server.cases.models import CalendarEdit
from server.cases.services import CalendarRefused, load_notice, recompute_due_dates, seed_calendar, set_calendar_day
from server.common.clock import SHANGHAI
from server.common.speaking import SpokenCommand


class Command(SpokenCommand):
    help = "The calendar of working days: show it, seed it from the library, correct a day, load a yearly notice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        doing = parser.add_subparsers(dest="doing", required=True)
        show = doing.add_parser("show", help="a year, with its days off and the weekend days worked")
        show.add_argument("year", type=int)
        show.add_argument("--json", action="store_true", help="print one object")
        seed = doing.add_parser("seed", help="what the library knows (migrate does it as well)")
        seed.add_argument("year", type=int, nargs="*", help="these years only, also over an operator's edits")
        one = doing.add_parser("set", help="one day off, or worked")
        one.add_argument("day")
        one.add_argument("kind", choices=(OFF, WORK))
        one.add_argument("--name", default="", help="of the holiday")
        one.add_argument("--why", required=True)
        load = doing.add_parser("load", help="a yearly notice as CSV: date,kind[,name]; all of it, or nothing")
        load.add_argument("file", type=Path)
        load.add_argument("--why", default="")
        doing.add_parser("history", help="who changed it, when and why")
        doing.add_parser("recompute", help="bring running due dates to the calendar (each edit does it)")
        for editing in (seed, one, load):
            editing.add_argument("--by", default=getpass.getuser(), help="who does it; else the system's user")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['doing']}")(options)

    def _show(self, options: dict[str, Any]) -> None:
        view = year_view(options["year"])
        self.stdout.write(json.dumps(view, ensure_ascii=False) if options["json"] else "\n".join(_as_text(view)))

    def _history(self, options: dict[str, Any]) -> None:
        for edit in CalendarEdit.objects.order_by("number"):
            at = edit.edited_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
            self.stdout.write(f"{edit.version}  {at}  {edit.edited_by}: {edit.reason}  {_summary(edit)}")

    def _seed(self, options: dict[str, Any]) -> None:
        years = options["year"] or None
        self._edited(lambda: seed_calendar(years=years, by=options["by"], over_edits=bool(years)))

    def _set(self, options: dict[str, Any]) -> None:
        day, is_working = _day(options["day"]), options["kind"] == WORK
        said = {"by": options["by"], "why": options["why"], "name": options["name"]}
        self._edited(lambda: set_calendar_day(day=day, is_working=is_working, **said))

    def _load(self, options: dict[str, Any]) -> None:
        file: Path = options["file"]
        try:
            days = read_notice(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("Cannot read the file: %(fault)s") % {"fault": error}) from None
        except NoticeError as error:
            for fault in error.faults:
                self.stdout.write(
                    _("Line %(line)d, %(field)s: %(reason)s")
                    % {"line": fault.line, "field": fault.field, "reason": fault.reason}
                )
            raise CommandError(_("Nothing was loaded. Correct the lines above and run it again.")) from None
        why = options["why"] or file.name
        self._edited(lambda: load_notice(days=days, source=file.name[:200], by=options["by"], why=why))

    def _recompute(self, options: dict[str, Any]) -> None:
        self.stdout.write(_("%(count)d due dates moved.") % {"count": recompute_due_dates()})

    def _edited(self, edit: Any) -> None:
        """The edit is committed first; then what hangs on it is brought along."""
        try:
            made: CalendarEdit | None = edit()
        except CalendarRefused as error:
            raise CommandError(str(error)) from None
        except IntegrityError:
            raise CommandError(_("Somebody edited the calendar just now. Look at it, then run it again.")) from None
        if made is None:
            self.stdout.write(_("The calendar says so already; nothing was changed."))
            return
        self.stdout.write(f"{made.version}  {_summary(made)}")
        self._recompute({})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(_("%(text)s is not a date. Write it as 2027-02-12.") % {"text": repr(text)}) from None


def _summary(edit: CalendarEdit) -> str:
    days = edit.changed["days"]
    if len(days) <= 3:
        return ", ".join(f"{day} {kind or '–'}" for day, kind in days.items())
    return _("%(count)d days changed") % {"count": len(days)}


def _as_text(view: dict[str, Any]) -> Iterator[str]:
    if view["loaded"]:
        yield _("%(year)d: %(count)d working days. Source: %(source)s.") % {
            "year": view["year"],
            "count": view["working_days"],
            "source": view["source"],
        }
    else:
        yield _("%(year)d is not loaded: weekends are assumed, and dates in it are provisional.") % {
            "year": view["year"]
        }
    yield from (f"  {day} {OFF} {_(name) if name else ''}".rstrip() for day, name in view["days_off"].items())
    yield from (f"  {day} {WORK} {_(name) if name else ''}".rstrip() for day, name in view["make_up_days"].items())
    yield _("Calendar of working days: %(version)s.") % {"version": view["version"]}
