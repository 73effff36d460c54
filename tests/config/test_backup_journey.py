"""A server is lost and restored, older than its devices: they heal it."""

from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from pytest_django.fixtures import Settings

from server.common.hashing import sha256_hex
from server.evidence.models import Promise
from server.evidence.services import open_range
from server.field.models import FieldAction
from server.ledger.models import Entry, Head
from server.ledger.queries import current_server_epoch
from server.ledger.verify import verify_stream
from server.people.models import EnrolmentCode
from server.people.services import issue_enrolment_code
from server.sync.models import DeviceView, Operation
from tests.actors import browser_of, people_of_a_city
from tests.config.copying import Office, said
from tests.devices import Refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return Office(people_of_a_city())


def test_five_acts_are_there_once_each_after_a_restore_that_lost_two(
    office: Office, settings: Settings, tmp_path: Path
) -> None:
    office.record(3)
    office.sync()
    old_epoch = current_server_epoch()
    said("backup", tmp_path / "copy")
    office.record(2)
    office.sync()
    settings.EVIDENCE_DIR = tmp_path / "new disk"

    said("restore", tmp_path / "copy", "--force")
    assert FieldAction.objects.count() == 3

    with pytest.raises(Refused) as refusal:
        office.phone.push()
    assert (refusal.value.status, refusal.value.code) == (409, "epoch_changed")
    # The device believed only the signed statement in it, and went back to what that says.
    assert office.phone.acked_seq == 3
    assert office.phone.server_epoch == current_server_epoch() != old_epoch

    office.sync()
    assert office.phone.acked_seq == 5
    assert Operation.objects.count() == FieldAction.objects.count() == 5
    assert all(FieldAction.objects.values_list("is_complete", flat=True))
    assert set(Promise.objects.values_list("state", flat=True)) == {"verified"}
    for photo in office.photos.values():
        assert b"".join(open_range(sha256_hex(photo))) == photo
    assert all(verify_stream(stream).is_sound for stream in Head.objects.values_list("stream", flat=True))


def test_every_ledger_goes_on_in_a_new_epoch_with_an_entry_that_says_so(office: Office, tmp_path: Path) -> None:
    before = {head.stream: head for head in Head.objects.all()}
    said("backup", tmp_path / "copy")
    said("restore", tmp_path / "copy", "--force")
    for head in Head.objects.all():
        last = Entry.objects.get(stream=head.stream, position=head.position)
        assert (last.kind, last.ledger_epoch) == ("restored", head.ledger_epoch)
        assert head.position == before[head.stream].position + 1
        assert head.ledger_epoch != before[head.stream].ledger_epoch


def test_codes_sessions_and_what_devices_were_thought_to_hold_are_void(office: Office, tmp_path: Path) -> None:
    issue_enrolment_code(officer=office.cast.colleague)
    browser_of(office.cast.duty)
    office.phone.pull()
    said("backup", tmp_path / "copy")
    said("restore", tmp_path / "copy", "--force")
    assert not EnrolmentCode.objects.filter(device=None, voided_at=None).exists()
    assert not Session.objects.exists()
    assert not DeviceView.objects.exists()


def test_half_an_upload_goes_on_where_the_backup_has_its_bytes(
    office: Office, settings: Settings, tmp_path: Path
) -> None:
    from tests.actors import Phone
    from tests.evidence.uploading import Uploader

    (operation,) = office.record(1)
    office.phone.push()
    uploader = Uploader(Phone(office.cast.holder.devices.get(), b""), bearer=office.phone.bearer)
    photo = office.photos[operation.seq]
    uploader.patch(sha256_hex(photo), 0, photo[:500])
    said("backup", tmp_path / "copy")
    settings.EVIDENCE_DIR = tmp_path / "new disk"
    said("restore", tmp_path / "copy", "--force")
    assert uploader.offset(sha256_hex(photo)) == 500
    uploader.deliver(photo)
    assert Promise.objects.get().state == "verified"


def test_a_photo_the_store_had_lost_is_owed_again_and_its_act_is_incomplete_until_then(
    office: Office, settings: Settings, tmp_path: Path
) -> None:
    from server.evidence.store import Area, current_store
    from tests.config.copying import problems_in, refusal_of

    office.record(2)
    office.sync()
    lost = sha256_hex(office.photos[1])
    current_store().remove(Area.ORIGINALS, lost)
    assert lost in refusal_of("backup", tmp_path / "copy")
    assert [code for code, _ in problems_in(tmp_path / "copy")] == ["evidence_was_missing"]

    said("restore", tmp_path / "copy", "--force")
    assert Promise.objects.get(sha256=lost).state == "promised"
    assert sorted(FieldAction.objects.values_list("is_complete", flat=True)) == [False, True]
    assert Entry.objects.filter(kind="evidence_absent").count() == 1

    with pytest.raises(Refused):
        office.phone.push()
    office.sync()
    assert all(FieldAction.objects.values_list("is_complete", flat=True))
    assert set(Promise.objects.values_list("state", flat=True)) == {"verified"}
