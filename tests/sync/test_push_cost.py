"""A batch costs a handful of statements, whatever its size and whatever came before."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.cases.models import Case
from server.cases.services import record_event
from server.common.clock import now
from tests.actors import Cast
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold

pytestmark = pytest.mark.django_db

# With photos, reviews, nodes that move and a thumbnail: everything a push can write. Those of savepoints not counted.
MOST_STATEMENTS = 40


def statements_of(phone: TestDevice) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        answer = phone.push()
    assert {result["status"] for result in answer["results"]} <= {"applied", "parked", "quarantined"}
    return [query["sql"][:40] for query in captured if "SAVEPOINT" not in query["sql"]]


def record_one_of_each(phone: TestDevice, cases: list[Case], number: int) -> None:
    case = cases[number % len(cases)]
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=[b"photo %d" % number])
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.record("DETAIN", case_no=case.case_no, fields={"detained_at": phone.now().isoformat()})
    phone.record("LOCATE", case_id=case.pk, assignment_no=9)
    phone.record_bytes(b"not JSON")


def test_the_same_number_of_statements_for_ten_operations_and_for_five_hundred(phone: TestDevice, cast: Cast) -> None:
    cases = [hold(file_one(cast, number), cast.group) for number in range(1, 21)]
    for case in cases:
        record_event(case=case, key="investigation_requested", occurred_at=now())
    record_one_of_each(phone, cases, 0)
    phone.push()
    # One case that moves and one that only shows something new, as in the large batch.
    record_one_of_each(phone, cases, 0)
    record_one_of_each(phone, cases, 1)
    few = statements_of(phone)
    for number in range(2, 102):
        record_one_of_each(phone, cases, number)
    many = statements_of(phone)
    assert len(few) == len(many), (few, many)
    assert len(many) <= MOST_STATEMENTS


def test_a_repeated_batch_costs_no_more_than_a_new_one(phone: TestDevice, held: Case) -> None:
    for _ in range(50):
        phone.record("LOCATE", case_id=held.pk)
    new = statements_of(phone)
    with CaptureQueriesContext(connection) as captured:
        phone.push(first_seq=1)
    assert len(captured) < len(new)


def test_one_act_costs_so_many_statements_and_no_more(phone: TestDevice, held: Case) -> None:
    """Of an act as most are: complete, without a photograph, moving no node. BEGIN and COMMIT are among them."""
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.push()
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    few = statements_of(phone)
    # SQLite takes one table at a time; a transaction of its own is a savepoint within that of the test.
    assert len(few) <= (17 if connection.vendor == "postgresql" else 20), few
