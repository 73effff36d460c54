"""A copy that has become the server begins a life of its own: by itself after a promotion, by a word otherwise."""

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from server.config.operations import takeover
from server.config.operations.takeover import take_over_if_promoted
from server.ledger.models import Entry, ServerLife
from server.ledger.queries import current_server_epoch
from server.sync.models import DeviceLog
from tests.actors import people_of_a_city
from tests.config.copying import Office, said
from tests.devices import Refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(settings: Settings) -> Office:
    office = Office(people_of_a_city())
    office.record(1)
    office.phone.push()
    return office


def test_the_same_timeline_is_the_same_life_and_another_one_begins_another(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current_server_epoch()
    monkeypatch.setattr(takeover, "_timeline", lambda: "00000001")
    assert take_over_if_promoted() is take_over_if_promoted() is None
    assert current_server_epoch() == before
    DeviceLog.objects.update(safe_seq=1, safe_hash="0" * 64)

    monkeypatch.setattr(takeover, "_timeline", lambda: "00000002")
    assert take_over_if_promoted() is not None
    assert take_over_if_promoted() is None
    assert current_server_epoch() != before
    assert Entry.objects.filter(kind="restored").exists()
    assert DeviceLog.objects.get().safe_seq == 0
    with pytest.raises(Refused, match="epoch_changed"):
        office.phone.push()
    office.phone.push()
    assert office.phone.acked_seq == 1


def test_without_a_timeline_nothing_is_concluded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeover, "_timeline", lambda: "")
    before = current_server_epoch()
    assert take_over_if_promoted() is None
    assert current_server_epoch() == before


def test_the_timeline_is_read_from_postgresql_itself(office: Office) -> None:
    assert takeover._timeline() == ("00000001" if connection.vendor == "postgresql" else "")


def test_an_operator_may_say_so_himself(office: Office) -> None:
    before = current_server_epoch()
    assert "A new life has begun" in said("take_over")
    assert current_server_epoch() != before
    assert ServerLife.objects.count() == 2
