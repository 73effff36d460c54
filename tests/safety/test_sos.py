"""Calls for help: taken whatever stands in their way, once, answered by somebody with a name, and never said to be seen
by anybody who has not seen them."""

import base64
import hashlib
import json
from typing import Any

import pytest

from server.common.errors import DomainError
from server.ledger.models import Entry
from server.notices.models import Notice
from server.people.models import Device, Officer
from server.people.services import revoke_device
from server.safety.models import Alarm, SosCall
from server.safety.queries import standing_alarms
from server.safety.services import acknowledge_alarm, close_alarm, watch_safety
from server.sync import operations
from tests.actors import Cast
from tests.devices import Operation, Refused, TestDevice, new_nonce
from tests.safety.conftest import Clock
from tests.sync.pushing import statuses

pytestmark = pytest.mark.django_db
HERE = {"lat": 26.1, "lon": 119.3, "accuracy": 8, "crs": "GCJ02"}


def call(phone: TestDevice, **fields: Any) -> Operation:
    return phone.record("sos", fields=fields, position=HERE)


def take_back(phone: TestDevice, called: Operation, reason: str = "误触") -> Operation:
    return phone.record("cancel_sos", fields={"sos": json.loads(called.body)["id"], "reason": reason})


def send(phone: TestDevice, operation: Operation) -> dict[str, Any]:
    """By the way of its own; what the court's signature covers."""
    members = {
        "protocol": 1,
        "certificate": phone.certificate,
        "nonce": new_nonce(),
        "body": base64.b64encode(operation.body).decode(),
    }
    status, answer = phone.send("/api/v1/sync/sos", members)
    assert status == 200, answer
    statement = phone.verified(answer["statement"], "statement")
    assert statement["nonce"] == members["nonce"]
    assert statement["answer_sha256"] == hashlib.sha256(answer["answer"].encode()).hexdigest()
    told: dict[str, Any] = json.loads(answer["answer"])["sos"]
    return told


def profile(phone: TestDevice) -> dict[str, Any]:
    status, answer = phone.pull()
    assert status == 200
    units = json.loads(answer["answer"])["put"]
    found: dict[str, Any] = next(unit["data"] for unit in units if unit["type"] == "profile")
    return found


def entries(kind: str) -> list[dict[str, Any]]:
    return [json.loads(row.view) for row in Entry.objects.filter(kind=kind).order_by("position")]


def test_a_call_is_an_alarm_a_frame_and_an_urgent_notice(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    call(phone, words="被围堵")
    clock.after(3)
    assert statuses(phone.push()) == [("applied", "ok")]
    [alarm] = standing_alarms([cast.court.pk])
    assert (alarm.kind, alarm.officer, alarm.is_waiting, alarm.position) == ("SOS", cast.holder, True, HERE)
    row = SosCall.objects.get()
    assert (row.said_at, row.received_at, row.words) == (clock.began, clock(), "被围堵")
    [frame] = entries("sos_raised")
    assert frame["alarm"]["officer"] == str(cast.holder.pk)
    assert frame["alarm"]["position"] == HERE
    assert "被围堵" not in json.dumps(frame, ensure_ascii=False)
    notice = Notice.objects.get(officer=cast.duty)
    assert notice.is_urgent
    assert cast.holder.name in notice.title


def test_by_its_own_way_it_comes_before_a_log_that_cannot_be_taken_and_once(phone: TestDevice, cast: Cast) -> None:
    phone.record("LOCATE")
    called = call(phone)
    told = send(phone, called)
    assert told["received_at"]
    assert "seen_at" not in told
    assert send(phone, called) == told
    phone.log[0].signature = bytes(64)
    phone.log[0].body += b" "
    with pytest.raises(Refused):
        phone.push()
    assert len(standing_alarms([cast.court.pk])) == 1


def test_told_both_ways_it_is_one_call(phone: TestDevice, cast: Cast) -> None:
    called = call(phone)
    send(phone, called)
    assert statuses(phone.push()) == [("applied", "ok")]
    assert SosCall.objects.count() == 1
    assert len(entries("sos_raised")) == 1


def test_a_device_without_budget_calls_all_the_same(phone: TestDevice, cast: Cast, settings: Any) -> None:
    settings.DEVICE_BUDGETS = dict.fromkeys(settings.DEVICE_BUDGETS, 1)
    called = call(phone)
    phone.push()
    with pytest.raises(Refused) as spent:
        phone.push()
    assert spent.value.code == "budget_spent"
    for _ in range(30):
        send(phone, called)
    assert len(standing_alarms([cast.court.pk])) == 1


def test_a_revoked_device_is_heard_and_shown_as_what_it_is(phone: TestDevice, cast: Cast) -> None:
    revoke_device(device=Device.objects.get(), reason="丢失", by=cast.duty)
    called = call(phone)
    with pytest.raises(Refused) as refused:
        phone.push()
    assert refused.value.code == "device_revoked"
    [alarm] = standing_alarms([cast.court.pk])
    assert alarm.is_of_revoked
    assert entries("sos_raised")[0]["alarm"]["is_of_revoked"] is True
    assert "停用" in Notice.objects.get(officer=cast.duty).title
    send(phone, called)
    assert SosCall.objects.count() == 1


def test_a_revoked_device_may_use_the_way_of_its_own_and_reads_nothing(phone: TestDevice, cast: Cast) -> None:
    revoke_device(device=Device.objects.get(), reason="丢失", by=cast.duty)
    send(phone, call(phone))
    assert standing_alarms([cast.court.pk])[0].is_of_revoked
    assert phone.pull()[0] == 403


def test_an_officer_suspended_or_gone_is_helped_too(phone: TestDevice, cast: Cast) -> None:
    Officer.objects.filter(pk=cast.holder.pk).update(is_active=False)
    call(phone)
    assert statuses(phone.push()) == [("applied", "ok")]
    assert len(standing_alarms([cast.court.pk])) == 1


def test_an_id_used_before_and_a_fault_of_our_own_stop_no_call(
    phone: TestDevice, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = phone.record("LOCATE")
    phone.record("sos", id=json.loads(first.body)["id"])
    assert statuses(phone.push())[1] == ("quarantined", "id_reuse")
    assert len(standing_alarms([cast.court.pk])) == 1
    Alarm.objects.update(ended_at=Alarm.objects.get().raised_at)
    sound = operations.HANDLERS["sos"]
    faulty = operations.Handler(sound.load, lambda *_: 1 / 0, sound.write, sound.again, sound.annul)
    monkeypatch.setitem(operations.HANDLERS, "sos", faulty)
    call(phone)
    phone.record("LOCATE")
    assert statuses(phone.push())[0] == ("quarantined", "handler_fault")
    assert len(standing_alarms([cast.court.pk])) == 1


def test_a_call_from_the_other_history_of_a_forked_log_counts(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    copy = TestDevice(phone.transport, now=clock)
    assert phone.enrolment is not None
    copy.adopt(phone.enrolment)
    copy.id, copy.private_key = phone.id, phone.private_key
    phone.record("LOCATE")
    phone.push()
    call(copy)
    copy.push()
    assert len(standing_alarms([cast.court.pk])) == 1


def test_seen_is_what_the_desk_has_said_of_that_very_call(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    send(phone, call(phone))
    assert "seen_at" not in profile(phone)["safety"]["sos"][0]
    seen_at = clock.after(2)
    acknowledge_alarm(alarm_id=Alarm.objects.get().pk, done="已派二组增援", by=cast.duty)
    [told] = profile(phone)["safety"]["sos"]
    assert (told["seen_by"], told["said"]) == (cast.duty.name, "已派二组增援")
    assert told["seen_at"].startswith(seen_at.strftime("%Y-%m-%dT%H:%M"))
    clock.after(5)
    again = send(phone, call(phone))
    assert "seen_at" not in again
    newest, oldest = profile(phone)["safety"]["sos"]
    assert "seen_at" not in newest
    assert oldest == told
    assert Alarm.objects.get().is_waiting
    assert len(entries("sos_called_again")) == 1


def test_nobody_answering_is_told_to_leaders_once(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    send(phone, call(phone))
    clock.after(1.9)
    assert watch_safety() == 0
    clock.after(2)
    assert watch_safety() == 1
    assert watch_safety() == 0
    assert Notice.objects.filter(officer=cast.director, is_urgent=True).count() == 1
    assert Alarm.objects.get().escalated_at == clock()


def test_calling_over_and_over_puts_off_no_telling_of_the_leaders(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    for minutes in (0, 1, 1.9):
        clock.after(minutes)
        send(phone, call(phone))
    clock.after(2)
    assert watch_safety() == 1
    assert Notice.objects.filter(officer=cast.director).count() == 1


def test_answered_and_called_again_all_are_told_again_first_before_what_was_answered(
    phone: TestDevice, cast: Cast, clock: Clock, enrol: Any
) -> None:
    send(phone, call(phone))
    clock.after(2)
    watch_safety()
    other = enrol(cast.colleague)
    send(other, call(other))
    clock.after(3)
    for alarm in Alarm.objects.all():
        acknowledge_alarm(alarm_id=alarm.pk, done="收到", by=cast.duty)
    clock.after(10)
    send(phone, call(phone))
    first, second = standing_alarms([cast.court.pk])
    assert (first.officer, first.is_waiting, second.is_waiting) == (cast.holder, True, False)
    assert Notice.objects.filter(officer=cast.duty, title__startswith="再次紧急求助").count() == 1
    clock.after(12)
    assert watch_safety() == 1
    assert Notice.objects.filter(officer=cast.director, title__contains=cast.holder.name).count() == 2


def test_a_revoked_device_leads_nobody_away_from_who_calls_and_fills_no_ledger(
    phone: TestDevice, cast: Cast, clock: Clock, enrol: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.safety.services.calls.MOST_OF_REVOKED", 3)
    lost = phone
    revoke_device(device=Device.objects.get(), reason="丢失", by=cast.duty)
    send(lost, call(lost))
    own = enrol(cast.holder)
    there = {**HERE, "lat": 26.2}
    send(own, own.record("sos", position=there))
    [alarm] = standing_alarms([cast.court.pk])
    assert (alarm.is_of_revoked, alarm.position) == (False, there)
    answers = [send(lost, call(lost)) for _ in range(4)]
    assert [answer is None for answer in answers] == [False, False, True, True]
    [alarm] = standing_alarms([cast.court.pk])
    assert (alarm.is_of_revoked, alarm.position) == (False, there)
    assert SosCall.objects.count() == 4
    assert len(entries("sos_called_again")) == 3
    assert send(own, call(own))["received_at"]


def test_an_answered_one_is_not_told_to_leaders(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    send(phone, call(phone))
    acknowledge_alarm(alarm_id=Alarm.objects.get().pk, done="收到", by=cast.duty)
    clock.after(60)
    assert watch_safety() == 0


def test_taken_back_it_stands_until_the_desk_has_made_sure(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    called = call(phone)
    send(phone, called)
    alarm = Alarm.objects.get()
    acknowledge_alarm(alarm_id=alarm.pk, done="收到", by=cast.duty)
    clock.after(1)
    send(phone, take_back(phone, called))
    phone.push()
    alarm.refresh_from_db()
    assert alarm.is_waiting
    assert len(entries("sos_withdrawn")) == 1
    with pytest.raises(DomainError) as refused:
        close_alarm(alarm_id=alarm.pk, why="误触", by=cast.duty)
    assert refused.value.code == "alarm_not_acknowledged"
    clock.after(2)
    acknowledge_alarm(alarm_id=alarm.pk, done="已通话核实，确为误触", by=cast.duty)
    close_alarm(alarm_id=alarm.pk, why="误触", by=cast.duty)
    assert standing_alarms([cast.court.pk]) == []
    told = profile(phone)["safety"]["sos"][0]
    assert told["withdrawn_at"]
    assert told["ended_at"]


def test_another_officer_takes_nobodys_call_back(phone: TestDevice, cast: Cast, enrol: Any) -> None:
    called = call(phone)
    send(phone, called)
    other = enrol(cast.colleague)
    take_back(other, called)
    other.push()
    assert Alarm.objects.get().withdrawn_at is None


def test_only_those_who_command_answer_and_with_words(phone: TestDevice, cast: Cast) -> None:
    send(phone, call(phone))
    alarm = Alarm.objects.get()
    for who, done, code in (
        (cast.stranger, "看到", "alarm_not_found"),
        (cast.bystander, "看到", "alarm_not_found"),
        (cast.holder, "看到", "may_not_command"),
        (cast.inspector, "看到", "may_not_command"),
        (cast.supervisor, "看到", "may_not_command"),
        (cast.duty, "  ", "note_required"),
        (cast.duty, "长" * 1001, "note_too_long"),
    ):
        with pytest.raises(DomainError) as refused:
            acknowledge_alarm(alarm_id=alarm.pk, done=done, by=who)
        assert refused.value.code == code
    acknowledge_alarm(alarm_id=alarm.pk, done="看到", by=cast.director)
    acknowledge_alarm(alarm_id=alarm.pk, done="另一人", by=cast.duty)
    alarm.refresh_from_db()
    assert alarm.acknowledged_by == cast.director
    close_alarm(alarm_id=alarm.pk, why="人员安全", by=cast.duty)
    with pytest.raises(DomainError) as over:
        acknowledge_alarm(alarm_id=alarm.pk, done="看到", by=cast.duty)
    assert over.value.code == "alarm_ended"


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"body": "!"}, "/body"),
        ({"body": None}, "/body"),
        ({"body": base64.b64encode(b"{}").decode()}, "/body"),
        ({"protocol": "1"}, "/protocol"),
        ({"nonce": ""}, "/nonce"),
        ({"certificate": 7}, "/certificate"),
    ],
)
def test_what_is_no_call_is_refused_by_name(phone: TestDevice, members: dict[str, Any], where: str) -> None:
    called = call(phone)
    body = base64.b64encode(called.body).decode()
    given = {"protocol": 1, "certificate": phone.certificate, "nonce": new_nonce(), "body": body, **members}
    status, answer = phone.send("/api/v1/sync/sos", given)
    assert (status, answer["code"]) == (422, "envelope_invalid")
    assert answer["where"].startswith(where)


def test_an_act_is_no_call_and_a_stranger_calls_for_nobody(phone: TestDevice, enrol: Any, cast: Cast) -> None:
    act = phone.record("LOCATE")
    given = {
        "protocol": 1,
        "certificate": phone.certificate,
        "nonce": new_nonce(),
        "body": base64.b64encode(act.body).decode(),
    }
    assert phone.send("/api/v1/sync/sos", given)[0] == 422
    thief = enrol(cast.stranger)
    called = call(phone)
    given |= {"body": base64.b64encode(called.body).decode(), "nonce": new_nonce()}
    status, answer = thief.send("/api/v1/sync/sos", given)
    assert (status, answer["code"]) == (401, "request_signature_invalid")
    assert not Alarm.objects.exists()
