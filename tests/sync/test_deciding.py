"""A person says what an act without authority is worth: ratified, annulled, or to be supplemented. Once, on record."""

import json
from typing import Any

import pytest

from server.cases.models import Case, CaseEvent, Node
from server.cases.services import close_case, record_event
from server.common.clock import now
from server.evidence.models import Promise
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.ledger.models import Entry
from server.people.models import Officer, Role
from server.sync.models import Operation, Review, ReviewDecision
from tests.actors import Cast, officer_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of, statuses
from tests.sync.reviewing import decide, get, park_one, post

pytestmark = pytest.mark.django_db


def entries(kind: str) -> list[dict[str, Any]]:
    return [json.loads(view) for view in Entry.objects.filter(kind=kind).values_list("view", flat=True)]


def standing() -> tuple[str, str, str]:
    row = ActionSubject.objects.get()
    return row.status, row.code, row.node_effect


@pytest.fixture
def investigated(held: Case) -> Case:
    record_event(case=held, key="investigation_requested", occurred_at=now())
    return held


@pytest.fixture
def parked(phone: TestDevice, investigated: Case, cast: Cast) -> Review:
    return park_one(phone, investigated, cast)


def test_ratified_the_act_counts_and_moves_what_it_would_have_moved(
    parked: Review, investigated: Case, cast: Cast
) -> None:
    assert standing() == ("parked", "not_assigned", "withheld")
    status, answer = decide(cast.director, parked, "ratify", "她不知改派")
    assert (status, answer["state"], answer["status"]) == (200, "ratified", "applied")
    assert standing() == ("applied", "ok", "applied")
    node = Node.objects.get(case=investigated, key="field_investigation")
    assert node.state == Node.State.DONE
    assert ActionRecord.objects.count() == FieldAction.objects.count() == 1
    (told,) = entries("action_ratified")
    assert (told["action"]["status"], told["nodes"][0]["state"]) == ("applied", "DONE")
    (said,) = entries("review_ratified")
    assert (said["review"]["state"], said["by"]) == ("ratified", str(cast.director.pk))
    assert "她不知改派" not in Entry.objects.get(kind="review_ratified").view


def test_a_repeated_push_is_answered_with_what_was_decided(phone: TestDevice, parked: Review, cast: Cast) -> None:
    decide(cast.director, parked, "ratify")
    assert statuses(phone.push(first_seq=1)) == [("applied", "ok")]
    assert Operation.objects.get().status == "applied"


def test_ratifying_twice_is_one_decision(parked: Review, cast: Cast) -> None:
    assert [decide(cast.director, parked, "ratify")[0] for _ in range(3)] == [200, 200, 200]
    assert ReviewDecision.objects.count() == len(entries("review_ratified")) == len(entries("action_ratified")) == 1
    status, problem = decide(cast.director, parked, "annul", "又不认了")
    assert (status, problem["code"], problem["state"]) == (409, "review_decided", "ratified")
    assert decide(cast.director, parked, "supplement", "补")[1]["code"] == "review_decided"


def test_an_incomplete_act_is_ratified_and_its_node_waits_for_the_photo(
    phone: TestDevice, investigated: Case, cast: Cast
) -> None:
    review = park_one(phone, investigated, cast, photos=[b"the seal"])
    decide(cast.director, review, "ratify")
    assert standing() == ("applied", "ok", "withheld")
    assert phone.upload(b"the seal") == 204
    assert standing() == ("applied", "ok", "applied")
    action = FieldAction.objects.get()
    assert (action.files_promised, action.files_verified, action.is_complete) == (1, 1, True)


def test_a_photo_delivered_while_it_waited_counts(phone: TestDevice, investigated: Case, cast: Cast) -> None:
    review = park_one(phone, investigated, cast, photos=[b"the seal"])
    phone.upload(b"the seal")
    assert standing() == ("parked", "not_assigned", "withheld")
    decide(cast.director, review, "ratify")
    assert standing() == ("applied", "ok", "applied")
    assert FieldAction.objects.get().files_verified == 1


def test_annulled_it_never_counts_and_nothing_of_it_is_gone(phone: TestDevice, investigated: Case, cast: Cast) -> None:
    review = park_one(phone, investigated, cast, photos=[b"the seal"])
    status, problem = decide(cast.director, review, "annul")
    assert (status, problem["code"]) == (422, "note_required")
    status, answer = decide(cast.director, review, "annul", "未到现场")
    assert (status, answer["state"]) == (200, "annulled")
    assert answer["act"]["records"][0]["fields"] == COMPLETE
    assert standing() == ("annulled", "annulled", "withheld")
    assert phone.upload(b"the seal") == 204
    assert not CaseEvent.objects.filter(source_type="operation").exists()
    assert entries("action_annulled")[0]["action"]["status"] == "annulled"
    assert Promise.objects.get().state == "verified"


def test_asked_for_a_supplement_it_stays_open(parked: Review, cast: Cast) -> None:
    decide(cast.director, parked, "supplement", "请补近景")
    status, answer = decide(cast.director, parked, "supplement", "请补带日期的近景")
    assert (status, answer["state"], answer["status"]) == (200, "open", "parked")
    assert [said["choice"] for said in answer["decisions"]] == ["supplement", "supplement"]
    assert decide(cast.director, parked, "ratify")[0] == 200
    assert len(entries("review_supplement_asked")) == 2


def test_the_reason_fits_on_a_page(parked: Review, cast: Cast) -> None:
    assert decide(cast.director, parked, "ratify", "长" * 2001)[1]["code"] == "note_too_long"


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.PRESIDENT])
def test_leaders_of_her_court_decide(parked: Review, cast: Cast, role: str) -> None:
    assert decide(officer_of(cast.court, "240777", "领导", role), parked, "ratify")[0] == 200


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("duty", (403, "role_required")),
        ("inspector", (403, "role_required")),
        ("supervisor", (403, "role_required")),
        ("holder", (404, "review_not_found")),
        ("stranger", (404, "review_not_found")),
        ("sysadmin", (404, "review_not_found")),
    ],
)
@pytest.mark.parametrize("choice", ["ratify", "annul", "supplement"])
def test_others_do_not(parked: Review, cast: Cast, who: str, expected: tuple[int, str], choice: str) -> None:
    status, problem = decide(getattr(cast, who), parked, choice, "理由")
    assert (status, problem["code"]) == expected
    assert Review.objects.get().state == "open"


def test_a_leader_does_not_decide_about_what_he_did_himself(held: Case, cast: Cast) -> None:
    phone = phone_of(cast.director)
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.push()
    status, problem = decide(cast.director, Review.objects.get(), "ratify")
    assert (status, problem["code"]) == (403, "own_act")


def test_a_leader_of_another_court_does_not_even_find_it(parked: Review, cast: Cast) -> None:
    other = officer_of(cast.other_court, "250201", "外长", Role.DIRECTOR)
    assert decide(other, parked, "ratify")[1]["code"] == "review_not_found"


def test_after_closing_the_act_is_ratified_too(phone: TestDevice, held: Case, cast: Cast) -> None:
    close_case(case=held, closing_mode="PERFORMED")
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.push()
    assert decide(cast.director, Review.objects.get(), "ratify")[0] == 200
    assert standing()[:2] == ("applied", "ok")


def test_a_colleague_outside_the_case_is_ratified_in_his_own_courts_case(held: Case, cast: Cast) -> None:
    bystander = phone_of(cast.bystander)
    bystander.record("LOCATE", case_no=held.case_no, fields=COMPLETE, photos=[b"p"])
    bystander.push()
    assert Promise.objects.get().subject_id is None
    status, _ = decide(cast.director, Review.objects.get(), "ratify")
    assert status == 200
    assert (ActionSubject.objects.get().subject_id, Promise.objects.get().subject_id) == (held.pk, held.pk)


def test_nobody_ratifies_into_another_courts_case(held: Case, cast: Cast) -> None:
    stranger = phone_of(cast.stranger)
    stranger.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    stranger.push()
    other = officer_of(cast.other_court, "250201", "外长", Role.DIRECTOR)
    status, problem = decide(other, Review.objects.get(), "ratify")
    assert (status, problem["code"]) == (409, "review_not_ratifiable")
    assert ActionSubject.objects.get().status == "parked"
    assert str(held.case_no) not in json.dumps(get(other, f"/{Review.objects.get().pk}")[1])


def test_one_act_for_several_cases_keeps_what_was_applied(phone: TestDevice, investigated: Case, cast: Cast) -> None:
    second = hold(file_one(cast, 8), cast.group)
    close_case(case=second, closing_mode="PERFORMED")
    phone.record("LOCATE", case_ids=[investigated.pk, second.pk], fields=COMPLETE, photos=[b"p"])
    phone.push()
    phone.upload(b"p")
    events = CaseEvent.objects.filter(source_type="operation").count()
    assert decide(cast.director, Review.objects.get(), "ratify")[0] == 200
    rows = ActionSubject.objects.order_by("pk").values_list("subject_id", "status", "node_effect")
    assert list(rows) == [(investigated.pk, "applied", "applied"), (second.pk, "applied", "applied")]
    assert CaseEvent.objects.filter(source_type="operation", case=investigated).count() == events
    assert FieldAction.objects.get().files_promised == 1


def test_two_acts_on_one_node_are_both_shown_and_both_stand(phone: TestDevice, investigated: Case, cast: Cast) -> None:
    node = Node.objects.get(case=investigated, key="field_investigation")
    subject = {"type": "case", "id": str(investigated.pk), "assignment_no": 1, "node_id": str(node.pk)}
    phone.record("LOCATE", subjects=[subject], fields=COMPLETE)
    phone.push()
    second = phone_of(cast.colleague)
    second.record("LOCATE", subjects=[subject], fields=COMPLETE)
    assert statuses(second.push()) == [("superseded", "parallel")]
    review = Review.objects.get()
    _, shown = get(cast.duty, f"/{review.pk}")
    assert [shown[name]["officer"]["name"] for name in ("act", "other_act")] == [cast.colleague.name, cast.holder.name]
    assert decide(cast.director, review, "ratify")[0] == 200
    assert set(ActionSubject.objects.values_list("status", flat=True)) == {"applied"}
    assert FieldAction.objects.count() == 2


def test_an_id_used_twice_is_ratified_as_an_act_of_its_own(phone: TestDevice, held: Case, cast: Cast) -> None:
    first = json.loads(phone.record("LOCATE", case_id=held.pk, fields=COMPLETE).body)
    phone.record("SERVE", case_id=held.pk, fields=COMPLETE, id=first["id"], action_id=first["action_id"], photos=[b"p"])
    phone.push()
    assert decide(cast.director, Review.objects.get(), "ratify")[0] == 200
    assert sorted(FieldAction.objects.values_list("kind", flat=True)) == ["LOCATE", "SERVE"]
    assert Promise.objects.get().holder_id == FieldAction.objects.get(kind="SERVE").pk


@pytest.mark.parametrize("body", [b"no body at all", b'{"v": 1, "id": "a", "kind": "TEA", "fields": {}}'])
def test_what_cannot_be_read_is_annulled_or_kept_waiting(phone: TestDevice, cast: Cast, body: bytes) -> None:
    phone.record_bytes(body)
    phone.push()
    review = Review.objects.get()
    assert decide(cast.director, review, "ratify")[1]["code"] == "review_not_ratifiable"
    assert decide(cast.director, review, "supplement", "请重新记录")[0] == 200
    assert decide(cast.director, review, "annul", "无法读取")[0] == 200


def test_all_of_one_cause_by_a_list_of_ids(phone: TestDevice, held: Case, cast: Cast) -> None:
    for _ in range(3):
        phone.record("LOCATE", case_id=held.pk, assignment_no=9, fields=COMPLETE)
    phone.record_bytes(b"?")
    phone.push()
    ids = [str(pk) for pk in Review.objects.order_by("pk").values_list("pk", flat=True)]
    nobodys = "01999999-0000-7000-8000-00000000000f"
    status, answer = post(cast.director, "decide", choice="ratify", ids=[*ids, nobodys], note="同一原因")
    assert (status, answer["done"]) == (200, 3)
    assert [item["code"] for item in answer["items"]] == ["", "", "", "review_not_ratifiable", "review_not_found"]
    assert [item["state"] for item in answer["items"]] == ["ratified"] * 3 + ["open", ""]
    assert post(cast.director, "decide", choice="ratify", ids=[])[0] == 422
    assert post(cast.director, "decide", choice="burn", ids=ids)[0] == 422


def test_a_review_shows_the_act_and_whose_case_it_was_and_is(parked: Review, investigated: Case, cast: Cast) -> None:
    status, shown = get(cast.duty, f"/{parked.pk}")
    assert status == 200
    (case,) = shown["cases"]
    assert (case["case_no"], case["stated_assignment_no"], case["code"]) == (investigated.case_no, 1, "not_assigned")
    assert (case["then"]["number"], case["then"]["holder"]) == (1, "执行一组")
    assert (case["now"]["number"], case["now"]["holder"]) == (2, "执行二组")
    assert shown["officer"]["name"] == cast.holder.name
    assert shown["act"]["records"][0]["operation"] == shown["operation"]
    assert shown["stated"]["fields"] == COMPLETE
    assert shown["may_decide"] == "role_required"


def test_a_review_of_another_court_is_not_found(parked: Review, cast: Cast) -> None:
    officer: Officer
    for officer in (cast.stranger, cast.bystander, cast.sysadmin):
        assert get(officer, f"/{parked.pk}")[1]["code"] == "review_not_found"
