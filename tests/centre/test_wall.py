"""The wall: figures that the page's store counts alike, heartbeats that tell silence from no data, whose wall it is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from server.cases.models import Case
from server.cases.services import close_case, record_event
from server.centre.beats import (
    DOWN,
    MAINTENANCE,
    NIL,
    OK,
    SHAPES,
    SLOTS,
    SLOW,
    Heard,
    states_of,
    units_on_wall,
    window_of,
)
from server.centre.geo_view import Placed, drawn, place_of
from server.centre.projection import HEIGHT, WIDTH
from server.centre.states import Look
from server.centre.wall import TILES, _tail, fitting, wall_of
from server.centre.wall_rows import Tile
from server.common.clock import now
from server.people.access import courts_on_wall
from server.people.models import Device, Officer
from server.people.services import create_wall
from server.realtime.snapshot import take_snapshot
from server.safety.models import Alarm, Presence
from server.sync.models import DeviceView
from server.sync.slots import SLOT, SLOTS_KEPT
from tests.actors import Cast, browser_of
from tests.centre.reading import Page, seen_by
from tests.pictures import jpeg
from tests.realtime.ledgers import stream_of
from tests.safety.conftest import Clock, clock, told_of
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of
from tests.sync.replica import Replica

__all__ = ["clock"]
pytestmark = pytest.mark.django_db
ACT = Look("done", "green", "act")
AT = datetime(2026, 11, 22, 2, 3, tzinfo=UTC)


def late_case(cast: Cast, number: int, days: int = 60) -> Case:
    case = hold(file_one(cast, number), cast.group)
    record_event(case=case, key="materials_received_by_handler", occurred_at=now() - timedelta(days=days))
    return case


def tiles(page: Page) -> dict[str, int]:
    return {re.sub(r"\s", "", li.one(".lab").text): int(li.one(".n").text) for li in page.one("ul.w-cnt").all("li")}


def device(contact: datetime | None, **status: Any) -> Device:
    return Device(last_contact_at=contact, last_status=status)


def test_a_duty_officer_sees_the_wall_where_he_asks_for_it_and_the_desk_elsewhere(cast: Cast) -> None:
    assert seen_by(cast.duty, "/centre/?wall=1").all("main.wall")
    assert not seen_by(cast.duty).all("main.wall")
    assert seen_by(cast.bystander, "/centre/?wall=1").status == 404


def test_its_counters_count_what_is_late_what_came_and_what_is_missing(cast: Cast) -> None:
    case = late_case(cast, 1)
    phone, photo = phone_of(cast.holder), jpeg()
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=[photo])
    phone.push()
    page = seen_by(cast.duty, "/centre/?wall=1")
    assert tiles(page) == {
        "现场": 0,
        "今日到达的行为": 1,
        "今日完成的节点": 1,
        "严重逾期": 1,
        "逾期": 0,
        "今日到期": 0,
        "文件未达": 1,
    }
    (row,) = page.one("section.w-tl").all("li")
    assert row.one(".at").text
    assert "秒后到达" in row.one(".s2").text
    (alarm,) = page.one("section.w-due").all("div[data-hue=crimson]")
    assert alarm.one(".no").text == "执 1"
    assert datetime.fromisoformat(alarm.one("time")["data-from"]) < now()


def test_what_the_store_counts_is_what_the_server_counts(cast: Cast) -> None:
    """The same sums as wall.js makes of a snapshot: nothing jumps when the page begins to count by itself."""
    late_case(cast, 1)
    close_case(case=Case.objects.get(pk=late_case(cast, 2).pk), closing_mode="SETTLED")
    done = file_one(cast, 3)
    record_event(case=done, key="materials_received_by_handler", occurred_at=now())
    snapshot = take_snapshot(stream_of(cast.court), cast.court.pk)
    page = seen_by(cast.duty, "/centre/?wall=1")
    assert int(page.one("[data-sum=cases]").text) == len(snapshot["cases"]) == 2
    today = now().astimezone().date()
    finished = [n for n in snapshot["nodes"] if n["state"] == "DONE" and n["finished_on"] == today.isoformat()]
    assert int(page.one("[data-sum=nodes-done]").text) == len(finished)


def test_it_asks_as_many_queries_for_any_court(cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            wall_of(cast.court, courts_on_wall(cast.duty), now())
        return len(queries)

    late_case(cast, 1)
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=Case.objects.get().pk, fields=COMPLETE, photos=[jpeg()])
    phone.push()
    few = asked()
    for number in range(2, 9):
        late_case(cast, number)
    assert asked() == few


def test_a_wall_of_a_court_above_has_a_heartbeat_for_each_court_and_one_of_a_court_for_each_team(cast: Cast) -> None:
    phone_of(cast.holder)
    phone_of(cast.bystander)
    above = create_wall(court=cast.superior_court, name="中院")[0]
    names = [unit.one(".nm").text for unit in Page.of_text(200, browse(above)).one("section.w-hb").all("li")]
    assert names == ["宁城市中院", "寿山县", "周溪县"]
    own = create_wall(court=cast.court, name="寿山")[0]
    names = [unit.one(".nm").text for unit in Page.of_text(200, browse(own)).one("section.w-hb").all("li")]
    assert names == ["执行一组", "其他"]


def browse(officer: Officer) -> str:
    return browser_of(officer).get("/centre/").content.decode()


def test_a_window_ends_with_the_ten_minutes_that_run() -> None:
    starts = window_of(AT)
    assert len(starts) == SLOTS
    assert starts[-1].strftime("%H:%M") == "10:00"
    assert {after - before for before, after in pairwise(starts)} == {SLOT}


def test_silence_is_where_something_was_owed_and_no_data_where_nothing_was() -> None:
    starts = window_of(AT)
    two_hours_ago = AT - timedelta(hours=2)
    owing = Heard("组", [device(two_hours_ago, unsent=[{"seq": 7}])])
    calm = Heard("组", [device(two_hours_ago)])
    assert set(states_of(owing, starts)[-6:]) == {DOWN}
    assert set(states_of(calm, starts)[-6:]) == {NIL}
    assert states_of(owing, starts).count(OK) == states_of(calm, starts).count(OK) == 1
    assert set(states_of(Heard("组"), starts)) == {NIL}


def test_what_came_late_is_slow_and_a_restored_server_is_maintenance() -> None:
    starts = window_of(AT)
    heard = Heard("组", [device(AT)], at=[starts[3], starts[5]], slow_at=[starts[5] + timedelta(minutes=1)])
    states = states_of(heard, starts, restored=[starts[8]])
    assert (states[3], states[5], states[8], states[-1]) == (OK, SLOW, MAINTENANCE, OK)


def test_a_contact_that_brought_nothing_is_heard_in_its_ten_minutes_and_no_more_is_kept(
    cast: Cast, clock: Clock
) -> None:
    replica = Replica(told_of(clock, phone_of(cast.holder)))
    asked = []
    for minutes in (10, 15, 49):
        asked.append(clock.after(minutes))
        replica.sync()
        replica.sync()
    (unit,) = units_on_wall([cast.court], clock.after(60))
    begins = window_of(clock())
    heard = {place for place, begun in enumerate(begins) if any(begun <= each < begun + SLOT for each in asked)}
    assert {place for place, state in enumerate(unit.states) if state == OK} == heard
    assert len(DeviceView.objects.get().heard_slots) == len(heard)
    DeviceView.objects.update(heard_slots=list(range(SLOTS_KEPT)))
    replica.sync()
    assert DeviceView.objects.get().heard_slots[:-1] == list(range(1, SLOTS_KEPT))


def test_each_beat_has_a_shape_of_its_own() -> None:
    assert len(set(SHAPES.values())) == len(SHAPES)


def test_the_bar_says_in_words_what_it_shows(cast: Cast) -> None:
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=hold(file_one(cast), cast.group).pk, fields=COMPLETE)
    phone.push()
    (bar,) = seen_by(cast.duty, "/centre/?wall=1").one("section.w-hb").all("svg")
    assert bar["aria-label"] == "执行一组：有联系 1，无数据 23"
    english = seen_by(cast.duty, "/centre/?wall=1", language="en").one("section.w-hb").one("svg")
    assert english["aria-label"] == "执行一组: heard 1, no data 23"


@pytest.mark.parametrize(
    ("case_no", "tail"),
    [("(2026)闽0924执118号", "执 118"), ("(2026)闽0924执恢7号", "执恢 7"), ("(2026)最高法执监3号", "执监 3")],
)
def test_a_case_is_named_by_kind_and_number(case_no: str, tail: str) -> None:
    assert _tail(case_no) == tail


def placed(text: str, lat: float, lon: float) -> Placed:
    return Placed(ACT, text, {"lat": lat, "lon": lon})


@pytest.fixture
def chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.mark.usefixtures("chinese")
def test_what_lies_in_the_land_stands_on_its_outlines_and_what_does_not_on_a_sheet_of_its_own() -> None:
    nowhere = Placed(ACT, "调查", None)
    shown = drawn([placed("查封", 26.4, 119.5), placed("搜查", 26.5, 119.5), placed("送达", 26.4, 119.7), nowhere])
    seal, search, serve = shown.pins
    assert (shown.without, shown.legend) == (1, [(ACT, 3)])
    assert [land.name for land in shown.lands] == ["南岭县", "澜江区", "东屿县", "海门市"]
    assert all(0 < pin.x < WIDTH and 0 < pin.y < HEIGHT for pin in shown.pins)
    assert search.y < seal.y == serve.y
    assert search.x == seal.x < serve.x
    assert drawn([]).pins == []
    crowd = drawn([placed(f"查封{number}", 26.4, 119.5) for number in range(5)])
    assert [bool(pin.text) for pin in crowd.pins] == [True] * 3 + [False] * 2, "no word stands on another"
    assert drawn([placed("查封", 10.0, 10.0)]).lands == []


@pytest.mark.usefixtures("chinese")
def test_the_name_of_a_land_gives_way_to_who_is_there() -> None:
    alone = {land.name: land.label for land in drawn([]).lands}
    shown = drawn([placed("查封", 26.64523, 119.59256)])
    moved = [land.name for land in shown.lands if land.label != alone[land.name]]
    assert moved == ["澜江区"]


@pytest.mark.parametrize("position", [None, "", {}, {"lat": 91, "lon": 0}, {"lat": "30", "lon": 120}, [30, 120]])
def test_what_is_no_place_is_not_drawn(position: object) -> None:
    assert place_of(position) is None


def test_an_operator_makes_lists_and_ends_walls_by_command(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("wall", "--add", "大厅", "--court-code", cast.court.code)
    number, password = capsys.readouterr().out.split()
    assert Officer.objects.get(staff_no=number).check_password(password)
    with translation.override("en"):
        call_command("wall")
        assert f"{number}  {cast.court.code}  大厅  in use" in capsys.readouterr().out
        call_command("wall", "--revoke", number)
        call_command("wall")
    assert "revoked" in capsys.readouterr().out
    assert not Officer.objects.get(staff_no=number).is_active


def test_what_is_calm_gives_way_to_what_is_not() -> None:
    tiles = [Tile(ACT, number, "", is_alarm=number in (2, 9)) for number in range(10)]
    assert [tile.number for tile in fitting(tiles)] == [0, 1, 2, 3, 4, 5, 9]
    assert len(fitting(tiles)) == TILES


def on_site(cast: Cast, minutes_over: int) -> Presence:
    device = Device.objects.get(pk=phone_of(cast.holder).id)
    at = now()
    return Presence.objects.create(
        court=cast.court,
        officer=cast.holder,
        device=device,
        place="海滨路",
        position={"lat": 26.4, "lon": 119.5},
        interval_minutes=30,
        began_at=at,
        received_at=at,
        last_said_at=at,
        last_heard_at=at,
        due_at=at - timedelta(minutes=minutes_over),
    )


def test_silence_and_a_call_for_help_stand_first_and_count_the_seconds(cast: Cast) -> None:
    presence = on_site(cast, minutes_over=12)
    silent = {"court": cast.court, "officer": cast.holder, "raised_at": now(), "asks_since": now()}
    Alarm.objects.create(kind=Alarm.Kind.CHECK_IN, presence=presence, due_at=presence.due_at, **silent)
    page = seen_by(cast.duty, "/centre/?wall=1")
    (first, second, *_others) = page.one("ul.w-cnt").all("li")
    assert (first.one(".lab").text, first.one(".n").text, first["data-hue"]) == ("签到超时", "1", "red")
    assert first.all("svg.g.blink")
    assert datetime.fromisoformat(first.one("time")["data-from"]) == presence.due_at
    assert (second.one(".lab").text, second.one(".n").text) == ("现场", "1")
    assert [pin["data-hue"] for pin in page.one("svg.map").all("g.pin")] == ["red"]
    assert presence.place not in page.html
    assert "执行一组" in page.one("section.w-map").text
    Alarm.objects.create(kind=Alarm.Kind.SOS, position={"lat": 26.5, "lon": 119.5}, **silent)
    page = seen_by(cast.duty, "/centre/?wall=1")
    assert page.one("ul.w-cnt").all("li.solid")[0].one(".lab").text == "紧急求助（SOS）"
    assert len(page.one("ul.w-cnt").all("li")) == TILES
    assert {row.one(".st").text for row in page.one("section.w-tl").all("li")} == {"紧急求助（SOS）", "签到超时"}
    assert cast.holder.name not in page.html


def test_silence_no_alarm_was_raised_of_stands_there_too(cast: Cast) -> None:
    """The beat that raises alarms may stand still: nobody past his time is shown as well."""
    presence = on_site(cast, minutes_over=1)
    (first, *_others) = seen_by(cast.duty, "/centre/?wall=1").one("ul.w-cnt").all("li")
    assert (first.one(".lab").text, first.one(".n").text) == ("签到超时", "1")
    assert datetime.fromisoformat(first.one("time")["data-from"]) == presence.due_at
