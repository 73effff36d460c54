"""Pages of the desk's own records: mutes, the shift log, daily reports and their prints, figures and their lists."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from server.cases.models import Case
from server.centre.charts import SPREADS
from server.common import clock
from server.duty.models import DailyReport, Mute, Shift
from server.people.models import Officer, Role
from server.supervision.services import watch_levels
from tests.actors import Cast, browser_of, officer_of
from tests.cases.conftest import file_one
from tests.centre.reading import Page, seen_by
from tests.sync.pushing import COMPLETE, hold, phone_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MUTE = {"cause": "triage", "level": "SEVERE", "until": "2026-11-22T18:00", "reason": "已<b>核实</b>"}


@pytest.fixture(autouse=True)
def _ten_in_the_morning() -> Iterator[None]:
    clock.set_clock(lambda: NOW)
    yield
    clock.set_clock(None)


@pytest.fixture
def case(cast: Cast) -> Case:
    case = hold(file_one(cast), cast.group)
    watch_levels()
    return case


@pytest.fixture
def relief(cast: Cast) -> Officer:
    return officer_of(cast.court, "240204", "温接", Role.COMMAND_CENTRE)


def sent(officer: Officer, path: str, **typed: str) -> Page:
    answer = browser_of(officer).post(path, typed)
    return Page.of_text(answer.status_code, answer.content.decode() or "<p></p>")


def test_a_mute_is_made_from_its_group_shown_with_its_end_and_ended_by_hand(cast: Cast, case: Case) -> None:
    offered = seen_by(cast.duty, "/centre/?by=cause").all("a.hush")[0]["href"]
    form = seen_by(cast.duty, offered)
    assert [each.text for each in form.one("select[id=cause]").all("option[selected]")]
    assert (
        sent(cast.duty, "/centre/mutes", **MUTE, case_no=case.case_no.replace("（", "(").replace("）", ")")).status
        == 302
    )
    made = Mute.objects.get()
    assert (made.case, made.until) == (case, datetime(2026, 11, 22, 10, tzinfo=UTC)), "as the court's wall shows it"
    page = seen_by(cast.director, "/centre/mutes")
    row = page.one(f"tr[id=mute-{made.pk}]")
    assert "已<b>核实</b>" in row.text, "as typed, and no markup"
    assert "11-22 18:00" in row.text
    assert sent(cast.director, f"/centre/mutes/{made.pk}/end").status == 302
    assert cast.director.name in seen_by(cast.duty, "/centre/mutes").html


@pytest.mark.parametrize("cause", ["detention_term", "control_renewal"])
def test_what_is_never_muted_is_not_offered_and_refused_with_what_was_typed(cast: Cast, case: Case, cause: str) -> None:
    options = seen_by(cast.duty, "/centre/mutes").one("select[id=cause]").all("option")
    assert cause not in {option["value"] for option in options}
    page = sent(cast.duty, "/centre/mutes", **{**MUTE, "cause": cause})
    assert (page.status, page.one("p.err").text) == (403, "在押、查封将届满和求助，一律不得静音。")
    assert page.one("textarea").text == "已<b>核实</b>"


@pytest.mark.parametrize(
    "typed", [{"until": ""}, {"until": "soon"}, {"reason": ""}, {"level": "x"}, {"case_no": "无此案"}]
)
def test_a_mute_that_is_none_says_so(cast: Cast, case: Case, typed: dict[str, str]) -> None:
    page = sent(cast.duty, "/centre/mutes", **{**MUTE, **typed})
    assert page.status == 422
    assert page.one("p.err").text
    assert not Mute.objects.exists()


def test_a_shift_is_kept_handed_over_and_acknowledged_on_its_page(cast: Cast, case: Case, relief: Officer) -> None:
    assert "无人值班" in seen_by(cast.duty, "/centre/shifts").html
    sent(cast.duty, "/centre/shifts")
    shift = Shift.objects.get()
    sent(cast.duty, f"/centre/shifts/{shift.pk}/line", text="海门<i>来电</i>")
    sent(cast.duty, f"/centre/shifts/{shift.pk}/hand-over", summary="一件今日到期")
    page = seen_by(relief, "/centre/shifts")
    assert "海门<i>来电</i>" in page.one("ol.log").text
    assert "一件今日到期" in page.one("p.told").text
    assert not page.all(f"form[action=/centre/shifts/{shift.pk}/hand-over]")
    assert len(page.all(f"form[action=/centre/shifts/{shift.pk}/take-over]")) == 1
    sent(relief, f"/centre/shifts/{shift.pk}/take-over", note="已阅")
    assert relief.name in seen_by(cast.inspector, f"/centre/shifts/{shift.pk}").html
    assert not [form for form in seen_by(cast.inspector, "/centre/shifts").all("form") if "shifts" in form["action"]]
    assert sent(cast.duty, f"/centre/shifts/{shift.pk}/line", text="晚").status == 409


def test_a_report_is_drawn_up_by_one_click_changed_saved_and_printed(cast: Cast, case: Case) -> None:
    page = seen_by(cast.duty, "/centre/reports/2026-11-22")
    text = page.one("textarea").text
    assert text.startswith("寿山县人民法院，2026-11-22。")
    assert "未结1件" in text
    saved = sent(cast.duty, "/centre/reports/2026-11-22", text=f"{text}\n<b>另</b>", based_on="0")
    assert saved.status == 302
    refused = sent(cast.director, "/centre/reports/2026-11-22", text="我的稿", based_on="0")
    assert (refused.status, refused.one("textarea").text) == (409, "我的稿")
    printed = seen_by(cast.inspector, "/centre/reports/2026-11-22/print")
    assert "<b>另</b>" in printed.one("main.paper").text
    assert DailyReport.objects.get().figures["open"] == 1
    assert seen_by(cast.duty, "/centre/reports/2026-11-22/print?version=2").status == 404
    assert seen_by(cast.duty, "/centre/reports?day=2026-11-22").status == 302


def test_every_figure_of_a_report_and_every_bar_of_a_chart_leads_to_as_many_rows(cast: Cast, case: Case) -> None:
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.push()
    links = [
        link
        for path in ("/centre/reports/2026-11-22", "/centre/figures")
        for cell in seen_by(cast.duty, path).all("td.num")
        for link in cell.all("a")
    ]
    assert len(links) >= 20 + sum(len(spread.spans) for spread in SPREADS.values())
    for link in links:
        page = seen_by(cast.duty, link["href"])
        rows = [row for row in page.one("tbody").all("tr") if row.all("a")]
        assert len(rows) == int(link.text.rpartition(":")[2]) == int(page.one("h1").one(".n").text), link["href"]


def test_a_bar_is_drawn_without_a_word_of_style(cast: Cast, case: Case) -> None:
    page = seen_by(cast.duty, "/centre/figures")
    assert "style=" not in page.html
    longest = [
        max((int(bar.one("rect")["width"]) for bar in chart.all("svg.bar")), default=0) for chart in page.all(".chart")
    ]
    assert set(longest) <= {0, 1000}


def test_a_case_is_printed_with_what_its_dates_come_of_and_its_three_times(cast: Cast, case: Case) -> None:
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.push()
    paper = seen_by(cast.duty, f"/centre/cases/{case.pk}/print").one("main.paper")
    assert paper.one("h1").one(".cn").text == case.case_no
    for said in ("被执行人乙", "证实", "繁简分流", "图形含义", cast.holder.name):
        assert said in paper.text
    assert "SECRET-9135" not in paper.text


@pytest.mark.parametrize(
    "path",
    ["reports/2026-13-01", "reports/0001-01-01", "reports/2026-11-22/print", "figures/none", "figures/delay?bar=x"],
)
def test_there_is_no_such_page(cast: Cast, case: Case, path: str) -> None:
    assert seen_by(cast.duty, f"/centre/{path}").status == 404


@pytest.mark.parametrize(
    "path", ["mutes", "shifts", "reports", "reports/2026-11-22", "figures", "figures/open", "?by=cause"]
)
def test_each_page_speaks_english_whole(cast: Cast, case: Case, path: str) -> None:
    page = seen_by(cast.duty, f"/centre/{path}", language="en")
    named = page.one("main").text
    assert page.status == 200
    assert not [text for text in ("静音", "值班", "日报", "版本", "无。") if text in named]
