"""Every operation not applied has one review; the courts' own people see them grouped by cause."""

from typing import Any

import pytest

from server.cases.models import Case
from server.people.models import Officer
from server.sync.models import Operation, Review
from server.sync.reviews import open_reviews_of
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, phone_of

pytestmark = pytest.mark.django_db


def reviews(officer: Officer, query: str = "") -> tuple[int, Any]:
    reply = browser_of(officer).get(f"/api/v1/reviews{query}")
    return reply.status_code, reply.json()


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
    assert page["groups"] == [{"cause": "not_assigned", "count": 3}, {"cause": "kind_unknown", "count": 1}]
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
    told = open_reviews_of(cast.holder.pk)
    assert [(each["seq"], each["cause"]) for each in told] == [
        (1, "not_assigned"),
        (2, "not_assigned"),
        (3, "not_assigned"),
        (4, "kind_unknown"),
    ]
    assert {each["device"] for each in told} == {str(waiting.id)}
