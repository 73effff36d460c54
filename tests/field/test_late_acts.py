"""X09: an act of day 2 that arrives on day 9 counts as of day 2, moves what hung on it, and says so everywhere."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from server.cases.models import Case, Node
from server.cases.services import record_event
from server.common.clock import SHANGHAI, set_clock
from server.ledger.models import Entry
from server.notices.models import Notice
from server.supervision.services import watch_levels
from tests.actors import Cast, browser_of
from tests.centre.reading import Page, seen_by
from tests.devices import TestDevice
from tests.field.test_replay import replay
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

pytestmark = pytest.mark.django_db


class Wall:
    """Of the court and of every phone in its net."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)

    def __call__(self) -> datetime:
        return self.moment.astimezone(UTC)

    def on(self, day: int, hour: int = 9) -> None:
        self.moment = datetime(2026, 11, day, hour, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def wall() -> Iterator[Wall]:
    wall = Wall()
    set_clock(wall)
    yield wall
    set_clock(None)


@pytest.fixture
def case(cast: Cast, wall: Wall) -> Case:
    """Filed on Monday 2 November, day 1; an investigation on site was asked for at once."""
    case = hold(file_one(cast), cast.group)
    record_event(case=case, key="investigation_requested", occurred_at=wall())
    return case


@pytest.fixture
def offline(cast: Cast, case: Case, wall: Wall) -> TestDevice:
    """The holder's phone, enrolled on day 1 and out of the net since."""
    return keeping_time(phone_of(cast.holder), wall)


def keeping_time(phone: TestDevice, wall: Wall) -> TestDevice:
    phone._now = wall
    return phone


def node(case: Case, key: str) -> Node:
    return Node.objects.get(case=case, key=key, chain="")


def on(day: int) -> date:
    return date(2026, 11, day)


def moved_by(kind: str) -> list[tuple[str, str, str, str | None]]:
    """What the newest entry of this kind says was moved."""
    view = json.loads(Entry.objects.filter(kind=kind).order_by("-position").values_list("view", flat=True)[0])
    return [(each["key"], each["member"], each["from"], each["to"]) for each in view.get("moved", [])]


def explained(cast: Cast, case: Case, key: str) -> list[dict[str, Any]]:
    nodes = browser_of(cast.director).get(f"/api/v1/cases/{case.pk}").json()["nodes"]
    steps: list[dict[str, Any]] = next(each["explanation"] for each in nodes if each["key"] == key)
    return steps


def page_of(cast: Cast, case: Case) -> Page:
    return seen_by(cast.director, f"/centre/cases/{case.pk}")


@pytest.fixture
def served_twice(cast: Cast, case: Case, offline: TestDevice, wall: Wall) -> Case:
    """Served on day 2 by the phone out of the net, on day 5 again by a colleague in it. Day 2 arrives on day 9."""
    wall.on(3)
    offline.record("SERVE", case_id=case.pk, fields=served("2026-11-03"))
    wall.on(6)
    other = keeping_time(phone_of(cast.colleague), wall)
    other.record("SERVE", case_id=case.pk, fields=served("2026-11-06"))
    other.push()
    assert (node(case, "debtor_interview").started_on, node(case, "debtor_interview").due_on) == (on(6), on(23))
    wall.on(10)
    offline.push()
    return case


def served(day: str) -> dict[str, Any]:
    """By post, with the day on the receipt: nothing of it needs a photograph."""
    record = {"result": "DONE", "mode": "POST", "posted_no": "EMS 1", "receiver_name": "被执行人乙"}
    place = {"address": "南岭县北门街12号", "kind": "HOME"}
    papers = [{"kind": "EXECUTION_NOTICE", "doc_no": "（2026）闽0924执7号", "copies": 1, "receiver": "被执行人乙"}]
    times = {"started_at": f"{day}T08:00:00+08:00", "finished_at": f"{day}T08:30:00+08:00"}
    signed = [{"name": "林岚", "role": "OFFICER", "state": "SIGNED", "at": times["finished_at"]}]
    known = {"officers": COMPLETE["officers"], "place": place, "documents_left": papers, "signatures": signed}
    return {**record, **times, **known, "served_at": f"{day}T08:20:00+08:00"}


def test_x09_the_clock_goes_by_day_two_and_the_late_arrival_is_flagged(
    cast: Cast, case: Case, offline: TestDevice, wall: Wall
) -> None:
    wall.on(3)
    offline.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    wall.on(10)
    offline.push()
    done = node(case, "field_investigation")
    assert (done.started_on, done.finished_on) == (on(2), on(3))
    entry = json.loads(Entry.objects.get(kind="action_recorded").view)
    assert entry["action"]["is_late"] is True
    assert "moved" not in entry, "it ended the node, which no date had said before"
    (shown,) = browser_of(cast.director).get(f"/api/v1/cases/{case.pk}/actions").json()["items"]
    assert (shown["is_late"], shown["recorded_at"][:10], shown["received_at"][:10]) == (
        True,
        "2026-11-03",
        "2026-11-10",
    )
    (step,) = [each for each in explained(cast, case, "field_investigation") if each["code"] == "told_late"]
    assert (step["event"], step["occurred_at"][:10], step["received_at"][:10]) == (
        "field_action_started",
        "2026-11-03",
        "2026-11-10",
    )
    assert replay()[0]["differences"] == 0


def test_x09_what_hung_on_a_later_act_is_counted_anew_and_the_entry_says_from_when_to_when(
    cast: Cast, served_twice: Case
) -> None:
    """From 3 November 15 days end on Wednesday the 18th; from the 6th on Saturday the 21st, so on Monday."""
    moved = node(served_twice, "debtor_interview")
    assert (moved.started_on, moved.due_on) == (on(3), on(18))
    said = moved_by("action_recorded")
    assert ("debtor_interview", "started_on", "2026-11-06", "2026-11-03") in said
    assert ("debtor_interview", "due_on", "2026-11-23", "2026-11-18") in said
    assert replay()[0]["differences"] == 0


def test_x09_the_explanation_of_the_node_says_what_was_late_and_what_it_moved(cast: Cast, served_twice: Case) -> None:
    steps = explained(cast, served_twice, "debtor_interview")
    (late,) = [each for each in steps if each["code"] == "told_late"]
    assert late["event"] == "notice_served"
    moves = [(each["member"], each["was"], each["became"]) for each in steps if each["code"] == "moved"]
    assert moves == [("started_on", "2026-11-06", "2026-11-03"), ("due_on", "2026-11-23", "2026-11-18")]
    assert all(each["text"] for each in steps)


def test_x09_the_page_says_so_beside_the_act_and_in_why_this_date(cast: Cast, served_twice: Case) -> None:
    page = page_of(cast, served_twice)
    assert [each.text for each in page.all("[data-late]")] == ["逾时上传"]
    (words,) = [each.text for each in page.all("[data-moved]") if "2026-11-23" in each.text]
    assert "2026-11-18" in words
    (why,) = [each.text for each in page.all("details") if "notice_served" in each.text and "2026-11-23" in each.text]
    assert "2026-11-10" in why


def test_x09_a_warning_of_a_date_that_a_late_act_moved_says_so(served_twice: Case, wall: Wall) -> None:
    wall.on(18)
    watch_levels()
    titles = Notice.objects.filter(view__key="debtor_interview", view__level="DUE").values_list("title", flat=True)
    assert titles
    assert all("2026-11-03" in title and "2026-11-10" in title and "才上传" in title for title in titles)


def test_a_late_act_whose_files_come_later_still_moves_its_nodes_with_the_last_of_them(
    cast: Cast, case: Case, offline: TestDevice, wall: Wall
) -> None:
    record_event(case=case, key="notice_served", occurred_at=datetime(2026, 11, 6, 9, tzinfo=SHANGHAI))
    wall.on(3)
    offline.record("SERVE", case_id=case.pk, fields=served("2026-11-03"), photos=[b"door"])
    wall.on(10)
    offline.push()
    assert node(case, "debtor_interview").started_on == on(6)
    assert offline.upload(b"door") == 204
    assert ("debtor_interview", "due_on", "2026-11-23", "2026-11-18") in moved_by("evidence_verified")
    assert replay()[0]["differences"] == 0


def test_an_act_that_arrives_within_the_limit_is_not_late_and_the_operator_says_what_that_is(
    cast: Cast, case: Case, offline: TestDevice, wall: Wall, settings: Settings
) -> None:
    wall.on(3)
    offline.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    wall.on(4)
    offline.push()
    listed = f"/api/v1/cases/{case.pk}/actions"
    assert not browser_of(cast.director).get(listed).json()["items"][0]["is_late"], "24 hours to the minute"
    settings.LATE_UPLOAD_HOURS = 23
    assert browser_of(cast.director).get(listed).json()["items"][0]["is_late"]
    assert "is_late" not in json.loads(Entry.objects.get(kind="action_recorded").view)["action"]


def test_an_annulled_late_act_gives_its_dates_back_and_the_entry_says_so(cast: Cast, served_twice: Case) -> None:
    (act,) = [
        each["id"]
        for each in browser_of(cast.director).get(f"/api/v1/cases/{served_twice.pk}/actions").json()["items"]
        if each["is_late"]
    ]
    answer = browser_of(cast.director).post(
        f"/api/v1/actions/{act}/annul", {"note": "并未送达"}, content_type="application/json"
    )
    assert answer.status_code == 200
    assert ("debtor_interview", "due_on", "2026-11-18", "2026-11-23") in moved_by("action_annulled")
    assert "told_late" not in [each["code"] for each in explained(cast, served_twice, "debtor_interview")]
    assert replay()[0]["differences"] == 0
