"""Errands on pages: boxes, one with its next steps and why one is not to be taken yet, a draft from a case."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from server.matters.models import Matter
from server.matters.states import Move
from server.people.models import Officer
from tests.actors import Cast, browser_of
from tests.centre.reading import Page, seen_by
from tests.matters.conftest import FREEZE, Errand, Partners, case, cast, errand, partners

__all__ = ["case", "cast", "errand", "partners"]
pytestmark = pytest.mark.django_db


def address(matter: Matter, word: str = "") -> str:
    return f"/centre/matters/{matter.pk}{word}"


def page(officer: Officer, matter: Matter) -> Page:
    return seen_by(officer, address(matter))


def post(officer: Officer, matter: Matter, word: str, **typed: object) -> int:
    return browser_of(officer).post(address(matter, f"/{word}"), typed).status_code


def test_its_case_leads_to_the_draft_for_whoever_may_ask(errand: Errand, cast: Cast) -> None:
    case = f"/centre/cases/{errand.case.pk}"
    for who, may in ((cast.holder, True), (cast.duty, True), (cast.inspector, False)):
        links = [link["href"] for link in seen_by(who, case).all("a") if "href" in link.attributes]
        assert (f"{case}/matters" in links) == may


def test_it_is_drafted_from_its_case_and_sent(errand: Errand, cast: Cast) -> None:
    path = f"/centre/cases/{errand.case.pk}/matters"
    assert "冻结存款" in seen_by(cast.holder, path).one("main").text
    typed = {"kind": "DEPOSIT_FREEZE", "to_court": str(cast.other_court.pk), **FREEZE, "text": "账户全部余额"}
    browser = browser_of(cast.holder)
    answer = browser.post(path, typed)
    matter = Matter.objects.get()
    assert answer["location"] == address(matter)
    assert (matter.request["account"], matter.request["text"]) == (FREEZE["account"], "账户全部余额")
    shown = page(cast.holder, matter).one("main").text
    assert "委托函" in shown, "a paper that is missing, by its name"
    assert browser.post(path, {**typed, "to_court": "x"}).status_code == 422
    file = SimpleUploadedFile("函.pdf", b"%PDF-1.7 letter")
    assert post(cast.holder, matter, "paper", slot="letter", file=file) == 302
    assert matter.papers.get().slot == "letter"
    assert post(cast.holder, matter, "move", move="submit") == 409


def test_steps_are_buttons_and_say_why_one_is_not_to_be_taken(errand: Errand, partners: Partners) -> None:
    matter = errand.sent()
    steps = page(partners.centre, matter).one("section[id=steps]")
    assert "请先与对方法院沟通并登记。" in steps.text
    assert post(partners.centre, matter, "talk", spoke_with="林岚", text="<b>缺函</b>") == 302
    shown = page(partners.centre, matter)
    assert "请先与对方法院沟通并登记。" not in shown.one("section[id=steps]").text
    assert "<b>缺函</b>" in shown.one("main").text, "as typed, and no markup"
    assert post(partners.centre, matter, "move", move="ask_supplement", words="缺函") == 302
    matter.refresh_from_db()
    assert matter.state == "SUPPLEMENT_WAIT"
    assert "等待委托法院" in page(partners.centre, matter).one("main").text, "waiting for a partner, shown as such"


def test_it_is_done_and_confirmed_on_pages(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.assigned()
    typed = {"code": "FROZEN", "amount": "80000", "expires_on": "2199-01-01", "text": ""}
    assert post(cast.stranger, matter, "result", **{**typed, "amount": "much"}) == 422
    assert post(cast.stranger, matter, "result", **typed) == 302
    file = SimpleUploadedFile("回执.pdf", b"%PDF-1.7 receipt")
    assert post(cast.stranger, matter, "paper", slot="receipt", file=file, is_result="1") == 302
    assert post(cast.stranger, matter, "move", move="feed_back") == 302
    assert "80000.00" in page(cast.holder, matter).one("main").text
    assert post(cast.holder, matter, "move", move="confirm") == 302
    assert post(cast.holder, matter, "note", text="不错") == 302
    assert "不错" not in page(partners.centre, matter).one("main").text
    matter.refresh_from_db()
    assert matter.state == "CONFIRMED"


def test_boxes_list_what_came_in_and_what_went_out(errand: Errand, cast: Cast, partners: Partners) -> None:
    asked = {"is_urgent": True, "duty_phone": "0593-110", "papers_due_on": date(2199, 1, 1)}
    matters = [errand.sent(), errand.sent(**asked)]
    shown = seen_by(partners.centre, "/centre/matters")
    assert all(each.number in shown.one("main").text for each in matters)
    assert all(each.number in seen_by(cast.duty, "/centre/matters?box=out").one("main").text for each in matters)
    assert matters[0].number not in seen_by(cast.duty, "/centre/matters?box=in").one("main").text
    assert matters[0].number not in seen_by(partners.far, "/centre/matters").one("main").text
    ids = {"id": [str(each.pk) for each in matters], "move": "sign_for"}
    assert browser_of(partners.centre).post("/centre/matters", ids).status_code == 302
    assert set(Matter.objects.values_list("state", flat=True)) == {"ACCEPTED"}
    shown = seen_by(partners.centre, "/centre/matters?box=in&state=ACCEPTED")
    assert all(each.number in shown.one("main").text for each in matters)


def test_a_word_nobody_knows_is_no_page(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.draft()
    assert post(cast.holder, matter, "sing") == 404
    assert post(partners.far, matter, "move", move=Move.SUBMIT.value) == 404


def together(officer: Officer, *matters: Matter, **typed: object) -> Page:
    answer = browser_of(officer).post("/centre/matters", {"id": [str(each.pk) for each in matters], **typed})
    assert answer.status_code in (302, 409, 422)
    return Page.of_text(answer.status_code, answer.text if answer.status_code != 302 else "")


def test_those_ticked_are_assigned_and_fed_back_together(errand: Errand, cast: Cast, partners: Partners) -> None:
    matters = [errand.signed_for(), errand.signed_for()]
    shown = seen_by(partners.centre, "/centre/matters").one("main")
    assert len([box for box in shown.all("input") if box["name"] == "id"]) == 2
    together(partners.centre, *matters, move="assign", handler=str(cast.stranger.pk))
    assert set(Matter.objects.values_list("state", "handler")) == {("IN_PROGRESS", cast.stranger.pk)}
    errand.paper(matters[0], "receipt", "回执", is_result=True)
    said = {"code": "FROZEN", "amount": "5", "expires_on": "2199-01-01"}
    assert "冻结" in seen_by(cast.stranger, "/centre/matters").one("[id=code]").text
    answered = together(cast.stranger, *matters, move="feed_back", **said).one("main").text
    assert f"{matters[1].number}：请先附上回执。" in answered
    assert f"{matters[0].number}：" not in answered
    assert list(Matter.objects.order_by("pk").values_list("state", flat=True)) == ["FED_BACK", "IN_PROGRESS"]
    together(cast.holder, *matters[:1], move="confirm", box="out")
    assert Matter.objects.get(pk=matters[0].pk).state == "CONFIRMED"


def test_what_is_not_ones_own_is_not_to_be_ticked(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.sent()
    for who in (cast.stranger, cast.supervisor):
        shown = seen_by(who, "/centre/matters").one("main")
        assert [box for box in shown.all("input") if box["name"] == "id"] == []
    assert together(partners.far, matter, move="sign_for").one("p.err").text
    assert together(partners.centre, matter, move="assign", handler="nobody").one("p.err").text
    assert Matter.objects.get().state == "SENT"


def test_a_page_follows_both_courts_and_says_who_is_waited_for(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.sent()
    for who in (cast.director, partners.centre):
        shown = page(who, matter)
        assert f"court:{who.court_id}" in shown.one("script[id=streams]").text
        assert "等待受托法院" in shown.one("span[data-live=strip]").text
