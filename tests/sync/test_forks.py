"""Two phones from one image: both histories are kept, neither takes effect by itself, and a person decides."""

import copy
from typing import Any

import pytest

from server.cases.models import Case
from server.evidence.models import Promise
from server.field.models import FieldAction
from server.ledger.models import Entry
from server.sync.models import Fork, ForkedOperation, Operation, Review
from tests.devices import Refused, TestDevice
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, statuses

pytestmark = pytest.mark.django_db


def record(phone: TestDevice, case: Case, count: int = 1, **more: Any) -> list[str]:
    return [phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, **more).hash_hex for _ in range(count)]


@pytest.fixture
def clone(phone: TestDevice, held: Case) -> TestDevice:
    """The same phone, restored from an image of yesterday: both know one act, and the first has pushed two more."""
    record(phone, held)
    phone.push()
    image = copy.deepcopy(
        {name: value for name, value in vars(phone).items() if name not in ("transport", "private_key")}
    )
    clone = copy.copy(phone)
    vars(clone).update(image)
    record(phone, held, 2)
    phone.push()
    return clone


def test_the_other_history_is_kept_and_told_in_a_signed_word(phone: TestDevice, clone: TestDevice, held: Case) -> None:
    branch = record(clone, held, 3)
    answer = clone.push(first_seq=2)
    fork = clone.verified(answer["fork"], "fork")
    assert (fork["seq"], fork["kept_hash"], fork["other_hash"]) == (2, phone.log[1].hash_hex, branch[0])
    assert (fork["held_seq"], fork["held_hash"]) == (4, branch[2])
    assert answer["results"] == []
    assert list(ForkedOperation.objects.order_by("seq").values_list("hash", flat=True)) == branch
    assert list(Operation.objects.order_by("seq").values_list("hash", flat=True)) == [
        each.hash_hex for each in phone.log
    ]
    assert FieldAction.objects.count() == 3


def test_asked_again_it_is_the_same_fork_and_one_alarm(clone: TestDevice, held: Case) -> None:
    record(clone, held, 2)
    for _ in range(3):
        clone.push(first_seq=1)
    assert (Fork.objects.count(), ForkedOperation.objects.count()) == (1, 2)
    assert Entry.objects.filter(kind="log_forked").count() == 1


def test_what_both_have_is_answered_as_stored(clone: TestDevice, held: Case) -> None:
    record(clone, held)
    answer = clone.push(first_seq=1)
    assert [(result["seq"], result["repeated"]) for result in answer["results"]] == [(1, True)]


def test_the_branch_goes_on_behind_what_is_held_of_it(phone: TestDevice, clone: TestDevice, held: Case) -> None:
    branch = record(clone, held, 9)
    clone.push(first_seq=2, limit=4)
    answer = clone.push(first_seq=6)
    assert clone.verified(answer["fork"], "fork")["held_seq"] == 10
    assert ForkedOperation.objects.count() == len(branch)


def test_files_of_the_branch_are_taken_too(clone: TestDevice, held: Case) -> None:
    photo = jpeg()
    record(clone, held, photos=[photo])
    clone.push(first_seq=2)
    assert clone.upload(photo) == 204
    assert Promise.objects.get().state == "verified"


def test_the_kept_branch_waits_for_a_person_from_then_on(phone: TestDevice, clone: TestDevice, held: Case) -> None:
    record(clone, held)
    clone.push(first_seq=2)
    record(phone, held)
    answer = phone.push()
    assert statuses(answer) == [("parked", "log_forked")]
    assert phone.acked_seq == 4
    fork = phone.verified(answer["fork"], "fork")
    assert fork["kept_hash"] == phone.log[1].hash_hex
    assert Review.objects.get().cause == "log_forked"


def test_whoever_comes_first_is_kept(phone: TestDevice, held: Case) -> None:
    record(phone, held)
    image = copy.copy(phone)
    image.log, image.results = list(phone.log), {}
    first = record(image, held)
    image.push()
    second = record(phone, held)
    phone.acked_seq = 1
    answer = phone.push(first_seq=2)
    fork = phone.verified(answer["fork"], "fork")
    assert (fork["kept_hash"], fork["other_hash"]) == (first[0], second[0])


def test_a_branch_that_begins_behind_a_hole_is_not_called_held(
    phone: TestDevice, clone: TestDevice, held: Case
) -> None:
    branch = record(clone, held, 3)
    answer = clone.push(first_seq=4)
    fork = clone.verified(answer["fork"], "fork")
    assert (fork["seq"], fork["kept_hash"], fork["other_hash"]) == (3, phone.log[2].hash_hex, branch[1])
    assert "held_seq" not in fork
    clone.push(first_seq=2)
    assert Fork.objects.get().seq == 2
    assert list(ForkedOperation.objects.order_by("seq").values_list("hash", flat=True)) == branch


def test_a_branch_goes_on_with_signed_heads_only(clone: TestDevice, held: Case) -> None:
    record(clone, held, 6)
    clone.push(first_seq=2, limit=3)
    clone.log[-1].signature = bytes(64)
    with pytest.raises(Refused) as refusal:
        clone.push(first_seq=5)
    assert refusal.value.code == "chain_invalid"
    assert ForkedOperation.objects.count() == 3
