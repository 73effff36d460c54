"""Lost, doubled, late and reordered pulls end in a correct difference or in a reset (I11, I12)."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from server.cases.models import Case
from server.cases.services import assign_subject, touch
from server.sync.models import DeviceView
from tests.actors import Cast, people_of_a_city
from tests.cases.conftest import file_one
from tests.devices import Offline, Refused
from tests.sync.replica import Replica, phone
from tests.sync.test_pull import assert_converged


@pytest.fixture
def held(cast: Cast) -> Case:
    case = file_one(cast)
    assign_subject(case=case, group=cast.group)
    return case


@pytest.fixture
def replica(cast: Cast, held: Case) -> Replica:
    return Replica(phone(cast.holder))


def lose_a_reply(replica: Replica) -> None:
    replica.device.lose_next_reply()
    with pytest.raises(Offline):
        replica.ask()


def test_a_lost_reply_is_drawn_anew_from_what_the_device_holds(held: Case, replica: Replica) -> None:
    replica.sync()
    touch([held.pk])
    lose_a_reply(replica)
    page = replica.ask()
    assert [unit["id"] for unit in page["put"]] == [str(held.pk)]
    replica.apply(page)
    assert_converged(replica)


def test_a_lost_first_reply_costs_nothing(replica: Replica) -> None:
    lose_a_reply(replica)
    replica.sync()
    assert_converged(replica)


def test_a_lost_removal_is_told_again(cast: Cast, held: Case, replica: Replica) -> None:
    replica.sync()
    assign_subject(case=held, officer=cast.bystander)
    lose_a_reply(replica)
    replica.sync()
    assert replica.case_ids == set()
    assert_converged(replica)


def test_a_case_that_went_and_came_while_replies_were_lost_is_whole(cast: Cast, held: Case, replica: Replica) -> None:
    replica.sync()
    assign_subject(case=held, officer=cast.bystander)
    lose_a_reply(replica)
    assign_subject(case=held, group=cast.group)
    replica.sync()
    assert replica.case(held.pk)["assignment_no"] == 3
    assert_converged(replica)


def test_the_second_of_a_doubled_request_is_told_to_ask_again(held: Case, replica: Replica) -> None:
    replica.sync()
    touch([held.pk])
    replica.device.duplicate_next_request()
    with pytest.raises(Refused) as refused:
        replica.ask()
    assert (refused.value.status, refused.value.code) == (409, "pull_overtaken")
    assert replica.device.verified(refused.value.problem["statement"], "statement")
    replica.sync()
    assert_converged(replica)


def test_the_first_answer_of_a_doubled_request_still_counts(held: Case, replica: Replica) -> None:
    replica.sync()
    touch([held.pk])
    first = replica.ask(nonce="the-same")
    with pytest.raises(Refused, match="pull_overtaken"):
        replica.ask(nonce="the-same")
    replica.apply(first)
    assert replica.ask()["put"] == []
    assert_converged(replica)


def test_the_older_of_two_answers_leads_to_a_reset_and_nothing_worse(held: Case, replica: Replica) -> None:
    replica.sync()
    touch([held.pk])
    first, _second = replica.ask(), replica.ask()
    replica.apply(first)
    with pytest.raises(Refused) as refused:
        replica.ask()
    assert (refused.value.status, refused.value.code) == (410, "reset")
    replica.sync()
    assert_converged(replica)


def test_a_late_answer_is_not_applied(cast: Cast, held: Case, replica: Replica) -> None:
    replica.sync()
    late = replica.ask()
    touch([held.pk])
    replica.sync()
    replica.sync()
    before = dict(replica.units)
    replica.apply(late)
    assert replica.units == before
    assert_converged(replica)


@pytest.mark.parametrize("cursor", ["", "never-sent", "x" * 64])
def test_a_cursor_never_sent_is_a_reset_with_a_statement(replica: Replica, cursor: str) -> None:
    replica.sync()
    status, problem = replica.device.pull(cursor=cursor)
    if not cursor:
        assert (status, problem["code"]) == (422, "envelope_invalid")
        return
    assert (status, problem["code"]) == (410, "reset")
    assert replica.device.verified(problem["statement"], "statement")["acked_seq"] == 0


def test_an_older_cursor_is_a_reset(held: Case, replica: Replica) -> None:
    replica.sync()
    old = replica.cursor
    for _ in range(2):
        touch([held.pk])
        replica.sync()
    replica.cursor = old
    with pytest.raises(Refused, match="reset"):
        replica.ask()


def test_cursors_are_never_used_again(replica: Replica) -> None:
    seen = set()
    for _ in range(12):
        page = replica.ask()
        assert page["cursor"] not in seen
        seen.add(page["cursor"])
        replica.apply(page)


def test_a_reset_erases_what_is_not_sent_again(cast: Cast, held: Case, replica: Replica) -> None:
    """Mark and sweep: the case left while the server had forgotten what this device held."""
    replica.sync()
    DeviceView.objects.all().delete()
    assign_subject(case=held, officer=cast.bystander)
    replica.sync()
    assert replica.case_ids == set()
    assert_converged(replica)


def test_a_reset_in_pages_sweeps_only_at_the_end(cast: Cast, held: Case, replica: Replica) -> None:
    for number in range(200, 212):
        assign_subject(case=file_one(cast, number), group=cast.group)
    replica.sync()
    assign_subject(case=held, officer=cast.bystander)
    DeviceView.objects.all().delete()
    replica.max_bytes, replica.cursor = 1, None
    first = replica.ask()
    replica.apply(first)
    assert first["complete"] is False
    assert str(held.pk) in replica.case_ids
    replica.sync()
    assert len(replica.case_ids) == 12
    assert_converged(replica)


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_faults_and_changes_converges(cast: Cast, held: Case, replica: Replica, seed: int) -> None:
    """Same seed, same story: pages lost, doubled, kept back and applied late, while cases come, go and change."""
    dice = random.Random(seed)
    cases = [held, *(file_one(cast, number) for number in range(200, 204))]
    kept: list[dict[str, Any]] = []
    acts: list[Callable[[], object]] = [
        lambda: touch([dice.choice(cases).pk]),
        lambda: assign_subject(case=dice.choice(cases), group=cast.group),
        lambda: assign_subject(case=dice.choice(cases), officer=cast.bystander),
        lambda: lose_a_reply(replica),
        lambda: kept.append(replica.ask()),
        lambda: replica.apply(dice.choice(kept)) if kept else None,
        lambda: replica.apply(replica.ask()),
    ]
    replica.max_bytes = 1
    for _ in range(40):
        try:
            dice.choice(acts)()
        except Refused as refused:
            if refused.code != "reset":
                raise
            replica.cursor = None
    replica.sync()
    assert_converged(replica)


@pytest.mark.django_db(transaction=True)
def test_pulls_at_the_same_time_never_both_count() -> None:
    """On real connections: one is answered, the others are told to ask again, and what follows is right."""
    cast = people_of_a_city()
    case = file_one(cast)
    assign_subject(case=case, group=cast.group)
    replica = Replica(phone(cast.holder))
    replica.sync()
    touch([case.pk])
    pages: list[dict[str, Any]] = []
    codes: list[str] = []
    barrier = threading.Barrier(4)

    def ask() -> None:
        barrier.wait()
        try:
            pages.append(replica.ask())
        except Refused as refused:
            codes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pages
    assert set(codes) <= {"pull_overtaken"}
    assert len(pages) + len(codes) == 4
    replica.apply(pages[0])
    replica.sync()
    assert_converged(replica)


@pytest.mark.django_db(transaction=True)
def test_a_pull_reads_one_moment_while_others_write() -> None:
    """Each case is changed with a neighbour in one transaction: no answer may show one without the other."""
    cast = people_of_a_city()
    cases = [file_one(cast, number) for number in (1, 2)]
    for case in cases:
        assign_subject(case=case, group=cast.group)
    replica = Replica(phone(cast.holder))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            touch([case.pk for case in cases])
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(15):
            page = replica.ask()
            replica.apply(page)
            versions = {unit["tag"].split(".")[-3].partition("-")[0] for unit in page["put"] if unit["type"] == "case"}
            assert len(versions) <= 1
    finally:
        stop.set()
        writer.join()
    replica.sync()
    assert_converged(replica)
