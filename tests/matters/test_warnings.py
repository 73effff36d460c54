"""Matters whose time runs out: warned of once a level, urged by themselves and by a superior, until a step is taken."""

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.cases.services.calendar import set_calendar_day
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.models import Entry
from server.matters.models import Matter, MatterUrge
from server.matters.services import pass_limits, urge_matter, watch_matters
from server.matters.states import Move
from server.notices.models import Notice
from server.people.models import Court, Officer, Role
from server.people.streams import court_stream
from tests.actors import Cast, browser_of, officer_of
from tests.centre.reading import seen_by
from tests.matters.conftest import Errand, Partners, at_day
from tests.realtime.test_snapshot import require_that_frames_add_up, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def told(kind: str, court: Court) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(stream=court_stream(court.pk), kind=kind).order_by("position")
    return [json.loads(row.view) for row in rows]


def notices(officer: Officer, kind: str = "matter_level") -> list[Notice]:
    return list(Notice.objects.filter(officer=officer, kind=kind).order_by("made_at", "pk"))


def level_of(matter: Matter) -> tuple[str, int]:
    matter.refresh_from_db()
    return matter.level, matter.urged


def test_its_level_rises_day_by_day_and_each_is_told_once(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.sent()
    course = []
    for day in range(5):
        at_day(day)
        watch_matters()
        assert watch_matters().warnings == 0, "told once"
        course.append(level_of(matter))
    assert course == [("NORMAL", 0), ("WARN", 0), ("DUE", 0), ("OVERDUE", 1), ("SEVERE", 1)]
    for court in (cast.court, cast.other_court):
        warned = [view["warning"]["level"] for view in told("matter_warned", court)]
        assert warned == ["WARN", "DUE", "OVERDUE", "SEVERE"]
        assert [view["urge"]["is_automatic"] for view in told("matter_urged", court)] == [True]
    assert [each.waits_for_digest for each in notices(partners.centre)] == [False] * 4
    assert [each.view["level"] for each in notices(cast.holder)] == ["OVERDUE", "SEVERE"], "who waits, by the digest"
    assert all(each.waits_for_digest for each in notices(cast.holder))
    assert [each.view["level"] for each in notices(cast.supervisor)] == ["SEVERE"]
    assert notices(partners.bystander) == notices(partners.far_supervisor) == []


def test_its_handler_is_warned_of_what_is_to_be_done_and_a_step_begins_anew(errand: Errand, cast: Cast) -> None:
    matter = errand.assigned()
    at_day(7)  # due on the 9th
    watch_matters()
    assert level_of(matter) == ("DUE", 0)
    assert notices(cast.stranger)[0].view["clock"] == "do"
    at_day(8)
    watch_matters()
    assert level_of(matter) == ("OVERDUE", 1)
    errand.feed_back(errand.freeze(matter))
    assert level_of(matter) == ("NORMAL", 1), "another clock runs"
    assert MatterUrge.objects.get().settled_at is not None


def test_what_passes_by_itself_is_due_and_never_late(errand: Errand, cast: Cast) -> None:
    matter = errand.fed_back()
    at_day(3)
    watch_matters()
    assert level_of(matter)[0] == "DUE"
    at_day(4)
    watch_matters()
    assert level_of(matter) == ("DUE", 0)
    assert pass_limits() == 1
    assert level_of(matter) == ("NORMAL", 0)


def test_a_superior_urges_the_court_whose_turn_it_is(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter, urge_id = errand.sent(), new_id()
    said: dict[str, Any] = {"matter": matter, "text": "请尽快签收", "urge_id": urge_id}
    with pytest.raises(DomainError) as caught:
        urge_matter(**said, by=cast.supervisor)
    assert caught.value.code == "matter_not_late"
    at_day(3)
    for who in (cast.director, partners.centre, partners.far_supervisor, cast.inspector):
        with pytest.raises(DomainError) as caught:
            urge_matter(**said, by=who)
        assert caught.value.code == "may_not_urge"
    assert urge_matter(**said, supervises=True, by=cast.supervisor) == urge_matter(**said, by=cast.supervisor)
    matter.refresh_from_db()
    assert (matter.urged, matter.is_supervised) == (1, True)
    assert len(notices(partners.centre, "matter_urge")) == 1
    (view,) = told("matter_urged", cast.court)
    assert (view["urge"]["is_supervision"], view["matter"]["is_supervised"]) == (True, True)
    errand.move(matter, Move.SIGN_FOR, partners.centre)
    assert MatterUrge.objects.get().settled_at is not None
    assert level_of(matter) == ("NORMAL", 1)


def test_the_pass_takes_as_many_statements_for_many_as_for_few(errand: Errand) -> None:
    counts = []
    for number, day in ((1, 3), (8, 10)):
        at_day(day - 3)
        for _ in range(number):
            errand.sent()
        at_day(day)
        with CaptureQueriesContext(connection) as asked:
            assert watch_matters().urges == number
        counts.append(len(asked))
    assert counts[0] >= counts[1] > 0


def test_a_day_given_off_moves_the_date_and_is_told(errand: Errand, cast: Cast) -> None:
    matter = errand.sent()
    picture = shown(cast.other_court)
    set_calendar_day(day=date(2026, 11, 3), is_working=False, by="250201", why="通知")
    watch_matters()
    matter.refresh_from_db()
    assert matter.due_on == date(2026, 11, 5)
    (view,) = told("matter_due_moved", cast.other_court)
    assert view["matter"]["due_on"] == "2026-11-05"
    at_day(4)
    watch_matters()
    require_that_frames_add_up(cast.other_court, picture)


def test_who_is_late_is_shown_on_pages_and_in_the_list(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter, other = errand.sent(), errand.signed_for()
    at_day(3)
    watch_matters()
    director = officer_of(cast.other_court, "250301", "局长", Role.DIRECTOR)
    for who, box in ((director, "in"), (cast.director, "out")):
        shown_by_cause = seen_by(who, "/centre/?by=cause")
        assert "待签收" in shown_by_cause.html
        assert f"/centre/matters/{matter.pk}" in [each["href"] for each in shown_by_cause.all("a.it")]
        listed = browser_of(who).get(f"/api/v1/matters?box={box}&clock=sign&level=OVERDUE").json()["items"]
        assert [(row["number"], row["urged"], row["is_overdue"]) for row in listed] == [(matter.number, 1, True)]
        page = seen_by(who, f"/centre/matters?box={box}&clock=sign&level=OVERDUE").one("table").text
        assert matter.number in page
        assert "已催办 1 次" in page
        assert other.number not in page


def test_a_superior_urges_on_the_page(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.sent()
    at_day(3)
    address = f"/centre/matters/{matter.pk}"
    assert not seen_by(cast.director, address).all("section[id=urge]")
    assert seen_by(cast.supervisor, address).all("section[id=urge]")
    typed = {"text": "请尽快签收", "supervises": "on"}
    assert browser_of(cast.supervisor).post(f"{address}/urge", typed).status_code == 302
    assert browser_of(partners.centre).post(f"{address}/urge", typed).status_code == 403
    shown_to_court = seen_by(partners.centre, address)
    assert "请尽快签收" in shown_to_court.one("main").text
    assert "上级督办中" in shown_to_court.one("header.sheet-h").text
    path, body = f"/api/v1/matters/{matter.pk}/urges", {"text": "x"}
    for who, status in ((partners.far, 404), (cast.director, 403), (cast.supervisor, 200)):
        answer = browser_of(who).post(path, body, content_type="application/json")
        assert answer.status_code == status
