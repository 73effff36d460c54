"""What a push is judged on is read under its lock: on real connections, one waiting while another changes it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from server.people.models import Court, Device, Officer, Role
from server.people.services import courts, grant_role, rotate_signing_key, staff
from server.sync.logs import locked_log
from server.sync.models import DeviceLog, Operation
from tests.actors import Cast, people_of_a_city
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

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


def _until_one_waits(other: threading.Thread | None = None) -> None:
    """Until a connection waits for a lock, or `other` is done."""
    if connection.vendor != "postgresql":
        return  # SQLite lets one writer in at all: the other has not begun
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,) or (other and not other.is_alive()):
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


def test_a_key_is_rotated_and_a_role_given_while_a_push_commits_and_neither_waits_for_the_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a push writes refers to court and officer: who holds those rows for himself must not shut it out."""
    phone = phone_of(cast.holder)
    held = hold(file_one(cast), cast.group)
    for module, change in (
        (courts, lambda: rotate_signing_key(court=cast.court)),
        (staff, lambda: grant_role(officer=cast.holder, role=Role.TEAM_LEADER)),
    ):
        phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
        pushing = threading.Thread(target=_push, args=(phone,))
        with monkeypatch.context() as patch:
            patch.setattr(module, "append", _after_a_push_began(pushing, module.append))
            change()
        pushing.join(30)
    assert Operation.objects.count() == 2


def _push(phone: TestDevice) -> None:
    try:
        phone.send("/api/v1/sync/push", phone.envelope(first_seq=1))
    finally:
        connection.close()


def _after_a_push_began(pushing: threading.Thread, append: Callable[..., Any]) -> Callable[..., Any]:
    def appended(*given: Any) -> Any:
        pushing.start()
        _until_one_waits(pushing)
        return append(*given)

    return appended
