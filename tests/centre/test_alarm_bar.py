"""What asks for an answer stands over the desk until somebody gives it: who, since when, what is being done."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from server.common.clock import now
from server.ledger.models import Entry
from server.people.models import Device
from server.safety.models import Alarm, Presence
from tests.actors import Cast, browser_of
from tests.centre.reading import seen_by
from tests.sync.pushing import phone_of

pytestmark = pytest.mark.django_db


def alarm(cast: Cast, kind: Alarm.Kind, **members: Any) -> Alarm:
    at = now()
    given = {"court": cast.court, "officer": cast.holder, "raised_at": at, "asks_since": at, "due_at": at}
    return Alarm.objects.create(kind=kind, **{**given, **members})


def presence(cast: Cast) -> Presence:
    at = now()
    times = dict.fromkeys(("began_at", "received_at", "last_said_at", "last_heard_at", "due_at"), at)
    device = Device.objects.get(pk=phone_of(cast.holder).id)
    placed = {"court": cast.court, "officer": cast.holder, "device": device, "place": "海滨路 18 号"}
    return Presence.objects.create(interval_minutes=30, **placed, **times)


def test_a_call_for_help_stands_before_silence_and_says_who_and_where(cast: Cast) -> None:
    alarm(cast, Alarm.Kind.CHECK_IN, presence=presence(cast))
    alarm(cast, Alarm.Kind.SOS)
    rows = seen_by(cast.duty).all("[data-alarm]")
    assert [row["data-tone"] for row in rows] == ["critical", "critical"]
    assert [row["data-words"] for row in rows] == ["紧急求助（SOS） · 林岚", "签到超时 · 林岚 · 海滨路 18 号"]
    assert all(row.one("time")["data-since"] for row in rows)


def test_it_sounds_until_it_is_acknowledged_and_then_says_by_whom_and_with_what(cast: Cast) -> None:
    called = alarm(cast, Alarm.Kind.SOS)
    browser = browser_of(cast.duty)
    assert browser.post(f"/centre/safety/alarms/{called.pk}/acknowledge", {"said": "已派二组"}).status_code == 302
    (row,) = seen_by(cast.duty).all("[data-alarm]")
    assert "data-tone" not in row.attributes
    assert "吴值" in row.one(".ack").text
    assert row.one(".ack").text.endswith("已派二组")
    browser.post(f"/centre/safety/alarms/{called.pk}/close", {"said": "人员平安"})
    assert seen_by(cast.duty).all("[data-alarm]") == []


def test_an_answer_wants_words_and_a_right(cast: Cast) -> None:
    called = alarm(cast, Alarm.Kind.SOS)
    for who, said, status in (
        (cast.duty, "", 422),
        (cast.stranger, "看到", 404),
        (cast.bystander, "看到", 404),
        (cast.inspector, "看到", 403),
    ):
        answer = browser_of(who).post(f"/centre/safety/alarms/{called.pk}/acknowledge", {"said": said})
        assert answer.status_code == status
    called.refresh_from_db()
    assert called.is_waiting


def test_one_who_only_watches_sees_it_and_has_nothing_to_press(cast: Cast) -> None:
    alarm(cast, Alarm.Kind.SOS)
    (row,) = seen_by(cast.inspector).all("[data-alarm]")
    assert row.all("button") == []
    assert seen_by(cast.bystander).all("[data-alarm]") == []


def test_an_order_nobody_answers_is_a_warning(cast: Cast) -> None:
    alarm(cast, Alarm.Kind.ORDER, officer=None)
    (row,) = seen_by(cast.duty).all("[data-alarm]")
    assert row["data-tone"] == "warning"


def test_urgent_and_polite_words_have_regions_of_their_own(cast: Cast) -> None:
    page = seen_by(cast.duty)
    assert (page.one("[data-urgent]")["aria-live"], page.one("[data-urgent]")["role"]) == ("assertive", "log")
    assert (page.one("[data-polite]")["aria-live"], page.one("[data-polite]")["role"]) == ("polite", "log")


def test_silence_that_no_beat_has_raised_stands_in_the_bar_and_is_answered_as_if_it_had(cast: Cast) -> None:
    stay = presence(cast)
    Presence.objects.update(next_turn_at=now())
    (row,) = seen_by(cast.duty).all("[data-alarm]")
    assert (row["data-tone"], row["data-words"]) == ("critical", "签到超时 · 林岚 · 海滨路 18 号")
    address = row.one("form")["action"]
    assert browser_of(cast.inspector).post(address, {"said": "看到"}).status_code == 403
    assert browser_of(cast.stranger).post(address, {"said": "看到"}).status_code == 404
    assert browser_of(cast.duty).post(address, {"said": ""}).status_code == 422
    assert Alarm.objects.count() == 0
    assert browser_of(cast.duty).post(address, {"said": "已电话联系"}).status_code == 302
    (answered,) = seen_by(cast.duty).all("[data-alarm]")
    assert (answered["data-alarm"], answered.one(".ack").text[-5:]) == (row["data-alarm"], "已电话联系")
    assert Alarm.objects.get().presence == stay
    assert "check_in_overdue" in set(Entry.objects.values_list("kind", flat=True))


def test_the_page_knows_when_the_next_may_fall_silent(cast: Cast) -> None:
    stay = presence(cast)
    Presence.objects.update(due_at=now() + timedelta(minutes=9))
    stay.refresh_from_db()
    bar = seen_by(cast.duty).one("[data-live=alarms]")
    assert bar.all("[data-alarm]") == []
    assert (
        timedelta() < datetime.fromisoformat(bar.one("[data-turns]")["datetime"]) - stay.due_at < timedelta(seconds=9)
    )
