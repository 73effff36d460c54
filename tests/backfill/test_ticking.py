"""Rows tick themselves off by a list of what the national system has; the same list again changes nothing."""

from typing import Any

import pytest

from server.backfill.models import FilledBack
from server.cases.models import Case
from tests.actors import Cast, browser_of
from tests.backfill.conftest import API, by_kind, desk, rows_of, say

pytestmark = pytest.mark.django_db


def tick(cast: Cast, text: str, **options: Any) -> tuple[int, int, int]:
    report = say(desk(cast), "list", {"text": text, **options})
    return report["ticked"], report["already"], len(report["faults"])


def test_the_file_downloaded_here_ticks_off_all_its_rows(recorded: Case, cast: Cast) -> None:
    text = desk(cast).get(f"{API}.csv").content.decode()
    count = len(rows_of(desk(cast)))
    assert tick(cast, text, dry_run=True) == (count, 0, 0)
    assert not FilledBack.objects.exists()
    assert tick(cast, text) == (count, 0, 0)
    assert tick(cast, text) == (0, count, 0)
    assert not rows_of(desk(cast))
    assert set(FilledBack.objects.values_list("via", flat=True)) == {"list"}


def test_a_case_number_alone_is_all_of_that_case_in_any_form_it_is_written(recorded: Case, cast: Cast) -> None:
    count = len(rows_of(desk(cast)))
    assert tick(cast, "(2026)闽0924执7\n\n") == (count, 0, 0)
    assert tick(cast, "(2026)闽0924执7\n") == (0, count, 0)


def test_a_line_may_say_the_node_and_the_day(recorded: Case, cast: Cast) -> None:
    head = "案号,节点,日期,承办人\n"
    assert tick(cast, f"{head}{recorded.case_no},发起网络查控,2026-11-05,林岚\n") == (0, 0, 1)
    assert tick(cast, f"{head}{recorded.case_no},发起网络查控,2026年11月4日,林岚\n") == (1, 0, 0)
    assert not [row for row in rows_of(desk(cast)) if "inquiry_sent" in row["events"]]
    assert "act" in by_kind(desk(cast))


def test_lines_that_name_nothing_are_told_and_harm_no_other(recorded: Case, cast: Cast) -> None:
    act = by_kind(desk(cast))["act"]["reference"]
    lines = ["（2026）闽0924执999号", "乱写", act, "act:00000000-0000-0000-0000-000000000000"]
    report = say(desk(cast), "list", {"text": "\n".join(lines)})
    assert [(fault["line"], fault["value"]) for fault in report["faults"]] == [
        (1, lines[0]),
        (2, lines[1]),
        (4, lines[3]),
    ]
    assert report["ticked"] == 1


def test_a_list_marks_only_what_its_bearer_may_mark(recorded: Case, cast: Cast) -> None:
    for officer in (cast.stranger, cast.bystander, cast.inspector):
        report = say(browser_of(officer), "list", {"text": recorded.case_no})
        assert (report["ticked"], len(report["faults"])) == (0, 1)
    assert not FilledBack.objects.exists()


def test_a_day_that_is_none_is_named(recorded: Case, cast: Cast) -> None:
    assert tick(cast, f"case_no,day\n{recorded.case_no},2026-13-40\n") == (0, 0, 1)
