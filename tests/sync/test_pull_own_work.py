"""What an officer did comes back with her cases, neither hidden nor doubled, with reviews and receipts (I11, I13)."""

import json
from contextlib import nullcontext
from typing import Any

import pytest

from server.cases.models import Case
from server.cases.services import assign_subject
from server.people.models import Device
from server.sync import api as push_api
from server.sync import pull as pull_module
from server.sync.statements import stated
from tests.actors import Cast, Phone
from tests.cases.conftest import file_one
from tests.devices import Offline, TestDevice
from tests.evidence.uploading import Uploader, sha256_of
from tests.sync.replica import Replica, payload, phone
from tests.sync.test_pull import assert_converged, visible_now

PHOTO = b"\xff\xd8\xff\xe0 a photograph, as far as bytes go"


@pytest.fixture
def held(cast: Cast) -> Case:
    case = file_one(cast)
    assign_subject(case=case, group=cast.group)
    return case


@pytest.fixture
def replica(cast: Cast, held: Case) -> Replica:
    return Replica(phone(cast.holder))


def uploader_of(device: TestDevice) -> Uploader:
    return Uploader(Phone(Device.objects.select_related("court").get(pk=device.id), b""), bearer=device.bearer)


def deliver(device: TestDevice, content: bytes) -> None:
    answer = uploader_of(device).request("PATCH", sha256_of(content), content, Upload_Offset="0")
    assert answer.status_code == 204, answer.content


def action_of(replica: Replica, case: Case) -> dict[str, Any]:
    (action,) = replica.case(case.pk)["actions"]
    found: dict[str, Any] = action
    return found


def test_an_act_is_in_the_unit_as_soon_as_the_statement_acknowledges_it(held: Case, replica: Replica) -> None:
    replica.sync()
    operation = replica.device.record(case_id=held.pk)
    assert replica.ask()["statement"]["acked_seq"] == 0
    replica.device.push()
    page = replica.ask()
    assert page["statement"]["acked_seq"] == operation.seq
    replica.apply(page)
    action = action_of(replica, held)
    assert action["id"] == json.loads(operation.body)["action_id"]
    assert (action["kind"], action["status"]) == ("LOCATE", "applied")
    assert_converged(replica)


def test_an_act_pushed_while_a_pull_is_drawn_is_neither_shown_nor_acknowledged(
    held: Case, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acknowledged number is of the same moment as the units: else the act would vanish until the next pull."""
    replica.sync()
    replica.device.record(case_id=held.pk)

    def pushed_meanwhile(*args: Any, **named: Any) -> dict[str, Any]:
        replica.device.push()
        return stated(*args, **named)

    monkeypatch.setattr(pull_module, "stated", pushed_meanwhile)
    # By another process of the server: a device's turns are each process's own.
    monkeypatch.setattr(push_api, "turn_of", nullcontext)
    page = replica.ask()
    monkeypatch.undo()
    assert page["statement"]["acked_seq"] == 0
    assert page["put"] == []
    replica.apply(page)
    page = replica.ask()
    assert page["statement"]["acked_seq"] == 1
    replica.apply(page)
    assert action_of(replica, held)["status"] == "applied"


def test_a_push_whose_reply_was_lost_is_acknowledged_by_the_pull(held: Case, replica: Replica) -> None:
    replica.device.record(case_id=held.pk)
    replica.device.lose_next_reply()
    with pytest.raises(Offline):
        replica.device.push()
    page = replica.ask()
    assert page["statement"]["acked_seq"] == 1
    replica.apply(page)
    replica.device.push(first_seq=1)
    replica.sync()
    assert len(replica.case(held.pk)["actions"]) == 1


def test_a_colleagues_act_arrives_as_well(cast: Cast, held: Case, replica: Replica) -> None:
    replica.sync()
    colleague = phone(cast.colleague)
    colleague.record(case_id=held.pk)
    colleague.push()
    replica.sync()
    assert action_of(replica, held)["officer"] == cast.colleague.name


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("LOCATE", {}),
        ("SEAL", {}),
        ("LOCATE", {"assignment_no": 9}),
        ("LOCATE", {"photos": [PHOTO]}),
        ("NO_SUCH_KIND", {}),
    ],
)
def test_whatever_a_push_does_to_a_unit_changes_its_tag(
    held: Case, replica: Replica, kind: str, members: dict[str, Any]
) -> None:
    """I13: applied, incomplete, parked, promised or quarantined."""
    replica.sync()
    before = contents(replica)
    replica.device.record(kind, case_id=held.pk, **members)
    replica.device.push()
    after = contents(replica)
    for key, (tag, content) in after.items():
        assert content == before[key][1] or tag != before[key][0]
    replica.sync()
    assert_converged(replica)


def contents(replica: Replica) -> dict[str, tuple[str, Any]]:
    visible = visible_now(replica)
    return {f"{u['type']}:{u['id']}": (u["tag"], u["data"]) for u in visible.contents(list(visible.tags))}


def test_what_waits_for_a_person_is_told_to_the_officer_alone(cast: Cast, held: Case, replica: Replica) -> None:
    other = Replica(phone(cast.bystander))
    replica.device.record(case_id=held.pk, assignment_no=9)
    replica.device.push()
    replica.sync()
    other.sync()
    (review,) = replica.reviews
    assert (review["cause"], review["state"], review["seq"]) == ("not_assigned", "open", 1)
    assert other.reviews == []


def test_a_review_tells_nothing_of_a_case_that_is_not_hers(cast: Cast, held: Case) -> None:
    """She typed the number of a case she never held: that there is one, and its id, is not told (I9)."""
    other = Replica(phone(cast.bystander))
    other.device.record(case_no=held.case_no)
    other.device.record(case_no="（2026）闽0924执99999号")
    other.device.push()
    page = other.ask()
    assert str(held.pk) not in json.dumps(page)
    known, unknown = page["reviews"]
    assert known["cause"] == unknown["cause"] == "subject_unknown"
    assert set(known) == set(unknown)


def test_a_promised_file_is_wanted_until_its_receipt_is_here(held: Case, replica: Replica) -> None:
    replica.device.record(case_id=held.pk, photos=[PHOTO])
    replica.device.push()
    page = replica.ask()
    assert [file["sha256"] for file in page["wanted"]] == [sha256_of(PHOTO)]
    replica.apply(page)
    deliver(replica.device, PHOTO)
    page = replica.ask()
    assert page["wanted"] == []
    (receipt,) = page["receipts"]
    assert replica.device.verified(receipt, "receipt")["sha256"] == sha256_of(PHOTO)
    replica.apply(page)
    assert replica.ask()["receipts"] == []
    assert_converged(replica)


def test_a_receipt_whose_answer_was_lost_is_sent_again(held: Case, replica: Replica) -> None:
    replica.sync()
    replica.device.record(case_id=held.pk, photos=[PHOTO])
    replica.device.push()
    deliver(replica.device, PHOTO)
    replica.device.lose_next_reply()
    with pytest.raises(Offline):
        replica.ask()
    replica.sync()
    assert len(replica.receipts) == 1


def test_after_a_reset_every_receipt_comes_again(held: Case, replica: Replica) -> None:
    replica.device.record(case_id=held.pk, photos=[PHOTO])
    replica.device.push()
    deliver(replica.device, PHOTO)
    replica.sync()
    replica.cursor, replica.receipts = None, {}
    replica.sync()
    assert [payload(receipt)["sha256"] for receipt in replica.receipts] == [sha256_of(PHOTO)]


def test_many_receipts_come_in_pages_and_each_once(held: Case, replica: Replica) -> None:
    photos = [PHOTO + str(number).encode() for number in range(30)]
    for start in range(0, 30, 10):
        replica.device.record(case_id=held.pk, photos=photos[start : start + 10])
    replica.device.push()
    for photo in photos:
        deliver(replica.device, photo)
    replica.max_bytes = 1
    replica.sync()
    assert len(replica.receipts) == 30
    assert replica.pages > 3
    assert_converged(replica)


def test_the_verification_of_a_file_reaches_the_unit(held: Case, replica: Replica) -> None:
    replica.device.record(case_id=held.pk, photos=[PHOTO])
    replica.device.push()
    replica.sync()
    before = action_of(replica, held)
    deliver(replica.device, PHOTO)
    replica.sync()
    assert_converged(replica)
    after = action_of(replica, held)
    assert before["complete"] is False
    assert after["complete"] is (after["missing"] == [])


def test_a_case_given_away_takes_the_acts_on_it_along(cast: Cast, held: Case, replica: Replica) -> None:
    replica.device.record(case_id=held.pk)
    replica.device.push()
    assign_subject(case=held, officer=cast.bystander)
    other = Replica(phone(cast.bystander))
    replica.sync()
    other.sync()
    assert replica.case_ids == set()
    assert action_of(other, held)["officer"] == cast.holder.name


def test_a_foreign_case_named_in_an_act_does_not_come_to_its_device(cast: Cast, held: Case) -> None:
    other = Replica(phone(cast.stranger))
    other.device.record(case_id=held.pk)
    other.device.push()
    other.sync()
    assert other.case_ids == set()
