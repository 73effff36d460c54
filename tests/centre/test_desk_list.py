"""The list: cases by stage, the most urgent first, a page at a time, by as many queries for two as for twenty."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.cases.levels import Level, warning_level
from server.cases.models import Case, Node
from server.cases.services import PartyDraft, assign_subject, close_case
from server.centre import desk
from server.centre.care import level_of_care, with_care
from server.common import clock
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.centre.reading import seen_by, shown_in

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _ten_in_the_morning() -> Iterator[None]:
    clock.set_clock(lambda: datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    yield
    clock.set_clock(None)


def filed(cast: Cast, number: int, days_ago: int, **changes: Any) -> Case:
    return file_one(cast, number, filed_on=TODAY - timedelta(days=days_ago), **changes)


def test_cases_stand_in_their_stage_with_what_is_due_and_when(cast: Cast) -> None:
    late = filed(cast, 1, 20)
    fresh = filed(cast, 2, 0)
    assign_subject(case=late, group=cast.group, reason="ROTA")
    page = seen_by(cast.duty)
    assert page.one(".grp").text == "立案分案2"
    worst, next_one = page.all("a.it")
    assert worst.one(".cn").text == late.case_no
    assert (worst.one(".r").text, worst.one(".r2").text) == ("逾期 19 天", "11-03")
    assert worst.one(".l2").text == "繁简分流 · 执行一组"
    assert worst["data-hue"] == "crimson"
    assert (next_one.one(".cn").text, next_one.one(".r2").text) == (fresh.case_no, "11-23")
    assert next_one.one(".r").text == "剩 1 天"


def test_a_case_that_moved_on_stands_in_its_next_stage(cast: Cast) -> None:
    case = filed(cast, 1, 3)
    Node.objects.filter(case=case, stage="filing").update(state=Node.State.DONE)
    Node.objects.filter(case=case, key="applicant_notice").update(
        state=Node.State.RUNNING, started_on=TODAY, due_on=TODAY
    )
    page = seen_by(cast.duty, language="en")
    assert page.one(".grp").text == "Start and notice1"
    assert page.one("a.it").one(".r").text == "Due today"


def test_counters_count_cases_by_their_worst_level_and_lead_to_just_those(cast: Cast) -> None:
    for number, days_ago in enumerate((20, 3, 2, 1, 0)):
        case = filed(cast, number + 1, days_ago)
        Node.objects.filter(case=case, key="triage").update(due_on=TODAY - timedelta(days=days_ago - 1))
    page = seen_by(cast.duty)
    assert page.counters[:5] == [("严重逾期", 3), ("逾期", 0), ("今日到期", 1), ("预警", 1), ("提示", 0)]
    for tile in page.one("nav.strip").all("a")[:5]:
        narrowed = seen_by(cast.duty, tile["href"])
        assert len(narrowed.rows) == int(tile.one(".n").text)
        assert narrowed.counters == page.counters
        assert narrowed.one("a.tok")["href"] == "/centre/"
        assert narrowed.one("a.tok").text == tile.all("span")[0].text


def test_words_find_a_number_in_any_writing_and_a_party(cast: Cast) -> None:
    one = filed(cast, 1, 5, parties=[PartyDraft("debtor", "张三丰")])
    two = filed(cast, 2, 5)
    assert seen_by(cast.duty, "/centre/?q=三丰").rows == [one.case_no]
    assert seen_by(cast.duty, "/centre/?q=(2026)闽0924执2号").rows == [two.case_no]
    nobody = seen_by(cast.duty, "/centre/?q=李四")
    assert (nobody.rows, nobody.one("section.list").one("h2").text) == ([], "没有案件")


def test_each_narrowing_is_taken_off_by_itself_and_goes_along_with_every_link(cast: Cast) -> None:
    case = filed(cast, 1, 20)
    page = seen_by(cast.duty, "/centre/?stage=filing&level=SEVERE&q=0924")
    tokens = {token.text: token["href"] for token in page.all("a.tok")}
    assert tokens == {
        "立案分案": "/centre/?level=SEVERE&q=0924",
        "严重逾期": "/centre/?stage=filing&q=0924",
        "0924": "/centre/?stage=filing&level=SEVERE",
    }
    assert page.one("a.it")["href"] == f"/centre/cases/{case.pk}?stage=filing&level=SEVERE&q=0924"
    opened = seen_by(cast.duty, page.one("a.it")["href"])
    assert opened.one("a.back")["href"] == "/centre/?stage=filing&level=SEVERE&q=0924"
    assert opened.one("a.it")["aria-current"] == "true"


@pytest.mark.parametrize(
    "query",
    [
        "level=HUGE",
        "after=x",
        "after=1.x",
        "after=99999999999999999999.0",
        "after=.",
        "q=%ED%A0%80",
    ],
)
def test_an_address_that_means_nothing_narrows_nothing(cast: Cast, query: str) -> None:
    case = filed(cast, 1, 1)
    page = seen_by(cast.duty, f"/centre/?{query}")
    assert page.status == 200
    assert page.rows == ([] if query.startswith("q=%ED") else [case.case_no])


def test_a_long_list_comes_page_by_page_each_case_once_and_the_total_is_stated(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "ROWS_AT_ONCE", 3)
    for number in range(8):
        filed(cast, number + 1, number % 3 * 10)
    browser = browser_of(cast.duty)
    page = shown_in(browser, "/centre/")
    seen = page.rows
    while more := page.all("[data-more]"):
        page = shown_in(browser, more[0]["href"])
        assert page.one("[data-total]").text == "8"
        assert len(page.rows) <= 3
        seen += page.rows
    assert len(seen) == len(set(seen)) == 8
    assert page.one("p.pages").text == "共 8 件，已列 2 件，最紧急者在前"
    assert page.one(".grp").one(".n").text == "2 /8"
    assert page.one("[data-first]")["href"] == "/centre/"
    urgency = [row.one(".r").text for row in shown_in(browser, "/centre/").all("a.it")]
    assert urgency == ["逾期 19 天"] * 2 + ["逾期 9 天"]


def test_the_place_in_a_long_list_and_its_narrowing_hold_when_a_case_is_opened(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "ROWS_AT_ONCE", 2)
    for number in range(5):
        filed(cast, number + 1, 20)
    browser = browser_of(cast.duty)
    second = shown_in(browser, shown_in(browser, "/centre/?q=0924").one("[data-more]")["href"])
    opened = shown_in(browser, second.all("a.it")[1]["href"])
    assert opened.rows == second.rows
    assert opened.one("[data-first]")["href"] == "/centre/?q=0924"


def test_the_list_goes_on_rightly_when_the_case_it_stopped_at_is_gone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "ROWS_AT_ONCE", 2)
    cases = [filed(cast, number + 1, 20) for number in range(4)]
    browser = browser_of(cast.duty)
    following = shown_in(browser, "/centre/").one("[data-more]")["href"]
    close_case(case=cases[1], closing_mode="SETTLED")
    assert shown_in(browser, following).rows == [cases[2].case_no, cases[3].case_no]


def test_closed_cases_are_neither_listed_nor_counted(cast: Cast) -> None:
    close_case(case=filed(cast, 1, 20), closing_mode="SETTLED")
    page = seen_by(cast.duty)
    assert (page.rows, page.one("[data-total]").text) == ([], "0")
    assert {number for _, number in page.counters} == {0}


@pytest.mark.parametrize("query", ["", "?level=SEVERE", "?q=0924&stage=filing"])
def test_twenty_cases_take_as_many_queries_as_two(cast: Cast, query: str) -> None:
    browser = browser_of(cast.duty)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(f"/centre/{query}").status_code == 200
        return len(captured)

    for number in (1, 2):
        assign_subject(case=filed(cast, number, 20), group=cast.group, reason="ROTA")
    few = queries()
    for number in range(3, 21):
        assign_subject(case=filed(cast, number, 20), group=cast.group, reason="ROTA")
    assert queries() == few


def test_the_database_ranks_every_limit_as_the_rule_does(cast: Cast) -> None:
    """`care` says in SQL what `warning_level` says in Python."""
    model = filed(cast, 1, 0)
    lengths = [*range(-2, 42), 70, 100, 180, 183, 366]
    limits = [(remaining, length, key) for remaining in range(-12, 60) for length in lengths for key in KEYS]
    cases = [Case(court=cast.court, case_no=f"{n}", filed_on=TODAY, flow=model.flow) for n in range(len(limits))]
    Case.objects.bulk_create(cases, batch_size=500)
    Node.objects.bulk_create(
        [_running(case, *limit) for case, limit in zip(cases, limits, strict=True)], batch_size=500
    )
    listed = with_care(Case.objects.all(), TODAY, [(model.flow_id, {STATUTORY})])
    care = dict(listed.values_list("pk", "care"))
    for case, (remaining, length, key) in zip(cases, limits, strict=True):
        due_on = TODAY + timedelta(days=remaining)
        started_on = due_on - timedelta(days=length)
        rule = warning_level(started_on=started_on, due_on=due_on, today=TODAY, is_statutory=key == STATUTORY)
        assert level_of_care(care[case.pk]) == rule, (remaining, length, key)


def test_a_case_is_ranked_by_its_worst_running_limit_and_then_by_its_date(cast: Cast) -> None:
    model = filed(cast, 1, 0)
    cases = [Case(court=cast.court, case_no=f"{n}", filed_on=TODAY, flow=model.flow) for n in range(6)]
    Case.objects.bulk_create(cases)
    nothing, undated, later, sooner, over, severe = cases
    undated_node = Node(case=undated, key="any", stage="filing", ordinal=1, state=Node.State.RUNNING)
    done = _running(nothing, -30, 5, STATUTORY)
    done.state = Node.State.DONE
    limits = [(later, 50, 60), (sooner, 40, 60), (over, 90, 99), (over, -1, 60), (severe, 80, 99), (severe, -9, 60)]
    nodes = [_running(case, remaining, length, f"{n}") for n, (case, remaining, length) in enumerate(limits)]
    Node.objects.bulk_create([undated_node, done, *nodes])
    ranked = with_care(Case.objects.exclude(pk=model.pk), TODAY, []).order_by("-care", "pk")
    assert [case.case_no for case in ranked] == [
        case.case_no for case in (severe, over, sooner, later, nothing, undated)
    ]
    assert level_of_care(ranked[4].care) is Level.NORMAL


STATUTORY = "by statute"
KEYS = (STATUTORY, "internal")


def _running(case: Case, remaining: int, length: int, key: str) -> Node:
    due_on = TODAY + timedelta(days=remaining)
    return Node(
        case=case,
        key=key,
        stage="filing",
        ordinal=1,
        state=Node.State.RUNNING,
        started_on=due_on - timedelta(days=length),
        due_on=due_on,
    )
