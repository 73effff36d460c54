"""An incident: what many alarms may have in common is derived from facts, said as likely, and leads to its devices."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from server.centre.incident import FLOOD, Awaited, Reach, is_flood, likely_causes
from server.people.models import Device, Officer, Role
from server.safety.models import Alarm, Presence
from tests.actors import Cast, officer_of
from tests.centre.reading import seen_by
from tests.safety.conftest import Clock, clock, told_of
from tests.sync.pushing import phone_of

__all__ = ["clock"]
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def awaited(minutes: float, court: str = "甲", program: str = "1.0") -> Awaited:
    """Last heard of so long ago."""
    return Awaited(uuid4(), court, program, AT - timedelta(minutes=minutes))


def found(*devices: Awaited) -> list[tuple[Reach, str, int]]:
    return [(each.reach, each.name, len(each.devices)) for each in likely_causes(devices, AT)]


def test_devices_of_one_court_that_fell_silent_together_point_to_its_uplink() -> None:
    there = [awaited(1, "乙") for _ in range(4)]
    cut = [awaited(90 + minutes) for minutes in (0, 3, 8)]
    assert found(*cut, *there) == [(Reach.COURT, "甲", 3)]
    (cause,) = likely_causes([*cut, *there], AT)
    assert (cause.reached, cause.others, cause.others_silent) == (3, 4, 0)
    assert cause.ended - cause.begun == timedelta(minutes=8)


@pytest.mark.parametrize(
    ("minutes", "why"),
    [
        ((90, 91), "two are too few"),
        ((90, 120, 150), "one after the other"),
        ((90, 91, 92, 1, 2), "others of the court go on"),
        ((5, 6, 7), "not silent yet"),
        ((300, 301, 302), "no news"),
    ],
)
def test_what_does_not_fit_is_no_cause(minutes: tuple[int, ...], why: str) -> None:
    assert found(*[awaited(each) for each in minutes], *[awaited(1, "乙") for _ in range(4)]) == [], why


def test_what_explains_everything_is_said_alone() -> None:
    assert found(*[awaited(60, court) for court in "甲甲甲乙乙乙丙"]) == [(Reach.SERVER, "", 7)]


def test_one_program_in_several_courts_is_the_program_and_in_one_it_is_nothing() -> None:
    new = [awaited(60, court, "2.0") for court in "甲乙丙"]
    assert found(*new, *[awaited(1, court) for court in "甲乙丙甲乙丙"]) == [(Reach.PROGRAM, "2.0", 3)]
    alone = [awaited(60, "甲", "2.0") for _ in range(3)]
    assert found(*alone, *[awaited(1, "甲") for _ in range(6)]) == []


def test_more_than_one_person_can_answer_is_a_flood() -> None:
    assert is_flood([AT - timedelta(minutes=1)] * FLOOD, AT)
    assert not is_flood([AT - timedelta(minutes=1)] * (FLOOD - 1) + [AT - timedelta(hours=1)] * 9, AT)


@pytest.fixture
def cut_off(cast: Cast, clock: Clock) -> list[Officer]:
    """Three of the court on site, of whom nothing is heard since; the neighbours go on."""
    names = [("240171", "丁一"), ("240172", "丁二"), ("240173", "丁三")]
    ours = [officer_of(cast.court, *each, Role.OFFICER) for each in names]
    theirs = [officer_of(cast.other_court, f"25017{place}", "戊", Role.OFFICER) for place in range(3)]
    phones = [told_of(clock, phone_of(officer)) for officer in (*ours, *theirs)]
    for phone in phones:
        phone.record("check_in", fields={"interval_minutes": 120, "place": "城东路"})
        phone.push()
    clock.after(45)
    for phone in phones[3:]:
        phone.record("check_in")
        phone.push()
    return ours


@pytest.fixture
def above(cast: Cast) -> Officer:
    return officer_of(cast.superior_court, "240180", "方值", Role.COMMAND_CENTRE, Role.SUPERIOR_SUPERVISOR)


@pytest.mark.django_db
def test_the_desk_above_is_told_and_led_to_the_devices_and_people(
    cut_off: list[Officer], above: Officer, cast: Cast
) -> None:
    assert f"可能原因：{cast.court.name} 网络中断" in seen_by(above).one("[data-incident]").text
    page = seen_by(above, "/centre/incident")
    assert "其余 3 台中 0 台无联系" in page.html
    assert "须由人员核实" in page.html
    links = {link["href"] for link in page.all("a")}
    devices = Device.objects.filter(court=cast.court).values_list("pk", flat=True)
    stays = Presence.objects.filter(officer__in=cut_off).values_list("pk", flat=True)
    assert len(devices) == len(stays) == 3
    assert {f"/centre/devices/{pk}" for pk in devices} | {f"/centre/safety/presences/{pk}" for pk in stays} <= links
    assert seen_by(above, "/centre/incident", language="en").html.count("Likely cause") >= 2


@pytest.mark.django_db
def test_people_stand_before_links_and_one_alone_leads_to_himself(
    cut_off: list[Officer], above: Officer, cast: Cast, clock: Clock
) -> None:
    at = clock()
    called = Alarm.objects.create(court=cast.court, officer=cut_off[0], kind="SOS", raised_at=at, asks_since=at)
    first, second, *_others = seen_by(above, "/centre/incident").one("table.inc").all("tr")[1:]
    assert first.one("a")["href"] == f"/centre/safety/alarms/{called.pk}"
    assert second.one("a")["href"] == "#cause-1"


@pytest.mark.django_db
def test_a_quiet_day_says_so_and_who_watches_nothing_finds_nothing(cast: Cast) -> None:
    assert "目前没有突发情况" in seen_by(cast.duty, "/centre/incident").html
    assert not seen_by(cast.duty).all("[data-incident]")
    assert seen_by(cast.bystander, "/centre/incident").status == 404
