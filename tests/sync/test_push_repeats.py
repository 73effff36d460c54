"""Lost replies, doubled and late requests: everything arrives once, and the answer stays the same."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django.live_server_helper import LiveServer

from server.cases.models import Case
from server.common import clock
from server.ledger.models import Entry
from server.ledger.queries import head_of
from server.people.models import Officer
from server.people.streams import court_stream
from server.sync.models import Operation
from tests.actors import Cast, people_of_a_city
from tests.devices import HttpTransport, Offline, TestDevice
from tests.sync.pushing import COMPLETE, counts, file_one, hold, phone_of, stored_bodies

pytestmark = pytest.mark.django_db


def test_an_act_is_stored_as_the_bytes_the_device_made(phone: TestDevice, held: Case) -> None:
    operation = phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    answer = phone.push()
    assert stored_bodies() == [operation.body]
    assert phone.acked_seq == phone.statement["safe_seq"] == 1
    assert phone.statement["acked_hash"] == operation.hash_hex
    assert answer["results"] == [
        {
            "seq": 1,
            "status": "applied",
            "code": "ok",
            "missing": [],
            "subjects": [{"status": "applied", "node_effect": "applied", "code": "ok"}],
            "repeated": False,
        }
    ]


def test_lost_reply_then_retry_records_the_action_once(phone: TestDevice, held: Case) -> None:
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.lose_next_reply()
    with pytest.raises(Offline):
        phone.push()
    entries = Entry.objects.count()
    answer = phone.push()
    assert counts() == (1, 1, 1)
    assert Entry.objects.count() == entries
    assert [result["repeated"] for result in answer["results"]] == [True]
    assert phone.acked_seq == 1


def test_a_repeated_answer_is_the_first_one_even_when_the_world_has_changed(phone: TestDevice, held: Case) -> None:
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    first = phone.push()["results"][0]
    Case.objects.update(assignment_no=9)
    again = phone.push(first_seq=1)["results"][0]
    assert again == {**first, "repeated": True}


def test_a_doubled_request_records_once(phone: TestDevice, held: Case) -> None:
    phone.record("LOCATE", case_id=held.pk)
    phone.duplicate_next_request()
    assert phone.push()["results"][0]["repeated"]
    assert counts() == (1, 1, 1)


def test_a_late_old_push_after_a_newer_one_is_answered_and_changes_nothing(phone: TestDevice, held: Case) -> None:
    phone.record("LOCATE", case_id=held.pk)
    late = phone.envelope()
    phone.record("LOCATE", case_id=held.pk)
    phone.push()
    status, answer = phone.push_envelope(late)
    assert status == 200
    assert [(result["seq"], result["repeated"]) for result in answer["results"]] == [(1, True)]
    assert phone.acked_seq == 2, "the late answer states the log as it is now"
    assert counts() == (2, 2, 2)


def test_a_batch_that_overlaps_what_is_acknowledged_adds_only_the_rest(phone: TestDevice, held: Case) -> None:
    for _ in range(3):
        phone.record("LOCATE", case_id=held.pk)
    phone.push(limit=2)
    answer = phone.push(first_seq=2)
    assert [(result["seq"], result["repeated"]) for result in answer["results"]] == [(2, True), (3, False)]
    assert counts() == (3, 3, 3)


def test_an_empty_push_answers_a_statement(phone: TestDevice) -> None:
    answer = phone.push()
    assert answer["results"] == []
    assert phone.statement["acked_seq"] == 0
    assert answer["upload_bearer"]


def test_a_request_doubled_within_one_millisecond_is_answered_twice_in_the_same_words(phone: TestDevice) -> None:
    moment = clock.now()
    clock.set_clock(lambda: moment)
    try:
        envelope = phone.envelope()
        answers = [phone.push_envelope(envelope) for _ in range(2)]
    finally:
        clock.set_clock(None)
    assert [status for status, _ in answers] == [200, 200]
    assert answers[0][1]["statement"] == answers[1][1]["statement"]


def test_acknowledged_in_small_batches_or_large_the_ledger_grows_by_one_entry_an_act(
    phone: TestDevice, held: Case, cast: Cast
) -> None:
    before = head_of(court_stream(cast.court.pk)).position
    for _ in range(5):
        phone.record("LOCATE", case_id=held.pk)
    phone.push(limit=1)
    phone.push()
    assert head_of(court_stream(cast.court.pk)).position == before + 5


@pytest.mark.django_db(transaction=True)
def test_the_same_push_five_times_in_parallel_records_once(live_server: LiveServer) -> None:
    cast = people_of_a_city()
    held = hold(file_one(cast), cast.group)
    phone = phone_of(cast.holder, HttpTransport(live_server.url))
    for _ in range(3):
        phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, photos=[b"one photo"])
    envelope = phone.envelope()

    with ThreadPoolExecutor(5) as pool:
        replies = list(pool.map(lambda _: phone.push_envelope(envelope), range(5)))

    assert [status for status, _ in replies] == [200] * 5
    fresh = [answer for _, answer in replies if not answer["results"][0]["repeated"]]
    assert len(fresh) == 1
    assert counts() == (3, 3, 3)
    assert Entry.objects.filter(kind="action_recorded").count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_phones_with_the_same_cases_push_side_by_side(live_server: LiveServer) -> None:
    cast = people_of_a_city()
    cases = [hold(file_one(cast, number), cast.group) for number in (1, 2, 3)]
    officers: tuple[Officer, Officer] = (cast.holder, cast.colleague)
    phones = [phone_of(officer, HttpTransport(live_server.url)) for officer in officers]
    for phone, order in zip(phones, (cases, cases[::-1]), strict=True):
        for case in order:
            phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda phone: phone.push(), phones))

    assert all(result["status"] == "applied" for answer in answers for result in answer["results"])
    assert counts() == (6, 6, 6)
    positions = Entry.objects.filter(stream=court_stream(cast.court.pk)).order_by("position")
    assert list(positions.values_list("position", flat=True)) == list(range(1, positions.count() + 1))


def test_operations_of_another_incarnation_are_another_log(phone: TestDevice, held: Case) -> None:
    phone.record("LOCATE", case_id=held.pk)
    phone.push()
    assert list(Operation.objects.values_list("incarnation", "seq")) == [(1, 1)]
