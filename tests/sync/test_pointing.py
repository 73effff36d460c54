"""A case number typed wrong: a person says which case is meant, and the act is judged in it as of its arrival."""

import json
from typing import Any

import pytest

from server.cases.models import Case, CaseEvent
from server.cases.services import assign_subject
from server.evidence.models import Promise
from server.field.models import ActionSubject
from server.ledger.models import Entry
from server.people.models import Role
from server.sync.models import Operation, Review
from tests.actors import Cast, browser_of, officer_of
from tests.centre.reading import seen_by
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of, statuses
from tests.sync.replica import Replica
from tests.sync.reviewing import decide, get, other_group, post

pytestmark = pytest.mark.django_db
TYPED = "（2026）闽0924执77号"


@pytest.fixture
def review(phone: TestDevice, held: Case) -> Review:
    """Seven typed as seventy-seven."""
    phone.record("LOCATE", case_no=TYPED, fields=COMPLETE, photos=[b"the door"])
    assert statuses(phone.push()) == [("parked", "subject_unknown")]
    return Review.objects.get()


def belongs(officer: Any, review: Review, case_no: str, typed: str = TYPED, note: str = "") -> tuple[int, Any]:
    return post(officer, f"{review.pk}/belongs", typed=typed, case_no=case_no, note=note)


def test_put_right_the_act_counts_in_the_case_that_was_meant(
    phone: TestDevice, review: Review, held: Case, cast: Cast
) -> None:
    assert get(cast.duty, f"/{review.pk}")[1]["unknown_numbers"] == [TYPED]
    status, answer = belongs(cast.director, review, "(2026)闽0924执7号")
    assert (status, answer["state"], answer["status"]) == (200, "ratified", "applied")
    assert (answer["subject_id"], answer["unknown_numbers"]) == (str(held.pk), [])
    assert [case["case_no"] for case in answer["cases"]] == [held.case_no]
    row = ActionSubject.objects.get()
    assert (row.subject_id, row.status, row.node_effect) == (held.pk, "applied", "withheld")
    assert Promise.objects.get().subject_id == held.pk
    assert phone.upload(b"the door") == 204
    assert CaseEvent.objects.filter(case=held, source_type="operation").exists()
    assert statuses(phone.push(first_seq=1)) == [("applied", "ok")]


def test_the_officer_is_told_and_it_is_on_record(phone: TestDevice, review: Review, held: Case, cast: Cast) -> None:
    belongs(cast.director, review, held.case_no)
    replica = Replica(phone)
    replica.sync()
    (told,) = replica.reviews
    assert (told["state"], told["status"], told["note"]) == ("ratified", "applied", held.case_no)
    assert replica.case(held.pk)["actions"][0]["status"] == "applied"
    entry = Entry.objects.get(kind="review_pointed")
    assert (json.loads(entry.view)["by"], entry.subject_id) == (str(cast.director.pk), held.pk)
    assert Entry.objects.get(kind="action_pointed").subject_id == held.pk


def test_saying_it_twice_is_one_decision(review: Review, held: Case, cast: Cast) -> None:
    assert [belongs(cast.director, review, held.case_no)[0] for _ in range(2)] == [200, 200]
    assert review.decisions.count() == 1
    other = hold(file_one(cast, 8), cast.group)
    assert belongs(cast.director, review, other.case_no)[1]["code"] == "review_decided"


def test_it_gives_nobody_a_right_he_had_not_when_it_arrived(phone: TestDevice, held: Case, cast: Cast) -> None:
    phone.record("LOCATE", case_no=TYPED, fields=COMPLETE, assignment_no=1)
    assign_subject(case=held, group=other_group(cast), reason="HANDOVER")
    phone.push()
    review = Review.objects.get()
    status, answer = belongs(cast.director, review, held.case_no, note="应为7号")
    assert (status, answer["state"]) == (200, "open")
    assert answer["cause"] in ("not_assigned", "grant_ended")
    assert belongs(cast.director, review, held.case_no)[0] == 200
    assert review.decisions.count() == 1
    assert decide(cast.director, review, "ratify")[1]["status"] == "applied"
    assert ActionSubject.objects.get().subject_id == held.pk


def test_a_case_given_away_since_takes_nothing_from_it(review: Review, held: Case, cast: Cast) -> None:
    """As of its arrival she held it."""
    assign_subject(case=held, group=other_group(cast), reason="HANDOVER")
    assert belongs(cast.director, review, held.case_no)[1]["status"] == "applied"


def test_one_number_of_several_leaves_what_counts_alone(phone: TestDevice, held: Case, cast: Cast) -> None:
    second = hold(file_one(cast, 8), cast.group)
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, subjects=[
        {"type": "case", "id": str(held.pk), "assignment_no": 1, "node_id": None},
        {"type": "case_no", "id": "闽八号", "assignment_no": None, "node_id": None},
        {"type": "case_no", "id": TYPED, "assignment_no": None, "node_id": None},
    ])  # fmt: skip
    phone.push()
    review = Review.objects.get()
    assert get(cast.duty, f"/{review.pk}")[1]["unknown_numbers"] == ["闽八号", TYPED]
    assert belongs(cast.director, review, second.case_no, "闽八号")[1]["state"] == "open"
    assert belongs(cast.director, review, held.case_no)[1]["state"] == "ratified"
    rows = ActionSubject.objects.order_by("subject_id").values_list("subject_id", "status")
    assert list(rows) == sorted([(held.pk, "applied"), (second.pk, "applied")])
    assert Operation.objects.get().status == "applied"


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("duty", (403, "role_required")),
        ("supervisor", (403, "role_required")),
        ("holder", (404, "review_not_found")),
        ("stranger", (404, "review_not_found")),
        ("sysadmin", (404, "review_not_found")),
    ],
)
def test_others_do_not(review: Review, held: Case, cast: Cast, who: str, expected: tuple[int, str]) -> None:
    status, problem = belongs(getattr(cast, who), review, held.case_no)
    assert (status, problem["code"]) == expected


def test_only_into_cases_of_his_court_and_only_numbers_in_question(review: Review, held: Case, cast: Cast) -> None:
    theirs = file_one(cast, 5, court=cast.other_court, case_no="（2026）闽0925执5号")
    for wrong in (theirs.case_no, "（2026）闽0924执999号", "没有案号"):
        assert belongs(cast.director, review, wrong)[1]["code"] == "case_not_found"
    assert belongs(cast.director, review, held.case_no, "（2026）闽0924执7号")[1]["code"] == "number_not_in_question"
    assert Review.objects.get().state == "open"


def test_a_leader_of_the_strangers_court_is_not_told_whose_number_it_is(held: Case, cast: Cast) -> None:
    stranger = phone_of(cast.stranger)
    stranger.record("LOCATE", case_no=held.case_no, fields=COMPLETE)
    stranger.push()
    leader = officer_of(cast.other_court, "250201", "外长", Role.DIRECTOR)
    review = Review.objects.get()
    assert get(leader, f"/{review.pk}")[1]["unknown_numbers"] == [held.case_no]
    assert belongs(leader, review, held.case_no, held.case_no)[1]["code"] == "case_not_found"


def test_it_is_put_right_on_the_page(review: Review, held: Case, cast: Cast) -> None:
    form = seen_by(cast.director, f"/centre/reviews/{review.pk}").one("form.points")
    assert TYPED in form.text
    assert not seen_by(cast.duty, f"/centre/reviews/{review.pk}").all("form.points")
    path = f"/centre/reviews/{review.pk}/belongs"
    browser = browser_of(cast.director)
    refused = browser.post(path, {"typed": TYPED, "case_no": "999"}, follow=True)
    assert "本院没有这个案件" in refused.content.decode()
    done = browser.post(path, {"typed": TYPED, "case_no": held.case_no}, follow=True)
    assert "归入案件" in done.content.decode()
    assert Review.objects.get().state == "ratified"
    assert browser_of(cast.duty).post(path, {"typed": TYPED, "case_no": held.case_no}).status_code == 302
