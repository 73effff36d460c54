"""An accepted change is one entry in each stream it is told to, chained, in the transaction of its effect."""

import hashlib
import json
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from server.ledger.models import EntriesAreImmutable, Entry
from server.ledger.queries import current_server_epoch, entries_after, head_of
from server.ledger.services import Draft, StreamNotOpen, append, begin_server_life, open_stream
from server.ledger.verify import verify_stream
from tests.ledger.streams import append_now, draft, opened

CASE = UUID("01990000-0000-7000-8000-000000000001")


@pytest.mark.django_db
def test_an_entry_says_where_it_stands_and_what_it_is_about() -> None:
    (stream,) = opened()
    placed = append_now(Draft((stream,), "case_filed", {"status": "OPEN"}, {"cause": "x"}, "case", CASE))
    (entry,) = entries_after(stream, 0, 10)
    view = json.loads(entry.view)
    assert placed[0][stream].position == entry.position == view["position"] == 1
    assert placed[0][stream].hash == entry.hash == head_of(stream).hash
    assert placed[0][stream].ledger_epoch == head_of(stream).ledger_epoch
    assert view["subject"] == {"type": "case", "id": str(CASE)}
    assert view["kind"] == "case_filed"
    assert view["status"] == "OPEN"
    assert view["at"].endswith("Z")
    assert "cause" not in entry.view


@pytest.mark.django_db
def test_the_hash_is_over_the_bytes_the_reference_names() -> None:
    (stream,) = opened()
    append_now(draft(stream), draft(stream))
    first, second = entries_after(stream, 0, 10)
    view = hashlib.sha256(b"zhixing-view-1\x00" + second.view.encode()).digest()
    facts = hashlib.sha256(b"zhixing-facts-1\x00" + bytes(second.salt) + second.facts.encode()).digest()
    name = stream.encode()
    wanted = b"zhixing-entry-1" + bytes.fromhex(first.hash) + bytes([0, len(name)]) + name + bytes([0] * 7 + [2])
    assert len(bytes(second.salt)) == 16
    assert second.hash == hashlib.sha256(wanted + view + facts).hexdigest()


@pytest.mark.django_db
def test_a_draft_told_to_two_courts_is_an_entry_of_its_own_in_each() -> None:
    first, second = opened(2)
    append_now(draft(first))
    (places,) = append_now(draft(first, second))
    assert (places[first].position, places[second].position) == (2, 1)
    assert places[first].hash != places[second].hash


@pytest.mark.django_db
def test_the_cost_of_a_batch_does_not_grow_with_its_entries() -> None:
    streams = opened(3)
    costs = []
    for count in (2, 25):
        with (
            transaction.atomic(),
            CaptureQueriesContext(
                connection,
            ) as queries,
        ):
            append([draft(streams[n % 3], state=str(n)) for n in range(count)])
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 3


@pytest.mark.django_db
def test_nothing_to_tell_costs_nothing() -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        assert append([]) == []
    assert len(queries) == 0


@pytest.mark.django_db(transaction=True)
def test_an_append_outside_the_transaction_of_its_effect_is_refused() -> None:
    (stream,) = opened()
    with pytest.raises(RuntimeError):
        append([draft(stream)])


@pytest.mark.django_db
def test_a_stream_nobody_opened_takes_no_entry() -> None:
    with pytest.raises(StreamNotOpen, match="court:none"), transaction.atomic():
        append([draft("court:none")])


@pytest.mark.django_db
def test_opening_a_stream_again_changes_nothing() -> None:
    (stream,) = opened()
    append_now(draft(stream))
    before = head_of(stream)
    open_stream(stream)
    assert head_of(stream) == before


@pytest.mark.django_db
def test_a_view_cannot_speak_for_the_ledger() -> None:
    (stream,) = opened()
    with pytest.raises(ValueError, match="position"), transaction.atomic():
        append([draft(stream, position=7)])


@pytest.mark.django_db
def test_the_model_refuses_every_way_to_change_an_entry() -> None:
    (stream,) = opened()
    append_now(draft(stream))
    (entry,) = entries_after(stream, 0, 1)
    for change in (
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(kind="other"),
        lambda: Entry.objects.filter(position=1).update(kind="other"),
        lambda: Entry.objects.bulk_update([entry], ["kind"]),
        lambda: Entry.objects.create(stream=stream, position=9),
    ):
        with pytest.raises(EntriesAreImmutable):
            change()


@pytest.mark.django_db
def test_the_database_itself_refuses_to_change_an_entry() -> None:
    (stream,) = opened()
    append_now(draft(stream))
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET facts = '{}'")
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger_entry")
    assert verify_stream(stream).is_sound


@pytest.mark.django_db
def test_a_restore_begins_a_new_life_of_the_server() -> None:
    first = current_server_epoch()
    second = begin_server_life(reason="restored")
    assert current_server_epoch() == second != first
