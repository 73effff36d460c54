"""Every operation not applied has one review; the courts' own people see them grouped by cause."""

import json
from typing import Any

import pytest

from server.cases.models import Case
from server.cases.services import assign_subject
from server.common.clock import now
from server.people.models import Officer
from server.sync.models import Operation, Review
from server.sync.reviews import TOLD_FOR, reviews_told
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, phone_of
from tests.sync.reviewing import decide, park_one

pytestmark = pytest.mark.django_db


def reviews(officer: Officer, query: str = "") -> tuple[int, Any]:
    reply = browser_of(officer).get(f"/api/v1/reviews{query}")
    return reply.status_code, reply.json()


def answer_of(phone: TestDevice) -> dict[str, Any]:
    status, reply = phone.pull()
    assert status == 200
    answer: dict[str, Any] = json.loads(reply["answer"])
    return answer


@pytest.fixture
def waiting(phone: TestDevice, held: Case) -> TestDevice:
    for _ in range(3):
        phone.record("LOCATE", case_id=held.pk, assignment_no=9)
    phone.record("TEA", case_id=held.pk)
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.push()
    return phone


def test_each_operation_not_applied_has_exactly_one(waiting: TestDevice) -> None:
    waiting.push(first_seq=1)
    asked = Review.objects.order_by("operation__seq").values_list("operation__seq", "cause")
    assert list(asked) == [(1, "not_assigned"), (2, "not_assigned"), (3, "not_assigned"), (4, "kind_unknown")]
    assert Operation.objects.exclude(status="applied").count() == Review.objects.count()


@pytest.mark.parametrize("who", ["duty", "director", "inspector", "supervisor"])
def test_those_who_watch_the_court_see_them_grouped_by_cause(waiting: TestDevice, cast: Cast, who: str) -> None:
    status, page = reviews(getattr(cast, who))
    assert status == 200
    assert [(g["cause"], g["count"]) for g in page["groups"]] == [("not_assigned", 3), ("kind_unknown", 1)]
    assert page["groups"][0]["oldest"] == page["items"][0]["opened_at"]
    assert reviews(getattr(cast, who), "/groups") == (200, page["groups"])
    first = page["items"][0]
    assert (first["operation"], first["seq"]) == (waiting.log[0].hash_hex, 1)
    assert first["officer"]["staff_no"] == cast.holder.staff_no


def test_one_cause_page_by_page(waiting: TestDevice, cast: Cast) -> None:
    _, page = reviews(cast.duty, "?cause=not_assigned&limit=2")
    _, rest = reviews(cast.duty, f"?cause=not_assigned&limit=2&cursor={page['next']}")
    assert [item["seq"] for item in page["items"] + rest["items"]] == [1, 2, 3]
    assert rest["next"] is None


@pytest.mark.parametrize("who", ["holder", "stranger", "auditor", "sysadmin"])
def test_others_are_told_it_is_not_theirs(waiting: TestDevice, cast: Cast, who: str) -> None:
    status, problem = reviews(getattr(cast, who))
    assert (status, problem["code"]) == (403, "role_required")


def test_another_court_sees_none_of_them(waiting: TestDevice, cast: Cast) -> None:
    from tests.actors import officer_of

    other = officer_of(cast.other_court, "250201", "高值", "command_centre")
    assert reviews(other)[1] == {"groups": [], "items": [], "next": None}


def test_an_officer_is_told_of_her_own_by_pull_and_of_nobody_elses(waiting: TestDevice, cast: Cast) -> None:
    colleague = phone_of(cast.colleague)
    colleague.record("TEA")
    colleague.push()
    told = reviews_told(cast.holder.pk)
    assert [(each["seq"], each["cause"]) for each in told] == [
        (1, "not_assigned"),
        (2, "not_assigned"),
        (3, "not_assigned"),
        (4, "kind_unknown"),
    ]
    assert {each["device"] for each in told} == {str(waiting.id)}


def test_decided_ones_are_listed_when_asked_for(waiting: TestDevice, cast: Cast) -> None:
    review = Review.objects.order_by("pk")[0]
    decide(cast.director, review, "ratify")
    assert str(review.pk) not in {item["id"] for item in reviews(cast.duty)[1]["items"]}
    (item,) = reviews(cast.duty, "?state=ratified")[1]["items"]
    assert (item["id"], item["status"], item["decisions"][0]["choice"]) == (str(review.pk), "applied", "ratify")
    assert len(reviews(cast.duty, "?state=all")[1]["items"]) == 4
    assert reviews(cast.duty, "?state=burnt")[0] == 422


def test_both_officers_hear_of_it_and_what_was_decided(phone: TestDevice, held: Case, cast: Cast) -> None:
    review = park_one(phone, held, cast)
    successor = phone_of(cast.bystander)
    decide(cast.director, review, "supplement", "请补近景")
    for device, is_own in ((phone, True), (successor, False)):
        (told,) = answer_of(device)["reviews"]
        assert (told["own"], told["state"], told["cause"]) == (is_own, "open", "not_assigned")
        assert (told["note"], bool(told["asked_at"])) == ("请补近景", True)
    assert str(held.pk) not in json.dumps(answer_of(phone)["reviews"]), "she holds the case no more"
    (told,) = answer_of(successor)["reviews"]
    assert (told["case"], told["officer"]) == (str(held.pk), cast.holder.name)
    decide(cast.director, review, "ratify", "追认")
    for device in (phone, successor):
        (told,) = answer_of(device)["reviews"]
        assert (told["state"], told["status"], told["note"]) == ("ratified", "applied", "追认")


def test_whoever_holds_the_case_no_more_hears_nothing_of_others(phone: TestDevice, held: Case, cast: Cast) -> None:
    park_one(phone, held, cast)
    successor = phone_of(cast.bystander)
    assert answer_of(successor)["reviews"]
    assign_subject(case=held, group=cast.group, reason="BACK")
    assert answer_of(successor)["reviews"] == []
    assert [told["own"] for told in answer_of(phone_of(cast.colleague))["reviews"]] == [False]


def test_a_strangers_act_is_told_to_nobody_who_holds_the_case(held: Case, cast: Cast) -> None:
    stranger = phone_of(cast.stranger)
    stranger.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    stranger.push()
    assert answer_of(phone_of(cast.holder))["reviews"] == []
    assert [told["own"] for told in answer_of(stranger)["reviews"]] == [True]


def test_a_decision_is_told_for_a_fortnight(phone: TestDevice, held: Case, cast: Cast) -> None:
    review = park_one(phone, held, cast)
    decide(cast.director, review, "annul", "未到现场")
    assert answer_of(phone)["reviews"]
    Review.objects.update(decided_at=now() - TOLD_FOR)
    assert answer_of(phone)["reviews"] == []
    assert answer_of(phone_of(cast.bystander))["reviews"] == []
