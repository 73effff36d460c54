"""A task reported done and an urge answered, offline: as of the moment they were said; a later word waits."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from client_sdk import FieldClient, vault
from server.cases.models import Case
from server.cases.services import assign_subject
from server.common.clock import local_date, now
from server.ledger.models import Entry
from server.notices.models import Notice
from server.people.services import issue_enrolment_code
from server.supervision.models import Urge
from server.supervision.services import answer_urge, urge
from server.sync.models import Review
from server.teamwork.decide import TaskMove
from server.teamwork.models import Task
from server.teamwork.services import give_task, move_task
from tests.actors import Cast
from tests.devices import TestDevice
from tests.sdk_line import DjangoLine
from tests.sync.pushing import phone_of, statuses
from tests.sync.reviewing import decide, other_group

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def task(held: Case, cast: Cast) -> Task:
    """Given three days ago."""
    due_on = local_date(now()) + DAY
    made = give_task(case=held, text="联系物业取钥匙", to=cast.colleague, due_on=due_on, by=cast.holder)
    Task.objects.filter(pk=made.pk).update(given_at=now() - 3 * DAY)
    return made


@pytest.fixture
def asked(held: Case, cast: Cast) -> Urge:
    """Three days ago; a reply was due yesterday."""
    made = urge(case_id=held.pk, text="进展如何？", by=cast.duty)
    Urge.objects.filter(pk=made.pk).update(asked_at=now() - 3 * DAY, reply_due_on=local_date(now() - DAY))
    return made


def done(phone: TestDevice, task: Task, **members: Any) -> dict[str, Any]:
    fields = {"task": str(task.pk), **members.pop("fields", {})}
    phone.record("complete_task", **{"case_id": task.case_id, "fields": fields, **members})
    return phone.push()


def reply(phone: TestDevice, asked: Urge, text: Any = "明日上门", **members: Any) -> dict[str, Any]:
    fields = {"urge": str(asked.pk), **({"text": text} if text else {})}
    phone.record("reply_urge", **{"case_id": asked.case_id, "fields": fields, **members})
    return phone.push()


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_both_are_said_offline_and_have_left_the_day_once_they_are_sent(
    task: Task, asked: Urge, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    line, code = DjangoLine(), issue_enrolment_code(officer=cast.colleague)
    store: Any = {"store": tmp_path / "colleague.db", "passphrase": "三号楼"}
    with FieldClient.enrol("http://court.test", code=code, transport=line, **store) as field:
        field.sync()
        day = field.today()
        line.is_offline = True
        reported, replied = (
            field.complete_task(day.tasks[0], note="钥匙已取"),
            field.reply_urge(day.urges[0], text="在办"),
        )
        day = field.today()
        assert (day.tasks[0].done_by, day.urges[0].answered_by) == (reported.id, replied.id)
        line.is_offline = False
        field.sync()
        assert [each.status for each in field.actions()] == ["applied", "applied"]
        assert (field.today().tasks, field.today().urges) == ((), ())
    assert (fresh(task).state, fresh(task).said) == ("DONE", "钥匙已取")
    assert (fresh(asked).reply, fresh(asked).replied_by) == ("在办", cast.colleague)
    assert Notice.objects.filter(officer=cast.duty, kind="urge_reply").count() == 1


def test_they_count_from_the_moment_they_were_said(task: Task, asked: Urge, cast: Cast) -> None:
    # Before the device last heard of the court: nothing bounds it from below.
    then = {"recorded_at": (now() - 2 * DAY).isoformat(), "last_statement": None}
    phone = phone_of(cast.colleague)
    assert statuses(done(phone, task, **then)) == [("applied", "ok")]
    assert statuses(reply(phone, asked, **then)) == [("applied", "ok")]
    moved, answered = fresh(task), fresh(asked)
    assert moved.received_at - moved.moved_at > timedelta(hours=47)
    assert local_date(answered.replied_at) < answered.reply_due_on, "in time, though it arrived late"
    assert json.loads(Entry.objects.get(kind="task_done").view)["task"]["state"] == "DONE"
    assert Entry.objects.filter(kind="urge_answered").count() == 1


def test_said_twice_or_after_the_desk_the_first_word_stands_and_nobody_ratifies_another(
    task: Task, asked: Urge, cast: Cast
) -> None:
    phone = phone_of(cast.colleague)
    phone.record("complete_task", case_id=task.case_id, fields={"task": str(task.pk)})
    phone.record("complete_task", case_id=task.case_id, fields={"task": str(task.pk), "note": "再报"})
    phone.record("reply_urge", case_id=task.case_id, fields={"urge": str(asked.pk), "text": "在办"})
    phone.duplicate_next_request()
    assert statuses(phone.push()) == [("applied", "ok"), ("parked", "task_moved"), ("applied", "ok")]
    assert statuses(reply(phone, asked, "再答")) == [("parked", "urge_answered")]
    assert (fresh(task).said, fresh(asked).reply) == ("", "在办")
    for cause, kind in (("task_moved", "task_report_parked"), ("urge_answered", "urge_reply_parked")):
        review = Review.objects.get(cause=cause)
        assert Entry.objects.filter(kind=kind, subject_id=task.case_id).count() == 1
        status, refused = decide(cast.director, review, "ratify")
        assert (status, refused["reason"]) == (409, cause)
        assert decide(cast.director, review, "annul", "先前的话有效")[0] == 200
    assert Entry.objects.filter(kind="task_done").count() == 1


def test_a_task_withdrawn_meanwhile_stays_withdrawn(task: Task, cast: Cast) -> None:
    move_task(task_id=task.pk, move=TaskMove.WITHDRAW, by=cast.holder, said="不必了")
    assert statuses(done(phone_of(cast.colleague), task)) == [("parked", "task_moved")]
    assert fresh(task).state == "WITHDRAWN"


def test_nobody_reports_anothers_task_and_no_leader_says_that_he_may(task: Task, cast: Cast) -> None:
    assert statuses(done(phone_of(cast.holder), task)) == [("parked", "task_of_another")]
    assert decide(cast.director, Review.objects.get(), "ratify")[0] == 409
    assert fresh(task).state == "OPEN"


def test_who_lost_the_case_replies_when_a_leader_says_so(asked: Urge, held: Case, cast: Cast) -> None:
    phone = phone_of(cast.colleague)
    assign_subject(case=held, group=other_group(cast), reason="REASSIGNED")
    (told,) = statuses(reply(phone, asked))
    assert told[0] == "parked"
    assert decide(cast.director, Review.objects.get(), "ratify")[0] == 200
    assert (fresh(asked).state, fresh(asked).reply) == ("answered", "明日上门")


def test_whom_it_was_addressed_to_replies_also_after_he_lost_the_case(asked: Urge, held: Case, cast: Cast) -> None:
    assert asked.person == cast.holder
    phone = phone_of(cast.holder)
    assign_subject(case=held, group=other_group(cast), reason="REASSIGNED")
    assert statuses(reply(phone, asked)) == [("applied", "ok")]


def test_a_reply_without_words_waits(asked: Urge, cast: Cast) -> None:
    phone = phone_of(cast.holder)
    assert (
        statuses(reply(phone, asked, ""))
        == statuses(reply(phone, asked, ["no words"]))
        == [("parked", "reply_missing")]
    )
    answer_urge(urge_id=asked.pk, text="在办", by=cast.holder)
    assert decide(cast.director, Review.objects.latest("pk"), "ratify")[1]["reason"] == "urge_answered"


@pytest.mark.parametrize("who", ["stranger", "bystander"])
def test_strangers_learn_nothing_not_even_that_it_exists(task: Task, asked: Urge, cast: Cast, who: str) -> None:
    phone = phone_of(getattr(cast, who))
    for kind, member, identity in (("complete_task", "task", task.pk), ("reply_urge", "urge", asked.pk)):
        for named in (str(identity), str(task.case_id), ["no id"]):
            phone.record(kind, case_id=task.case_id, fields={member: named, "text": "在办"})
    assert statuses(phone.push()) == [("parked", "subject_unknown")] * 6
    answers = [phone.results[seq] | {"seq": 0} for seq in range(1, 7)]
    assert all(each == answers[0] for each in answers)
    assert (fresh(task).state, fresh(asked).state) == ("OPEN", "open")


def test_of_another_case_than_the_one_named_they_are_unknown(task: Task, asked: Urge, cast: Cast) -> None:
    phone = phone_of(cast.colleague)
    assert statuses(done(phone, task, case_id=task.pk)) == [("parked", "subject_unknown")]
    assert statuses(reply(phone, asked, case_id=task.pk)) == [("parked", "subject_unknown")]
