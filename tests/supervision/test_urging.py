"""Urging (催办): who may, who answers, by when, and what stays on record."""

from datetime import UTC, datetime
from typing import Any

import pytest

from server.cases.models import Case, Grant
from server.cases.services import close_case, grant_subject, record_event
from server.common.clock import SHANGHAI
from server.ledger.models import Entry
from server.notices.models import Notice
from server.people.models import Officer
from server.supervision.models import Urge
from server.supervision.services import tell_of_late_replies, watch_levels
from tests.actors import browser_of
from tests.cases.conftest import file_one
from tests.supervision.conftest import Bureau, Clock, node


def post(officer: Officer, path: str, **body: Any) -> tuple[int, Any]:
    answer = browser_of(officer).post(f"/api/v1{path}", body, content_type="application/json")
    return answer.status_code, answer.json()


def urge(officer: Officer, case: Case, **body: Any) -> tuple[int, Any]:
    return post(officer, f"/cases/{case.pk}/urges", **{"text": "查控进展如何？", **body})


def kinds_told(officer: Officer) -> list[str]:
    return list(Notice.objects.filter(officer=officer).order_by("pk").values_list("kind", flat=True))


def test_an_urge_is_answered_within_two_working_days_and_both_sides_are_told(
    case: Case, bureau: Bureau, clock: Clock
) -> None:
    clock.on(11, 6)  # a Friday
    status, asked = urge(bureau.cast.duty, case, node_id=str(node(case, "case_limit_normal").pk))
    assert status == 200
    assert (asked["person"], asked["reply_due_on"], asked["state"]) == (bureau.cast.holder.name, "2026-11-10", "open")
    assert kinds_told(bureau.cast.holder) == ["urge"]
    clock.on(11, 10)
    status, answered = post(bureau.cast.holder, f"/urges/{asked['id']}/reply", text="明日上门。")
    assert (status, answered["state"], answered["is_late"]) == (200, "answered", False)
    assert kinds_told(bureau.cast.duty) == ["urge_reply"]
    again, refused = post(bureau.cast.colleague, f"/urges/{asked['id']}/reply", text="再答")
    assert (again, refused["code"]) == (409, "urge_answered")
    history = browser_of(bureau.cast.holder).get(f"/api/v1/urges?case_id={case.pk}").json()["items"]
    assert [(each["text"], each["reply"], each["replied_by"]) for each in history] == [
        ("查控进展如何？", "明日上门。", bureau.cast.holder.name)
    ]
    entries = Entry.objects.filter(kind__startswith="urge_") | Entry.objects.filter(kind="case_urged")
    assert [entry.kind for entry in entries.order_by("position")] == ["case_urged", "urge_answered"]
    assert "进展" not in "".join(entry.view for entry in entries)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("duty", 200),
        ("director", 200),
        ("supervisor", 200),
        ("inspector", 403),
        ("holder", 403),
        ("colleague", 403),
        ("bystander", 404),
        ("stranger", 404),
        ("sysadmin", 404),
    ],
)
def test_who_may_urge(case: Case, bureau: Bureau, who: str, status: int) -> None:
    assert urge(getattr(bureau.cast, who), case)[0] == status


def test_a_team_leader_urges_his_own_team_alone(case: Case, bureau: Bureau) -> None:
    assert urge(bureau.leader, case)[0] == 200
    bureau.cast.group.team = None
    bureau.cast.group.save(update_fields=["team"])
    assert urge(bureau.leader, case)[0] == 403


def test_the_team_that_had_the_case_before_urges_and_answers_nothing(case: Case, bureau: Bureau) -> None:
    grant_subject(case=case, officer=bureau.cast.bystander, reason=Grant.Reason.FORMER_TEAM)
    status, asked = urge(bureau.cast.bystander, case)
    assert status == 200
    refused = post(bureau.cast.bystander, f"/urges/{asked['id']}/reply", text="好")
    assert (refused[0], refused[1]["code"]) == (403, "not_yours_to_answer")
    assert post(bureau.cast.holder, f"/urges/{asked['id']}/reply", text="好")[0] == 200


def test_nothing_is_urged_in_a_closed_case_nor_at_a_node_of_another(case: Case, bureau: Bureau) -> None:
    other = node(file_one(bureau.cast, 124), "triage")
    assert urge(bureau.cast.duty, case, node_id=str(other.pk))[1]["code"] == "node_not_found"
    assert urge(bureau.cast.duty, case, text="  ")[0] == 422
    close_case(case=case, closing_mode="COMPLETED")
    assert urge(bureau.cast.duty, case)[1]["code"] == "case_closed"


def test_in_a_closed_case_what_goes_on_is_urged_and_answered(case: Case, bureau: Bureau) -> None:
    close_case(case=case, closing_mode="COMPLETED")
    ended, archive = node(case, "case_limit_normal"), node(case, "archive_case")
    assert urge(bureau.cast.duty, case, node_id=str(ended.pk))[1]["code"] == "case_closed"
    status, asked = urge(bureau.cast.duty, case, node_id=str(archive.pk))
    assert (status, asked["state"]) == (200, "open")
    assert post(bureau.cast.holder, f"/urges/{asked['id']}/reply", text="本周归档")[1]["state"] == "answered"


def test_a_reply_that_does_not_come_is_told_once_to_who_asked_and_to_the_director(
    case: Case, bureau: Bureau, clock: Clock
) -> None:
    clock.on(11, 6)
    asked = urge(bureau.cast.duty, case)[1]
    clock.on(11, 10, 23)
    assert tell_of_late_replies() == 0
    clock.on(11, 11)
    assert tell_of_late_replies() == 1
    assert tell_of_late_replies() == 0
    assert kinds_told(bureau.cast.duty) == ["urge_reply_late"]
    waiting = Notice.objects.get(officer=bureau.cast.director)
    assert (waiting.kind, waiting.waits_for_digest) == ("urge_reply_late", True)
    assert Entry.objects.filter(kind="urge_reply_late").count() == 1
    answered = post(bureau.cast.holder, f"/urges/{asked['id']}/reply", text="已办")[1]
    assert answered["is_late"]


def test_an_automatic_urge_is_answered_like_any_other(case: Case, bureau: Bureau, clock: Clock) -> None:
    started = datetime(2026, 11, 2, 10, tzinfo=SHANGHAI).astimezone(UTC)
    record_event(case=case, key="materials_received_by_handler", occurred_at=started)
    clock.on(12, 3)
    watch_levels()
    made = Urge.objects.get(node__key="investigation_complete")
    version = Case.objects.get(pk=case.pk).version
    assert "财产调查完毕" in made.text
    assert post(bureau.cast.holder, f"/urges/{made.pk}/reply", text="今日补办")[0] == 200
    assert Case.objects.get(pk=case.pk).version == version + 1  # devices are told by their next pull
