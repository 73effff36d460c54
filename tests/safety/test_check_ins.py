"""Check-in timers: silence is alarmed once for each state, never taken for safety, and what comes late says so."""

from datetime import timedelta
from typing import Any

import pytest

from server.ledger.models import Entry
from server.notices.models import Notice
from server.people.services import revoke_device
from server.safety.models import Alarm, CheckIn, Presence
from server.safety.queries import on_site_now, standing_alarms
from server.safety.services import acknowledge_alarm, close_presence, watch_safety, watching
from server.sync.models import Review
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.safety.conftest import Clock
from tests.sync.pushing import statuses

pytestmark = pytest.mark.django_db


def check_in(phone: TestDevice, *, push: bool = True, kind: str = "check_in", **fields: Any) -> Any:
    phone.record(kind, fields=fields)
    return phone.push() if push else None


def told() -> list[str]:
    """Kinds of the entries of safety, in their order."""
    kinds = ("presence", "check", "alarm", "sos")
    rows = Entry.objects.filter(stream__startswith="court:").order_by("stream", "position")
    return [kind for kind in rows.values_list("kind", flat=True) if kind.startswith(kinds)]


def presence() -> Presence:
    return Presence.objects.get()


def test_somebody_who_checks_in_is_on_site_until_he_checks_out(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    assert statuses(check_in(phone, interval_minutes=30, place="城东路 8 号")) == [("applied", "ok")]
    [there] = on_site_now([cast.court.pk])
    assert there.presence.officer == cast.holder
    assert there.presence.place == "城东路 8 号"
    assert there.presence.due_at == clock.began + timedelta(minutes=30)
    clock.after(20)
    check_in(phone)
    assert presence().due_at == clock.after(50)
    clock.after(45)
    check_in(phone, kind="check_out")
    assert on_site_now([cast.court.pk]) == []
    assert (presence().ended_how, presence().ended_at) == ("CHECKED_OUT", clock())
    assert told() == ["presence_began", "checked_in", "presence_ended"]


def test_each_state_of_silence_is_told_once_and_leaders_hear_of_the_last(
    phone: TestDevice, cast: Cast, clock: Clock
) -> None:
    check_in(phone, interval_minutes=30)
    for minutes, watch, new in (
        (24, "ON_TIME", []),
        (25, "DUE_SOON", ["check_in_due"]),
        (30, "OVERDUE", ["check_in_overdue", "alarm_raised"]),
        (44, "OVERDUE", []),
        (45, "ESCALATED", ["check_in_escalated", "alarm_escalated"]),
        (900, "ESCALATED", []),
    ):
        clock.after(minutes)
        before = told()
        watch_safety()
        watch_safety()
        assert presence().watch == watch
        assert told() == [*before, *new]
    told_to = set(Notice.objects.filter(kind="check_in").values_list("officer__name", "key"))
    key = f"check_in:{Alarm.objects.get().pk}"
    assert told_to == {
        (cast.duty.name, f"{key}:raised"),
        (cast.duty.name, f"{key}:escalated"),
        (cast.director.name, f"{key}:escalated"),
    }


def test_a_pass_that_slept_through_everything_tells_the_worst_at_once(phone: TestDevice, clock: Clock) -> None:
    check_in(phone, interval_minutes=30)
    clock.after(300)
    watch_safety()
    assert told() == ["presence_began", "check_in_escalated", "alarm_raised", "alarm_escalated"]


def test_a_device_that_goes_on_speaking_is_no_sign_of_life_and_one_without_a_net_is_told_apart(
    phone: TestDevice, cast: Cast, clock: Clock
) -> None:
    check_in(phone, interval_minutes=30)
    clock.after(31)
    watch_safety()
    [there] = on_site_now([cast.court.pk])
    assert there.presence.watch == "OVERDUE"
    assert not there.is_heard_since_due
    assert there.device_heard_at == clock.began
    phone.push()
    [there] = on_site_now([cast.court.pk])
    assert there.presence.watch == "OVERDUE"
    assert there.is_heard_since_due
    assert len(standing_alarms([cast.court.pk])) == 1


def test_a_check_in_made_in_time_that_arrives_late_ends_the_alarm_and_rewrites_nothing(
    phone: TestDevice, cast: Cast, clock: Clock
) -> None:
    check_in(phone, interval_minutes=30)
    clock.after(28)
    check_in(phone, push=False)
    raised_at = clock.after(40)
    watch_safety()
    clock.after(50)
    phone.push()
    assert standing_alarms([cast.court.pk]) == []
    alarm = Alarm.objects.get()
    assert (alarm.raised_at, alarm.ended_at, alarm.ended_how) == (raised_at, clock(), "CHECKED_IN")
    late = CheckIn.objects.get(is_late=True)
    assert (late.said_at, late.received_at) == (clock.began + timedelta(minutes=28), clock())
    entry = Entry.objects.get(kind="checked_in")
    assert '"came_late":true' in entry.view
    assert presence().due_at == clock.began + timedelta(minutes=58)


def test_one_that_is_itself_too_old_leaves_the_alarm_standing(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    check_in(phone, interval_minutes=30)
    clock.after(10)
    check_in(phone, push=False)
    clock.after(50)
    watch_safety()
    phone.push()
    assert len(standing_alarms([cast.court.pk])) == 1
    assert presence().last_said_at == clock.began + timedelta(minutes=10)
    watch_safety()
    assert presence().watch == "OVERDUE"
    clock.after(56)
    watch_safety()
    assert presence().watch == "ESCALATED"


def test_one_that_shortens_the_interval_beyond_the_worst_still_reaches_the_leaders_once(
    phone: TestDevice, cast: Cast, clock: Clock
) -> None:
    check_in(phone, interval_minutes=60)
    clock.after(10)
    check_in(phone, push=False, interval_minutes=30)
    clock.after(61)
    watch_safety()
    assert told()[-1] == "alarm_raised"
    phone.push()
    assert (watch_safety(), watch_safety()) == (1, 0)
    assert told()[-2:] == ["check_in_escalated", "alarm_escalated"]
    assert (presence().watch, presence().next_turn_at) == ("ESCALATED", None)
    assert Notice.objects.filter(officer=cast.director, kind="check_in").count() == 1


def test_a_clock_that_runs_ahead_buys_no_time(phone: TestDevice, clock: Clock) -> None:
    phone.clock_runs_ahead(minutes=600)
    check_in(phone, interval_minutes=30)
    assert presence().due_at == clock.after(30)


@pytest.mark.parametrize(("asked", "given"), [(1, 5), (10_000, 480), ("soon", 60), (True, 60), (None, 60), (-4, 5)])
def test_an_interval_nobody_can_mean_is_kept_within_reason(phone: TestDevice, asked: Any, given: int) -> None:
    check_in(phone, interval_minutes=asked)
    assert presence().interval_minutes == given


def test_the_desk_closes_a_stay_with_its_word_and_what_he_said_before_then_begins_no_other(
    phone: TestDevice, cast: Cast, clock: Clock
) -> None:
    check_in(phone, interval_minutes=30)
    clock.after(35)
    check_in(phone, push=False)
    clock.after(40)
    watch_safety()
    close_presence(presence_id=presence().pk, why="已电话联系，人员安全返回", by=cast.duty)
    assert standing_alarms([cast.court.pk]) == []
    clock.after(60)
    phone.push()
    assert on_site_now([cast.court.pk]) == []
    assert CheckIn.objects.get(is_late=True).presence == presence()
    assert told()[-1] == "check_in_late"
    check_in(phone)
    assert len(on_site_now([cast.court.pk])) == 1
    closed = Entry.objects.get(kind="presence_ended")
    assert "已电话联系" in closed.facts
    assert "已电话联系" not in closed.view


def test_an_acknowledged_alarm_still_reaches_the_leaders_while_he_is_silent(
    phone: TestDevice, cast: Cast, clock: Clock
) -> None:
    check_in(phone, interval_minutes=30)
    clock.after(31)
    watch_safety()
    acknowledge_alarm(alarm_id=Alarm.objects.get().pk, done="正在联系", by=cast.duty)
    clock.after(46)
    watch_safety()
    assert Notice.objects.filter(officer=cast.director, kind="check_in").count() == 1


def test_a_check_in_of_a_copied_phone_is_no_sign_of_life_until_a_person_says_so(
    phone: TestDevice, cast: Cast, clock: Clock
) -> None:
    check_in(phone, interval_minutes=30)
    copy = TestDevice(phone.transport, now=clock)
    assert phone.enrolment is not None
    copy.adopt(phone.enrolment)
    copy.id, copy.private_key, copy.log, copy.acked_seq = phone.id, phone.private_key, phone.log[:], phone.acked_seq
    clock.after(10)
    check_in(phone)
    copy.record("check_in")
    copy.push()
    clock.after(20)
    phone.record("check_in")
    assert statuses(phone.push()) == [("parked", "log_forked")]
    assert presence().last_said_at == clock.after(10)
    clock.after(21)
    review = Review.objects.get(cause="log_forked")
    answer = browser_of(cast.director).post(
        f"/api/v1/reviews/{review.pk}/ratify", {"note": "本人确认"}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    assert presence().last_said_at == clock.after(20)


def test_a_repeated_push_checks_in_once(phone: TestDevice) -> None:
    check_in(phone)
    phone.push(first_seq=1)
    assert CheckIn.objects.count() == 1


def test_a_check_out_without_a_stay_and_any_junk_do_no_harm(phone: TestDevice) -> None:
    junk: list[dict[str, Any]] = [{"interval_minutes": {"a": []}, "place": 5, "note": ["x"]}, {"place": "地" * 9000}]
    for fields in junk:
        for kind in ("check_out", "check_in", "check_in", "check_out", "cancel_sos", "answer_order"):
            phone.record(kind, fields=fields, position={"lat": "north"})
    said = {status for status, _ in statuses(phone.push())}
    assert said <= {"applied", "parked"}
    assert phone.acked_seq == 12


def test_a_pass_that_dies_tells_nothing_twice_and_leaves_nothing_untold(
    phone: TestDevice, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_in(phone, interval_minutes=30)
    clock.after(31)
    with monkeypatch.context() as patch:
        patch.setattr(watching, "append", lambda drafts: 1 / 0)
        assert watch_safety() == 0
    assert not Notice.objects.exists()
    assert presence().watch == "ON_TIME"
    watch_safety()
    assert told() == ["presence_began", "check_in_overdue", "alarm_raised"]


def test_two_devices_of_an_officer_are_one_stay(phone: TestDevice, enrol: Any, cast: Cast, clock: Clock) -> None:
    other = enrol(cast.holder)
    check_in(phone, interval_minutes=30)
    clock.after(10)
    check_in(other)
    assert presence().device_id == other.id
    check_in(phone, kind="check_out")
    assert presence().ended_at == clock()


def test_contact_of_a_revoked_phone_says_nothing_of_its_officer(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    check_in(phone, interval_minutes=30)
    revoke_device(device=presence().device, reason="丢失", by=cast.duty)
    [there] = on_site_now([cast.court.pk])
    assert there.device_heard_at is None


def test_a_quiet_pass_costs_three_selects(phone: TestDevice, django_assert_num_queries: Any) -> None:
    check_in(phone, interval_minutes=30)
    with django_assert_num_queries(3):
        assert watch_safety() == 0
