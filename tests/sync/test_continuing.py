"""A log goes on from another: under a fresh code after a fork, by its own key after damage; nothing counts twice."""

import json
from typing import Any

import pytest

from server.cases.models import Case
from server.common.clock import now
from server.evidence.models import Promise
from server.field.models import FieldAction
from server.ledger.models import Entry
from server.people.models import Device, EnrolmentCode
from server.people.services import issue_enrolment_code, revoke_device
from server.sync.models import DamagedOperation, DeviceLog, IssuedStatement, Operation, Review
from tests.actors import Cast
from tests.devices import Refused, TestDevice, new_nonce, unb64url
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, phone_of, statuses

pytestmark = pytest.mark.django_db


def record(phone: TestDevice, case: Case, count: int = 1, **more: Any) -> None:
    for _ in range(count):
        phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, **more)


def successor(phone: TestDevice, code: str, seq: int) -> TestDevice:
    """The same hand under a new key and name, going on from number `seq` of the old log."""
    new = TestDevice(phone.transport)
    new.enrol(code, continues={"certificate": phone.certificate, "seq": seq, "hash": phone.head(seq).hex()})
    return new


def certificate_of(device: TestDevice) -> dict[str, object]:
    return dict(json.loads(unb64url(device.certificate.split(".")[0])))


def test_a_fresh_code_goes_on_from_the_old_log(cast: Cast, phone: TestDevice, held: Case) -> None:
    record(phone, held, 2)
    phone.push()
    new = successor(phone, issue_enrolment_code(officer=cast.holder), 1)
    certificate = certificate_of(new)
    assert certificate["incarnation"] == 2
    assert certificate["continues"] == {"incarnation": 1, "seq": 1, "hash": phone.log[0].hash_hex}
    assert Device.objects.get(pk=new.id).continues_id == phone.id
    record(new, held)
    assert statuses(new.push()) == [("applied", "ok")]


def test_what_the_old_log_had_brought_takes_no_effect_twice(cast: Cast, phone: TestDevice, held: Case) -> None:
    record(phone, held, 3)
    phone.push(limit=2)
    new = successor(phone, issue_enrolment_code(officer=cast.holder), 0)
    for operation in phone.log:
        new.record_bytes(operation.body)
    assert statuses(new.push()) == [("applied", "continued"), ("applied", "continued"), ("applied", "ok")]
    assert (FieldAction.objects.count(), Operation.objects.count()) == (3, 5)
    assert Entry.objects.filter(kind="action_recorded").count() == 3
    assert not Review.objects.exists()


def test_the_disputed_branch_waits_for_a_person_under_its_new_log_too(
    cast: Cast, phone: TestDevice, held: Case
) -> None:
    record(phone, held)
    phone.push()
    record(phone, held)
    phone.push()
    mine = phone.log[1]
    phone.log = phone.log[:1]
    record(phone, held)
    phone.push(first_seq=2)
    new = successor(phone, issue_enrolment_code(officer=cast.holder), 1)
    new.record_bytes(phone.log[1].body)
    record(new, held)
    assert statuses(new.push()) == [("parked", "log_forked"), ("applied", "ok")]
    assert Operation.objects.filter(hash=mine.hash_hex).exists()


def test_bytes_sent_under_the_new_log_are_those_the_old_one_promised(cast: Cast, phone: TestDevice, held: Case) -> None:
    photo = jpeg()
    record(phone, held, photos=[photo])
    phone.push()
    new = successor(phone, issue_enrolment_code(officer=cast.holder), 0)
    new.record_bytes(phone.log[0].body)
    new.push()
    assert new.upload(photo) == 204
    assert set(Promise.objects.values_list("state", flat=True)) == {"verified"}
    assert FieldAction.objects.get().is_complete


def test_anothers_code_does_not_take_over_a_log(cast: Cast, phone: TestDevice) -> None:
    code = issue_enrolment_code(officer=cast.colleague)
    with pytest.raises(Refused) as refusal:
        successor(phone, code, 0)
    assert (refusal.value.status, refusal.value.code) == (403, "code_of_another")


def test_what_we_do_not_hold_is_not_certified(cast: Cast, phone: TestDevice, held: Case) -> None:
    record(phone, held)
    new = successor(phone, issue_enrolment_code(officer=cast.holder), 1)
    assert certificate_of(new)["continues"] is None
    assert certificate_of(new)["incarnation"] == 2


def begin_anew(phone: TestDevice, new: TestDevice, **members: object) -> tuple[int, dict[str, object]]:
    place = {"seq": phone.acked_seq, "hash": phone.head(phone.acked_seq).hex()}
    asked = {"protocol": 1, "certificate": phone.certificate, "nonce": new_nonce(), "device": str(new.id), **place}
    return phone.send("/api/v1/devices/incarnation", {**asked, **members})


def test_a_damaged_log_begins_anew_without_a_code(phone: TestDevice, held: Case) -> None:
    record(phone, held, 3)
    phone.push(limit=1)
    phone.log[1].signature = phone.log[2].signature = bytes(64)
    with pytest.raises(Refused) as refusal:
        phone.push()
    assert refusal.value.code == "chain_invalid"
    assert DamagedOperation.objects.count() == 2

    new = TestDevice(phone.transport)
    new.private_key = phone.private_key
    status, answer = begin_anew(phone, new)
    again = begin_anew(phone, new)[1]
    assert (status, answer["certificate"]) == (200, again["certificate"])
    assert str(answer["statement"]).count(".") == 1
    device = Device.objects.get(pk=new.id)
    assert (device.continues_id, device.incarnation) == (phone.id, 2)
    assert bytes(device.public_key) == phone.public_key


def test_beginning_anew_has_an_end(phone: TestDevice) -> None:
    found = [begin_anew(phone, TestDevice(phone.transport))[0] for _ in range(21)]
    assert found == [200] * 20 + [429]


@pytest.mark.parametrize("members", [{"seq": -1}, {"hash": "x"}, {"device": "x"}, {"certificate": "x"}])
def test_a_request_that_is_none_says_where(phone: TestDevice, members: dict[str, object]) -> None:
    status, problem = begin_anew(phone, TestDevice(phone.transport), **members)
    assert status in (401, 422)
    assert problem["code"] in ("envelope_invalid", "certificate_invalid")


def test_another_key_begins_nothing(cast: Cast, phone: TestDevice) -> None:
    other = phone_of(cast.colleague)
    place = {"seq": 0, "hash": phone.head(0).hex(), "device": str(TestDevice(phone.transport).id)}
    asked = {"protocol": 1, "certificate": phone.certificate, "nonce": new_nonce(), **place}
    status, problem = other.send("/api/v1/devices/incarnation", asked)
    assert (status, problem["code"]) == (401, "request_signature_invalid")


def test_beginning_anew_is_no_way_around_the_desk(phone: TestDevice) -> None:
    Device.objects.filter(pk=phone.id).update(recovered_at=now(), is_doubted=True)
    new = TestDevice(phone.transport)
    begin_anew(phone, new)
    device = Device.objects.get(pk=new.id)
    assert device.recovered_at is not None
    assert (device.confirmed_at, device.is_doubted) == (None, True)


def test_one_call_ends_every_name_its_key_ever_had(cast: Cast, phone: TestDevice) -> None:
    new, renewed = TestDevice(phone.transport), successor(phone, issue_enrolment_code(officer=cast.holder), 0)
    begin_anew(phone, new)
    revoke_device(device=Device.objects.get(pk=new.id), reason="遗失")
    assert set(Device.objects.exclude(revoked_at=None).values_list("pk", flat=True)) == {phone.id, new.id}
    assert begin_anew(phone, TestDevice(phone.transport))[0] == 403
    # Another key is another phone.
    assert Device.objects.get(pk=renewed.id).revoked_at is None
    assert Entry.objects.filter(kind="device_revoked").count() == 2


def test_a_successor_known_again_after_a_restore_still_goes_on_from_its_old_log(
    cast: Cast, phone: TestDevice, held: Case
) -> None:
    record(phone, held, 2)
    phone.push()
    new = successor(phone, issue_enrolment_code(officer=cast.holder), 1)
    new.record_bytes(phone.log[1].body)
    EnrolmentCode.objects.filter(device_id=new.id).delete()
    DeviceLog.objects.filter(pk=new.id).delete()
    IssuedStatement.objects.filter(device_id=new.id).delete()
    Device.objects.filter(pk=new.id).delete()

    assert statuses(new.push()) == [("applied", "continued")]
    assert Device.objects.get(pk=new.id).continues_id == phone.id
    assert not Review.objects.exists()
