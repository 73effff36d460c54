"""The daily report: figures that are counted, text that is changed by hand, versions that stay."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.cases.models import Case
from server.cases.services import close_case
from server.duty.figures import FIGURES, OF_DAY, Scope, day_counts
from server.duty.models import DailyReport
from server.ledger.models import Entry
from server.people.models import Officer
from tests.actors import browser_of
from tests.supervision.conftest import Bureau, Clock
from tests.sync.pushing import COMPLETE, phone_of

DAY = "2026-11-02"


def save(officer: Officer, day: str = DAY, **body: Any) -> tuple[int, Any]:
    given = {"text": "今日平稳", "based_on": 0, **body}
    answer = browser_of(officer).post(f"/api/v1/daily-reports/{day}", given, content_type="application/json")
    return answer.status_code, answer.json()


def test_each_saving_is_a_version_and_none_overwrites_another_unseen(case: Case, bureau: Bureau) -> None:
    assert save(bureau.cast.duty)[1]["versions"][0]["number"] == 1
    status, refused = save(bureau.cast.director, text="另一稿")
    assert (status, refused["code"], refused["number"]) == (409, "report_moved", 1)
    status, saved = save(bureau.cast.director, text="另一稿", based_on=1)
    assert [(each["number"], each["text"]) for each in saved["versions"]] == [(2, "另一稿"), (1, "今日平稳")]
    assert saved["versions"][0]["figures"]["filed"] == saved["figures"]["filed"] == 1
    assert Entry.objects.filter(kind="daily_report_saved").count() == 2


def test_every_figure_is_as_many_rows_as_its_list_holds(case: Case, late: None, bureau: Bureau, clock: Clock) -> None:
    phone = phone_of(bureau.cast.holder)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.push()
    close_case(case=case, closing_mode="SETTLED")
    scope = Scope(bureau.cast.duty, date(2026, 11, 7))
    counts = day_counts(bureau.cast.duty, scope.day)
    assert counts["closed"] == counts["arrived"] == 1
    assert counts["filed"] == 0
    for key, figure in FIGURES.items():
        lines = figure.lines(scope, 100)
        assert len(lines) == counts[key], key
        assert {line.case_no for line in lines} <= {case.case_no}, key


def test_a_figure_of_a_day_ends_with_the_day_in_china(case: Case, bureau: Bureau, clock: Clock) -> None:
    clock.on(11, 3, 0, 5)
    phone = phone_of(bureau.cast.holder)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.push()
    arrived = OF_DAY["arrived"]
    days = [date(2026, 11, 2), date(2026, 11, 3)]
    assert [arrived.count(Scope(bureau.cast.duty, day)) for day in days] == [0, 1]


def test_nobody_counts_what_he_may_not_read(case: Case, late: None, bureau: Bureau) -> None:
    assert not any(day_counts(bureau.cast.stranger, date(2026, 11, 2)).values())


@pytest.mark.parametrize(
    ("day", "changes", "code"),
    [
        (DAY, {"text": " "}, "note_required"),
        (DAY, {"text": "长" * 10_001}, "validation_failed"),
        (DAY, {"based_on": -1}, "validation_failed"),
        ("2026-11-03", {}, "report_too_early"),
        ("0001-01-01", {}, "validation_failed"),
        ("today", {}, "validation_failed"),
    ],
)
def test_what_is_no_report_is_refused(case: Case, bureau: Bureau, day: str, changes: dict[str, Any], code: str) -> None:
    assert save(bureau.cast.duty, day, **changes)[1]["code"] == code
    assert not DailyReport.objects.exists()


def test_who_keeps_no_desk_saves_none_and_a_stranger_reads_none(case: Case, bureau: Bureau, clock: Clock) -> None:
    save(bureau.cast.duty)
    for who in ("holder", "inspector", "supervisor", "stranger", "sysadmin"):
        assert save(getattr(bureau.cast, who))[0] == 403, who
    read = browser_of(bureau.cast.stranger).get(f"/api/v1/daily-reports/{DAY}").json()
    assert read["versions"] == []
    assert clock() - timedelta(days=1) < DailyReport.objects.get().at
