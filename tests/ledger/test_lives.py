"""A restore begins a new life: new epochs, and chains that go on."""

from datetime import timedelta

import pytest

from server.common import clock
from server.ledger.models import Entry
from server.ledger.queries import current_server_epoch, head_of
from server.ledger.services import begin_life_after_restore, begin_server_life
from server.ledger.verify import verify_stream
from tests.ledger.streams import append_now, draft, opened

pytestmark = pytest.mark.django_db


def test_every_stream_gets_a_new_epoch_and_its_chain_goes_on() -> None:
    streams = opened(2)
    append_now(draft(streams[0]), draft(streams[0]))
    before = {stream: head_of(stream) for stream in streams}
    server_epoch = begin_life_after_restore()
    assert current_server_epoch() == server_epoch
    for stream in streams:
        head = head_of(stream)
        assert head.ledger_epoch != before[stream].ledger_epoch
        assert head.position == before[stream].position + 1
        last = Entry.objects.get(stream=stream, position=head.position)
        assert (last.kind, last.ledger_epoch) == ("restored", head.ledger_epoch)
        assert verify_stream(stream).is_sound


def test_a_new_life_counts_also_where_the_clock_is_behind() -> None:
    behind = clock.now() - timedelta(days=400)
    clock.set_clock(lambda: behind)
    try:
        epoch = begin_server_life(reason="restored")
    finally:
        clock.set_clock(None)
    assert current_server_epoch() == epoch


def test_the_last_entries_alone_can_be_verified() -> None:
    (stream,) = opened()
    append_now(*(draft(stream) for _ in range(5)))
    assert verify_stream(stream, last=2).is_sound
    assert verify_stream(stream, last=50).is_sound
