"""A changed, missing or doubled entry shows, and where."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from server.ledger import hashing
from server.ledger.models import Entry, Head
from server.ledger.verify import verify_stream
from tests.ledger.streams import append_now, draft, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def stream() -> str:
    (stream,) = opened()
    append_now(*(draft(stream, state=str(number)) for number in range(5)))
    return stream


def tamper(statement: str, *parameters: str) -> None:
    """What somebody with the database's own rights could do: past the trigger."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("DROP TRIGGER ledger_entry_is_immutable")
        cursor.execute(statement, parameters)


def test_an_untouched_stream_is_sound(stream: str) -> None:
    report = verify_stream(stream)
    assert report.is_sound
    assert report.entries == 5


@pytest.mark.parametrize(
    ("column", "fault"),
    [("view", "hash_differs"), ("facts", "hash_differs"), ("hash", "hash_differs"), ("kind", "columns_differ")],
)
def test_a_changed_entry_is_named(stream: str, column: str, fault: str) -> None:
    text = "0" * 64 if column == "hash" else "{}"
    tamper(f"UPDATE ledger_entry SET {column} = %s WHERE stream = %s AND position = 3", text, stream)
    report = verify_stream(stream)
    assert (report.entries, report.fault) == (2, fault)


def test_a_chain_holds_where_only_the_hash_of_facts_is_left(stream: str) -> None:
    """I23: erased facts leave their hash, and whoever has it finds the head."""
    digest = hashing.ZERO
    for entry in Entry.objects.filter(stream=stream).order_by("position"):
        left = hashing.facts_hash(bytes(entry.salt), entry.facts.encode())
        view = hashing.view_hash(entry.view.encode())
        digest = hashing.entry_hash(digest, stream, entry.position, view, left)
    assert digest.hex() == Head.objects.get(stream=stream).hash


def test_a_removed_entry_is_a_hole(stream: str) -> None:
    tamper("DELETE FROM ledger_entry WHERE stream = %s AND position = 3", stream)
    assert verify_stream(stream).fault == "position_missing"


def test_a_cut_end_shows_against_the_head(stream: str) -> None:
    tamper("DELETE FROM ledger_entry WHERE stream = %s AND position = 5", stream)
    assert verify_stream(stream).fault == "head_differs"


def test_a_stream_nobody_opened_is_not_sound() -> None:
    assert verify_stream("court:none").fault == "stream_unknown"


def test_the_command_says_all_is_well(stream: str) -> None:
    out = StringIO()
    call_command("verify_ledger", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said["sound"] is True
    assert {row["stream"]: row["entries"] for row in said["streams"]}[stream] == 5


def test_the_command_fails_where_a_stream_does_not_hold(stream: str) -> None:
    Head.objects.filter(stream=stream).update(position=4)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_ledger", stdout=out)
    assert "head_differs" in out.getvalue()
    assert Entry.objects.filter(stream=stream).count() == 5
