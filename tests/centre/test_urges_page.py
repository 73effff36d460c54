"""Urging on a page: leaders ask, whoever holds the case replies once, all of it stays to be read."""

from server.cases.models import Case
from server.cases.services import close_case
from server.supervision.models import Urge
from server.supervision.services import urge
from tests.actors import Cast, browser_of
from tests.centre.reading import Page, seen_by
from tests.supervision.conftest import bureau, case, clock, node

__all__ = ["bureau", "case", "clock"]


def address(case: Case) -> str:
    return f"/centre/cases/{case.pk}/urges"


def forms(page: Page) -> list[str]:
    return [form["action"].rpartition("/")[2] for form in page.all("form") if "urges" in form["action"]]


def test_a_leader_asks_and_the_officer_replies_and_the_case_page_leads_there(case: Case, cast: Cast) -> None:
    triage = node(case, "triage")
    answer = browser_of(cast.director).post(address(case), {"text": "进展如何？", "node_id": str(triage.pk)})
    assert (answer.status_code, answer["location"]) == (302, address(case))
    made = Urge.objects.get()
    assert (made.node, made.asked_by) == (triage, cast.director)
    shown = seen_by(cast.holder, f"/centre/cases/{case.pk}")
    assert "进展如何？" in shown.one("main").text
    assert address(case) in [link["href"] for link in shown.all("a")]
    assert forms(seen_by(cast.holder, address(case))) == ["reply"]
    browser_of(cast.holder).post(f"/centre/urges/{made.pk}/reply", {"text": "明日<i>上门</i>"})
    page = seen_by(cast.director, address(case))
    assert "明日<i>上门</i>" in page.one("main").text
    assert forms(page) == ["urges"], "answered once"
    assert "进展如何？" not in seen_by(cast.holder, f"/centre/cases/{case.pk}").one("main").text


def test_who_may_neither_ask_nor_reply_reads(case: Case, cast: Cast) -> None:
    urge(case_id=case.pk, text="进展如何？", by=cast.duty)
    page = seen_by(cast.inspector, address(case))
    assert (forms(page), "进展如何？" in page.one("main").text) == ([], True)
    assert browser_of(cast.stranger).get(address(case)).status_code == 404


def test_what_cannot_be_is_said_with_what_was_typed(case: Case, cast: Cast) -> None:
    made = urge(case_id=case.pk, text="进展如何？", by=cast.duty)
    for who, path, text, status in (
        (cast.director, address(case), " ", 422),
        (cast.holder, address(case), "催一下", 403),
        (cast.director, f"/centre/urges/{made.pk}/reply", "代答", 403),
        (cast.holder, f"/centre/urges/{made.pk}/reply", "", 422),
        (cast.stranger, address(case), "催一下", 404),
        (cast.stranger, f"/centre/urges/{made.pk}/reply", "代答", 404),
    ):
        answer = browser_of(who).post(path, {"text": text})
        assert answer.status_code == status, (path, text)
        if who != cast.stranger:
            assert Page.of_text(status, answer.content.decode()).one("p.err").text
    assert (Urge.objects.count(), Urge.objects.get().state) == (1, "open")


def test_in_a_closed_case_nobody_is_asked(case: Case, cast: Cast) -> None:
    close_case(case=case, closing_mode="COMPLETED")
    assert forms(seen_by(cast.director, address(case))) == []
    assert browser_of(cast.director).post(address(case), {"text": "进展如何？"}).status_code == 409


def test_a_form_from_elsewhere_is_refused(case: Case, cast: Cast) -> None:
    browser = browser_of(cast.director, enforce_csrf_checks=True)
    assert browser.post(address(case), {"text": "进展如何？"}).status_code == 403
    assert not Urge.objects.exists()
