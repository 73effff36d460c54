"""What runs out rings on the device: from the act itself, by the time since boot, on holidays too, offline."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from client_sdk import alarms, messages
from client_sdk.day_views import Alarm
from tests.client_sdk.conftest import Device
from tests.wire.records import catalogue, vectors

pytestmark = pytest.mark.database_free
CASE = "0199a000-0000-7000-8000-000000000001"
# A Thursday in the week of National Day: nobody works before the 8th.
NOON = datetime(2026, 10, 1, 4, tzinfo=UTC)


@pytest.fixture
def offline(device: Device) -> Device:
    device.clock.moment = NOON
    device.line.go_offline()
    return device


def record(device: Device, kind: str, **fields: Any) -> str:
    return device.field.record_action(case_id=CASE, kind=kind, fields=fields).id


def rings(device: Device) -> list[tuple[str, timedelta]]:
    return [(alarm.code, timedelta(seconds=alarm.in_seconds)) for alarm in device.field.alarms()]


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_a_compelled_appearance_rings_at_six_and_seven_and_a_half_and_twenty_two_hours(offline: Device) -> None:
    record(offline, "COMPEL", arrived_at="2026-10-01T11:00:00+08:00")
    assert rings(offline) == [
        ("compel_6_hours", hours(5)),
        ("compel_7_hours_30", hours(6.5)),
        ("compel_22_hours", hours(21)),
    ]
    offline.clock.advance(hours=6)
    first, second, _ = offline.field.alarms()
    assert (first.code, first.is_ringing, second.in_seconds) == ("compel_6_hours", True, 1800)
    assert [each.code for each in offline.field.today().alarms] == ["compel_6_hours"]


def test_released_it_is_silent_and_so_is_an_attempt_that_failed(offline: Device) -> None:
    record(offline, "COMPEL", arrived_at="2026-10-01T08:00:00+08:00", result="NOT_FOUND")
    compelled = record(offline, "COMPEL", arrived_at="2026-10-01T11:00:00+08:00")
    assert {alarm.action_id for alarm in offline.field.alarms()} == {compelled}
    offline.field.correct(compelled, reason="补记离开时间", fields={"released_at": "2026-10-01T14:00:00+08:00"})
    assert offline.field.alarms() == []


def test_the_wall_clock_turned_either_way_moves_nothing_within_a_boot(offline: Device) -> None:
    record(offline, "COMPEL", arrived_at="2026-10-01T11:00:00+08:00")
    offline.clock.advance(hours=2)
    for drift in (timedelta(days=-400), timedelta(days=400)):
        offline.clock.drift = drift
        first = offline.field.alarms()[0]
        assert (first.in_seconds, first.is_certain) == (3 * 3600, True)
        assert first.rings_at == offline.clock.now() + hours(3), "by the wall clock as it stands"


@pytest.mark.parametrize("days", [-3, 300])
def test_after_another_boot_the_wall_clock_counts_never_backwards_and_calls_nothing_over(
    device: Device, days: int
) -> None:
    arrived_at = device.clock.moment - hours(1)
    record(device, "COMPEL", arrived_at=arrived_at.isoformat())
    device.clock.boot = "boot-2"
    device.clock.drift = timedelta(days=days)
    first = device.field.alarms()[0]
    assert not first.is_certain
    assert first.in_seconds <= 5 * 3600, "no later than it was recorded"


def test_once_the_court_has_been_heard_in_the_new_boot_its_time_counts(device: Device) -> None:
    record(device, "COMPEL", arrived_at=(device.clock.moment - hours(1)).isoformat())
    device.clock.boot, device.clock.drift = "boot-2", timedelta(days=300)
    device.field.sync()
    first = device.field.alarms()[0]
    assert first.is_certain
    assert first.in_seconds == pytest.approx(5 * 3600, abs=60)


def test_without_a_time_of_arrival_it_counts_from_the_record(offline: Device) -> None:
    record(offline, "COMPEL")
    record(offline, "COMPEL", arrived_at="2026-10-02T09:00:00+08:00")
    record(offline, "COMPEL", arrived_at="not a time", started_at="2026-10-01T11:30:00+08:00")
    sixes = sorted(wait for code, wait in rings(offline) if code == "compel_6_hours")
    assert sixes == [hours(5.5), hours(6), hours(6)], "an arrival that lies ahead has happened by now"


def test_a_detention_ends_at_its_hour_on_a_holiday_too(offline: Device) -> None:
    record(offline, "DETAIN", detained_at="2026-10-01T10:00:00+08:00", term_days=3)
    # Until Sunday the 4th at 10:00: 2 days and 22 hours from noon on the 1st.
    assert rings(offline) == [
        ("detention_ends_24_hours", hours(46)),
        ("detention_ends_2_hours", hours(68)),
        ("detention_ends", hours(70)),
    ]


@pytest.mark.parametrize(
    ("fields", "ends_in_days"),
    [({}, 15), ({"term_days": 40}, 15), ({"ends_on": "2026-10-06"}, 5), ({"term_days": 7, "ends_on": "2026-10-06"}, 5)],
)
def test_the_earliest_end_counts_and_fifteen_days_at_most(
    offline: Device, fields: dict[str, Any], ends_in_days: int
) -> None:
    record(offline, "DETAIN", detained_at="2026-10-01T12:00:00+08:00", **fields)
    assert rings(offline)[-1] == ("detention_ends", timedelta(days=ends_in_days))


def test_an_early_release_ends_it(offline: Device) -> None:
    act = record(offline, "DETAIN", detained_at="2026-10-01T10:00:00+08:00", term_days=3)
    offline.field.correct(act, reason="提前解除", fields={"early_release_on": "2026-10-02"})
    assert offline.field.alarms() == []


@pytest.mark.parametrize("kind", ["SEAL", "SEIZE", "FREEZE_COUNTER"])
def test_a_control_rings_on_the_mornings_before_it_lapses(offline: Device, kind: str) -> None:
    record(offline, kind, expires_on="2026-10-09")
    record(offline, kind, expires_on="2026-10-09", priority_order="WAITING")
    # 9 o'clock on the 2nd, the 8th and the 9th; thirty days before lies behind us.
    assert rings(offline) == [
        ("control_expires_7_days", hours(21)),
        ("control_expires_1_day", hours(21) + timedelta(days=6)),
        ("control_expires", hours(21) + timedelta(days=7)),
    ]


def test_the_last_that_rang_stays_for_a_week(offline: Device) -> None:
    record(offline, "DETAIN", detained_at="2026-10-01T12:00:00+08:00", term_days=1)
    offline.clock.advance(days=7)
    assert [code for code, _ in rings(offline)] == ["detention_ends"]
    offline.clock.advance(days=1)
    assert rings(offline) == []


def test_whatever_the_court_makes_of_the_act_it_rings(offline: Device) -> None:
    record(offline, "COMPEL", arrived_at="2026-10-01T11:00:00+08:00")
    offline.line.is_offline = False
    offline.court.answer_code = "not_assigned"
    offline.field.sync()
    assert [alarm.code for alarm in offline.field.alarms()] == list(alarms.COMPEL_RINGS)


def test_it_rings_after_the_app_was_started_again(offline: Device) -> None:
    record(offline, "COMPEL", arrived_at="2026-10-01T11:00:00+08:00")
    offline.reopen()
    assert rings(offline)[0] == ("compel_6_hours", hours(5))


def test_what_an_earlier_sdk_recorded_rings_too(offline: Device) -> None:
    act = record(offline, "COMPEL", arrived_at="2026-10-01T11:00:00+08:00")
    database, outbox = offline.field.holdings.store.database, offline.field.holdings.outbox
    (sealed,) = database.rows("SELECT summary_sealed FROM operation")[0]
    summary = database.unseal(sealed, "operation|1|1|summary")
    del summary["alarms"]
    with database.transaction():
        database.run("UPDATE operation SET summary_sealed = ?", database.seal(summary, "operation|1|1|summary"))
    assert outbox.action(act, 0).said == {}
    assert rings(offline)[0] == ("compel_6_hours", hours(5))


def test_the_moments_are_those_of_the_catalogue_and_every_one_has_its_words() -> None:
    compel = next(kind for kind in catalogue()["kinds"] if kind["key"] == "COMPEL")
    assert {each["code"]: timedelta(minutes=each["minutes"]) for each in compel["alarms"]} == alarms.COMPEL_RINGS
    for code in (*alarms.COMPEL_RINGS, *alarms.DETENTION_RINGS, *alarms.CONTROL_RINGS):
        assert f"alarm_{code}" in messages.CATALOGUE


def test_an_alarm_says_in_words_what_is_due(offline: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    record(offline, "DETAIN", detained_at="2026-10-01T10:00:00+08:00", term_days=3)
    last: Alarm = offline.field.alarms()[-1]
    assert (last.kind, last.case_ids) == ("DETAIN", (CASE,))
    assert "应当解除" in last.text
    monkeypatch.setenv("ZHIXING_LANG", "en")
    assert "release" in offline.field.alarms()[-1].text


FREEZE: dict[str, Any] = next(v["record"]["fields"] for v in vectors() if v["name"] == "FREEZE_COUNTER: complete")


def renewal(device: Device, renews: str | None, **changes: Any) -> str:
    fields = {**FREEZE, "measure": "RENEW", "expires_on": "2027-10-05", "renews": renews, **changes}
    return record(device, "FREEZE_COUNTER", **fields)


def ringing(device: Device) -> set[str]:
    return {alarm.action_id for alarm in device.field.alarms()}


def test_a_renewal_that_names_a_freeze_ends_its_alarms_offline_and_rings_for_itself(offline: Device) -> None:
    first, second = (record(offline, "FREEZE_COUNTER", **FREEZE) for _ in range(2))
    assert ringing(offline) == {first, second}
    renewed = renewal(offline, first)
    assert ringing(offline) == {second, renewed}
    chained = renewal(offline, f"measure:{second}")
    assert ringing(offline) == {renewed, chained}


@pytest.mark.parametrize(
    "changes",
    [{"renews": None}, {"result": "FAILED"}, {"result": None}, {"measure": "FREEZE"}, {"expires_on": None}],
)
def test_one_that_names_none_or_came_to_nothing_silences_nothing(offline: Device, changes: dict[str, Any]) -> None:
    first = record(offline, "FREEZE_COUNTER", **FREEZE)
    renewal(offline, **{"renews": first, **changes})
    assert first in ringing(offline)


def test_one_that_lacks_something_silences_nothing(device: Device) -> None:
    device.court.units[("catalogue", "onsite")] = ("c-1", {"id": "onsite", "kinds": catalogue(), "flows": {}})
    device.field.sync()
    device.clock.moment = NOON
    first = record(device, "FREEZE_COUNTER", **FREEZE)
    renewal(device, first, narrative="九时到场", authority_docs=None)
    assert first in ringing(device)
