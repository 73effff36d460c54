"""Safety in the live feed: a snapshot and the frames after it are a fresh snapshot, without a second call."""

from typing import Any

import pytest

from server.cases.models import Case
from server.realtime.snapshot import take_snapshot
from server.safety.models import Alarm
from server.safety.moves import Word
from server.safety.services import acknowledge_alarm, close_alarm, give_order, move_order, watch_safety
from tests.actors import Cast
from tests.devices import TestDevice
from tests.realtime.ledgers import stream_of
from tests.realtime.test_snapshot import require_that_frames_add_up, shown
from tests.safety.conftest import Clock

pytestmark = pytest.mark.django_db


def say(phone: TestDevice, kind: str, **fields: Any) -> None:
    phone.record(kind, fields=fields)
    phone.push()


def test_pictures_taken_at_any_moment_follow_a_whole_day_in_the_field(
    phone: TestDevice, cast: Cast, clock: Clock, held: Case
) -> None:
    pictures = [shown(cast.court)]
    say(phone, "check_in", interval_minutes=30, place="城东路 8 号")
    for minutes in (26, 31, 46):
        clock.after(minutes)
        watch_safety()
        pictures.append(shown(cast.court))
    assert [[each["watch"] for each in picture.safety["presences"].values()] for picture in pictures] == [
        [],
        ["DUE_SOON"],
        ["OVERDUE"],
        ["ESCALATED"],
    ]
    say(phone, "sos")
    order = give_order(group=cast.group, text="车在此处", place="城东路 8 号", by=cast.duty, case=held)
    pictures.append(shown(cast.court))
    assert [each["kind"] for each in pictures[-1].safety["alarms"].values()] == ["CHECK_IN", "SOS"]
    acknowledge_alarm(alarm_id=Alarm.objects.get(kind="SOS").pk, done="已派二组", by=cast.duty)
    move_order(order_id=order.pk, word=Word.DECLINE, by=cast.duty, text="来不及")
    pictures.append(shown(cast.court))
    close_alarm(alarm_id=Alarm.objects.get(kind="SOS").pk, why="平安", by=cast.duty)
    move_order(order_id=order.pk, word=Word.WITHDRAW, by=cast.duty, text="线索不实")
    say(phone, "check_in")
    say(phone, "check_out")
    for picture in pictures:
        require_that_frames_add_up(cast.court, picture)
        assert picture.safety == {"alarms": {}, "presences": {}, "orders": {}}, "what is over leaves"


def test_a_picture_has_no_names_no_words_and_nothing_of_another_court(phone: TestDevice, cast: Cast) -> None:
    say(phone, "check_in", place="城东路 8 号", note="一切正常")
    say(phone, "sos", words="被围堵")
    text = str(take_snapshot(stream_of(cast.court), cast.court.pk))
    assert not [words for words in (cast.holder.name, "城东路", "一切正常", "被围堵") if words in text]
    other = take_snapshot(stream_of(cast.other_court), cast.other_court.pk)
    assert (other["alarms"], other["presences"]) == ([], [])
