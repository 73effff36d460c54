"""Which seal a renewal is of, where the act left it open: shown, assigned, replayed; and rows of earlier releases."""

from typing import Any

import pytest
from django.test import Client

from server.cases.measures import chain_of_act
from server.cases.models import Case, CaseEvent, Node
from server.field.rechaining import chain_measures
from server.ledger.models import Entry
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.field.test_measures import (
    FIRST,
    FOURTH,
    RUNNING,
    SECOND,
    THIRD,
    clocks,
    freeze,
    push,
    renew,
    replays,
)
from tests.field.test_replay import replay

pytestmark = pytest.mark.django_db
DONE_IN_TIME = ("DONE", "2026-11-10", "2026-11-05")


@pytest.fixture
def doubtful(phone: TestDevice, held: Case) -> Case:
    """Two freezes, and a renewal of the 5th of November that names neither."""
    freeze(phone, held, FIRST, "2025-12-11", "2026-12-10")
    freeze(phone, held, SECOND, "2026-03-16", "2027-03-15")
    renew(phone, held, THIRD, "2026-11-05", "2027-12-09")
    push(phone)
    return held


def listed(browser: Client, case: Case) -> dict[str, Any]:
    reply = browser.get(f"/api/v1/cases/{case.pk}/renewals")
    assert reply.status_code == 200
    return dict(reply.json())


def assign(browser: Client, case: Case, act: str, chain: str, reason: str = "裁定书所列账户") -> tuple[int, Any]:
    body = {"chain": chain, "reason": reason}
    reply = browser.post(f"/api/v1/cases/{case.pk}/renewals/{act}", body, "application/json")
    return reply.status_code, reply.json()


def test_it_is_listed_as_waiting_with_what_it_may_be_of(doubtful: Case, cast: Cast) -> None:
    shown = listed(browser_of(cast.colleague), doubtful)
    assert shown["renewals"] == [
        {
            "act": THIRD,
            "renewed_on": "2026-11-05",
            "named": "",
            "chain": None,
            "awaits": True,
            "choices": [chain_of_act(FIRST), chain_of_act(SECOND)],
        }
    ]
    assert [(each["chain"][-1], each["expires_on"], each["is_renewed"]) for each in shown["measures"]] == [
        ("1", "2026-12-10", False),
        ("2", "2027-03-15", False),
        ("3", "2027-12-09", False),
    ]


def test_each_clock_it_may_be_of_says_so_in_the_api_and_on_the_page(doubtful: Case, cast: Cast) -> None:
    browser = browser_of(cast.holder)
    nodes = browser.get(f"/api/v1/cases/{doubtful.pk}").json()["nodes"]
    said = {node["chain"][-1]: [step["code"] for step in node["explanation"]] for node in nodes if node["chain"]}
    assert {digit: "renewal_waits" in codes for digit, codes in said.items()} == {"1": True, "2": True, "3": False}
    page = browser.get(f"/centre/cases/{doubtful.pk}").content.decode()
    assert page.count("2026-11-05的续行未写明是哪一项查封、冻结") == 2
    assert "临柜冻结划拨" in page


def test_assigned_it_ends_that_clock_as_of_its_own_day_and_the_entry_says_by_whom_and_why(
    doubtful: Case, cast: Cast
) -> None:
    browser = browser_of(cast.holder)
    status, said = assign(browser, doubtful, THIRD, chain_of_act(FIRST))
    assert (status, said["chain"], said["awaits"]) == (200, chain_of_act(FIRST), False)
    assert clocks(doubtful) == {
        "1": DONE_IN_TIME,
        "2": (RUNNING, "2027-02-13", ""),
        "3": (RUNNING, "2027-11-09", ""),
    }
    entry = Entry.objects.get(kind="renewal_assigned")
    assert '"reason": "裁定书所列账户"' in entry.facts or "裁定书所列账户" in str(entry.facts)
    assert f'"by":"{cast.holder.pk}"' in str(entry.view).replace(" ", "")
    assert not listed(browser, doubtful)["renewals"][0]["awaits"]
    replays()


def test_said_otherwise_later_the_last_word_counts_and_said_again_nothing_changes(doubtful: Case, cast: Cast) -> None:
    browser = browser_of(cast.holder)
    for _ in range(2):
        assert assign(browser, doubtful, THIRD, chain_of_act(FIRST))[0] == 200
    assert Entry.objects.filter(kind="renewal_assigned").count() == 1
    assert assign(browser, doubtful, THIRD, chain_of_act(SECOND))[0] == 200
    assert (clocks(doubtful)["1"][0], clocks(doubtful)["2"]) == (RUNNING, ("DONE", "2027-02-13", "2026-11-05"))
    replays()


def test_a_wrong_name_is_put_right_the_same_way(phone: TestDevice, doubtful: Case, cast: Cast) -> None:
    renew(phone, doubtful, FOURTH, "2026-11-12", "2028-03-14", FIRST)
    push(phone)
    assert clocks(doubtful)["1"][0] == "DONE"
    assert assign(browser_of(cast.director), doubtful, FOURTH, chain_of_act(SECOND))[0] == 200
    assert (clocks(doubtful)["1"][0], clocks(doubtful)["2"][0]) == (RUNNING, "DONE")
    replays()


@pytest.mark.parametrize(
    ("act", "chain", "reason", "status", "code"),
    [
        (THIRD, chain_of_act(FIRST), " ", 422, "note_required"),
        (THIRD, chain_of_act(FOURTH), "so", 404, "measure_not_found"),
        (THIRD, chain_of_act(THIRD), "so", 404, "measure_not_found"),
        (FIRST, chain_of_act(SECOND), "so", 404, "renewal_not_found"),
    ],
)
def test_what_is_not_there_is_not_assigned(
    doubtful: Case, cast: Cast, act: str, chain: str, reason: str, status: int, code: str
) -> None:
    refused, problem = assign(browser_of(cast.holder), doubtful, act, chain, reason)
    assert (refused, problem["code"]) == (status, code)


def test_assigned_and_annulled_it_ends_nothing_and_reinstated_it_does(doubtful: Case, cast: Cast) -> None:
    assign(browser_of(cast.holder), doubtful, THIRD, chain_of_act(FIRST))
    for word, state in (("annul", RUNNING), ("reinstate", "DONE")):
        path = f"/api/v1/actions/{THIRD}/{word}"
        assert browser_of(cast.director).post(path, {"note": "误记"}, "application/json").status_code == 200
        assert clocks(doubtful)["1"][0] == state
        replays()


def test_what_is_assigned_by_hand_and_told_to_nobody_is_found(doubtful: Case, cast: Cast) -> None:
    assign(browser_of(cast.holder), doubtful, THIRD, chain_of_act(FIRST))
    CaseEvent.objects.filter(source_type="assigned").update(chain=chain_of_act(SECOND))
    assert "renewal" in {each["member"] for each in replay()[1]}


def test_rows_of_an_earlier_release_get_chains_of_their_own_once(phone: TestDevice, held: Case) -> None:
    """There both shared a chain, the second of one day was left out, and a renewal in time ended nothing."""
    freeze(phone, held, FIRST, "2025-12-11", "2026-12-10")
    freeze(phone, held, SECOND, "2025-12-11", "2026-12-10")
    push(phone)
    renew(phone, held, THIRD, "2026-11-05", "2027-12-09", FIRST)
    push(phone)
    stood = clocks(held)
    expiries = CaseEvent.objects.filter(key="control_expiry")
    expiries.filter(source_id=SECOND).delete()
    expiries.update(chain="", acted_on=None)
    Node.objects.filter(key="control_renewal").exclude(chain="").update(state="NOT_STARTED", started_on=None)
    assert replay()[1]
    assert (chain_measures(), chain_measures()) == (1, 0)
    replays()
    assert clocks(held) == stood
    days = dict(expiries.values_list("source_id", "acted_on"))
    assert {act: str(day) for act, day in days.items()} == {
        FIRST: "2025-12-11",
        SECOND: "2025-12-11",
        THIRD: "2026-11-05",
    }
