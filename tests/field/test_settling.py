"""Two devices at one act: what a delivery settles is what stands once it holds its cases, not what stood before."""

import threading
from collections.abc import Sequence

import pytest
from django.db import connection

from server.cases.models import Case
from server.common.ids import new_id
from server.field.models import ActionSubject, FieldAction
from server.ledger.services import Appended, Draft, append
from server.sync import push
from tests.actors import Cast, people_of_a_city
from tests.backends.waiting import somebody_waits_for_us, until
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return people_of_a_city()


def test_a_case_added_while_a_delivery_waits_for_the_act_is_settled_with_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (hold(file_one(cast, number), cast.group) for number in (1, 2))
    phone, colleague = phone_of(cast.holder), phone_of(cast.colleague)
    act, photo = str(new_id()), b"photo of both"
    phone.record("LOCATE", case_id=first.pk, fields=COMPLETE, photos=[photo], action_id=act)
    phone.push()
    colleague.record("LOCATE", case_ids=[first.pk, second.pk], fields=COMPLETE, action_id=act)
    adding = _pushing_until_somebody_waits(colleague, monkeypatch)
    assert phone.upload(photo) == 204
    adding.join()
    assert FieldAction.objects.get().is_complete
    told = ActionSubject.objects.values_list("subject_id", "status", "node_effect")
    assert set(told) == {(case.pk, "applied", "applied") for case in (first, second)}
    assert Case.objects.get(pk=second.pk).version > second.version


def _pushing_until_somebody_waits(phone: TestDevice, monkeypatch: pytest.MonkeyPatch) -> threading.Thread:
    """A push that holds its cases, about to commit; it does once another waits for them. Returns when it holds them."""
    holds = threading.Event()

    def appended(drafts: Sequence[Draft]) -> list[dict[str, Appended]]:
        holds.set()
        until(somebody_waits_for_us)
        return append(drafts)

    def work() -> None:
        try:
            phone.push()
        finally:
            connection.close()

    monkeypatch.setattr(push, "append", appended)
    thread = threading.Thread(target=work)
    thread.start()
    assert holds.wait(20)
    return thread
