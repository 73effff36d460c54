"""Seals and freezes told by phones: each has its own clock, a renewal ends that of the one it renews and no other.

Thirty days before the 10th of December 2026 is the 10th of November, before the 15th of March 2027 the 13th of
February, before the 9th of December 2027 the 9th of November.
"""

from itertools import permutations
from typing import Any

import pytest

from server.cases.measures import chain_of_act
from server.cases.models import Case, CaseEvent, Node
from server.cases.services import record_event
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.field.test_replay import at, replay
from tests.sync.pushing import file_one, hold, statuses
from tests.sync.reviewing import park_one
from tests.wire.records import vectors

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD, FOURTH = ("01940000-0000-7000-8000-00000000000" + digit for digit in "1234")
COMPLETE: dict[str, Any] = next(v["record"]["fields"] for v in vectors() if v["name"] == "FREEZE_COUNTER: complete")
RUNNING, DONE = "RUNNING", "DONE"


def freeze(phone: TestDevice, case: Case, act: str, effective_on: str, expires_on: str, **changes: Any) -> None:
    fields = {**COMPLETE, "effective_on": effective_on, "expires_on": expires_on, **changes}
    phone.record("FREEZE_COUNTER", case_id=case.pk, action_id=act, fields=fields)


def renew(phone: TestDevice, case: Case, act: str, on: str, expires_on: str, renews: str | None = None) -> None:
    freeze(phone, case, act, on, expires_on, measure="RENEW", **({"renews": renews} if renews else {}))


def push(phone: TestDevice) -> None:
    assert {status for status, _ in statuses(phone.push())} == {"applied"}
    replays()


def replays() -> None:
    assert replay()[1] == []


def clocks(case: Case) -> dict[str, tuple[str, str, str]]:
    """By the last digit of the act: state, due, finished."""
    rows = Node.objects.filter(case=case, key="control_renewal").exclude(state="NOT_STARTED")
    return {row.chain[-1:]: (row.state, str(row.due_on), str(row.finished_on or "")) for row in rows}


@pytest.fixture
def two(phone: TestDevice, held: Case) -> Case:
    """The first expires on the 10th of December 2026, the second on the 15th of March 2027."""
    freeze(phone, held, FIRST, "2025-12-11", "2026-12-10")
    freeze(phone, held, SECOND, "2026-03-16", "2027-03-15")
    push(phone)
    return held


def test_two_measures_have_a_clock_each_and_the_chain_names_the_act(two: Case) -> None:
    assert clocks(two) == {"1": (RUNNING, "2026-11-10", ""), "2": (RUNNING, "2027-02-13", "")}
    chains = Node.objects.filter(case=two, key="control_renewal", state=RUNNING).values_list("chain", flat=True)
    assert set(chains) == {chain_of_act(FIRST), chain_of_act(SECOND)}


def test_two_that_expire_on_one_day_are_two(phone: TestDevice, held: Case) -> None:
    freeze(phone, held, FIRST, "2025-12-11", "2026-12-10")
    freeze(phone, held, SECOND, "2025-12-11", "2026-12-10")
    push(phone)
    assert clocks(held) == {"1": (RUNNING, "2026-11-10", ""), "2": (RUNNING, "2026-11-10", "")}


def test_a_renewal_in_time_ends_the_one_it_names_and_begins_the_next(phone: TestDevice, two: Case) -> None:
    renew(phone, two, THIRD, "2026-11-05", "2027-12-09", FIRST)
    push(phone)
    assert clocks(two) == {
        "1": (DONE, "2026-11-10", "2026-11-05"),
        "2": (RUNNING, "2027-02-13", ""),
        "3": (RUNNING, "2027-11-09", ""),
    }


def test_a_renewal_after_the_expiry_ends_it_late(phone: TestDevice, two: Case) -> None:
    renew(phone, two, THIRD, "2026-12-12", "2027-12-09", chain_of_act(FIRST))
    push(phone)
    assert clocks(two)["1"] == (DONE, "2026-11-10", "2026-12-12")


def test_an_older_app_that_names_nothing_renews_the_only_one(phone: TestDevice, held: Case) -> None:
    freeze(phone, held, FIRST, "2025-12-11", "2026-12-10")
    renew(phone, held, THIRD, "2026-11-05", "2027-12-09")
    push(phone)
    assert clocks(held) == {"1": (DONE, "2026-11-10", "2026-11-05"), "3": (RUNNING, "2027-11-09", "")}


def test_where_two_are_in_force_a_renewal_that_names_none_ends_none(phone: TestDevice, two: Case) -> None:
    renew(phone, two, THIRD, "2026-11-05", "2027-12-09")
    push(phone)
    assert clocks(two) == {
        "1": (RUNNING, "2026-11-10", ""),
        "2": (RUNNING, "2027-02-13", ""),
        "3": (RUNNING, "2027-11-09", ""),
    }


def test_one_taken_after_the_renewal_leaves_no_doubt(phone: TestDevice, held: Case) -> None:
    freeze(phone, held, FIRST, "2025-12-11", "2026-12-10")
    renew(phone, held, THIRD, "2026-11-05", "2027-12-09")
    freeze(phone, held, SECOND, "2026-11-06", "2027-03-15")
    push(phone)
    assert clocks(held)["1"] == (DONE, "2026-11-10", "2026-11-05")


def test_one_taken_before_it_and_told_later_brings_the_doubt_back(phone: TestDevice, held: Case) -> None:
    freeze(phone, held, FIRST, "2025-12-11", "2026-12-10")
    renew(phone, held, THIRD, "2026-11-05", "2027-12-09")
    push(phone)
    freeze(phone, held, SECOND, "2026-03-16", "2027-03-15")
    push(phone)
    assert clocks(held)["1"] == (RUNNING, "2026-11-10", "")


@pytest.mark.parametrize("order", list(permutations("1234")))
def test_whatever_order_they_come_in_the_same_stands(phone: TestDevice, held: Case, order: tuple[str, ...]) -> None:
    """The third renews the first by name; the fourth names nothing, when the second and the third are in force."""
    say = {
        "1": lambda: freeze(phone, held, FIRST, "2025-12-11", "2026-12-10"),
        "2": lambda: freeze(phone, held, SECOND, "2026-03-16", "2027-03-15"),
        "3": lambda: renew(phone, held, THIRD, "2026-11-05", "2027-12-09", FIRST),
        "4": lambda: renew(phone, held, FOURTH, "2026-11-10", "2028-03-15"),
    }
    for digit in order:
        say[digit]()
        phone.push()
    replays()
    assert clocks(held) == {
        "1": (DONE, "2026-11-10", "2026-11-05"),
        "2": (RUNNING, "2027-02-13", ""),
        "3": (RUNNING, "2027-11-09", ""),
        "4": (RUNNING, "2028-02-14", ""),
    }


def test_who_names_the_first_of_a_line_renews_the_last_of_it(phone: TestDevice, two: Case) -> None:
    renew(phone, two, THIRD, "2026-11-05", "2027-12-09", FIRST)
    renew(phone, two, FOURTH, "2026-11-12", "2028-12-08", FIRST)
    push(phone)
    assert (clocks(two)["3"][0], clocks(two)["4"]) == (DONE, (RUNNING, "2028-11-08", ""))


def test_a_renewal_annulled_leaves_the_one_it_renewed_running(phone: TestDevice, two: Case, cast: Cast) -> None:
    renew(phone, two, THIRD, "2026-11-05", "2027-12-09", FIRST)
    push(phone)
    for word, state in (("annul", RUNNING), ("reinstate", DONE)):
        reply = browser_of(cast.director).post(
            f"/api/v1/actions/{THIRD}/{word}", {"note": "并未办理"}, content_type="application/json"
        )
        assert reply.status_code == 200
        assert clocks(two)["1"][0] == state
        assert clocks(two)["3"] == (RUNNING, "2027-11-09", ""), "what protects starts on any claim"
        replays()


def test_one_that_is_incomplete_or_waits_ends_nothing_and_its_own_expiry_is_watched(
    phone: TestDevice, two: Case, cast: Cast
) -> None:
    freeze(phone, two, THIRD, "2026-11-05", "2027-12-09", measure="RENEW", renews=FIRST, narrative=None, result=None)
    push(phone)
    assert (clocks(two)["1"][0], clocks(two)["3"]) == (RUNNING, (RUNNING, "2027-11-09", ""))
    fields = {**COMPLETE, "measure": "RENEW", "effective_on": "2026-11-06", "expires_on": "2028-12-08", "renews": FIRST}
    park_one(phone, two, cast, "FREEZE_COUNTER", fields=fields, action_id=FOURTH)
    assert (clocks(two)["1"][0], clocks(two)["4"]) == (RUNNING, (RUNNING, "2028-11-08", ""))
    replays()


def test_one_act_for_two_cases_has_a_clock_in_each(phone: TestDevice, held: Case, cast: Cast) -> None:
    other = hold(file_one(cast, 8), cast.group)
    fields = {**COMPLETE, "effective_on": "2025-12-11", "expires_on": "2026-12-10"}
    phone.record("FREEZE_COUNTER", case_ids=[held.pk, other.pk], action_id=FIRST, fields=fields)
    renew(phone, other, THIRD, "2026-11-05", "2027-12-09", FIRST)
    push(phone)
    assert (clocks(held)["1"][0], clocks(other)["1"][0]) == (RUNNING, DONE)


def test_what_is_named_and_unknown_ends_nothing_until_it_comes(phone: TestDevice, held: Case) -> None:
    freeze(phone, held, SECOND, "2026-03-16", "2027-03-15")
    renew(phone, held, THIRD, "2026-11-05", "2027-12-09", FIRST)
    push(phone)
    assert clocks(held)["2"][0] == RUNNING
    freeze(phone, held, FIRST, "2025-12-11", "2026-12-10")
    push(phone)
    assert clocks(held)["1"] == (DONE, "2026-11-10", "2026-11-05")


def test_at_the_desk_it_ends_by_its_chain_before_its_expiry_too(held: Case) -> None:
    record_event(case=held, key="control_expiry", occurred_at=at("2026-12-10"), chain="seal-1")
    record_event(case=held, key="control_expiry", occurred_at=at("2026-12-10"), chain="seal-2")
    record_event(case=held, key="control_renewed", occurred_at=at("2026-11-05"), chain="seal-1")
    assert clocks(held) == {"1": (DONE, "2026-11-10", "2026-11-05"), "2": (RUNNING, "2026-11-10", "")}
    replays()


def test_said_again_nothing_is_told_twice(phone: TestDevice, two: Case) -> None:
    renew(phone, two, THIRD, "2026-11-05", "2027-12-09", FIRST)
    push(phone)
    before = CaseEvent.objects.count()
    phone.push_envelope(phone.envelope(first_seq=1))
    assert CaseEvent.objects.count() == before
