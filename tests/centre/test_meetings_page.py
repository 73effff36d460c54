"""Weekly meetings on pages: opened with what is late and noted, minuted item by item, and closed."""

from datetime import timedelta
from typing import Any

import pytest

from server.cases.models import Case
from server.common.clock import local_date, now
from server.teamwork.decide import monday_of
from server.teamwork.models import Meeting, MeetingItem, Task
from server.teamwork.services import add_note, open_meeting
from tests.actors import Cast, browser_of
from tests.centre.reading import Page, seen_by
from tests.teamwork.conftest import Teams, case, cast, teams

__all__ = ["case", "cast", "teams"]
pytestmark = pytest.mark.django_db
PAGES = "/centre/meetings"


@pytest.fixture
def meeting(case: Case, cast: Cast, teams: Teams) -> Meeting:
    add_note(case=case, text="门禁须<b>登记</b>", by=cast.holder)
    return open_meeting(court=cast.court, team=teams.finding, day=local_date(now()), by=cast.director)


@pytest.fixture
def item(meeting: Meeting) -> MeetingItem:
    return meeting.items.get(kind="NOTE")


def address(meeting: Meeting, word: str = "") -> str:
    return f"{PAGES}/{meeting.pk}{word}"


def said(item: MeetingItem, **members: str) -> dict[str, str]:
    return {"item": str(item.pk), "said": "下周上门", **members}


def task(cast: Cast, **members: str) -> dict[str, str]:
    due_on = str(local_date(now()) + timedelta(days=3))
    return {"text": "联系物业", "to": str(cast.colleague.pk), "due_on": due_on, **members}


def test_a_leader_opens_it_and_opened_again_it_is_the_same(case: Case, cast: Cast, teams: Teams) -> None:
    add_note(case=case, text="门禁须登记", by=cast.holder)
    given = {"team": str(teams.finding.pk), "day": str(local_date(now()))}
    places = {browser_of(cast.director).post(PAGES, given)["location"] for _ in range(2)}
    meeting = Meeting.objects.get()
    assert places == {address(meeting)}
    assert meeting.week_of == monday_of(local_date(now()))
    page = seen_by(cast.director, address(meeting))
    assert "门禁须登记" in page.one("main").text
    assert address(meeting) in [link["href"] for link in seen_by(cast.holder, PAGES).all("a")]


def test_who_holds_no_meeting_reads_those_of_his_team(meeting: Meeting, cast: Cast, teams: Teams) -> None:
    page = seen_by(cast.holder, address(meeting))
    assert "门禁须<b>登记</b>" in page.one("main").text, "as typed, and no markup"
    assert not [form for form in page.all("form") if "meetings" in form["action"]]
    assert not [form for form in seen_by(cast.holder, PAGES).all("form") if "meetings" in form["action"]]
    assert browser_of(cast.stranger).get(address(meeting)).status_code == 404
    assert browser_of(cast.holder).post(PAGES, {"team": str(teams.finding.pk)}).status_code == 403


def test_what_was_settled_is_written_down_and_becomes_a_task(meeting: Meeting, item: MeetingItem, cast: Cast) -> None:
    answer = browser_of(cast.director).post(address(meeting, "/minutes"), {**said(item), **task(cast)})
    assert answer["location"] == f"{address(meeting)}#item-{item.pk}"
    made = Task.objects.get()
    assert (made.to, made.text, made.case) == (cast.colleague, "联系物业", item.case)
    text = seen_by(cast.holder, address(meeting)).one("main").text
    assert "下周上门" in text
    assert "联系物业" in text
    assert "联系物业" in seen_by(cast.holder, f"/centre/cases/{item.case_id}").one("main").text


def test_of_each_item_those_who_work_on_its_case_may_be_given_a_task(
    meeting: Meeting, item: MeetingItem, cast: Cast
) -> None:
    names = {option.text for option in seen_by(cast.director, address(meeting)).one(f"select[id=to-{item.pk}]")}
    assert names == {cast.holder.name, cast.colleague.name}


def test_another_matter_is_added_by_its_case_number(meeting: Meeting, case: Case, cast: Cast) -> None:
    typed = case.case_no.replace("（", "(").replace("）", ")")
    browser_of(cast.director).post(address(meeting, "/minutes"), {"case_no": typed, "said": "请示上级"})
    assert meeting.items.get(kind="OTHER").said == "请示上级"


def test_closed_it_takes_no_more(meeting: Meeting, item: MeetingItem, cast: Cast) -> None:
    browser_of(cast.director).post(address(meeting, "/close"))
    page = seen_by(cast.director, address(meeting))
    assert not [form for form in page.all("form") if "meetings" in form["action"]]
    assert browser_of(cast.director).post(address(meeting, "/minutes"), said(item)).status_code == 409


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"said": " "}, 422),
        ({"item": "01999999-0000-7000-8000-00000000000b"}, 422),
        ({"item": "", "case_no": "（2026）闽0924执999号"}, 422),
        ({"item": "", "case_no": "没有"}, 422),
        ({"text": "联系物业", "to": "", "due_on": ""}, 422),
        ({"text": "联系物业", "to": "nobody", "due_on": "2030-01-01"}, 422),
        ({"text": "联系物业", "due_on": "2020-01-01"}, 422),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    meeting: Meeting, item: MeetingItem, cast: Cast, changes: dict[str, Any], status: int
) -> None:
    given = {**said(item), **({"to": str(cast.colleague.pk)} if "text" in changes else {}), **changes}
    answer = browser_of(cast.director).post(address(meeting, "/minutes"), given)
    assert answer.status_code == status
    page = Page.of_text(status, answer.content.decode())
    assert page.one("p.err").text
    if given["item"] == str(item.pk):
        assert page.one(f"textarea[id=said-{item.pk}]").text == given["said"].strip()
        assert page.all("details[open]")
    assert not Task.objects.exists()


def test_a_form_from_elsewhere_is_refused(meeting: Meeting, item: MeetingItem, cast: Cast) -> None:
    browser = browser_of(cast.director, enforce_csrf_checks=True)
    assert browser.post(address(meeting, "/minutes"), said(item)).status_code == 403
