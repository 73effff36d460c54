"""The list by cause: a hundred reds as a few groups, each with number and oldest; what is muted stands apart."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.cases.levels import Level
from server.cases.models import Case, Node
from server.cases.services import assign_subject
from server.centre import alarms
from server.common import clock
from server.duty.models import Acknowledgement
from server.duty.services import acknowledge_limits, mute
from server.ledger.models import Entry
from server.people.models import Team
from server.people.services import create_team
from server.supervision.services import watch_levels
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.centre.reading import Page, seen_by, shown_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
BY_CAUSE = "/centre/?by=cause"


@pytest.fixture(autouse=True)
def _ten_in_the_morning() -> Iterator[None]:
    clock.set_clock(lambda: NOW)
    yield
    clock.set_clock(None)


def late(cast: Cast, number: int, days: int = 9) -> Case:
    """`triage`, of one day, so many days over."""
    case = file_one(cast, number, filed_on=TODAY - timedelta(days=days + 1))
    nodes = Node.objects.filter(case=case)
    nodes.exclude(key="triage").update(state=Node.State.NOT_STARTED)
    nodes.filter(key="triage").update(due_on=TODAY - timedelta(days=days))
    return case


def seen(cast: Cast, path: str = BY_CAUSE) -> Page:
    watch_levels()
    return seen_by(cast.duty, path)


def quiet(cast: Cast, case: Case | None = None, level: Level = Level.SEVERE) -> None:
    until = NOW + timedelta(hours=8)
    mute(cause="triage", case=case, level=level, reason="已核实", until=until, by=cast.duty)


def test_many_of_one_cause_are_one_group_with_its_number_and_its_oldest(cast: Cast) -> None:
    for number in range(1, 8):
        late(cast, number, 8 + number)
    page = seen(cast)
    (group,) = page.all(".grp")
    assert group.one(".n").text == "5 /7"
    assert "最久15天" in group.text
    assert len(page.rows) == alarms.ROWS_IN_GROUP
    more = page.one("a.more")
    assert len(seen_by(cast.duty, more["href"]).rows) == 7
    assert page.one("[data-total]").text == "7"


def test_a_row_says_how_long_it_has_been_so_to_the_second(cast: Cast) -> None:
    late(cast, 1, 9)
    row = seen(cast).one("a.it")
    assert row.one(".r").text == "逾期 9 天"
    since = row.one("time")
    assert since["data-since"] == "2026-11-14T00:00:00+08:00", "severe since the day after it was due, in China"
    assert since.text == "8 天 10:00:00"


def test_levels_stand_in_the_order_of_care_and_each_leads_to_just_itself(cast: Cast) -> None:
    late(cast, 1, 0)
    late(cast, 2, 9)
    page = seen(cast)
    assert [group["data-level"] for group in page.all(".grp")] == ["SEVERE", "DUE"]
    narrowed = seen_by(cast.duty, page.all(".grp")[1].one("h3").one("a")["href"])
    assert len(narrowed.rows) == 1
    assert {token.text for token in narrowed.all("a.tok")} == {"今日到期", "繁简分流"}


def test_what_is_muted_stands_apart_until_its_end_and_what_rises_is_heard_again(cast: Cast) -> None:
    one, two = late(cast, 1), late(cast, 2)
    quiet(cast, one)
    page = seen(cast)
    (shown,) = page.all("a.it[data-muted]")
    assert shown.one(".cn").text == one.case_no
    assert "至 11-22 18:00" in shown.text
    assert [row.one(".cn").text for row in page.all("a.it[data-case-id]")] == [two.case_no]
    assert page.one("[data-total]").text == "1"
    quiet(cast, None, Level.OVERDUE)
    assert len(seen(cast).all("a.it[data-case-id]")) == 1, "it is severe, and that mute covers less"
    clock.set_clock(lambda: NOW + timedelta(hours=8))
    assert not seen(cast).all("a.it[data-muted]")


def test_a_mute_of_one_desk_is_no_mute_of_another(cast: Cast) -> None:
    late(cast, 1)
    quiet(cast)
    watch_levels()
    assert not seen_by(cast.duty, BY_CAUSE).all("a.it[data-case-id]")
    assert seen_by(cast.supervisor, BY_CAUSE).all("a.it[data-case-id]")


def test_court_team_officer_kind_and_mine_stand_in_the_address_of_either_list(cast: Cast) -> None:
    team = create_team(court=cast.court, kind=Team.Kind.INVESTIGATION, name="查控团队")
    cast.group.team = team
    cast.group.save(update_fields=["team"])
    held, other = late(cast, 1), late(cast, 2)
    assign_subject(case=held, group=cast.group, reason="ROTA")
    resumed = file_one(cast, case_no="（2026）闽0924执恢3号", filed_on=TODAY)
    watch_levels()
    narrowed = {
        f"court={cast.court.code}": {held, other, resumed},
        "court=none": set(),
        f"team={team.pk}": {held},
        f"officer={cast.holder.staff_no}": {held},
        "officer=nobody": set(),
        "kind=执恢": {resumed},
        "kind=执": {held, other},
        "mine=1": set(),
    }
    for query, cases in narrowed.items():
        page = seen_by(cast.duty, f"/centre/?{query}")
        assert set(page.rows) == {case.case_no for case in cases}, query
        assert page.one("a.tok")["href"] == "/centre/"
        by_cause = seen_by(cast.duty, f"{BY_CAUSE}&{query}")
        assert set(by_cause.rows) <= {case.case_no for case in cases}, query
        assert by_cause.one("a.tok")["href"] == BY_CAUSE
    assert set(seen_by(cast.holder, "/centre/?mine=1").rows) == {held.case_no}
    assert seen_by(cast.duty, "/centre/?team=x&kind=无&by=size").rows == seen_by(cast.duty).rows


def test_a_hundred_take_as_many_queries_as_two(cast: Cast) -> None:
    browser = browser_of(cast.duty)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown_in(browser, BY_CAUSE)
        return len(captured)

    for number in (1, 2):
        late(cast, number)
    watch_levels()
    quiet(cast, Case.objects.all()[0])
    few = queries()
    for number in range(3, 20):
        late(cast, number)
    watch_levels()
    assert queries() == few


def test_who_keeps_no_desk_is_offered_no_mute(cast: Cast) -> None:
    late(cast, 1)
    assert seen(cast).all("a.hush")
    assert not seen_by(cast.inspector, BY_CAUSE).all("a.hush")


def test_a_limit_is_acknowledged_with_words_alone_or_with_its_cause_and_stays_in_the_list(cast: Cast) -> None:
    first, second = late(cast, 1), late(cast, 2)
    href = "/centre/limits?cause=triage&level=SEVERE"
    assert href in [link["href"] for link in seen(cast).one("table.tbl").all("a")]
    typed = {"cause": "triage", "level": "SEVERE", "said": "已催办"}
    browser = browser_of(cast.duty)
    assert browser.post("/centre/limits", {**typed, "said": " "}).status_code == 422
    assert browser.post("/centre/limits", {**typed, "level": "HUGE"}).status_code == 422
    assert browser.post("/centre/limits", {**typed, "case": "x"}).status_code == 422
    assert browser.post("/centre/limits", {**typed, "case": str(first.pk)}).status_code == 302
    assert [bool(row.all(".ack")) for row in seen(cast).all("a.it")] == [True, False]
    assert browser.post("/centre/limits", typed).status_code == 302
    rows = seen(cast).all("a.it")
    assert [cast.duty.name in row.one(".ack").text for row in rows] == [True, True]
    assert "均已确认" in seen(cast).one("table.tbl").text
    told = [json.loads(each.view) for each in Entry.objects.filter(kind="limits_acknowledged").order_by("position")]
    assert [each["limits"]["cases"] for each in told] == [[str(first.pk)], [str(second.pk)]]
    assert browser.post("/centre/limits", typed).status_code == 302
    assert Entry.objects.filter(kind="limits_acknowledged").count() == 2


def test_what_gets_another_date_or_level_asks_anew(cast: Cast) -> None:
    case = late(cast, 1, 0)
    seen(cast)
    acknowledge_limits(cause="triage", level=Level.DUE, said="已知悉", by=cast.duty)
    assert seen(cast).one("a.it").all(".ack")
    clock.set_clock(lambda: NOW + timedelta(days=1))
    assert not seen(cast).one("a.it").all(".ack"), "it is overdue by now"
    acknowledge_limits(cause="triage", level=Level.OVERDUE, said="已知悉", by=cast.duty)
    Node.objects.filter(case=case, key="triage").update(due_on=TODAY - timedelta(days=1))
    assert not seen(cast).one("a.it").all(".ack")


def test_who_keeps_no_desk_acknowledges_nothing(cast: Cast) -> None:
    late(cast, 1)
    watch_levels()
    page = seen_by(cast.inspector, "/centre/limits?cause=triage&level=SEVERE")
    assert (page.status, page.all("textarea")) == (200, [])
    typed = {"cause": "triage", "level": "SEVERE", "said": "已催办"}
    assert browser_of(cast.inspector).post("/centre/limits", typed).status_code == 403
    assert browser_of(cast.holder).post("/centre/limits", typed).status_code == 404
    assert not Acknowledgement.objects.exists()
