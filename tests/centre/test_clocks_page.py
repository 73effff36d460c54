"""What a desk says of a case's clocks, on its page: a renewal assigned, a way of pricing chosen, a person released."""

from datetime import timedelta
from typing import Any

import pytest

from server.cases.measures import chain_of_act
from server.cases.models import Case
from server.cases.services import add_property
from server.common.clock import now
from server.field.models import HourClock
from tests.actors import Cast, browser_of
from tests.centre.reading import seen_by
from tests.devices import TestDevice
from tests.field.test_measures import FIRST, SECOND, THIRD, clocks, freeze, push, renew
from tests.sync.pushing import file_one, hold, phone_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Case:
    return hold(file_one(cast), cast.group)


@pytest.fixture
def phone(cast: Cast) -> TestDevice:
    return phone_of(cast.holder)


def address(case: Case, word: str = "clocks") -> str:
    return f"/centre/cases/{case.pk}/{word}"


def say(who: Any, case: Case, word: str, **typed: Any) -> int:
    return int(browser_of(who).post(address(case, word), typed).status_code)


def test_a_renewal_that_waits_is_assigned_there(case: Case, phone: TestDevice, cast: Cast) -> None:
    freeze(phone, case, FIRST, "2025-12-11", "2026-12-10")
    freeze(phone, case, SECOND, "2026-03-16", "2027-03-15", account_masked="6222****0002")
    renew(phone, case, THIRD, "2026-11-05", "2027-12-09")
    push(phone)
    linked = [link.attributes.get("href") for link in seen_by(cast.holder, f"/centre/cases/{case.pk}").all("a")]
    assert address(case) in linked
    page = seen_by(cast.holder, address(case))
    names = {option["value"]: option.text for option in page.all("option")}
    assert set(names) == {"", chain_of_act(FIRST), chain_of_act(SECOND)}
    assert "6222****0002" in names[chain_of_act(SECOND)]
    assert say(cast.holder, case, "renewals", act=THIRD, chain=chain_of_act(FIRST), reason="") == 422
    assert clocks(case)["1"][0] == "RUNNING"
    assert say(cast.holder, case, "renewals", act=THIRD, chain=chain_of_act(FIRST), reason="裁定所列账户") == 302
    assert clocks(case)["1"] == ("DONE", "2026-11-10", "2026-11-05")
    assert "有续行待指定" not in seen_by(cast.holder, address(case)).one("main").text


def test_how_a_price_is_found_is_chosen_there(case: Case, cast: Cast) -> None:
    house = add_property(case=case, kind="REAL_ESTATE", name="1号房", source="NETWORK")
    assert say(cast.holder, case, "valuations", property=house.pk, method="") == 422
    assert say(cast.holder, case, "valuations", property="no id", method="APPRAISAL") == 404
    assert say(cast.holder, case, "valuations", property=house.pk, method="APPRAISAL") == 302
    case.refresh_from_db()
    assert case.chain_facts[str(house.pk)]["valuation_method"] == "APPRAISAL"
    assert "委托评估" in seen_by(cast.colleague, address(case)).one("main").text


def test_a_person_is_released_there_by_the_time_of_the_wall(case: Case, phone: TestDevice, cast: Cast) -> None:
    arrived = now() - timedelta(hours=2)
    phone.record("COMPEL", case_id=case.pk, fields={"result": "DONE"})
    phone.push()
    HourClock.objects.update(began_at=arrived)
    clock = HourClock.objects.get()
    left = (now() - timedelta(hours=1)).replace(second=0, microsecond=0)
    wall = (left + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")
    assert say(cast.holder, case, "releases", clock=clock.pk, at="", reason="已离开") == 422
    assert say(cast.holder, case, "releases", clock=clock.pk, at=wall, reason="已离开") == 302
    clock.refresh_from_db()
    assert clock.released_at == left


def test_who_may_not_enter_it_has_no_form_and_who_may_not_read_it_no_page(case: Case, cast: Cast) -> None:
    house = add_property(case=case, kind="REAL_ESTATE", name="1号房", source="NETWORK")
    assert not [form for form in seen_by(cast.duty, address(case)).all("form") if "valuations" in form["action"]]
    assert say(cast.duty, case, "valuations", property=house.pk, method="APPRAISAL") == 403
    for word in ("renewals", "valuations", "releases"):
        assert say(cast.stranger, case, word) == 404
    assert browser_of(cast.stranger).get(address(case)).status_code == 404
