"""Delegated cases on pages: boxes, one with its next steps and why one is not to be taken, both numbers on cases."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from server.common.clock import local_date, now
from server.delegation.models import CaseDelegation
from server.people.models import Officer
from tests.actors import Cast, browser_of
from tests.centre.reading import Page, seen_by
from tests.delegation.conftest import FILED_AS, Journey, Partners, case, cast, journey, partners

__all__ = ["case", "cast", "journey", "partners"]
pytestmark = pytest.mark.django_db


def address(delegation: CaseDelegation, word: str = "") -> str:
    return f"/centre/delegations/{delegation.pk}{word}"


def page(officer: Officer, delegation: CaseDelegation) -> Page:
    return seen_by(officer, address(delegation))


def post(officer: Officer, delegation: CaseDelegation, word: str, **typed: object) -> int:
    return browser_of(officer).post(address(delegation, f"/{word}"), typed).status_code


def links(shown: Page) -> list[str]:
    return [link["href"] for link in shown.all("a") if "href" in link.attributes]


def test_its_case_leads_to_the_draft_for_whoever_may_delegate(journey: Journey, cast: Cast) -> None:
    path = f"/centre/cases/{journey.case.pk}"
    for who, may in ((cast.holder, True), (cast.duty, True), (cast.inspector, False)):
        assert (f"{path}/delegate" in links(seen_by(who, path))) == may
    journey.draft()
    assert f"{path}/delegate" not in links(seen_by(cast.holder, path)), "it has one"


def test_it_is_drafted_from_its_case_and_said_anew(journey: Journey, cast: Cast, partners: Partners) -> None:
    path, browser = f"/centre/cases/{journey.case.pk}/delegate", browser_of(cast.holder)
    typed = {"to_court": str(partners.court.pk), "is_none_here": "on", "statement": "本辖区无财产"}
    assert browser.post(path, {**typed, "to_court": ""}).status_code == 422
    answer = browser.post(path, {**typed, "name-1": "厂房", "place-1": "远河市"})
    delegation = CaseDelegation.objects.get()
    assert answer["location"] == address(delegation)
    assert "委托执行函" in page(cast.holder, delegation).one("main").text, "a paper that is missing, by its name"
    assert "远河市" in [field.attributes.get("value", "") for field in seen_by(cast.holder, path).all("input")]
    browser.post(path, {**typed, "name-1": "<b>船</b>", "place-1": "远河港"})
    assert "<b>船</b>" in page(cast.holder, delegation).one("main").text, "as typed, and no markup"
    file = SimpleUploadedFile("函.pdf", b"%PDF-1.7 letter")
    assert post(cast.holder, delegation, "paper", slot="letter", file=file) == 302
    assert delegation.papers.get().slot == "letter"
    assert post(cast.holder, delegation, "nothing") == 404


def test_steps_are_buttons_and_say_why_one_is_not_to_be_taken(journey: Journey, cast: Cast) -> None:
    delegation = journey.draft(is_none_here=False)
    steps = page(cast.holder, delegation).one("section[id=steps]")
    assert "本辖区无财产可供执行的才能全案委托" in steps.text
    assert post(cast.holder, delegation, "move", move="check") == 409
    assert post(cast.holder, delegation, "move", move="sing") == 422


def test_it_is_sent_filed_and_taken_over_on_pages(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.checked()
    assert post(cast.director, delegation, "move", move="send", record_no="备7号") == 302
    assert "等待受托法院" in page(cast.holder, delegation).one("main").text
    named = {"case_no": FILED_AS, "handler": str(partners.handler.pk), "handler_phone": "0570-1"}
    assert "石远" in page(partners.centre, delegation).one("section[id=steps]").text
    assert post(partners.centre, delegation, "move", move="file", **named) == 302
    told = local_date(now()).isoformat()
    assert post(cast.holder, delegation, "move", move="take_over", told_applicant_on=told) == 302
    here, there = page(cast.holder, delegation), page(partners.handler, delegation)
    delegation.refresh_from_db()
    assert f"/centre/cases/{delegation.received_case_id}" in links(there)
    assert f"/centre/cases/{delegation.received_case_id}" not in links(here), "the other court's case is no link"
    assert FILED_AS in here.one("main").text


def test_both_numbers_stand_on_both_cases(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.running()
    here = seen_by(cast.holder, f"/centre/cases/{journey.case.pk}").one("div[data-linked]")
    there = seen_by(partners.handler, f"/centre/cases/{delegation.received_case_id}").one("div[data-linked]")
    assert FILED_AS in here.text
    assert journey.case.case_no in there.text
    assert seen_by(cast.duty, f"/centre/cases/{journey.case.pk}").all("div[data-linked]")


def test_boxes_hold_what_came_in_and_what_went_out(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.running()
    for officer, box in ((cast.duty, "out"), (partners.centre, "in"), (partners.high_officer, "in")):
        shown = seen_by(officer, f"/centre/delegations?box={box}").one("div[data-delegations]")
        assert delegation.number in shown.text
        assert FILED_AS in shown.text
    assert delegation.number not in seen_by(partners.far, "/centre/delegations?box=in").one("main").text
    assert seen_by(cast.duty, "/centre/delegations?box=out&state=RUNNING").all("a[aria-current=true]")
    assert browser_of(partners.far).get(address(delegation)).status_code == 404


def test_a_superior_appoints_on_the_page(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.running()
    CaseDelegation.objects.filter(pk=delegation.pk).update(state="ESCALATABLE")
    assert "邻办" in page(partners.superior, delegation).one("section[id=steps]").text
    named = {"case_no": "（2026）浙9703执5号", "handler": str(partners.neighbour_handler.pk), "handler_phone": "1"}
    asked = {"applicant_asked_on": local_date(now()).isoformat(), "to_court": str(partners.neighbour.pk)}
    answer = browser_of(partners.superior).post(address(delegation, "/move"), {"move": "appoint", **named, **asked})
    following = CaseDelegation.objects.get(previous=delegation)
    assert answer["location"] == address(following)
    assert following.number in page(cast.holder, delegation).one("main").text
