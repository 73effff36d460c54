"""What the last bytes of a photograph cost, whatever came before: a fixed handful of statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.cases.models import Case, CaseEvent
from server.cases.services import record_event
from server.common.clock import now
from server.evidence.models import Promise
from server.field.models import FieldAction
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE

pytestmark = pytest.mark.django_db(transaction=True)  # BEGIN and COMMIT are of the number

FINISHING = 18
"""On PostgreSQL, which writes promises, act, subjects, nodes and cases in one; elsewhere each table has its own."""
OTHER_TABLES = 3


def statements_of(phone: TestDevice, content: bytes) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert phone.upload(content) == 204
    return [query["sql"][:60] for query in captured]


def promise_photos(phone: TestDevice, case: Case, *photos: bytes) -> None:
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=photos)
    phone.push()


def limit(statements: int) -> int:
    return statements if connection.vendor == "postgresql" else statements + OTHER_TABLES


def test_the_photo_that_finishes_an_act_costs_a_handful_of_statements(phone: TestDevice, held: Case) -> None:
    promise_photos(phone, held, b"first")
    phone.upload(b"first")  # tells its event; one more of that day tells nothing new
    promise_photos(phone, held, b"second")
    statements = statements_of(phone, b"second")
    assert FieldAction.objects.filter(is_complete=True).count() == 2
    assert len(statements) <= limit(FINISHING), statements


def test_an_act_that_moves_a_node_costs_one_more(phone: TestDevice, held: Case) -> None:
    record_event(case=held, key="investigation_requested", occurred_at=now())
    promise_photos(phone, held, b"photo")
    statements = statements_of(phone, b"photo")
    assert CaseEvent.objects.filter(source_type="operation").count() == 1
    assert len(statements) <= limit(FINISHING) + 1 + (connection.vendor == "sqlite"), statements


def test_a_photo_that_finishes_nothing_reads_no_nodes_and_no_events(phone: TestDevice, held: Case) -> None:
    promise_photos(phone, held, b"one", b"two")
    statements = statements_of(phone, b"one")
    assert not [each for each in statements if "cases_node" in each or "cases_caseevent" in each]
    assert len(statements) <= limit(FINISHING) - 2, statements


def test_neither_a_history_nor_more_photos_raise_the_cost(phone: TestDevice, held: Case) -> None:
    photos = [b"photo %d" % number for number in range(9)]
    promise_photos(phone, held, *photos)
    few = statements_of(phone, photos[0])
    for photo in photos[1:7]:
        phone.upload(photo)
    for number in range(20):
        promise_photos(phone, held, b"of another act %d" % number)
    assert len(statements_of(phone, photos[7])) == len(few)
    assert Promise.objects.filter(state="verified").count() == 8
