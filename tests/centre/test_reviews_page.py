"""The page of what waits: grouped by cause, ratified with one tap, decided on with reasons; only for those who may."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from server.cases.models import Case, Node
from server.cases.services import assign_subject, record_event
from server.common.clock import now
from server.sync.models import Review
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.centre.reading import Page, seen_by
from tests.devices import TestDevice
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, phone_of
from tests.sync.reviewing import other_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Case:
    case = file_one(cast)
    assign_subject(case=case, group=cast.group, reason="ROTA")
    return case


@pytest.fixture
def phone(cast: Cast, case: Case) -> TestDevice:
    """Three acts in a case that was given to others meanwhile, and one that nobody can read."""
    phone = phone_of(cast.holder)
    for number in range(3):
        phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=[jpeg(seed=number)])
    phone.record_bytes(b"no body at all")
    assign_subject(case=case, group=other_group(cast), reason="HANDOVER")
    phone.push()
    return phone


def ids(cause: str = "not_assigned") -> list[str]:
    return [str(pk) for pk in Review.objects.filter(cause=cause).order_by("pk").values_list("pk", flat=True)]


def tap(browser: Client, **members: Any) -> Any:
    return browser.post("/centre/reviews/decide", members)


def test_the_list_stands_by_cause_with_counts_and_buttons(phone: TestDevice, case: Case, cast: Cast) -> None:
    page = seen_by(cast.director, "/centre/reviews")
    assert [head.text for head in page.all("h3")] == ["行为前案件已改派", "无法读取"]
    assert [row.one(".cn").text for row in page.all("a.it")] == [case.case_no] * 3 + ["—"]
    assert len(page.all("button[data-ratify]")) == 4
    assert page.one("form.bunch").one("button").text == "追认全部 3 项"
    assert page.one("[data-total]").text == "4"


def test_one_tap_ratifies_and_goes_on_to_the_next(phone: TestDevice, cast: Cast) -> None:
    first, second, _ = ids()
    answer = tap(browser_of(cast.director), id=first, choice="ratify")
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/centre/reviews/{second}?done=1")
    assert Review.objects.get(pk=first).state == "ratified"
    page = seen_by(cast.director, answer["Location"])
    assert page.one("p.told").text == "追认 1"
    assert len(page.all("a.it")) == 3


def test_all_of_one_cause_case_and_officer_with_one_tap(phone: TestDevice, cast: Cast) -> None:
    answer = tap(browser_of(cast.director), id=ids(), choice="ratify", cause="not_assigned")
    assert answer["Location"] == "/centre/reviews?cause=not_assigned&done=3&choice=ratify"
    assert set(Review.objects.filter(cause="not_assigned").values_list("state", flat=True)) == {"ratified"}


def test_what_cannot_be_decided_is_said_and_stays(phone: TestDevice, cast: Cast) -> None:
    (broken,) = ids("body_invalid")
    answer = tap(browser_of(cast.director), id=broken, choice="ratify")
    assert f"/centre/reviews/{broken}?" in answer["Location"]
    assert "没有可在本院追认的内容" in seen_by(cast.director, answer["Location"]).one("p.told").text
    assert "note_required" in tap(browser_of(cast.director), id=broken, choice="annul")["Location"]


def test_one_review_shows_why_whose_and_what(phone: TestDevice, case: Case, cast: Cast) -> None:
    page = seen_by(cast.director, f"/centre/reviews/{ids()[0]}")
    assert page.one("h1").text == "行为前案件已改派"
    marks = [text.text for text in page.one("svg.axis").all("text.k")]
    assert marks[0] == "执行一组承办"
    assert set(marks) == {"执行一组承办", "行为，按设备陈述", "改派执行二组", "到达"}
    words = page.one("main").text
    assert cast.holder.name in words
    assert COMPLETE["narrative"] in words
    assert [option["value"] for option in page.all("input[name=choice]")][-3:] == ["ratify", "annul", "supplement"]
    assert len(page.all("figure.shot")) == 1


def test_a_supplement_asked_for_is_shown_with_its_words(phone: TestDevice, cast: Cast) -> None:
    tap(browser_of(cast.director), id=ids()[0], choice="supplement", note="请补 <b>近景</b>")
    said = seen_by(cast.director, f"/centre/reviews/{ids()[0]}").one("ol.said")
    assert "请补 <b>近景</b>" in said.text
    assert "要求补充" in said.text


def test_who_may_look_but_not_decide_is_told_who_does(phone: TestDevice, cast: Cast) -> None:
    for who in (cast.duty, cast.inspector, cast.supervisor):
        page = seen_by(who, f"/centre/reviews/{ids()[0]}")
        assert not page.all("form.decide")
        assert not page.all("button[data-ratify]")
        assert "局长" in page.one("div.decide").text
        tap(browser_of(who), id=ids()[0], choice="ratify")
    assert not Review.objects.exclude(state="open").exists()


@pytest.mark.parametrize("who", ["holder", "stranger", "bystander", "sysadmin", "auditor"])
def test_others_find_no_such_page(phone: TestDevice, cast: Cast, who: str) -> None:
    browser = browser_of(getattr(cast, who))
    for path in ("/centre/reviews", f"/centre/reviews/{ids()[0]}"):
        assert browser.get(path).status_code == 404
    assert tap(browser, id=ids()[0], choice="ratify").status_code == 404
    assert not Review.objects.exclude(state="open").exists()


@pytest.mark.parametrize("members", [{}, {"id": "x", "choice": "ratify"}, {"choice": "burn", "id": "0" * 32}])
def test_a_form_of_another_form_is_no_page(phone: TestDevice, cast: Cast, members: dict[str, str]) -> None:
    assert tap(browser_of(cast.director), **members).status_code == 404


def test_a_decision_without_our_own_token_is_refused(phone: TestDevice, cast: Cast) -> None:
    browser = browser_of(cast.director, enforce_csrf_checks=True)
    assert tap(browser, id=ids()[0], choice="ratify").status_code == 403
    assert Review.objects.get(pk=ids()[0]).state == "open"


def test_in_english(phone: TestDevice, cast: Cast) -> None:
    browser = browser_of(cast.director)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = browser.get("/centre/reviews").content.decode()
    assert "Reassigned before the act" in page
    assert "Ratify all 3" in page


def test_the_desk_leads_there(case: Case, cast: Cast) -> None:
    assert seen_by(cast.duty).all("a[href=/centre/reviews]")
    page: Page = seen_by(cast.holder)
    assert not page.all("a[href=/centre/reviews]")


def test_more_reviews_cost_no_more_selects(phone: TestDevice, case: Case, cast: Cast) -> None:
    browser = browser_of(cast.director)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/centre/reviews").status_code == 200
        return len(asked)

    cost()
    few = cost()
    for _ in range(20):
        phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.push()
    assert len(ids()) == 23
    assert cost() == few


def test_a_correction_is_shown_with_the_original_on_the_acts_own_page_too(case: Case, cast: Cast) -> None:
    phone = phone_of(cast.holder)
    first = phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    action_id = json.loads(first.body)["action_id"]
    corrected = {"narrative": "更正：六楼", "correction_reason": "楼层写错"}
    phone.record("LOCATE", case_id=case.pk, fields=corrected, action_id=action_id, corrects=first.hash_hex)
    phone.push()
    shown = seen_by(cast.duty, f"/centre/actions/{action_id}").all("section.account")
    assert [account.one("h2").text.split(" · ")[0] for account in shown] == ["记录", "补正"]
    assert COMPLETE["narrative"] in shown[0].text
    assert "更正：六楼" in shown[1].text
    assert first.hash_hex[:8] in shown[1].one("h2").text


def test_two_acts_on_one_node_are_shown_beside_each_other(case: Case, cast: Cast) -> None:
    record_event(case=case, key="investigation_requested", occurred_at=now())
    node = Node.objects.get(case=case, key="field_investigation")
    subject = {"type": "case", "id": str(case.pk), "assignment_no": 1, "node_id": str(node.pk)}
    for officer in (cast.holder, cast.colleague):
        phone = phone_of(officer)
        phone.record("LOCATE", subjects=[subject], fields=COMPLETE)
        phone.push()
    (review,) = ids("parallel")
    page = seen_by(cast.director, f"/centre/reviews/{review}").one("main")
    other = next(section for section in page.all("section") if section.one("h2").text == "另一行为")
    assert cast.holder.name in other.text
    assert cast.colleague.name in page.text


def test_a_correction_names_what_it_corrects_and_both_accounts_stand(case: Case, cast: Cast) -> None:
    phone = phone_of(cast.holder)
    first = phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    action_id = json.loads(first.body)["action_id"]
    later = {**COMPLETE, "narrative": "邻居称其昨夜回来过。"}
    phone.record("LOCATE", case_id=case.pk, fields=later, action_id=action_id, corrects=first.hash_hex)
    phone.push()
    accounts = seen_by(cast.duty, f"/centre/actions/{action_id}").all(".account")
    assert [COMPLETE["narrative"] in accounts[0].text, later["narrative"] in accounts[1].text] == [True, True]
    assert first.hash_hex[:8] in accounts[1].text
