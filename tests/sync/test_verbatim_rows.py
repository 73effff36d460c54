"""What a device signed is never changed by anybody: the database itself refuses (I4)."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from server.sync.models import Operation
from tests.actors import Cast
from tests.sync.replica import phone


@pytest.fixture
def stored(cast: Cast) -> Operation:
    device = phone(cast.holder)
    device.record()
    device.push()
    return Operation.objects.get()


@pytest.mark.parametrize("change", [{"body": b"another"}, {"hash": "0" * 64}, {"signature": b"x"}, {"seq": 7}])
def test_a_stored_operation_cannot_be_changed(stored: Operation, change: dict[str, object]) -> None:
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Operation.objects.update(**change)


def test_its_outcome_may_gain_a_later_life(stored: Operation) -> None:
    stored.status = Operation.Status.APPLIED
    stored.save()
    assert Operation.objects.get().body == stored.body


def test_it_cannot_be_deleted(stored: Operation) -> None:
    with pytest.raises(ProtectedError):
        Operation.objects.all().delete()
    if connection.vendor == "postgresql":  # SQLite empties tables by DELETE alone, so there no trigger forbids it
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            Operation.objects.all()._raw_delete("default")
