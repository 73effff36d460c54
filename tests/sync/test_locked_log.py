"""What a push is judged on is read under its lock: on real connections, one waiting while another changes it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from server.people.models import Court, Device, Officer
from server.sync.logs import locked_log
from server.sync.models import DeviceLog
from tests.actors import Cast, people_of_a_city
from tests.sync.pushing import phone_of

pytestmark = pytest.mark.django_db(transaction=True)


class Waiting(threading.Thread):
    """Takes the log's lock on a connection of its own; `log` is what it then saw."""

    def __init__(self, device: Device) -> None:
        super().__init__()
        self._device = device
        self.log: DeviceLog | None = None

    def run(self) -> None:
        try:
            with transaction.atomic():
                self.log = locked_log(self._device)
        finally:
            connection.close()


@contextmanager
def one_waits(device: Device) -> Iterator[Waiting]:
    """Another connection waits for the log that this block holds; it goes on when the block's changes are committed."""
    waiting = Waiting(device)
    with transaction.atomic():
        locked_log(device)
        waiting.start()
        _until_one_waits()
        yield waiting
    waiting.join(30)


def _until_one_waits() -> None:
    if connection.vendor != "postgresql":
        return  # SQLite lets one writer in at all: the other has not begun
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
    raise AssertionError("nobody waits")


@pytest.fixture
def cast() -> Cast:
    return people_of_a_city()


@pytest.fixture
def device(cast: Cast) -> Device:
    return Device.objects.select_related("court", "officer").get(pk=phone_of(cast.holder).id)


def test_who_waited_for_the_lock_sees_the_officer_as_he_is_now(device: Device) -> None:
    with one_waits(device) as waiting:
        Officer.objects.filter(pk=device.officer_id).update(suspended_from=datetime(2026, 11, 1, tzinfo=UTC))
    assert waiting.log
    assert waiting.log.device.officer.suspended_from == datetime(2026, 11, 1, tzinfo=UTC)


def test_who_waited_for_the_lock_sees_the_rules_of_the_court_as_they_are_now(device: Device) -> None:
    with one_waits(device) as waiting:
        Court.objects.filter(pk=device.court_id).update(kind_rules={"common.shape": "off"})
    assert waiting.log
    assert waiting.log.device.court.kind_rules == {"common.shape": "off"}


def test_who_waited_for_the_lock_sees_log_and_device_as_they_are_now(device: Device) -> None:
    with one_waits(device) as waiting:
        DeviceLog.objects.filter(device=device).update(acked_seq=7)
        Device.objects.filter(pk=device.pk).update(revoked_reason="lost")
    assert waiting.log
    assert (waiting.log.acked_seq, waiting.log.device.revoked_reason) == (7, "lost")
