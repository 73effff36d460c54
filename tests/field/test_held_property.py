"""A device's word on a property that a third party claims is stored, waits, and counts only once that is decided."""

from datetime import timedelta

import pytest

from server.cases.models import Case, Node, Property
from server.cases.services import add_property, hold_property, lift_hold, record_event
from server.common.clock import local_date, now
from server.sync.models import Review
from tests.actors import Cast
from tests.devices import TestDevice
from tests.sync.pushing import file_one, hold, phone_of, statuses
from tests.sync.reviewing import decide

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def case(cast: Cast) -> Case:
    return hold(file_one(cast, filed_on=local_date(now() - 60 * DAY)), cast.group)


@pytest.fixture
def house(case: Case) -> Property:
    """Its sale is to be started, and it is claimed since the day before yesterday."""
    day = local_date(now() - 40 * DAY)
    house = add_property(case=case, kind="REAL_ESTATE", name="1号房", source="NETWORK", confirmed_on=day)
    record_event(case=case, key="reference_price_fixed", occurred_at=now() - 20 * DAY, chain=str(house.pk))
    hold_property(held=house, started_on=local_date(now() - 2 * DAY), document="（2026）闽0924执异7号")
    return house


def sold(phone: TestDevice, case: Case, house: Property, days_ago: int) -> object:
    at = (now() - days_ago * DAY).isoformat()
    fields = {"node": "sale_start", "chain": str(house.pk), "event": "sale_started", "occurred_at": at}
    phone.record("complete_node", case_id=case.pk, fields=fields)
    return statuses(phone.push())


def state_of(case: Case, house: Property) -> str:
    return str(Node.objects.get(case=case, key="sale_start", chain=str(house.pk)).state)


def test_it_waits_and_no_leader_frees_it_before_the_claim_is_decided(case: Case, house: Property, cast: Cast) -> None:
    assert sold(phone_of(cast.holder), case, house, 1) == [("parked", "property_held")]
    assert state_of(case, house) == "RUNNING"
    status, refused = decide(cast.director, Review.objects.get(), "ratify")
    assert (status, refused["code"], refused["reason"]) == (409, "review_not_ratifiable", "property_held")
    ruling = "（2026）闽0924执异7号裁定"
    lift_hold(hold=house.holds.get(), ended_on=local_date(now()), document=ruling)
    status, said = decide(cast.director, Review.objects.get(), "ratify")
    assert (status, said["state"]) == (200, "ratified")
    assert state_of(case, house) == "DONE"


def test_what_was_done_before_the_claim_counts_as_of_its_day(case: Case, house: Property, cast: Cast) -> None:
    assert sold(phone_of(cast.holder), case, house, 3) == [("applied", "ok")]
    assert state_of(case, house) == "DONE"
