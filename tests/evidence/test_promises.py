"""Who promised delivers: promises, verification, the entry, receipts, what is still wanted."""

from collections.abc import Iterator, Sequence

import pytest
from django.db import transaction

from server.cases.models import Case
from server.common.ids import new_id
from server.common.signing import open_text
from server.evidence import services, settlement
from server.evidence.models import Promise, StoredFile
from server.evidence.settlement import Settlement
from server.ledger.models import Entry
from server.ledger.queries import head_of
from server.ledger.services import Draft, begin_server_life
from server.people.keys import signing_key_of
from server.people.models import CourtKey
from tests import pictures
from tests.actors import Phone
from tests.evidence.uploading import Uploader, draft, promise, sha256_of, states_of

PHOTO = pictures.jpeg(seed=11)
SHA256 = sha256_of(PHOTO)
EMPTY = sha256_of(b"")


def opened(phone: Phone, receipt: str) -> dict[str, object]:
    court = phone.device.court
    key = CourtKey.objects.get(court=court, kid=signing_key_of(court).kid)
    return open_text("receipt", receipt, bytes(key.public_key))


def court_entries(phone: Phone, kind: str) -> list[Entry]:
    stream = f"court:{phone.device.court_id}"
    return list(Entry.objects.filter(stream=stream, kind=kind).order_by("position"))


def test_a_receipt_is_the_court_s_word_for_the_bytes_and_their_entry(phone: Phone, uploader: Uploader) -> None:
    made = promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    (receipt,) = uploader.receipts(SHA256)
    members = opened(phone, receipt)
    (entry,) = court_entries(phone, "evidence_verified")
    assert (members["sha256"], members["size"], members["seq"]) == (SHA256, len(PHOTO), made.seq)
    assert (members["device"], members["court"]) == (str(phone.id), str(phone.device.court_id))
    assert (members["position"], members["entry_hash"]) == (entry.position, entry.hash)
    assert (members["ledger_epoch"], members["incarnation"]) == (entry.ledger_epoch, 1)


def test_there_is_no_receipt_before_the_bytes(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:100])
    assert uploader.receipts(SHA256) == []


def test_a_stranger_to_the_promise_gets_no_receipt(other_phone: Phone, phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    assert Uploader(other_phone).request("GET", f"{SHA256}/receipt").status_code == 403


def test_one_delivery_satisfies_every_promise_of_this_device_earlier_and_later(
    phone: Phone, uploader: Uploader, django_capture_on_commit_callbacks: object
) -> None:
    promise(phone, PHOTO)
    promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    assert states_of(phone.id) == ["verified", "verified"]
    assert len(court_entries(phone, "evidence_verified")) == 1
    later = draft(phone, PHOTO)
    with transaction.atomic():
        (verified,) = services.promise_files([later])
    assert (verified.operation_hash, verified.state) == (later.operation_hash, "verified")
    assert [opened(phone, text)["seq"] for text in uploader.receipts(SHA256)][-1] == later.seq
    assert len(uploader.receipts(SHA256)) == 3


def test_another_device_s_bytes_verify_nothing_of_mine(phone: Phone, other_phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    promise(other_phone, PHOTO)
    uploader.deliver(PHOTO)
    assert (states_of(phone.id), states_of(other_phone.id)) == (["verified"], ["promised"])
    late = draft(other_phone, PHOTO)
    with transaction.atomic():
        assert services.promise_files([late]) == []
    other = Uploader(other_phone)
    assert other.offset(SHA256) == 0
    other.deliver(PHOTO)
    assert states_of(other_phone.id) == ["verified", "verified"]
    assert StoredFile.objects.count() == 1


def test_promising_again_updates_holder_and_subjects_only(phone: Phone, case: Case) -> None:
    first = draft(phone, PHOTO)
    holder = new_id()
    with transaction.atomic():
        services.promise_files([first])
        again = draft(phone, PHOTO, case, operation_hash=first.operation_hash, holder_id=holder, size=1)
        services.promise_files([again])
    row = Promise.objects.get()
    assert (row.holder_id, row.subject_id, row.size) == (holder, case.pk, len(PHOTO))


def test_a_file_named_twice_by_one_operation_is_one_promise(phone: Phone) -> None:
    first = draft(phone, PHOTO)
    with transaction.atomic():
        services.promise_files([first, draft(phone, PHOTO, operation_hash=first.operation_hash)])
    assert Promise.objects.count() == 1


def test_promises_cost_the_same_whatever_their_number(phone: Phone, django_assert_max_num_queries: object) -> None:
    drafts = [draft(phone, b"%d" % number) for number in range(300)]
    with transaction.atomic(), django_assert_max_num_queries(2):  # type: ignore[operator]
        services.promise_files(drafts)


@pytest.mark.parametrize(("content", "size"), [(b"", 0), (b"", 10), (PHOTO, 0), (PHOTO, -1)])
def test_an_empty_file_is_flagged_and_its_operation_stands(
    phone: Phone, uploader: Uploader, content: bytes, size: int
) -> None:
    made = promise(phone, content, size=size)
    assert made.fault == services.fault_of(sha256=sha256_of(content), size=size) == "empty_file"
    response = uploader.patch(made.sha256, 0, b"x")
    assert (response.status_code, response.json()["code"]) == (422, "empty_file")
    assert services.wanted_by(phone.device) == []


def test_a_size_stated_wrong_yields_to_the_hash(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO, size=len(PHOTO) + 5)
    assert uploader.create(SHA256, len(PHOTO)).status_code == 201
    assert uploader.head(SHA256)["Upload-Length"] == str(len(PHOTO))
    uploader.deliver(PHOTO)
    assert opened(phone, uploader.receipts(SHA256)[0])["size"] == len(PHOTO)


def test_a_photo_promised_with_size_nought_may_still_come(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO, size=0)
    assert uploader.create(SHA256, len(PHOTO)).status_code == 201
    uploader.deliver(PHOTO)
    assert states_of(phone.id) == ["verified"]


def test_other_bytes_are_set_aside_and_the_third_time_somebody_is_told(
    phone: Phone, uploader: Uploader, settings: object
) -> None:
    promise(phone, PHOTO)
    for number in (1, 2, 3, 4):
        wrong = uploader.patch(SHA256, 0, bytes([number]) * len(PHOTO))
        assert (wrong.status_code, wrong.json()["code"], wrong["Upload-Offset"]) == (409, "evidence_mismatch", "0")
        assert len(court_entries(phone, "evidence_mismatch_alarm")) == (number >= 3)
    quarantine = settings.EVIDENCE_DIR / "quarantine"  # type: ignore[attr-defined]
    assert (quarantine / f"{SHA256}-{phone.id}-1").read_bytes() == b"\x01" * len(PHOTO)
    assert len(list(quarantine.iterdir())) == 3
    assert states_of(phone.id) == ["promised"]
    uploader.deliver(PHOTO)
    assert states_of(phone.id) == ["verified"]


def test_one_flipped_bit_in_the_middle_of_many_chunks_is_found(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    damaged = bytearray(PHOTO)
    damaged[700] ^= 1
    uploader.patch(SHA256, 0, bytes(damaged[:800]))
    assert uploader.patch(SHA256, 800, PHOTO[800:]).status_code == 409
    assert states_of(phone.id) == ["promised"]


def test_wanted_names_what_is_owed_most_wanted_first(phone: Phone, other_phone: Phone, uploader: Uploader) -> None:
    contents = [b"first", b"second", b"third", b"fourth"]
    for content in contents:
        promise(phone, content)
    promise(other_phone, b"not mine")
    Promise.objects.filter(sha256=sha256_of(b"third")).update(priority=1)
    uploader.deliver(b"first")
    uploader.patch(sha256_of(b"second"), 0, b"sec")
    assert services.wanted_by(phone.device) == [
        {"sha256": sha256_of(b"third"), "offset": 0, "priority": 1},
        {"sha256": sha256_of(b"second"), "offset": 3, "priority": 0},
        {"sha256": sha256_of(b"fourth"), "offset": 0, "priority": 0},
    ]


def test_receipts_come_after_a_position(phone: Phone, uploader: Uploader) -> None:
    for content in (b"one", b"two"):
        promise(phone, content)
        uploader.deliver(content)
    both = services.receipts_after(phone.device, 0)
    first = opened(phone, both[0])["position"]
    assert [opened(phone, text)["sha256"] for text in both] == [sha256_of(b"one"), sha256_of(b"two")]
    assert isinstance(first, int)
    assert services.receipts_after(phone.device, first) == both[1:]


def test_a_restored_server_signs_its_receipts_again(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    (old,) = services.receipts_after(phone.device, 0)
    epoch = begin_server_life(reason="restored")
    (new,) = services.receipts_after(phone.device, 10**9)
    assert opened(phone, new)["server_epoch"] == epoch != opened(phone, old)["server_epoch"]
    services.issue_missing_receipts(device_id=phone.id)
    head = head_of(f"court:{phone.device.court_id}")
    assert opened(phone, services.receipts_after(phone.device, 0)[0])["position"] == head.position


@pytest.fixture
def _forget_callbacks() -> Iterator[None]:
    before = list(settlement._callbacks)
    yield
    settlement._callbacks[:] = before


@pytest.mark.usefixtures("_forget_callbacks")
def test_who_holds_the_files_settles_them_in_the_same_transaction(phone: Phone, uploader: Uploader) -> None:
    heard: list[list[str]] = []

    def settle(promises: Sequence[Promise]) -> Settlement:
        heard.append([row.state for row in promises])
        return Settlement((Draft((f"court:{phone.device.court_id}",), "evidence_verified", {"action": "a"}, {}),))

    settlement.register(settle)
    settlement.register(settle)
    promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    assert heard == [["verified"]]
    (entry,) = court_entries(phone, "evidence_verified")
    assert '"action":"a"' in entry.view
    assert opened(phone, uploader.receipts(SHA256)[0])["position"] == entry.position


@pytest.mark.usefixtures("_forget_callbacks")
def test_a_settlement_that_fails_leaves_nothing_verified(phone: Phone, uploader: Uploader) -> None:
    def fail(promises: Sequence[Promise]) -> Settlement:
        raise RuntimeError("a fault of the room above")

    settlement.register(fail)
    promise(phone, PHOTO)
    uploader.client.raise_request_exception = False
    assert uploader.patch(SHA256, 0, PHOTO).status_code == 500
    assert states_of(phone.id) == ["promised"]
    settlement._callbacks.remove(fail)
    uploader.deliver(PHOTO)
    assert states_of(phone.id) == ["verified"]
