"""A receipt signed after its verification: after a restore, for a promise of what was delivered before, after a crash.

A pull goes on above the position of the last receipt it sent, so none may appear at a position that was there before.
"""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from server.cases.models import Case
from server.evidence import services
from server.evidence.models import Promise
from server.ledger.models import Entry
from server.ledger.queries import head_of
from server.ledger.services import Draft, append, begin_server_life
from server.people.models import Device
from tests import pictures
from tests.actors import Phone, people_of_a_city, phone_of
from tests.backends.waiting import somebody_waits_for_us, until
from tests.evidence.test_promises import opened
from tests.evidence.uploading import Uploader, promise, sha256_of, states_of

PHOTO = pictures.jpeg(seed=31)
SHA256 = sha256_of(PHOTO)


def stream_of(phone: Phone) -> str:
    return f"court:{phone.device.court_id}"


def test_a_promise_of_what_was_delivered_gets_a_receipt_above_all_that_were_pulled(
    phone: Phone, uploader: Uploader
) -> None:
    promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    (pulled,) = services.receipts_after(phone.device, 0)
    later = promise(phone, PHOTO)
    services.issue_missing_receipts(device_id=phone.id)
    reached = opened(phone, pulled)["position"]
    assert isinstance(reached, int)
    assert [opened(phone, text)["seq"] for text in services.receipts_after(phone.device, reached)] == [later.seq]


def test_late_receipts_of_one_moment_share_one_entry(phone: Phone, uploader: Uploader) -> None:
    for content in (b"one", b"two", b"three"):
        promise(phone, content)
        uploader.deliver(content)
    begin_server_life(reason="restored")
    before = head_of(stream_of(phone)).position
    services.issue_missing_receipts(device_id=phone.id)
    services.issue_missing_receipts(device_id=phone.id)
    (entry,) = Entry.objects.filter(stream=stream_of(phone), kind="receipts_issued")
    receipts = [opened(phone, text) for text in services.receipts_after(phone.device, 0)]
    assert {(each["position"], each["entry_hash"]) for each in receipts} == {(entry.position, entry.hash)}
    assert (len(receipts), entry.position) == (3, before + 1)


def test_nothing_missing_enters_nothing(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    before = head_of(stream_of(phone))
    assert len(uploader.receipts(SHA256)) == 1
    services.issue_missing_receipts(device_id=phone.id)
    assert head_of(stream_of(phone)) == before


@pytest.fixture
def committed_phone(transactional_db: None) -> Phone:
    return phone_of(people_of_a_city().holder)


def _issue(phone: Phone) -> None:
    try:
        services.issue_missing_receipts(device_id=phone.id)
    finally:
        connection.close()


def test_a_late_receipt_waits_for_the_entry_that_is_being_appended(committed_phone: Phone) -> None:
    """Signed at the head as committed, it would stand below that entry, and below its receipts that a pull may pass."""
    promise(committed_phone, PHOTO)
    Uploader(committed_phone).deliver(PHOTO)
    begin_server_life(reason="restored")
    stream = stream_of(committed_phone)
    issuing = threading.Thread(target=_issue, args=(committed_phone,))
    with transaction.atomic():
        (places,) = append([Draft((stream,), "something_else", {}, {})])
        issuing.start()
        until(lambda: somebody_waits_for_us() or not issuing.is_alive())
    issuing.join()
    (receipt,) = services.receipts_after(committed_phone.device, 0)
    assert opened(committed_phone, receipt)["position"] == places[stream].position + 1


def _leave_open(made: Promise) -> None:
    """As a push leaves it that never saw the delivery beside it, and died before what follows its commit."""
    Promise.objects.filter(pk=made.pk).update(
        state="promised", verified_at=None, receipt="", receipt_epoch="", receipt_position=0
    )


@pytest.mark.parametrize("ask", ["HEAD", "PATCH", "POST", "DELETE", "receipt"])
def test_a_promise_left_open_beside_a_delivery_is_counted_when_its_upload_is_asked_for(
    phone: Phone, uploader: Uploader, ask: str
) -> None:
    promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    _leave_open(promise(phone, PHOTO))
    assert [each["sha256"] for each in services.wanted_by(phone.device)] == [SHA256]
    asked: dict[str, Callable[[], object]] = {
        "HEAD": lambda: uploader.head(SHA256),
        "PATCH": lambda: uploader.patch(SHA256, 0, PHOTO),
        "POST": lambda: uploader.create(SHA256, len(PHOTO)),
        "DELETE": lambda: uploader.request("DELETE", SHA256),
        "receipt": lambda: uploader.receipts(SHA256),
    }
    asked[ask]()
    assert states_of(phone.id) == ["verified", "verified"]
    assert services.wanted_by(phone.device) == []
    assert uploader.offset(SHA256) == len(PHOTO)
    assert len(uploader.receipts(SHA256)) == 2


def test_a_promise_left_open_is_counted_by_the_beat_though_its_device_is_silent(
    phone: Phone, other_phone: Phone, uploader: Uploader
) -> None:
    promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    _leave_open(promise(phone, PHOTO))
    promise(other_phone, PHOTO)
    assert (services.count_late_promises(), services.count_late_promises()) == (1, 0)
    assert (states_of(phone.id), states_of(other_phone.id)) == (["verified", "verified"], ["promised"])


def test_what_an_earlier_log_of_the_same_hand_promised_is_entered_at_once_and_signed_apart(
    phone: Phone, other_phone: Phone, uploader: Uploader, case: Case
) -> None:
    Device.objects.filter(pk=phone.id).update(continues=other_phone.device)
    promise(other_phone, PHOTO, case)
    promise(phone, PHOTO, case)
    with CaptureQueriesContext(connection) as queries:
        uploader.deliver(PHOTO)
    assert (states_of(phone.id), states_of(other_phone.id)) == (["verified"], ["verified"])
    receipts = [opened(each, text) for each in (phone, other_phone) for text in services.receipts_after(each.device, 0)]
    assert [each["device"] for each in receipts] == [str(phone.id), str(other_phone.id)]
    heads = [query["sql"] for query in queries if "ledger_head" in query["sql"] and query["sql"].startswith("SELECT")]
    assert len(heads) == 1, "heads are locked last, and once"
