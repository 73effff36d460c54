"""Who may see which devices, and no more of them than counts."""

from typing import Any

import pytest

from server.people import services
from server.people.models import Device, Officer
from tests.actors import Cast, Phone, browser_of, phone_of


@pytest.fixture
def phones(cast: Cast) -> dict[str, Phone]:
    return {name: phone_of(getattr(cast, name)) for name in ("holder", "colleague", "stranger")}


def seen_by(officer: Officer, query: str = "") -> list[Any]:
    items: list[Any] = browser_of(officer).get(f"/api/v1/devices{query}").json()["items"]
    return items


@pytest.mark.parametrize(
    ("who", "devices"),
    [
        ("duty", {"holder", "colleague"}),
        ("director", {"holder", "colleague"}),
        ("inspector", {"holder", "colleague"}),
        ("sysadmin", {"holder", "colleague"}),
        ("supervisor", {"holder", "colleague", "stranger"}),
        ("holder", {"holder"}),
        ("stranger", {"stranger"}),
        ("bystander", set()),
        ("auditor", set()),
    ],
)
def test_each_sees_his_own_and_those_his_role_watches(
    cast: Cast, phones: dict[str, Phone], who: str, devices: set[str]
) -> None:
    seen = {item["id"] for item in seen_by(getattr(cast, who))}
    assert seen == {str(phones[name].id) for name in devices}


def test_a_device_shows_what_it_last_said_in_numbers_only(cast: Cast, phones: dict[str, Phone]) -> None:
    secret = {"seq": 1, "kind": "SEAL", "case_id": "a-case"}
    Device.objects.filter(officer=cast.holder).update(last_status={"unsent": [secret], "pending_bytes": 17})
    Device.objects.filter(officer=cast.colleague).update(last_status={"unsent": "?", "pending_bytes": True})
    services.revoke_device(device=phones["colleague"].device, reason="遗失")
    answer = browser_of(cast.duty).get("/api/v1/devices")
    assert b"a-case" not in answer.content
    by_owner = {item["officer"]["staff_no"]: item for item in answer.json()["items"]}
    assert (by_owner["240101"]["unsent_operations"], by_owner["240101"]["pending_bytes"]) == (1, 17)
    assert (by_owner["240102"]["unsent_operations"], by_owner["240102"]["pending_bytes"]) == (None, None)
    assert by_owner["240101"]["revoked_at"] is None
    assert by_owner["240102"]["revoked_at"]


def test_the_list_pages_by_cursor_without_losing_or_doubling(cast: Cast) -> None:
    phones = [phone_of(cast.holder) for _ in range(5)]
    browser, seen, cursor = browser_of(cast.duty), list[str](), ""
    while True:
        page = browser.get(f"/api/v1/devices?limit=2{cursor}").json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == sorted(str(phone.id) for phone in phones)
