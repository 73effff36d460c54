"""Limits that passed, on pages: their officer explains, a leader concludes, and nobody else is asked to."""

import pytest

from server.cases.models import Case
from server.supervision.models import Finding
from tests.actors import browser_of
from tests.centre.reading import Page, seen_by
from tests.centre.test_warnings_page import late
from tests.supervision.conftest import Bureau, bureau, case, clock

__all__ = ["bureau", "case", "clock", "late"]


@pytest.fixture
def finding(late: Case) -> Finding:
    return Finding.objects.get(node__key="investigation_complete")


def forms(page: Page) -> list[str]:
    return [form["action"].rpartition("/")[2] for form in page.all("form") if "findings" in form["action"]]


def test_what_passed_is_listed_by_state_and_leads_to_its_page(finding: Finding, bureau: Bureau) -> None:
    page = seen_by(bureau.cast.director, "/centre/findings")
    links = [link["href"] for link in page.one("tbody").all("a")]
    assert f"/centre/findings/{finding.pk}" in links
    assert len(links) == Finding.objects.filter(state="open").count()
    assert not seen_by(bureau.cast.director, "/centre/findings?state=concluded").one("tbody").all("a")
    warnings = seen_by(bureau.cast.director, "/centre/warnings?level=OVERDUE")
    assert f"/centre/findings/{finding.pk}" in [link["href"] for link in warnings.all("a")]


def test_a_long_list_goes_on_on_the_next_page(
    finding: Finding, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.centre.finding_views.ROWS", 1)
    first = seen_by(bureau.cast.director, "/centre/findings")
    (more,) = [link["href"] for link in first.all("a[rel=next]")]
    following = seen_by(bureau.cast.director, more)
    assert first.one("tbody").all("a")[0]["href"] != following.one("tbody").all("a")[0]["href"]


def test_each_sees_the_form_that_is_his(finding: Finding, bureau: Bureau) -> None:
    address = f"/centre/findings/{finding.pk}"
    assert forms(seen_by(bureau.cast.holder, address)) == ["explain"]
    assert forms(seen_by(bureau.cast.director, address)) == ["conclude"]
    assert forms(seen_by(bureau.cast.duty, address)) == []
    assert browser_of(bureau.cast.stranger).get(address).status_code == 404


def test_explained_by_its_officer_and_concluded_by_a_leader(finding: Finding, bureau: Bureau) -> None:
    address = f"/centre/findings/{finding.pk}"
    said = {"cause": "caseload", "explanation": "本月新收<b>三十</b>件。"}
    answer = browser_of(bureau.cast.holder).post(f"{address}/explain", said)
    assert (answer.status_code, answer["location"]) == (302, address)
    page = seen_by(bureau.cast.director, address)
    assert "在办案件过多" in page.one("main").text
    assert "本月新收<b>三十</b>件。" in page.one("main").text, "as typed, and no markup"
    browser_of(bureau.cast.director).post(f"{address}/conclude", {"conclusion": "excused", "note": "确属案多"})
    finding.refresh_from_db()
    assert (finding.state, finding.conclusion, finding.concluded_by) == ("concluded", "excused", bureau.cast.director)
    assert forms(seen_by(bureau.cast.holder, address)) == []


@pytest.mark.parametrize(
    ("who", "word", "said", "status", "words"),
    [
        ("holder", "explain", {"cause": "", "explanation": "路上"}, 422, "请选择原因"),
        ("holder", "explain", {"cause": "caseload", "explanation": " "}, 422, "请选择原因"),
        ("duty", "explain", {"cause": "caseload", "explanation": "路上"}, 403, "承办"),
        ("holder", "conclude", {"conclusion": "excused"}, 403, "结论"),
        ("director", "conclude", {"conclusion": "whatever"}, 422, "请选择结论"),
        ("director", "conclude", {"conclusion": "breach"}, 409, "说明"),
        ("stranger", "explain", {"cause": "caseload", "explanation": "路上"}, 404, ""),
    ],
)
def test_what_cannot_be_said_stands_above_the_form_with_what_was_typed(
    finding: Finding, bureau: Bureau, who: str, word: str, said: dict[str, str], status: int, words: str
) -> None:
    answer = browser_of(getattr(bureau.cast, who)).post(f"/centre/findings/{finding.pk}/{word}", said)
    assert answer.status_code == status
    page = Page.of_text(status, answer.content.decode())
    if words:
        assert words in page.one("p.err").text
    if who == "holder" and word == "explain":
        assert page.one("textarea").text == said["explanation"].strip()
    finding.refresh_from_db()
    assert finding.state == "open"


def test_a_form_from_elsewhere_is_refused(finding: Finding, bureau: Bureau) -> None:
    browser = browser_of(bureau.cast.holder, enforce_csrf_checks=True)
    answer = browser.post(f"/centre/findings/{finding.pk}/explain", {"cause": "caseload", "explanation": "路上"})
    assert answer.status_code == 403
