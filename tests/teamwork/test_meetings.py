"""Once a week a team talks about what is late and what to look out for; what it settles becomes tasks."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from server.cases.models import Case
from server.cases.services import close_case, record_event
from server.common.clock import local_date, now, set_clock
from server.common.errors import DomainError
from server.ledger.models import Entry
from server.people.models import GroupMember, Officer, Role
from server.people.services import add_group_member, create_group, grant_role
from server.teamwork.agenda import agenda_of, item_rows
from server.teamwork.decide import monday_of
from server.teamwork.models import Meeting, Task
from server.teamwork.services import (
    Asked,
    Saying,
    add_note,
    close_meeting,
    decide_handover,
    open_meeting,
    propose_handover,
    write_minutes,
)
from tests.actors import Cast, browser_of
from tests.sync.pushing import file_one, phone_of
from tests.teamwork.conftest import Teams

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 9)


def on(day: int, hour: int = 2) -> None:
    moment = datetime(2026, 11, day, hour, tzinfo=UTC)
    set_clock(lambda: moment)


@pytest.fixture(autouse=True)
def clock() -> Any:
    """Monday 2 November 2026, 10:00 in Shanghai."""
    on(2)
    yield
    set_clock(None)


def agenda(cast: Cast, team: Any, week_of: date = MONDAY) -> list[tuple[str, Any]]:
    return [(line.kind, line.about) for line in agenda_of(cast.court, team, week_of)]


def notes(cast: Cast, team: Any, week_of: date = MONDAY) -> list[Any]:
    return [about for kind, about in agenda(cast, team, week_of) if kind == "NOTE"]


def test_a_note_is_talked_about_in_its_own_week_by_the_team_that_has_the_case(
    case: Case, cast: Cast, teams: Teams
) -> None:
    on(8, 15)  # the last hour of Sunday in Shanghai
    before = add_note(case=case, text="上周的事", by=cast.holder)
    on(8, 16)  # midnight there
    note = add_note(case=case, text="本周的事", by=cast.holder)
    assert notes(cast, teams.finding) == [note.pk]
    assert notes(cast, teams.finding, date(2026, 11, 2)) == [before.pk]
    assert notes(cast, teams.disposal) == []
    assert notes(cast, None) == [note.pk], "the bureau talks about every team's"


def test_a_note_made_on_a_phone_is_talked_about_too(case: Case, cast: Cast, teams: Teams) -> None:
    set_clock(None)  # a phone has a clock of its own
    phone = phone_of(cast.holder)
    act = phone.record("add_note", case_id=case.pk, fields={"text": "申请人来电"})
    phone.push()
    week_of = monday_of(local_date(now()))
    meeting = open_meeting(court=cast.court, team=teams.finding, day=week_of, by=cast.director)
    (said,) = [text for item, text in item_rows(meeting) if item.kind == "NOTE"]
    assert said == "申请人来电"
    assert notes(cast, teams.finding, week_of) == [UUID(json.loads(act.body)["action_id"])]


def test_a_handover_that_waits_too_long_is_both_teams_matter(case: Case, cast: Cast, teams: Teams) -> None:
    handover = propose_handover(case=case, stage="disposal", by=cast.holder, to_team=teams.disposal)
    on(5)
    assert ("HANDOVER", handover.pk) not in agenda(cast, teams.disposal)
    on(9)
    for team in (teams.finding, teams.disposal, None):
        assert ("HANDOVER", handover.pk) in agenda(cast, team)
    decide_handover(handover_id=handover.pk, officer=teams.taker, is_accepted=True)
    assert ("HANDOVER", handover.pk) not in agenda(cast, teams.disposal)


def late(case: Case, cast: Cast, team: Any) -> set[str]:
    keys = dict(case.nodes.values_list("pk", "key"))
    return {keys[about] for kind, about in agenda(cast, team) if kind == "NODE"}


def test_an_overdue_node_is_for_the_team_whose_case_it_is_and_that_the_flow_gives_it_to(
    case: Case, cast: Cast, teams: Teams
) -> None:
    record_event(case=case, key="property_confirmed", occurred_at=now())
    on(3)
    record_event(case=case, key="control_effective", occurred_at=now())
    set_clock(lambda: datetime(2026, 12, 20, 2, tzinfo=UTC))
    assert {"triage", "handover_to_disposal"} <= late(case, cast, teams.finding)
    assert "reference_price_start" not in late(case, cast, teams.finding), "it is for the team that disposes"
    assert "reference_price_start" in late(case, cast, None)
    assert late(case, cast, teams.disposal) == set()
    handover = propose_handover(case=case, stage="disposal", by=cast.holder, to_team=teams.disposal)
    decide_handover(handover_id=handover.pk, officer=teams.taker, is_accepted=True)
    assert "reference_price_start" in late(case, cast, teams.disposal)
    assert late(case, cast, teams.finding) == set()


def test_of_a_closed_case_nothing_is_talked_about(case: Case, cast: Cast, teams: Teams) -> None:
    add_note(case=case, text="本周的事", by=cast.holder)
    close_case(case=case, closing_mode="COMPLETED")
    assert agenda(cast, teams.finding, date(2026, 11, 2)) == []


def test_what_goes_on_after_the_closing_is_talked_about(case: Case, cast: Cast, teams: Teams) -> None:
    close_case(case=case, closing_mode="COMPLETED")
    record_event(case=case, key="final_round_ruling_served", occurred_at=now())
    set_clock(lambda: datetime(2026, 11, 20, 2, tzinfo=UTC))
    assert late(case, cast, teams.finding) == late(case, cast, None) == {"final_round_registry"}
    assert late(case, cast, teams.disposal) == set()


@pytest.fixture
def leader(cast: Cast, teams: Teams) -> Officer:
    grant_role(officer=cast.holder, role=Role.TEAM_LEADER)
    return cast.holder


@pytest.fixture
def meeting(case: Case, cast: Cast, teams: Teams, leader: Officer) -> Meeting:
    """Of the team that finds property, with one note on its agenda."""
    on(9)
    add_note(case=case, text="门锁已换", by=cast.holder)
    return open_meeting(court=cast.court, team=teams.finding, day=date(2026, 11, 11), by=leader)


def test_a_meeting_keeps_the_agenda_it_was_opened_with(
    meeting: Meeting, case: Case, cast: Cast, leader: Officer
) -> None:
    kinds = list(meeting.items.order_by("ordinal").values_list("kind", flat=True))
    assert (meeting.week_of, kinds[-1], kinds.count("NOTE")) == (MONDAY, "NOTE", 1)
    assert "NODE" in kinds, "triage of a case filed a week ago"
    add_note(case=case, text="后来的事", by=cast.holder)
    again = open_meeting(court=cast.court, team=meeting.team, day=date(2026, 11, 15), by=leader)
    assert (again, meeting.items.count()) == (meeting, len(kinds))
    bureau = open_meeting(court=cast.court, team=None, day=MONDAY, by=cast.director)
    assert bureau != meeting


def ask(cast: Cast, **changes: Any) -> Asked:
    return Asked(**{"text": "找开锁公司", "to": cast.colleague, "due_on": date(2026, 11, 13), **changes})


def test_what_was_said_of_an_item_stands_in_the_minutes_and_becomes_one_task(
    meeting: Meeting, case: Case, cast: Cast, leader: Officer
) -> None:
    item = meeting.items.get(kind="NOTE")
    for _ in range(2):
        write_minutes(meeting=meeting, sayings=[Saying("周四前换锁", item=item.pk, task=ask(cast))], by=leader)
    item.refresh_from_db()
    task = Task.objects.get()
    assert (item.said, item.task) == ("周四前换锁", task)
    assert (task.to, task.by, task.case) == (cast.colleague, leader, case)
    assert Entry.objects.filter(kind="task_given").count() == 1


def test_another_matter_may_be_talked_about_and_is_written_down_once(
    meeting: Meeting, case: Case, cast: Cast, leader: Officer
) -> None:
    before = meeting.items.count()
    for _ in range(2):
        write_minutes(meeting=meeting, sayings=[Saying("准备听证", case=case.pk, task=ask(cast))], by=leader)
    other = meeting.items.get(kind="OTHER")
    assert (meeting.items.count(), other.said, other.ordinal) == (before + 1, "准备听证", before + 1)
    assert Task.objects.count() == 1


def test_minutes_that_cannot_be_leave_nothing_behind(meeting: Meeting, case: Case, cast: Cast, leader: Officer) -> None:
    item = meeting.items.get(kind="NOTE")
    elsewhere = file_one(cast, 77, court=cast.other_court, case_no="（2026）闽0925执77号")
    good = Saying("换锁", item=item.pk, task=ask(cast))
    refused = {
        "meeting_item_unknown": Saying("外院的案件", case=elsewhere.pk),
        "note_required": Saying(" ", item=item.pk),
        "not_working_on_it": Saying("找人", case=case.pk, task=ask(cast, to=cast.bystander)),
        "due_day_passed": Saying("找人", case=case.pk, task=ask(cast, due_on=date(2026, 11, 1))),
    }
    for code, bad in refused.items():
        with pytest.raises(DomainError, match=code):
            write_minutes(meeting=meeting, sayings=[good, bad], by=leader)
    item.refresh_from_db()
    assert (item.said, Task.objects.exists()) == ("", False)


def test_a_closed_meeting_takes_nothing_more(meeting: Meeting, leader: Officer) -> None:
    close_meeting(meeting=meeting, by=leader)
    item = meeting.items.get(kind="NOTE")
    with pytest.raises(DomainError, match="meeting_closed"):
        write_minutes(meeting=meeting, sayings=[Saying("迟到的话", item=item.pk)], by=leader)
    with pytest.raises(DomainError, match="meeting_closed"):
        close_meeting(meeting=meeting, by=leader)


def test_a_leader_opens_the_meeting_of_his_own_team_only(meeting: Meeting, cast: Cast, teams: Teams) -> None:
    for by, team in ((cast.holder, teams.disposal), (cast.holder, None), (cast.colleague, teams.finding)):
        with pytest.raises(DomainError, match="role_required"):
            open_meeting(court=cast.court, team=team, day=MONDAY, by=by)
    with pytest.raises(DomainError, match="receiver_unknown"):
        open_meeting(court=cast.other_court, team=teams.finding, day=MONDAY, by=cast.director)


def test_what_was_said_stands_in_the_private_part_of_the_courts_ledger(meeting: Meeting, leader: Officer) -> None:
    item = meeting.items.get(kind="NOTE")
    write_minutes(meeting=meeting, sayings=[Saying("周四前换锁", item=item.pk)], by=leader)
    entry = Entry.objects.get(kind="meeting_minuted")
    assert entry.stream == f"court:{meeting.court_id}"
    assert "换锁" in entry.facts
    assert "换锁" not in entry.view


def call(officer: Officer, method: str, path: str, **body: Any) -> tuple[int, Any]:
    said = json.dumps(body)
    answer = browser_of(officer).generic(method, f"/api/v1{path}", said, content_type="application/json")
    return answer.status_code, json.loads(answer.content)


def test_a_meeting_over_http(meeting: Meeting, case: Case, cast: Cast, teams: Teams, leader: Officer) -> None:
    status, opened = call(leader, "POST", "/meetings", team=str(teams.finding.pk), day="2026-11-10")
    assert (status, opened["id"], opened["week_of"]) == (200, str(meeting.pk), "2026-11-09")
    item = opened["items"][-1]
    assert (item["kind"], item["text"], item["case_no"]) == ("NOTE", "门锁已换", case.case_no)
    asked = {"text": "换锁", "to": str(cast.colleague.pk), "due_on": "2026-11-13"}
    said = {"items": [{"item": item["id"], "said": "周四前换锁", "task": asked}]}
    status, minuted = call(leader, "POST", f"/meetings/{meeting.pk}/minutes", **said)
    assert (status, minuted["items"][-1]["task"]["text"], minuted["items"][-1]["said"]) == (200, "换锁", "周四前换锁")
    assert call(cast.duty, "POST", f"/meetings/{meeting.pk}/close")[1]["code"] == "role_required"
    assert call(leader, "POST", f"/meetings/{meeting.pk}/close")[1]["closed_at"]
    assert [each["id"] for each in call(cast.colleague, "GET", "/meetings")[1]["items"]] == [str(meeting.pk)]


def test_a_meeting_is_read_by_its_team_and_by_those_who_watch_the_court(
    meeting: Meeting, cast: Cast, teams: Teams
) -> None:
    for reader in (cast.colleague, cast.director, cast.duty, cast.supervisor):
        assert call(reader, "GET", f"/meetings/{meeting.pk}")[0] == 200
    for other in (teams.taker, cast.bystander, cast.stranger, cast.sysadmin):
        assert call(other, "GET", f"/meetings/{meeting.pk}")[1]["code"] == "meeting_not_found"
        assert call(other, "GET", "/meetings")[1]["items"] == []
    group = create_group(court=cast.court, name="查控二组", team=teams.finding)
    add_group_member(group=group, officer=cast.bystander, part=GroupMember.Part.EXECUTOR)
    assert call(cast.bystander, "GET", f"/meetings/{meeting.pk}")[0] == 200
