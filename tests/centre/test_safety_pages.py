"""Pages of safety without JavaScript: what asks for an answer stands first and is answered by a form."""

from typing import Any

import pytest

from server.cases.models import Case
from server.safety.models import Alarm, Campaign, Order, Presence
from server.safety.services import give_order, watch_safety
from tests.actors import Cast, browser_of
from tests.centre.reading import seen_by
from tests.devices import TestDevice
from tests.safety.conftest import Clock, clock, enrol, held, phone
from tests.safety.test_campaigns import opened

__all__ = ["clock", "enrol", "held", "phone"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def silent(phone: TestDevice, clock: Clock) -> TestDevice:
    """Checked in, and silent for so long that the leaders were told."""
    phone.record("check_in", fields={"interval_minutes": 30, "place": "城东路 8 号"})
    phone.push()
    clock.after(46)
    watch_safety()
    return phone


def post(who: Any, path: str, **typed: str) -> Any:
    return browser_of(who).post(path, typed)


def text_of(who: Any, path: str) -> str:
    answer = browser_of(who).get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_somebody_silent_stands_there_with_what_is_known_of_him(silent: TestDevice, cast: Cast) -> None:
    page = text_of(cast.duty, "/centre/safety")
    for words in ("签到超时", cast.holder.name, "城东路 8 号", "此后无数据", "已报领导", "未确认"):
        assert words in page
    silent.push()
    assert "设备有网络，本人未签到" in text_of(cast.duty, "/centre/safety")
    assert cast.holder.name not in text_of(cast.stranger, "/centre/safety")


def test_silence_shows_where_the_beat_stands_still(phone: TestDevice, cast: Cast, clock: Clock) -> None:
    phone.record("check_in", fields={"interval_minutes": 30})
    phone.push()
    clock.after(31)
    assert dict(seen_by(cast.duty).counters)["签到超时"] == 1
    clock.after(46)
    assert "签到超时，已报领导" in text_of(cast.duty, "/centre/safety")
    answer = browser_of(cast.duty).get("/api/v1/safety").json()
    assert [row["watch"] for row in answer["on_site"]] == ["ESCALATED"]


def test_words_no_database_takes_are_refused(phone: TestDevice, cast: Cast, held: Case) -> None:
    phone.record("sos")
    phone.push()
    alarm = f"/centre/safety/alarms/{Alarm.objects.get().pk}"
    assert post(cast.duty, f"{alarm}/acknowledge", said="a\0").status_code == 422
    typed = {
        "group": str(cast.group.pk),
        "text": "车",
        "place": "门",
        "case_no": held.case_no + "\0",
        "source": "OTHER",
    }
    assert post(cast.duty, "/centre/dispatches", **{**typed, "text": "\0车"}).status_code == 422
    assert post(cast.duty, "/centre/dispatches", **typed).status_code == 422
    assert not Order.objects.exists()
    opening = {"name": "\0", "commander": "\0", "begins_at": "2026-12-01T03:00", "ends_at": "2026-12-01T09:00"}
    assert post(cast.duty, "/centre/operations", **opening, cases="\0").status_code == 422


def test_a_call_is_acknowledged_and_closed_by_forms(phone: TestDevice, cast: Cast) -> None:
    phone.record("sos", fields={"words": "被围堵"})
    phone.push()
    alarm = f"/centre/safety/alarms/{Alarm.objects.get().pk}"
    [form] = [form for form in seen_by(cast.duty, alarm).all("form") if "alarms" in form["action"]]
    assert form["action"] == f"{alarm}/acknowledge"
    empty = post(cast.duty, f"{alarm}/acknowledge", said=" ")
    assert empty.status_code == 422
    assert post(cast.duty, f"{alarm}/acknowledge", said="已派二组").status_code == 302
    assert "已派二组" in text_of(cast.duty, alarm)
    assert post(cast.duty, f"{alarm}/close", said="人员安全").status_code == 302
    assert Alarm.objects.get().ended_why == "人员安全"
    assert not [form for form in seen_by(cast.inspector, alarm).all("form") if "alarms" in form["action"]]
    assert browser_of(cast.stranger).get(alarm).status_code == 404
    assert post(cast.stranger, f"{alarm}/close", said="x").status_code == 404


def test_a_stay_shows_its_words_and_is_closed_with_a_reason(silent: TestDevice, cast: Cast) -> None:
    stay = f"/centre/safety/presences/{Presence.objects.get().pk}"
    assert "签到" in text_of(cast.duty, stay)
    assert post(cast.duty, f"{stay}/close", said="").status_code == 422
    assert post(cast.duty, f"{stay}/close", said="电话联系，平安").status_code == 302
    assert "电话联系，平安" in text_of(cast.holder, stay)
    assert browser_of(cast.stranger).get(stay).status_code == 404
    assert post(cast.stranger, f"{stay}/close", said="x").status_code == 404


def test_a_group_is_chosen_by_who_is_near_and_was_heard_of_and_sent(silent: TestDevice, cast: Cast, held: Case) -> None:
    page = text_of(cast.duty, "/centre/dispatches")
    assert f"{cast.holder.name} 城东路 8 号 46 分钟前有联系" in page
    typed = {
        "group": str(cast.group.pk),
        "text": "车在此处",
        "place": "北门",
        "case_no": held.case_no,
        "source": "HOTLINE",
    }
    assert post(cast.duty, "/centre/dispatches", **{**typed, "group": "x"}).status_code == 422
    assert post(cast.duty, "/centre/dispatches", **{**typed, "case_no": "不存在"}).status_code == 404
    assert post(cast.holder, "/centre/dispatches", **typed).status_code == 403
    place = post(cast.duty, "/centre/dispatches", **typed)["location"]
    assert held.case_no in text_of(cast.colleague, place)
    assert browser_of(cast.stranger).get(place).status_code == 404
    assert post(cast.duty, f"{place}/word", word="WITHDRAW", said="").status_code == 422
    assert post(cast.duty, f"{place}/word", word="JUMP", said="x").status_code == 422
    assert post(cast.duty, f"{place}/word", word="GIVE", group="x").status_code == 422
    assert post(cast.stranger, f"{place}/word", word="ACCEPT").status_code == 404
    assert post(cast.duty, f"{place}/word", word="ACCEPT", said="电台答复").status_code == 302
    assert Order.objects.get().state == "ACCEPTED"
    assert "值班员代录" in text_of(cast.duty, place)


def test_a_joint_operation_is_opened_by_a_form_and_shows_who_is_out(
    silent: TestDevice, cast: Cast, held: Case, clock: Clock
) -> None:
    typed: dict[str, Any] = {
        "name": "秋风行动",
        "commander": cast.director.staff_no,
        "begins_at": "2026-12-01T03:00",
        "ends_at": "2026-12-01T09:00",
        "groups": [str(cast.group.pk)],
        "cases": held.case_no,
    }
    for changes, status in (
        ({"begins_at": "morgen"}, 422),
        ({"commander": "0"}, 422),
        ({"groups": ["x"]}, 422),
        ({"cases": "1\n2"}, 422),
    ):
        assert browser_of(cast.duty).post("/centre/operations", {**typed, **changes}).status_code == status
    assert browser_of(cast.holder).post("/centre/operations", typed).status_code in (403, 422)
    place = browser_of(cast.duty).post("/centre/operations", typed)["location"]
    page = text_of(cast.duty, place)
    for words in ("秋风行动", cast.director.name, cast.holder.name, "签到超时", "无数据"):
        assert words in page
    assert browser_of(cast.stranger).get(place).status_code == 404
    moves: tuple[tuple[Any, dict[str, Any], int], ...] = (
        (cast.stranger, {"said": "增援"}, 404),
        (cast.inspector, {"said": "增援"}, 403),
        (cast.duty, {"said": " ", "remove_cases": [str(held.pk)]}, 422),
        (cast.duty, {"said": "增援", "add_cases": "1"}, 422),
        (cast.duty, {"said": "增援", "remove_groups": ["x"]}, 422),
        (cast.duty, {"said": "已办结", "remove_cases": [str(held.pk)]}, 302),
    )
    for who, moved, status in moves:
        assert browser_of(who).post(f"{place}/change", moved).status_code == status
    assert not Campaign.objects.get().cases.exists()
    assert "<td>1 件案件</td><td>已办结</td>" in text_of(cast.duty, place)
    assert browser_of(cast.stranger).post(f"{place}/close").status_code == 404
    assert browser_of(cast.director).post(f"{place}/close").status_code == 302
    assert Campaign.objects.get().closed_at


def test_the_desk_carries_the_alarms_and_an_order_nobody_answers(cast: Cast, held: Case, clock: Clock) -> None:
    order = give_order(group=cast.group, text="车在此处", place="北门", by=cast.duty, case=held)
    clock.after(11)
    watch_safety()
    assert "调度指令无人答复" in text_of(cast.duty, "/centre/")
    assert "调度指令无人答复" not in text_of(cast.stranger, "/centre/")
    page = text_of(cast.duty, "/centre/safety")
    assert "调度指令无人答复" in page
    assert f"/centre/dispatches/{order.pk}" in page
    opened(cast, clock, held)
    assert "秋风行动" in text_of(cast.duty, "/centre/operations")
    assert "秋风行动" not in text_of(cast.stranger, "/centre/operations")
    assert "北门" not in text_of(cast.stranger, "/centre/dispatches")
