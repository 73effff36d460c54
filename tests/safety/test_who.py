"""Over HTTP: who sees what of safety, and who may say what of it. Others find nothing, as if there were none."""

import json
from typing import Any

import pytest
from django.test import Client

from server.cases.models import Case
from server.people.models import Officer
from server.safety.models import Alarm, Order, Presence
from server.safety.services import give_order, watch_safety
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.safety.conftest import Clock
from tests.safety.test_campaigns import opened
from tests.strangers.safety import SAFETY

pytestmark = pytest.mark.django_db
BODIES: dict[str, dict[str, Any]] = {
    "acknowledge": {"done": "收到"},
    "close": {"why": "安全"},
    "ACCEPT": {},
    "change": {"why": "增援"},
}


@pytest.fixture
def known(phone: TestDevice, cast: Cast, clock: Clock, held: Case) -> dict[str, str]:
    """Somebody silent on site who calls for help, an order and a joint operation."""
    phone.record("check_in", fields={"interval_minutes": 5, "place": "城东路"})
    phone.record("sos", fields={"words": "救命"})
    phone.push()
    order = give_order(group=cast.group, text="车在此处", place="北门", by=cast.duty, case=held)
    campaign = opened(cast, clock, held)
    clock.after(6)
    watch_safety()
    return {
        "alarm_id": str(Alarm.objects.get(kind="SOS").pk),
        "presence_id": str(Presence.objects.get().pk),
        "order_id": str(order.pk),
        "campaign_id": str(campaign.pk),
        "word": "ACCEPT",
    }


def post(who: Officer | None, path: str, **members: Any) -> Any:
    browser = browser_of(who) if who else Client()
    return browser.post(path, json.dumps(members), content_type="application/json")


def standing(who: Officer) -> dict[str, Any]:
    found: dict[str, Any] = browser_of(who).get("/api/v1/safety").json()
    return found


@pytest.mark.parametrize("endpoint", sorted(SAFETY))
def test_one_who_is_not_signed_in_is_asked_to(known: dict[str, str], endpoint: str) -> None:
    method, path = endpoint.split(" ")
    assert Client().generic(method, path.format(**known), "{}", content_type="application/json").status_code == 401


@pytest.mark.parametrize("endpoint", sorted(each for each in SAFETY if "{" in each))
@pytest.mark.parametrize("who", ["stranger", "sysadmin", "bystander", "auditor"])
def test_one_who_may_not_finds_nothing(known: dict[str, str], cast: Cast, who: str, endpoint: str) -> None:
    method, path = endpoint.split(" ")
    address = path.format(**known)
    body = json.dumps(BODIES.get(address.rpartition("/")[2], {}))
    answer = browser_of(getattr(cast, who)).generic(method, address, body, content_type="application/json")
    assert answer.status_code == 404


@pytest.mark.parametrize("who", ["stranger", "sysadmin", "bystander", "auditor"])
def test_lists_are_empty_for_strangers(known: dict[str, str], cast: Cast, who: str) -> None:
    told = standing(getattr(cast, who))
    assert (told["alarms"], told["on_site"], told["orders"]) == ([], [], [])
    browser = browser_of(getattr(cast, who))
    assert browser.get("/api/v1/orders?state=all").json() == []
    assert browser.get("/api/v1/campaigns").json() == []


@pytest.mark.parametrize("who", ["duty", "director", "inspector", "supervisor"])
def test_whoever_watches_the_court_sees_people_first(known: dict[str, str], cast: Cast, who: str) -> None:
    told = standing(getattr(cast, who))
    assert [alarm["kind"] for alarm in told["alarms"]] == ["SOS", "CHECK_IN"]
    assert told["on_site"][0]["officer"]["name"] == cast.holder.name
    assert told["on_site"][0]["is_heard_since_due"] is False
    assert told["heads"][0]["position"] > 0


def test_the_officer_sees_his_own_and_his_groups_orders(known: dict[str, str], cast: Cast) -> None:
    told = standing(cast.holder)
    assert len(told["alarms"]) == 2
    assert [order["id"] for order in told["orders"]] == [known["order_id"]]
    assert standing(cast.colleague)["alarms"] == []
    assert len(standing(cast.colleague)["orders"]) == 1


def test_whoever_reads_and_does_not_command_says_nothing(known: dict[str, str], cast: Cast) -> None:
    for who in (cast.inspector, cast.supervisor, cast.holder):
        for path, members in (
            (f"safety/alarms/{known['alarm_id']}/acknowledge", {"done": "收到"}),
            (f"safety/presences/{known['presence_id']}/close", {"why": "安全"}),
            (f"orders/{known['order_id']}/WITHDRAW", {"text": "不去了"}),
        ):
            assert post(who, f"/api/v1/{path}", **members).status_code == 403


def test_the_desk_acknowledges_closes_moves_and_sends_over_http(known: dict[str, str], cast: Cast, held: Case) -> None:
    alarm = f"/api/v1/safety/alarms/{known['alarm_id']}"
    assert post(cast.duty, f"{alarm}/close", why="安全").json()["code"] == "alarm_not_acknowledged"
    seen = post(cast.duty, f"{alarm}/acknowledge", done="已派增援").json()
    assert (seen["acknowledged_by"]["name"], seen["is_waiting"]) == (cast.duty.name, False)
    assert post(cast.duty, f"{alarm}/close", why="人员安全").json()["ended_how"] == "CLOSED"
    late = Alarm.objects.get(kind="CHECK_IN")
    assert post(cast.duty, f"/api/v1/safety/alarms/{late.pk}/acknowledge", done="在查").status_code == 200
    assert post(cast.duty, f"/api/v1/safety/alarms/{late.pk}/close", why="好").json()["code"] == "alarm_ends_otherwise"
    ended = post(cast.duty, f"/api/v1/safety/presences/{known['presence_id']}/close", why="已返回")
    assert ended.status_code == 200
    assert standing(cast.duty)["alarms"] == []
    moved = post(cast.duty, f"/api/v1/orders/{known['order_id']}/ACCEPT", text="电台答复")
    assert moved.json()["state"] == "ACCEPTED"
    given = {"group": str(cast.group.pk), "text": "人在此处", "place": "南门", "case": str(held.pk)}
    assert post(cast.duty, "/api/v1/orders", **given).json()["group"]["name"] == cast.group.name
    assert post(cast.stranger, "/api/v1/orders", **given).json()["code"] == "case_not_found"
    assert post(cast.stranger, "/api/v1/orders", **{**given, "case": None}).json()["code"] == "group_not_working"
    assert Order.objects.count() == 2


def test_a_joint_operation_is_opened_read_and_closed_over_http(known: dict[str, str], cast: Cast, held: Case) -> None:
    draft = {
        "name": "凌晨行动",
        "commander": str(cast.director.pk),
        "begins_at": "2026-12-01T03:00:00+08:00",
        "ends_at": "2026-12-01T09:00:00+08:00",
        "groups": [str(cast.group.pk)],
        "cases": [str(held.pk)],
    }
    made = post(cast.duty, "/api/v1/campaigns", **draft).json()
    assert (made["name"], made["cases"], made["tally"]["by_kind"]) == ("凌晨行动", 1, {})
    assert [member["is_commander"] for member in made["members"]] == [True, False, False]
    assert post(cast.stranger, "/api/v1/campaigns", **draft).json()["code"] == "campaign_of_another_court"
    unknown = {**draft, "groups": [known["campaign_id"]]}
    assert post(cast.duty, "/api/v1/campaigns", **unknown).json()["code"] == "campaign_of_another_court"
    read = browser_of(cast.holder).get(f"/api/v1/campaigns/{known['campaign_id']}").json()
    assert {alarm for member in read["members"] for alarm in member["alarms"]} == {"SOS", "CHECK_IN"}
    assert post(cast.director, f"/api/v1/campaigns/{made['id']}/close").json()["closed_at"]
