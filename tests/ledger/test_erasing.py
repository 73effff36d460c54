"""I23: facts may be erased, by an entry of its own and in no other way; the chain still verifies."""

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from server.common.errors import DomainError
from server.ledger import hashing
from server.ledger.erasing import erase_facts
from server.ledger.models import Entry
from server.ledger.verify import verify_stream
from tests.ledger.streams import append_now, draft, opened

pytestmark = pytest.mark.django_db
WHO = {"by": "1", "allowed_by": "2"}


@pytest.fixture
def stream() -> str:
    (stream,) = opened()
    append_now(*(draft(stream, state=str(number)) for number in range(5)))
    return stream


def erase(stream: str, *positions: int) -> list[int]:
    return erase_facts(stream=stream, positions=positions, view=WHO, facts={"reason": "the law"})


def test_erased_facts_are_gone_and_the_chain_holds(stream: str) -> None:
    before = list(Entry.objects.filter(stream=stream).order_by("position").values_list("view", "hash"))
    wanted = [hashing.facts_hash(bytes(e.salt), e.facts.encode()).hex() for e in Entry.objects.filter(position=3)]

    assert erase(stream, 3, 5) == [3, 5]

    entries = {entry.position: entry for entry in Entry.objects.filter(stream=stream)}
    assert [bool(entries[position].facts) for position in range(1, 7)] == [True, True, False, True, False, True]
    assert [(entries[position].view, entries[position].hash) for position in range(1, 6)] == before
    told = json.loads(entries[6].view)
    assert (told["kind"], told["by"], told["allowed_by"]) == ("facts_erased", "1", "2")
    assert [each["position"] for each in told["erased"]] == [3, 5]
    assert told["erased"][0]["facts_hash"] == wanted[0]
    for last in (None, 3, 1):
        assert verify_stream(stream, last=last).is_sound
    append_now(draft(stream))
    assert verify_stream(stream).entries == 7


def test_erased_twice_it_is_told_once(stream: str) -> None:
    erase(stream, 2)
    assert erase(stream, 2) == []
    assert Entry.objects.filter(stream=stream, kind="facts_erased").count() == 1


@pytest.mark.parametrize("position", [0, 6, 99])
def test_what_is_not_there_or_tells_of_an_erasing_is_not_erased(stream: str, position: int) -> None:
    erase(stream, 2)
    with pytest.raises(DomainError, match="facts_not_erasable"):
        erase(stream, 1, position)
    assert verify_stream(stream).is_sound
    assert Entry.objects.get(stream=stream, position=1).facts


def test_facts_that_are_gone_without_an_entry_are_a_fault(stream: str) -> None:
    erase(stream, 2)
    QuerySet(Entry).filter(stream=stream, position=4).update(facts="", salt=b"")
    report = verify_stream(stream)
    assert (report.entries, report.fault) == (3, "facts_missing")


def test_erased_facts_are_not_replaced_by_others(stream: str) -> None:
    erase(stream, 2)
    change = "UPDATE ledger_entry SET facts = '{}' WHERE stream = %s AND position = 2"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, [stream])


@pytest.mark.parametrize(
    "change",
    [
        "facts = ''",
        "facts = '', salt = salt",
        "salt = ''",
        "view = '{}', facts = '', salt = ''",
        "facts = '{}', salt = ''",
    ],
)
def test_the_database_lets_facts_and_salt_go_together_and_nothing_else(stream: str, change: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE ledger_entry SET {change} WHERE stream = %s AND position = 3", [stream])
    assert verify_stream(stream).is_sound
