"""Check-ins ring on the device, a call for help goes before all else, and nothing is shown that nobody has said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from client_sdk.errors import InvalidRecord
from tests.client_sdk.conftest import Device

ORDER = "0199d000-0000-7000-8000-000000000001"


@pytest.fixture
def offline(device: Device) -> Device:
    device.clock.moment = datetime(2026, 11, 22, 4, tzinfo=UTC)
    device.line.go_offline()
    return device


def rings(device: Device) -> list[tuple[str, float]]:
    return [(alarm.code, alarm.in_seconds / 60) for alarm in device.field.alarms()]


def profile(device: Device, **members: Any) -> None:
    officer = str(device.field.holdings.identity.certificate.officer)
    device.court.units["profile", officer] = (str(len(members)) + str(device.clock.now()), {"id": officer, **members})
    device.field.sync()


def sent(device: Device) -> list[str]:
    return [path for _, path in device.court.requests]


def test_a_check_in_rings_before_the_next_is_due_and_the_next_moves_it(offline: Device) -> None:
    offline.field.check_in(interval_minutes=30, place="城东路 8 号")
    assert rings(offline) == [("check_in_soon", 25), ("check_in_due", 30)]
    offline.clock.advance(minutes=31)
    assert offline.field.alarms()[0].is_ringing
    assert offline.field.today().alarms[0].code == "check_in_due"
    offline.field.check_in()
    assert rings(offline) == [("check_in_soon", 25), ("check_in_due", 30)]
    assert offline.field.safety().check_in_due_at == offline.clock.now() + timedelta(minutes=30)
    offline.field.check_out()
    assert rings(offline) == []
    assert not offline.field.safety().is_on_site
    offline.field.check_in()
    assert rings(offline)[-1] == ("check_in_due", 60)


def test_it_rings_by_the_time_since_boot_whatever_the_wall_clock_says(offline: Device) -> None:
    offline.field.check_in(interval_minutes=30)
    offline.clock.drift = timedelta(hours=-9)
    offline.clock.advance(minutes=30)
    assert offline.field.alarms()[0].code == "check_in_due"
    offline.reopen()
    assert offline.field.alarms()[0].is_ringing


@pytest.mark.parametrize("minutes", [0, 4, 481, True, 5.5])
def test_an_interval_out_of_reason_is_refused_before_anything_is_recorded(offline: Device, minutes: Any) -> None:
    with pytest.raises(InvalidRecord):
        offline.field.check_in(interval_minutes=minutes)
    assert offline.field.status().unsent_operations == 0


def test_a_call_goes_out_before_all_that_was_recorded_before_it(device: Device) -> None:
    device.field.record_action(kind="LOCATE", case_no="1", fields={})
    call = device.field.sos(words="被围堵", position={"lat": 26.1, "lon": 119.3})
    [shown] = device.field.safety().calls
    assert (shown.is_received, shown.called_at) == (False, call.recorded_at)
    device.court.requests.clear()
    assert device.field.send_calls() == 1
    assert sent(device) == ["sos"]
    [shown] = device.field.safety().calls
    assert shown.is_received
    assert shown.received_at is not None
    assert shown.seen_at is None
    assert device.field.send_calls() == 0
    device.court.requests.clear()
    device.field.sync()
    assert sent(device)[0] == "push"
    assert device.field.action(call.id).status == "applied"


def test_a_sync_sends_it_first_and_an_older_court_gets_it_with_the_log(device: Device) -> None:
    device.field.sos()
    device.court.requests.clear()
    device.field.sync()
    assert sent(device)[:2] == ["sos", "push"]
    assert len(device.field.safety().calls) == 1
    device.court.knows_calls = False
    device.field.sos(words="又一次")
    device.field.sync()
    assert [call.is_received for call in device.field.safety().calls] == [True, True]
    assert device.field.safety().calls[0].received_at is None


def test_without_a_net_it_waits_and_is_never_called_received(offline: Device) -> None:
    offline.field.sos()
    assert offline.field.send_calls(patience_seconds=0) == 0
    offline.reopen()
    assert [call.is_received for call in offline.field.safety().calls] == [False]
    offline.line.come_back()
    assert offline.field.send_calls() == 1


def test_the_word_of_somebody_between_is_no_receipt(device: Device) -> None:
    device.field.sos()
    device.court.lies = {"nonce": "somebody else's"}
    assert device.field.send_calls(patience_seconds=0) == 0
    device.court.lies = {"answer_sha256": "0" * 64}
    assert device.field.send_calls(patience_seconds=0) == 0
    assert [call.is_received for call in device.field.safety().calls] == [False]


def test_seen_is_what_the_centre_says(device: Device) -> None:
    call = device.field.sos()
    device.field.send_calls()
    told = {"id": call.said["sos"], "received_at": "2026-11-22T04:00:01.000Z"}
    seen = {"seen_at": "2026-11-22T04:02:00.000Z", "seen_by": "吴值", "said": "已派二组增援"}
    profile(device, orders=[], safety={"sos": [{**told, **seen}]})
    [shown] = device.field.safety().calls
    assert (shown.seen_by, shown.said) == ("吴值", "已派二组增援")
    assert shown.seen_at == datetime(2026, 11, 22, 4, 2, tzinfo=UTC)


def test_a_call_taken_back_says_so_and_stays(device: Device) -> None:
    call = device.field.sos()
    with pytest.raises(InvalidRecord):
        device.field.cancel_sos(call, reason=" ")
    device.field.cancel_sos(call, reason="误触")
    [shown] = device.field.safety().calls
    assert shown.is_taken_back
    device.field.cancel_sos(shown, reason="再说一次")
    body = device.field.holdings.outbox.body(2)
    assert body["fields"] == {"sos": call.said["sos"], "reason": "误触"}
    assert body["subjects"] == []


def test_orders_are_shown_with_our_answer_until_the_court_has_spoken(device: Device) -> None:
    order = {
        "id": ORDER,
        "text": "车在此处",
        "place": "北门",
        "state": "GIVEN",
        "by": "吴值",
        "case_no": "（2026）执1号",
    }
    profile(device, orders=[order])
    [shown] = device.field.safety().orders
    assert (shown.place, shown.state, shown.answered_by) == ("北门", "GIVEN", "")
    device.line.go_offline()
    answer = device.field.answer_order(shown, "ACCEPT")
    assert device.field.safety().orders[0].answered_by == answer.id
    for word, note in (("DECLINE", ""), ("FINISH", " "), ("JUMP", "x")):
        with pytest.raises(InvalidRecord):
            device.field.answer_order(ORDER, word, note=note)


def test_a_court_from_before_all_this_shows_nothing_and_breaks_nothing(device: Device) -> None:
    profile(device, orders=[{"due_on": "2026-11-23", "title": "旧式指令"}, "junk"], safety="junk")
    found = device.field.safety()
    assert found.calls == ()
    assert [order.text for order in found.orders] == [""]
    assert device.field.explain(device.field.check_in()) == []
