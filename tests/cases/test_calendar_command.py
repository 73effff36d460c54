"""An operator keeps the calendar of working days; what hangs on it follows."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.cases.calendars import work_calendar
from server.cases.models import CalendarDay, CalendarEdit, Case, Node
from server.cases.queries import case_states
from server.cases.services import CalendarRefused, recompute_due_dates, seed_calendar, set_calendar_day
from server.ledger.models import Entry
from tests.actors import Cast
from tests.cases.conftest import file_one

pytestmark = pytest.mark.django_db
NOTICE = """date,kind,name
2027-01-01,off,元旦
2027-02-05,off,春节
2027-02-08,off,春节
2027-02-14,work,春节
2027-05-03,off,劳动节
2026-12-26,work,元旦
"""


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("calendar", "--language", "en", *words, stdout=out)
    return out.getvalue()


def shown(year: int) -> dict[str, Any]:
    view: dict[str, Any] = json.loads(run("show", str(year), "--json"))
    return view


def test_migrating_seeds_it_and_2026_has_its_248_working_days() -> None:
    view = shown(2026)
    assert (view["loaded"], view["working_days"], view["source"]) == (True, 248, "chinesecalendar")
    assert view["make_up_days"]["2026-10-10"] == "National Day"
    assert not shown(2027)["loaded"]
    assert "2027 is not loaded" in run("show", "2027")
    assert seed_calendar() is None, "seeding again changes nothing"


def test_a_corrected_day_is_recorded_with_who_when_and_why_under_a_new_version() -> None:
    before = work_calendar()
    told = run("set", "2026-12-25", "off", "--why", "地方通知", "--by", "王某")
    after = work_calendar()
    assert after.version in told
    assert after.version != before.version
    assert not after.is_working_day(date(2026, 12, 25))
    edit = CalendarEdit.objects.latest("number")
    assert (edit.edited_by, edit.reason, edit.changed) == (
        "王某",
        "地方通知",
        {"days": {"2026-12-25": "off"}, "years": []},
    )
    assert "王某: 地方通知" in run("history")
    run("set", "2026-12-25", "work", "--why", "撤回")
    assert not CalendarDay.objects.filter(day=date(2026, 12, 25)).exists()
    assert work_calendar().version.split("-")[-1] == before.version.split("-")[-1], "the same content again"


def test_no_release_seeds_over_an_operators_edit_unless_told_to() -> None:
    run("set", "2026-10-10", "off", "--why", "test")
    assert seed_calendar() is None
    assert not work_calendar().is_working_day(date(2026, 10, 10))
    run("seed", "2026")
    assert work_calendar().is_working_day(date(2026, 10, 10))


def test_an_edit_without_a_reason_is_refused() -> None:
    with pytest.raises(CalendarRefused):
        set_calendar_day(day=date(2026, 12, 25), is_working=False, by="王某", why=" ")
    with pytest.raises(CommandError, match="Say why"):
        run("set", "2026-12-25", "off", "--why", " ")


def test_a_year_the_library_does_not_know_is_loaded_from_the_notice(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="calendar load"):
        run("seed", "2031")
    file = tmp_path / "国办发明电.csv"
    file.write_text(NOTICE, encoding="utf-8-sig")
    assert "6 days changed" in run("load", str(file), "--by", "王某")
    calendar = work_calendar()
    assert calendar.is_loaded(2027)
    assert (calendar.is_working_day(date(2027, 2, 8)), calendar.is_working_day(date(2027, 2, 14))) == (False, True)
    assert calendar.is_working_day(date(2026, 12, 26)), "a make-up day in the year before"
    assert shown(2026)["working_days"] == 249, "the rest of 2026 stands"
    assert "nothing was changed" in run("load", str(file))


def test_of_a_notice_with_mistakes_every_line_is_named_and_nothing_loaded(tmp_path: Path) -> None:
    file = tmp_path / "notice.csv"
    file.write_text("date,kind\n2027-02-30,off\n2027-02-08,work\n2027-02-07,holiday\n2027-05-03,off\n2027-05-03,off\n")
    out = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("calendar", "--language", "en", "load", str(file), stdout=out)
    assert [line.split(":")[0] for line in out.getvalue().splitlines()] == [
        "Line 2, date",
        "Line 3, kind",
        "Line 4, kind",
        "Line 6, date",
    ]
    assert not work_calendar().is_loaded(2027)
    file.write_text("day,what\n")
    with pytest.raises(CommandError, match="Nothing was loaded"):
        run("load", str(file))


def test_an_edit_moves_the_dates_of_running_nodes_and_their_units(cast: Cast, case: Case, tmp_path: Path) -> None:
    limit = Node.objects.get(case=case, key="case_limit_normal")
    assert limit.due_on == date(2027, 5, 3), "2 May 2027 is a Sunday"
    closed = file_one(cast, 124)
    Case.objects.filter(pk=closed.pk).update(status=Case.Status.CLOSED)
    case.refresh_from_db()
    entries = Entry.objects.count()
    file = tmp_path / "notice.csv"
    file.write_text(NOTICE, encoding="utf-8")
    assert "1 due dates moved" in run("load", str(file))
    limit.refresh_from_db()
    assert (limit.due_on, limit.version) == (date(2027, 5, 4), 3)
    version = case.version
    case.refresh_from_db()
    assert case.version == version + 1
    assert Node.objects.get(case=closed, key="case_limit_normal").due_on == date(2027, 5, 3), "closed is closed"
    assert Entry.objects.count() == entries + 1
    entry = Entry.objects.latest("pk")
    assert entry.kind == "node_changed"
    assert recompute_due_dates() == 0, "again it changes nothing"


def test_decisions_read_the_calendar_with_the_case_and_at_no_cost(case: Case) -> None:
    case_states([case.pk], None)
    with CaptureQueriesContext(connection) as queries:
        state = case_states([case.pk], None)[case.pk]
    assert len(queries) == 3
    assert state.calendar.is_loaded(2026)
    set_calendar_day(day=date(2026, 12, 25), is_working=False, by="王某", why="test")
    assert not case_states([case.pk], None)[case.pk].calendar.is_working_day(date(2026, 12, 25))


def test_without_any_notice_weekends_are_assumed_and_dates_are_provisional() -> None:
    CalendarEdit.objects.all().delete()
    assert work_calendar().years == frozenset()
    assert work_calendar().is_working_day(date(2026, 10, 1))
