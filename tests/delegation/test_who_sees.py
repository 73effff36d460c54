"""Both courts see their own side, superiors what is below them, others nothing: API, papers, ledgers, devices."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.common.ids import new_id
from server.common.signing import open_text
from server.delegation.models import CaseDelegation, DelegationSnapshot
from server.delegation.states import Move
from server.ledger.models import Entry
from server.people.models import CourtKey, Officer
from server.people.streams import court_stream
from tests.actors import Cast, browser_of
from tests.delegation.conftest import ELSEWHERE, FILED_AS, Journey, Partners
from tests.sync.pushing import phone_of
from tests.sync.replica import Replica

pytestmark = pytest.mark.django_db
STRANGERS = ("far", "bystander", "neighbour_handler")


def get(officer: Officer, path: str) -> tuple[int, Any]:
    answer = browser_of(officer).get(f"/api/v1{path}")
    return answer.status_code, answer.json()


def post(officer: Officer, path: str, **body: Any) -> tuple[int, Any]:
    answer = browser_of(officer).post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def seen(officer: Officer, delegation: CaseDelegation) -> Any:
    status, detail = get(officer, f"/delegations/{delegation.pk}")
    assert status == 200, detail
    return detail


def paper(officer: Officer, delegation: CaseDelegation, sha256: str) -> int:
    return browser_of(officer).head(f"/api/v1/delegations/{delegation.pk}/files/{sha256}").status_code


def a_paper(delegation: CaseDelegation) -> str:
    row = delegation.papers.select_related("paper").filter(slot="letter")[0]
    return row.paper.sha256


def test_the_other_court_knows_nothing_before_it_is_sent(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.checked()
    for officer in (partners.centre, partners.superior, partners.high_officer, partners.far):
        assert get(officer, f"/delegations/{delegation.pk}")[0] == 404
        assert get(officer, "/delegations?box=in")[1]["items"] == []
        assert paper(officer, delegation, a_paper(delegation)) == 404
    assert paper(cast.holder, delegation, a_paper(delegation)) == 200
    told = Entry.objects.filter(stream=court_stream(partners.court.pk))
    assert not told.filter(subject_id=delegation.pk).exists()


def test_each_side_has_its_own(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.running()
    own, theirs, above = (seen(each, delegation) for each in (cast.holder, partners.handler, partners.own_high_officer))
    assert (own["sides"], theirs["sides"], above["sides"]) == (["delegating"], ["receiving"], ["delegating"])
    assert (own["case_id"], own["received_case_id"]) == (str(journey.case.pk), None)
    assert (theirs["case_id"], theirs["received_case_id"]) == (None, str(delegation.received_case_id))
    for each in (own, theirs):
        assert (each["case_no"], each["received_case_no"]) == (journey.case.case_no, FILED_AS)
        assert (each["handler"], each["handler_phone"], each["record_no"]) == ("石远", "0570-1", "闽高法执备7号")
    assert [move["move"] for move in own["moves"]][:2] == ["draft", "check"]
    assert [move["move"] for move in theirs["moves"]] == ["send", "file", "take_over", "start"]
    assert get(cast.holder, f"/cases/{delegation.received_case_id}")[0] == 404
    assert get(partners.handler, f"/cases/{journey.case.pk}")[0] == 404


def test_only_what_was_sent_goes_across(journey: Journey, partners: Partners) -> None:
    """A snapshot, no link: the file here goes on, and the other court sees what it was told."""
    delegation = journey.sent()
    journey.case.parties.filter(part="debtor").update(name="改名后")
    theirs = seen(partners.centre, delegation)
    assert [person["name"] for person in theirs["people"]] == ["申请人甲", "被执行人乙"]
    assert theirs["targets"] == [
        {"kind": ELSEWHERE.kind, "name": ELSEWHERE.name, "ref": ELSEWHERE.ref, "place": ELSEWHERE.place}
    ]
    assert str(journey.case.pk) not in json.dumps(theirs)
    case = journey.file(delegation).received_case
    assert case
    assert [party.name for party in case.parties.order_by("pk")] == ["申请人甲", "被执行人乙"]


def test_a_snapshot_is_signed_by_the_court_that_tells_it(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.filed()
    for court, of in ((cast.court, "request"), (partners.court, "answer")):
        snapshot = DelegationSnapshot.objects.get(delegation=delegation, court=court)
        key = CourtKey.objects.get(court=court, purpose="SIGNING")
        content = open_text("delegation", snapshot.text, bytes(key.public_key))
        assert (content["of"], content["version"], content["number"]) == (of, 1, delegation.number)


def test_papers_cross_with_the_letter_and_go_to_the_handlers_phone(
    journey: Journey, cast: Cast, partners: Partners
) -> None:
    delegation = journey.sent()
    sha256 = a_paper(delegation)
    assert paper(partners.centre, delegation, sha256) == 200
    assert paper(partners.handler, delegation, sha256) == 404, "nobody gave it to him yet"
    journey.file(delegation)
    assert paper(partners.handler, delegation, sha256) == 200
    assert [paper(getattr(partners, each), delegation, sha256) for each in STRANGERS] == [404] * 3
    assert paper(cast.stranger, delegation, sha256) == 404
    replica = Replica(phone_of(partners.handler))
    replica.sync()
    ((_, unit),) = [unit for (type_, _), unit in replica.units.items() if type_ == "case"]
    assert (unit["case_no"], len(unit["papers"])) == (FILED_AS, 8)


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_finds_nothing_of_it(journey: Journey, partners: Partners, who: str) -> None:
    delegation, officer = journey.running(), getattr(partners, who)
    path = f"/delegations/{delegation.pk}"
    assert get(officer, path)[1]["code"] == "delegation_not_found"
    for box in ("in", "out"):
        assert get(officer, f"/delegations?box={box}")[1]["items"] == []
    assert post(officer, f"{path}/moves", move="report", words="x")[0] == 404
    assert post(officer, f"{path}/papers", slot="letter", paper=str(delegation.pk))[0] == 404
    assert post(officer, f"{path}/files?slot=letter")[0] == 404
    assert browser_of(officer).delete(f"/api/v1{path}/papers/{delegation.pk}").status_code == 404
    assert get(officer, f"/cases/{journey.case.pk}/delegations")[0] == 404


def test_a_superior_reads_what_is_below_him_and_moves_what_the_law_gives_him(
    journey: Journey, cast: Cast, partners: Partners
) -> None:
    delegation = journey.move(journey.running(), Move.ASK_RETURN, partners.centre, words="退")
    for officer, sides, steps in (
        (partners.high_officer, ["receiving"], {"urge", "consent", "refuse_return"}),
        (partners.superior, ["receiving"], {"urge", "consent", "refuse_return"} - {"consent", "refuse_return"}),
        (cast.supervisor, ["delegating"], set()),
    ):
        shown = seen(officer, delegation)
        assert (shown["sides"], {step["move"] for step in shown["steps"]}) == (sides, steps)
    assert post(cast.supervisor, f"/delegations/{delegation.pk}/moves", move="consent")[1]["code"] == (
        "delegation_of_other_court"
    )


def test_linked_numbers_stand_with_both_cases(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.running()
    for officer, case_id in ((cast.holder, journey.case.pk), (partners.handler, delegation.received_case_id)):
        (row,) = get(officer, f"/cases/{case_id}/delegations")[1]
        assert (row["id"], row["case_no"], row["received_case_no"]) == (
            str(delegation.pk),
            journey.case.case_no,
            FILED_AS,
        )


def test_a_list_asks_as_much_for_many_as_for_one(journey: Journey, cast: Cast, django_assert_num_queries: Any) -> None:
    first = journey.running()
    browser = browser_of(cast.duty)
    with CaptureQueriesContext(connection) as asked:
        assert len(browser.get("/api/v1/delegations?box=out").json()["items"]) == 1
    for number in range(2, 5):
        columns = {field.attname: getattr(first, field.attname) for field in CaseDelegation._meta.concrete_fields}
        columns |= {"id": new_id(), "number": f"{first.number}{number}", "received_case_id": None}
        CaseDelegation.objects.create(**columns)
    with django_assert_num_queries(len(asked)):
        assert len(browser.get("/api/v1/delegations?box=out").json()["items"]) == 4


def test_it_is_drafted_sent_and_filed_over_http(journey: Journey, cast: Cast, partners: Partners) -> None:
    target = {"name": "厂房", "place": "远河市"}
    asked = {"to_court": str(partners.court.pk), "is_none_here": True, "targets": [target]}
    status, drafted = post(cast.holder, f"/cases/{journey.case.pk}/delegations", **asked)
    assert (status, drafted["missing_papers"][0], drafted["steps"][0]["move"]) == (200, "letter", "check")
    assert post(cast.holder, f"/cases/{journey.case.pk}/delegations", **asked)[1]["code"] == "delegation_open_already"
    nowhere = {**asked, "targets": [{"name": "", "place": "远河市"}]}
    answer = browser_of(cast.holder).put(
        f"/api/v1/delegations/{drafted['id']}", json.dumps(nowhere), content_type="application/json"
    )
    assert answer.json()["code"] == "delegation_request_invalid"
    journey.with_papers(CaseDelegation.objects.get())
    path = f"/delegations/{drafted['id']}/moves"
    assert post(cast.holder, path, move="check")[1]["delegation"]["state"] == "CHECKED"
    assert post(cast.duty, path, move="send", record_no="备7号")[1]["delegation"]["state"] == "SENT"
    named = {"case_no": FILED_AS, "handler": str(partners.handler.pk), "handler_phone": "1"}
    assert post(partners.centre, path, move="file", **named)[1]["delegation"]["received_case_no"] == FILED_AS
    assert post(cast.holder, path, move="no")[1]["code"] == "validation_failed"


def test_a_paper_is_named_and_left_out_until_it_is_sent(journey: Journey, cast: Cast) -> None:
    delegation = journey.with_papers(journey.draft())
    row = delegation.papers.filter(slot="letter")[0]
    path = f"/delegations/{delegation.pk}/papers"
    status, left = browser_of(cast.holder).delete(f"/api/v1{path}/{row.paper_id}"), seen(cast.holder, delegation)
    assert (status.status_code, left["missing_papers"]) == (200, ["letter"])
    assert post(cast.holder, path, slot="letter", paper=str(row.paper_id))[1]["missing_papers"] == []
    assert post(cast.holder, path, slot="ninth", paper=str(row.paper_id))[1]["code"] == "delegation_paper_unknown"
    assert post(cast.holder, path, slot="letter", paper=str(delegation.pk))[1]["code"] == "paper_not_found"
    journey.move(delegation, Move.CHECK, cast.holder)
    journey.move(delegation, Move.SEND, cast.director, record_no="备7号")
    late = browser_of(cast.holder).delete(f"/api/v1{path}/{row.paper_id}").json()
    assert late["code"] == "delegation_not_in_state"
