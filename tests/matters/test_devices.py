"""Officers of the court that does it: the errand comes by pull, acts are recorded for it, and it leaves again."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.common.clock import local_date, now, set_clock
from server.common.errors import DomainError
from server.common.ids import new_id
from server.evidence.models import Promise
from server.field.models import ActionSubject, FieldAction
from server.ledger.models import Entry
from server.matters.models import Matter
from server.matters.services import add_note
from server.matters.states import Move
from server.people.models import Court, Role
from server.people.streams import court_stream
from server.realtime.snapshot import take_snapshot
from server.sync.deciding import ratify_review
from server.sync.models import Review
from tests.actors import Cast, browser_of, officer_of
from tests.devices import TestDevice
from tests.matters.conftest import Errand, Partners
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, phone_of, statuses
from tests.sync.replica import Replica

pytestmark = pytest.mark.django_db


@pytest.fixture
def travel() -> Iterator[Callable[[timedelta], None]]:
    yield lambda ahead: set_clock(lambda: datetime.now(UTC) + ahead)
    set_clock(None)


def record(phone: TestDevice, matter: Matter, *photos: bytes, **members: Any) -> None:
    subjects = [{"type": "matter", "id": str(matter.pk), "assignment_no": members.pop("assignment_no", 1)}]
    phone.record("LOCATE", subjects=subjects, fields=COMPLETE, photos=list(photos), **members)


def held(replica: Replica) -> set[str]:
    replica.sync()
    return {id_ for type_, id_ in replica.units if type_ == "matter"}


def told(court: Court, kind: str) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(stream=court_stream(court.pk), kind=kind).order_by("position")
    return [json.loads(row.view) for row in rows]


def test_the_errand_and_its_papers_come_to_those_it_is_given_to(errand: Errand, cast: Cast, partners: Partners) -> None:
    handler, helper, bystander = (
        Replica(phone_of(each)) for each in (cast.stranger, partners.helper, partners.bystander)
    )
    matter = errand.assigned()
    assert held(handler) == held(helper) == {str(matter.pk)}
    assert held(bystander) == set()
    unit = handler.units["matter", str(matter.pk)][1]
    assert (unit["number"], unit["case_no"], unit["assignment_no"]) == (matter.number, errand.case.case_no, 1)
    assert unit["request"] == matter.request
    assert unit["papers"][0]["title"] == "letter 0"
    assert "申请人甲" not in json.dumps(unit, ensure_ascii=False)
    assert str(errand.case.pk) not in json.dumps(unit)


def test_an_act_recorded_for_it_counts_and_stands_in_both_ledgers(errand: Errand, cast: Cast) -> None:
    matter, photo = errand.assigned(), jpeg()
    phone = phone_of(cast.stranger)
    record(phone, matter, photo)
    assert statuses(phone.push()) == [("applied", "ok")]
    assert phone.upload(photo) == 204
    row = ActionSubject.objects.get()
    assert (row.subject_type, row.subject_id) == ("matter", matter.pk)
    for court in (cast.court, cast.other_court):
        (recorded,), (verified,) = told(court, "action_recorded"), told(court, "evidence_verified")
        assert recorded["subject"] == verified["subject"] == {"type": "matter", "id": str(matter.pk)}
        assert (recorded["action"]["cases"], recorded["action"]["matters"]) == ([], [str(matter.pk)])
        assert verified["action"]["complete"] is True
        (live,) = take_snapshot(court_stream(court.pk), court.pk)["actions"]
        assert live == verified["action"], "a fresh snapshot says the same as the last frame"


def test_it_is_shown_on_the_device_that_recorded_it(errand: Errand, cast: Cast) -> None:
    replica = Replica(phone_of(cast.stranger))
    matter = errand.assigned()
    held(replica)
    before = replica.units["matter", str(matter.pk)][0]
    record(replica.device, matter)
    replica.device.push()
    held(replica)
    tag, unit = replica.units["matter", str(matter.pk)]
    assert tag != before
    assert [act["kind"] for act in unit["actions"]] == ["LOCATE"]


def test_the_court_that_asked_sees_act_and_photo_once_they_are_fed_back(
    errand: Errand, cast: Cast, partners: Partners
) -> None:
    matter, photo = errand.frozen(), jpeg()
    phone = phone_of(cast.stranger)
    record(phone, matter, photo)
    phone.push()
    phone.upload(photo)
    action, sha256 = ActionSubject.objects.get().action_id, Promise.objects.get().sha256

    def seen(officer: Any) -> tuple[int, int]:
        browser = browser_of(officer)
        act = browser.get(f"/api/v1/actions/{action}").status_code
        return act, browser.head(f"/api/v1/evidence/{sha256}").status_code

    assert seen(cast.holder) == seen(cast.duty) == (404, 404)
    assert seen(partners.centre) == seen(cast.stranger) == seen(cast.supervisor) == (200, 200)
    assert seen(partners.far) == seen(partners.bystander) == (404, 404)
    errand.paper(matter, "receipt", "回执", is_result=True)
    matter = errand.move(matter, Move.FEED_BACK, cast.stranger, was_on_site=True)
    assert seen(cast.holder) == seen(cast.duty) == (200, 200)
    assert seen(partners.far) == (404, 404)


def test_many_errands_are_done_in_one_visit(errand: Errand, cast: Cast) -> None:
    matters = [errand.assigned() for _ in range(3)]
    phone = phone_of(cast.stranger)
    subjects = [{"type": "matter", "id": str(each.pk), "assignment_no": 1} for each in matters]
    phone.record("LOCATE", subjects=subjects, fields=COMPLETE)
    assert statuses(phone.push()) == [("applied", "ok")]
    assert {row.subject_id for row in ActionSubject.objects.all()} == {each.pk for each in matters}


def test_it_leaves_the_device_when_it_ends(errand: Errand, cast: Cast) -> None:
    replica = Replica(phone_of(cast.stranger))
    matter = errand.fed_back()
    assert held(replica) == {str(matter.pk)}
    errand.move(matter, Move.CONFIRM, cast.holder)
    assert held(replica) == set()


def test_it_leaves_by_the_clock_with_no_row_changing(errand: Errand, cast: Cast, travel: Any) -> None:
    replica = Replica(phone_of(cast.stranger))
    matter = errand.assigned(valid_until=local_date(now()))
    assert held(replica) == {str(matter.pk)}
    travel(timedelta(days=2))
    assert held(replica) == set()


def test_another_handler_takes_it_from_the_first_device(errand: Errand, cast: Cast, partners: Partners) -> None:
    first, second = Replica(phone_of(cast.stranger)), Replica(phone_of(partners.bystander))
    matter = errand.assigned()
    held(first)
    errand.move(matter, Move.REASSIGN, partners.centre, handler=partners.bystander.pk, words="休假")
    assert (held(first), held(second)) == (set(), {str(matter.pk)})


def test_an_act_under_a_right_that_had_ended_is_kept_and_judged(errand: Errand, cast: Cast) -> None:
    leader = officer_of(cast.other_court, "250202", "严局", Role.DIRECTOR)
    matter, photo = errand.fed_back(), jpeg()
    phone = phone_of(cast.stranger)
    record(phone, matter, photo)
    errand.move(matter, Move.CONFIRM, cast.holder)
    assert statuses(phone.push()) == [("parked", "grant_ended")]
    assert phone.upload(photo) == 204, "nothing that was recorded is dropped"
    review = Review.objects.get()
    assert (review.court_id, review.cause) == (cast.other_court.pk, "grant_ended")
    ratify_review(review_id=review.pk, by=leader, note="出发时尚在期限内")
    assert ActionSubject.objects.get().status == "applied"
    (ratified,) = told(cast.other_court, "review_ratified")
    assert ratified["subject"] == {"type": "matter", "id": str(matter.pk)}


def test_one_act_of_both_courts_officers_stands_in_both_ledgers(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter, action = errand.signed_for(), str(new_id())
    add_note(matter=matter, by=partners.centre, text="受托方内部意见")
    errand.move(matter, Move.ASSIGN, partners.centre, handler=cast.stranger.pk, helpers=[cast.colleague.pk])
    ours, theirs = phone_of(cast.stranger), phone_of(cast.colleague)
    subjects = [{"type": "matter", "id": str(matter.pk), "assignment_no": 1}]
    case = {"type": "case", "id": str(errand.case.pk), "assignment_no": 1}
    ours.record("LOCATE", subjects=subjects, fields=COMPLETE, action_id=action)
    theirs.record("LOCATE", subjects=[*subjects, case], fields=COMPLETE, action_id=action)
    assert [statuses(phone.push()) for phone in (ours, theirs)] == [[("applied", "ok")]] * 2
    assert FieldAction.objects.count() == 1, "one act, told by two"
    assert [len(told(court, "action_recorded")) for court in (cast.other_court, cast.court)] == [2, 3]
    assert all(str(errand.case.pk) not in json.dumps(each) for each in told(cast.other_court, "action_recorded"))
    assert str(matter.pk) in held_units(theirs)
    detail = browser_of(cast.colleague).get(f"/api/v1/matters/{matter.pk}").json()
    assert detail["sides"] == ["asking"]
    assert "受托方内部意见" not in json.dumps(detail, ensure_ascii=False)


def held_units(phone: TestDevice) -> set[str]:
    return held(Replica(phone))


def test_a_stranger_learns_nothing_by_recording_for_it(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.assigned()
    answers = []
    for officer in (partners.bystander, partners.far, cast.holder):
        phone = phone_of(officer)
        record(phone, matter, assignment_no=None)
        phone.record("LOCATE", subjects=[{"type": "case", "id": str(matter.pk)}], fields=COMPLETE)
        answers.append(statuses(phone.push()))
    assert answers == [[("parked", "subject_unknown")] * 2] * 3


def test_what_was_frozen_on_site_is_released_before_anybody_said_a_result(errand: Errand, cast: Cast) -> None:
    matter, phone = errand.assigned(), phone_of(cast.stranger)
    subjects = [{"type": "matter", "id": str(matter.pk), "assignment_no": 1}]
    said: dict[str, Any] = {"move": Move.WITHDRAW, "by": cast.holder, "words": "和解"}
    frozen = {**COMPLETE, "effective_on": "2026-11-02", "expires_on": "2027-11-01"}
    phone.record("FREEZE_COUNTER", subjects=subjects, fields=frozen)
    assert [status for status, _ in statuses(phone.push())] == ["applied"]
    with pytest.raises(DomainError) as caught:
        errand.move(matter, **said)
    assert (caught.value.code, caught.value.details["in_force"]) == ("matter_release_needed", ["FREEZE_COUNTER"])
    errand.move(matter, **said, asks_release=True)
    assert Matter.objects.get(previous=matter).kind == "DEPOSIT_RELEASE"


def test_no_clock_by_the_hour_breaks_on_a_matter(errand: Errand, cast: Cast) -> None:
    matter = errand.assigned()
    phone = phone_of(cast.stranger)
    subjects = [{"type": "matter", "id": str(matter.pk), "assignment_no": 1}]
    phone.record("COMPEL", subjects=subjects, fields={**COMPLETE, "person_name": "乙"})
    assert [status for status, _ in statuses(phone.push())] == ["applied"]
