"""Both courts see their own side, their superiors what is below them, everybody else nothing: API, files, ledgers."""

import json
from typing import Any

import pytest

from server.common.ids import new_id
from server.common.signing import open_text
from server.matters.models import Matter, MatterSnapshot
from server.matters.services import add_note
from server.matters.states import Move
from server.people.models import CourtKey, Officer
from tests.actors import Cast, browser_of
from tests.matters.conftest import FREEZE, Errand, Partners
from tests.sync.pushing import file_one, hold

pytestmark = pytest.mark.django_db


def get(officer: Officer, path: str) -> tuple[int, Any]:
    answer = browser_of(officer).get(f"/api/v1{path}")
    return answer.status_code, answer.json()


def post(officer: Officer, path: str, **body: Any) -> tuple[int, Any]:
    answer = browser_of(officer).post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def put(officer: Officer, path: str, **body: Any) -> tuple[int, str | None]:
    answer = browser_of(officer).put(f"/api/v1{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json().get("code")


def paper(officer: Officer, sha256: str) -> int:
    return browser_of(officer).head(f"/api/v1/papers/{sha256}").status_code


def seen(officer: Officer, matter: Matter) -> Any:
    status, detail = get(officer, f"/matters/{matter.pk}")
    assert status == 200, detail
    return detail


def test_the_other_court_knows_nothing_before_it_is_sent(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.with_papers(errand.draft())
    sha256 = matter.papers.first().paper.sha256  # type: ignore[union-attr]
    for officer in (partners.centre, cast.stranger, partners.far):
        assert get(officer, f"/matters/{matter.pk}")[0] == 404
        assert get(officer, "/matters?box=in")[1]["items"] == []
        assert paper(officer, sha256) == 404
    assert paper(cast.holder, sha256) == 200


def test_each_side_has_its_own(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.frozen()
    add_note(matter=matter, by=cast.holder, text="委托方内部意见")
    add_note(matter=matter, by=partners.centre, text="受托方内部意见")
    errand.talk(matter)
    asking, doing, above = (seen(each, matter) for each in (cast.holder, partners.centre, cast.supervisor))
    assert (asking["sides"], doing["sides"], above["sides"]) == (["asking"], ["doing"], ["asking", "doing"])
    notes = [[talk["text"] for talk in each["talks"] if talk["is_note"]] for each in (asking, doing, above)]
    assert notes == [["委托方内部意见"], ["受托方内部意见"], ["委托方内部意见", "受托方内部意见"]]
    assert all(any(not talk["is_note"] for talk in each["talks"]) for each in (asking, doing, above))
    assert (asking["case_id"], doing["case_id"]) == (str(errand.case.pk), None)
    assert [move["move"] for move in doing["moves"]] == ["approve", "sign_for", "assign"]
    assert [move["move"] for move in asking["moves"]][:2] == ["draft", "submit"]
    (result,) = asking["results"]
    assert doing["results"] == [result]
    assert (result["code"], result["amount"], result["expires_on"]) == ("FROZEN", "80000.00", "2027-11-02")
    assert asking["handler"] == cast.stranger.name


def test_only_what_was_sent_goes_across(errand: Errand, cast: Cast, partners: Partners) -> None:
    """A snapshot, no link: the file of the case goes on, and the other court sees what it was told."""
    matter = errand.signed_for()
    errand.case.parties.filter(part="debtor").update(name="改名后")
    doing = seen(partners.centre, matter)
    assert [person["name"] for person in doing["people"]] == ["被执行人乙"], "the applicant is not needed"
    spoken = json.dumps(doing, ensure_ascii=False)
    assert "申请人甲" not in spoken
    assert str(errand.case.pk) not in spoken
    assert get(partners.centre, f"/cases/{errand.case.pk}")[0] == 404


def test_a_snapshot_is_signed_by_the_court_that_tells_it(errand: Errand, cast: Cast) -> None:
    matter = errand.fed_back()
    for court, of in ((cast.court, "request"), (cast.other_court, "feedback")):
        snapshot = MatterSnapshot.objects.get(matter=matter, court=court)
        key = CourtKey.objects.get(court=court, purpose="SIGNING")
        content = open_text("matter", snapshot.text, bytes(key.public_key))
        assert (content["of"], content["version"], content["number"]) == (of, 1, matter.number)


def test_papers_of_a_result_are_seen_once_they_are_fed_back(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.frozen()
    errand.paper(matter, "receipt", "回执", is_result=True)
    receipt = matter.papers.get(is_result=True).paper.sha256
    letter = matter.papers.get(slot="letter").paper.sha256

    def statuses(officer: Officer) -> list[int]:
        return [paper(officer, each) for each in (letter, receipt)]

    assert statuses(cast.holder) == [200, 404]
    assert seen(cast.holder, matter)["result_papers"] == []
    assert statuses(cast.stranger) == statuses(partners.centre) == [200, 200]
    assert statuses(partners.bystander) == statuses(partners.far) == [404, 404]
    errand.move(matter, Move.FEED_BACK, cast.stranger)
    assert statuses(cast.holder) == [200, 200]
    assert [paper["title"] for paper in seen(cast.holder, matter)["result_papers"]] == ["回执"]


@pytest.mark.parametrize("who", ["far", "far_supervisor", "bystander"])
def test_a_stranger_finds_nothing_of_it(errand: Errand, partners: Partners, who: str) -> None:
    matter, officer = errand.fed_back(), getattr(partners, who)
    assert get(officer, f"/matters/{matter.pk}")[1]["code"] == "matter_not_found"
    for box in ("in", "out"):
        assert get(officer, f"/matters?box={box}")[1]["items"] == []
    for path, body in (
        ("moves", {"move": "confirm"}),
        ("talks", {"spoke_with": "x", "text": "x"}),
        ("notes", {"text": "x"}),
        ("results", {"code": "FROZEN"}),
        ("files?slot=letter", {}),
        ("papers", {"slot": "letter", "paper": str(matter.pk)}),
    ):
        assert post(officer, f"/matters/{matter.pk}/{path}", **body)[0] == 404, path
    _, many = post(officer, "/matters/moves", ids=[str(matter.pk)], move="confirm")
    assert [item["code"] for item in many["items"]] == ["matter_not_found"]
    matter.refresh_from_db()
    assert matter.state == "FED_BACK"


def test_a_superior_reads_and_moves_nothing(errand: Errand, cast: Cast) -> None:
    matter = errand.fed_back()
    assert seen(cast.supervisor, matter)["steps"] == []
    assert post(cast.supervisor, f"/matters/{matter.pk}/moves", move="confirm")[1]["code"] == "matter_of_other_court"
    assert post(cast.supervisor, f"/matters/{matter.pk}/notes", text="x")[1]["code"] == "matter_not_in_charge"


def test_boxes_hold_what_came_in_and_what_went_out(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.sent()
    own = [str(matter.pk)]

    def box(officer: Officer, which: str) -> list[str]:
        return [row["id"] for row in get(officer, f"/matters?box={which}")[1]["items"]]

    assert (box(cast.duty, "out"), box(cast.duty, "in")) == (own, [])
    assert (box(partners.centre, "in"), box(partners.centre, "out")) == (own, [])
    assert (box(cast.holder, "out"), box(cast.bystander, "out")) == (own, [])
    assert box(cast.stranger, "in") == [], "nobody gave it to him"
    row = get(partners.centre, "/matters?box=in&state=SENT")[1]["items"][0]
    assert (row["waits_for"], row["due_clock"], row["is_overdue"]) == ("doing", "sign", False)


def test_steps_come_with_what_stands_against_them(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.sent()
    steps = {step["move"]: step["code"] for step in seen(partners.centre, matter)["steps"]}
    assert steps == {"sign_for": "", "ask_supplement": "matter_no_contact", "return": "matter_no_contact"}
    assert [step["move"] for step in seen(cast.holder, matter)["steps"]] == ["withdraw"]


def test_a_draft_over_http_warns_of_the_same_property(errand: Errand, cast: Cast) -> None:
    first = errand.sent()
    asked = {"kind": "DEPOSIT_DEDUCT", "to_court": str(cast.other_court.pk), "request": {**first.request, "payee": "p"}}
    status, second = post(cast.holder, f"/cases/{errand.case.pk}/matters", **asked)
    assert (status, second["others_on_property"]) == (200, [first.number])
    assert second["missing_papers"] == [
        *("letter", "ruling", "assistance_notice", "receipt_form", "credentials", "payee_account")
    ]
    path = f"/cases/{errand.case.pk}/matters"
    assert post(cast.bystander, path, **asked)[0] == 404
    assert post(cast.holder, path, **{**asked, "kind": "X"})[1]["code"] == "matter_kind_unknown"
    own = {**asked, "to_court": str(cast.court.pk)}
    assert post(cast.holder, path, **own)[1]["code"] == "matter_court_unfit"


def test_a_draft_is_said_anew_by_whoever_asks_and_by_no_reader(errand: Errand, cast: Cast) -> None:
    matter = errand.draft()
    asked = {"kind": "DEPOSIT_FREEZE", "to_court": str(cast.other_court.pk), "request": {**FREEZE, "amount": "1"}}
    assert put(cast.supervisor, f"/matters/{matter.pk}", **asked) == (403, "matter_not_in_charge")
    matter.refresh_from_db()
    assert matter.request == FREEZE
    assert put(cast.holder, f"/matters/{matter.pk}", **asked) == (200, None)


def test_a_result_said_twice_is_one(errand: Errand, cast: Cast) -> None:
    """As when the answer to the first was lost."""
    matter, other = errand.assigned(), errand.assigned()
    result = {"code": "FROZEN", "amount": "1.00", "expires_on": "2027-11-02", "id": str(new_id())}
    told = [post(cast.stranger, f"/matters/{matter.pk}/results", **result) for _ in range(2)]
    assert [(status, len(answer["results"])) for status, answer in told] == [(200, 1)] * 2
    status, refused = post(cast.stranger, f"/matters/{other.pk}/results", **result)
    assert (status, refused["fields"]) == (422, ["id"])
    finer = {**result, "id": str(new_id()), "amount": "0.001"}
    assert post(cast.stranger, f"/matters/{other.pk}/results", **finer)[1]["fields"] == ["amount"]


def test_no_errand_has_the_id_of_something_else(errand: Errand, cast: Cast) -> None:
    """Rights, papers and acts hang on the id alone: an errand with that of a case would show its papers."""
    other = file_one(cast, case_no="（2026）闽0924执77号")
    asked = {"kind": "DEPOSIT_FREEZE", "to_court": str(cast.other_court.pk), "request": FREEZE}
    matter = errand.draft()
    own, others = f"/cases/{errand.case.pk}/matters", f"/cases/{hold(other, cast.group).pk}/matters"
    for path, taken in ((own, other.pk), (own, errand.case.pk), (others, matter.pk)):
        status, answer = post(cast.holder, path, **asked, id=str(taken))
        assert (status, answer["code"]) == (422, "matter_request_invalid")
        assert answer["fields"] == ["id"]
    assert post(cast.holder, own, **asked, id=str(matter.pk))[1]["number"] == matter.number, "asked twice it is one"


@pytest.mark.parametrize("reason", ["\0", "BECAUSE"])
def test_a_return_has_one_of_the_reasons_there_are(errand: Errand, partners: Partners, reason: str) -> None:
    matter = errand.sent()
    errand.talk(matter)
    said = {"move": "return", "words": "不属", "reason": reason}
    assert post(partners.centre, f"/matters/{matter.pk}/moves", **said)[1]["code"] == "validation_failed"
    assert get(partners.centre, "/matters?state=%00")[1]["code"] == "validation_failed"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("member", ["valid_until", "papers_due_on"])
def test_no_day_beyond_measure_and_no_text_beyond_a_database(errand: Errand, cast: Cast, day: str, member: str) -> None:
    path, asked = f"/cases/{errand.case.pk}/matters", {"kind": "SERVE", "to_court": str(cast.other_court.pk)}
    assert post(cast.holder, path, **asked, **{member: day})[1]["code"] == "validation_failed"
    assert post(cast.holder, path, **asked, request={"address": "\0"})[1]["code"] == "matter_request_invalid"
    matter = errand.draft()
    said = {"move": "withdraw", "words": "\0"}
    assert post(cast.holder, f"/matters/{matter.pk}/moves", **said)[1]["code"] == "validation_failed"


def test_many_to_one_bank_go_together(errand: Errand, cast: Cast, partners: Partners) -> None:
    matters = [errand.sent() for _ in range(3)]
    ids = [str(each.pk) for each in matters]
    status, answer = post(partners.centre, "/matters/moves", ids=ids, move="sign_for")
    assert (status, [item["state"] for item in answer["items"]]) == (200, ["ACCEPTED"] * 3)
    _, answer = post(partners.centre, "/matters/moves", ids=ids, move="assign", handler=str(cast.stranger.pk))
    assert [item["state"] for item in answer["items"]] == ["IN_PROGRESS"] * 3
    for each in matters[:2]:
        errand.paper(each, "receipt", "回执", is_result=True)
    result = {"code": "FROZEN", "amount": "1.00", "expires_on": "2027-11-02"}
    _, answer = post(cast.stranger, "/matters/moves", ids=ids, move="feed_back", result=result)
    assert [(item["state"], item["code"]) for item in answer["items"]] == [
        ("FED_BACK", ""),
        ("FED_BACK", ""),
        ("", "matter_receipt_missing"),
    ]
    assert matters[2].results.count() == 0, "what was refused left nothing"
