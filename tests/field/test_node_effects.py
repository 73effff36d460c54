"""Credit waits until an act is complete, bytes included; what protects people and property never waits."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from server.cases.models import Case, CaseEvent, Node
from server.cases.services import record_event
from server.common.clock import local_date, now
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.ledger.models import Entry
from tests.actors import Cast
from tests.devices import DjangoTransport, TestDevice, new_id
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of, statuses

pytestmark = pytest.mark.django_db

DETAINED: dict[str, Any] = {"detained_at": "2026-11-20T09:30:00+08:00", "result": "DONE"}


@pytest.fixture
def investigated(held: Case) -> Case:
    """Somebody asked for an investigation on site: its node runs until it begins."""
    record_event(case=held, key="investigation_requested", occurred_at=now() - timedelta(days=3))
    return held


def node_of(case: Case, key: str = "field_investigation") -> Node:
    return Node.objects.get(case=case, key=key, chain="")


def effect_of(answer: dict[str, Any]) -> str:
    return str(answer["results"][-1]["subjects"][0]["node_effect"])


def test_a_complete_act_without_files_moves_its_node_at_once(phone: TestDevice, investigated: Case) -> None:
    phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE)
    assert effect_of(phone.push()) == "applied"
    assert node_of(investigated).state == Node.State.DONE
    assert node_of(investigated).finished_on == local_date(now())
    assert FieldAction.objects.get().is_complete


def test_an_incomplete_act_is_recorded_and_its_node_waits(phone: TestDevice, investigated: Case) -> None:
    phone.record("LOCATE", case_id=investigated.pk, fields={"result": "DONE"})
    answer = phone.push()
    assert statuses(answer) == [("applied", "incomplete")]
    assert "narrative" in answer["results"][0]["missing"]
    assert effect_of(answer) == "withheld"
    assert node_of(investigated).state == Node.State.RUNNING
    assert FieldAction.objects.get().missing == answer["results"][0]["missing"]


def test_a_node_waits_for_the_last_photo_and_moves_with_it_once(phone: TestDevice, investigated: Case) -> None:
    photos = [b"first photo", b"second photo"]
    phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE, photos=photos)
    answer = phone.push()
    assert (statuses(answer), effect_of(answer)) == ([("applied", "ok")], "withheld")
    version = Case.objects.get(pk=investigated.pk).version

    assert phone.upload(photos[0]) == 204
    action = FieldAction.objects.get()
    assert (action.files_promised, action.files_verified, action.is_complete) == (2, 1, False)
    assert node_of(investigated).state == Node.State.RUNNING

    assert phone.upload(photos[1]) == 204
    action.refresh_from_db()
    assert (action.files_verified, action.is_complete) == (2, True)
    assert node_of(investigated).state == Node.State.DONE
    assert ActionSubject.objects.get().node_effect == "applied"
    assert Case.objects.get(pk=investigated.pk).version == version + 2
    assert Entry.objects.filter(kind="evidence_verified", subject_id=investigated.pk).count() == 2
    assert CaseEvent.objects.filter(source_type="operation").count() == 1


def test_photos_do_not_complete_what_else_is_missing(phone: TestDevice, investigated: Case) -> None:
    phone.record("LOCATE", case_id=investigated.pk, fields={}, photos=[b"photo"])
    phone.push()
    phone.upload(b"photo")
    assert not FieldAction.objects.get().is_complete
    assert node_of(investigated).state == Node.State.RUNNING


def test_a_file_this_phone_delivered_before_counts_at_once(phone: TestDevice, investigated: Case) -> None:
    phone.record("LOCATE", case_id=investigated.pk, fields={}, photos=[b"photo"])
    phone.push()
    phone.upload(b"photo")
    phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE, photos=[b"photo"])
    assert effect_of(phone.push()) == "applied"
    assert FieldAction.objects.filter(is_complete=True).count() == 1


def test_a_file_another_phone_delivered_does_not(phone: TestDevice, investigated: Case, cast: Cast) -> None:
    other = phone_of(cast.colleague)
    other.record("LOCATE", case_id=investigated.pk, fields={}, photos=[b"photo"])
    other.push()
    other.upload(b"photo")
    phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE, photos=[b"photo"])
    answer = phone.push()
    assert effect_of(answer) == "withheld"
    assert len(answer["wanted"]) == 1


def test_photos_of_a_parked_act_give_no_credit(phone: TestDevice, investigated: Case) -> None:
    phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE, photos=[b"photo"], assignment_no=5)
    phone.push()
    assert phone.upload(b"photo") == 204
    assert FieldAction.objects.get().is_complete
    assert node_of(investigated).state == Node.State.RUNNING


def test_an_act_for_two_cases_moves_both_when_its_photo_is_here(
    phone: TestDevice, investigated: Case, cast: Cast
) -> None:
    second = hold(file_one(cast, 8), cast.group)
    record_event(case=second, key="investigation_requested", occurred_at=now())
    phone.record("LOCATE", case_ids=[investigated.pk, second.pk], fields=COMPLETE, photos=[b"photo"])
    phone.push()
    phone.upload(b"photo")
    assert {node_of(case).state for case in (investigated, second)} == {Node.State.DONE}


def test_two_phones_make_one_act_complete_together(phone: TestDevice, investigated: Case, cast: Cast) -> None:
    """One films, one writes: both accounts stay as they are, and count together."""
    action_id = str(new_id())
    camera = phone_of(cast.colleague)
    camera.record("LOCATE", case_id=investigated.pk, action_id=action_id, photos=[b"film"])
    camera.push()
    camera.upload(b"film")
    assert node_of(investigated).state == Node.State.RUNNING
    phone.record("LOCATE", case_id=investigated.pk, action_id=action_id, fields=COMPLETE)
    assert statuses(phone.push()) == [("applied", "ok")]
    assert node_of(investigated).state == Node.State.DONE
    action = FieldAction.objects.get()
    assert (action.is_complete, action.files_promised, action.files_verified) == (True, 1, 1)
    assert [record.fields for record in ActionRecord.objects.order_by("pk")] == [{}, COMPLETE]
    assert {row.node_effect for row in ActionSubject.objects.all()} == {"applied"}


def test_a_record_without_authority_adds_nothing_to_an_act(phone: TestDevice, investigated: Case, cast: Cast) -> None:
    action_id = str(new_id())
    phone.record("LOCATE", case_id=investigated.pk, action_id=action_id)
    phone.push()
    stranger = phone_of(cast.stranger)
    stranger.record("LOCATE", case_id=investigated.pk, action_id=action_id, fields=COMPLETE, photos=[b"never sent"])
    assert statuses(stranger.push()) == [("parked", "subject_unknown")]
    action = FieldAction.objects.get()
    assert not action.is_complete
    assert action.files_promised == 0


def test_several_records_of_one_act_in_one_batch_fold(phone: TestDevice, investigated: Case) -> None:
    action_id = str(new_id())
    phone.record("LOCATE", case_id=investigated.pk, action_id=action_id)
    phone.record("LOCATE", case_id=investigated.pk, action_id=action_id, fields=COMPLETE)
    phone.record("LOCATE", case_id=investigated.pk, action_id=action_id, fields={"narrative": "补充"})
    phone.push()
    assert FieldAction.objects.get().is_complete
    assert ActionRecord.objects.count() == 3
    assert node_of(investigated).state == Node.State.DONE
    assert {row.node_effect for row in ActionSubject.objects.all()} == {"applied"}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"assignment_no": 9},
        {"officer_id": str(new_id())},
    ],
)
def test_the_term_of_a_detained_person_runs_from_any_claim(
    phone: TestDevice, held: Case, members: dict[str, Any]
) -> None:
    phone.record("DETAIN", case_id=held.pk, fields=DETAINED, **members)
    assert effect_of(phone.push()) == "withheld"
    node = node_of(held, "detention_term")
    assert (node.state, node.started_on, node.due_on) == (Node.State.RUNNING, date(2026, 11, 20), date(2026, 12, 5))


def test_it_runs_from_a_strangers_claim_too_and_the_stranger_learns_nothing(held: Case, cast: Cast) -> None:
    stranger = phone_of(cast.stranger)
    stranger.record("DETAIN", case_id=held.pk, fields=DETAINED)
    stranger.record("DETAIN", case_id=new_id(), fields=DETAINED)
    first, second = stranger.push()["results"]
    assert {**first, "seq": 0} == {**second, "seq": 0}
    assert node_of(held, "detention_term").state == Node.State.RUNNING
    entry = Entry.objects.get(kind="protective_clock")
    assert entry.subject_id == held.pk


def test_it_runs_from_a_claim_whose_id_was_used_before(phone: TestDevice, held: Case) -> None:
    phone.record("LOCATE", case_id=held.pk, id="the-same")
    phone.record("DETAIN", case_id=held.pk, id="the-same", fields=DETAINED)
    assert statuses(phone.push())[1] == ("quarantined", "id_reuse")
    assert node_of(held, "detention_term").state == Node.State.RUNNING


def test_a_failed_detention_starts_nothing(phone: TestDevice, held: Case) -> None:
    phone.record("DETAIN", case_id=held.pk, fields={**DETAINED, "result": "FAILED"})
    phone.push()
    assert node_of(held, "detention_term").state == Node.State.NOT_STARTED


def test_a_seal_is_watched_from_its_expiry_on_although_the_record_is_incomplete(phone: TestDevice, held: Case) -> None:
    phone.record("SEAL", case_id=held.pk, fields={"expires_on": "2029-11-22", "result": "DONE"})
    assert effect_of(phone.push()) == "withheld"
    node = Node.objects.get(case=held, key="control_renewal", state=Node.State.RUNNING)
    assert (node.state, node.started_on) == (Node.State.RUNNING, date(2029, 11, 22))
    assert node.due_on == date(2029, 10, 23), "thirty days before it lapses"


def test_the_days_of_an_act_count_not_those_of_its_upload(phone: TestDevice, investigated: Case) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    phone.record("LOCATE", case_id=investigated.pk, fields={**COMPLETE, "started_at": yesterday.isoformat()})
    phone.push()
    assert node_of(investigated).finished_on == local_date(yesterday)


def test_a_phone_a_year_ahead_moves_no_deadline(phone: TestDevice, investigated: Case) -> None:
    phone.clock_runs_ahead(minutes=525_600)
    fields = {**COMPLETE, "started_at": phone.now().isoformat(), "finished_at": phone.now().isoformat()}
    phone.record("LOCATE", case_id=investigated.pk, fields=fields)
    phone.push()
    assert node_of(investigated).finished_on == local_date(now())


def test_a_court_may_loosen_a_rule_for_its_own_acts(phone: TestDevice, investigated: Case, cast: Cast) -> None:
    cast.court.kind_rules = {"common.narrative": "warn"}
    cast.court.save()
    phone.record("LOCATE", case_id=investigated.pk, fields={**COMPLETE, "narrative": None})
    assert effect_of(phone.push()) == "applied"
    assert "narrative" in FieldAction.objects.get().warnings


def test_many_acts_a_day_leave_one_event_a_day(phone: TestDevice, investigated: Case) -> None:
    """Nodes count days; a case with a long history must not make every later push slower."""
    for _ in range(20):
        phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE)
    phone.push()
    for _ in range(20):
        phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE)
    phone.push()
    assert CaseEvent.objects.filter(case=investigated, key="field_action_started").count() == 1


def test_the_double_uploads_over_any_client(phone: TestDevice) -> None:
    assert DjangoTransport(Client()).patch("/api/v1/uploads/" + "a" * 64, b"x", {"Tus-Resumable": "1.0.0"}) == 401
