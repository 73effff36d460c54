"""Too much in a minute is told to wait: nothing is stored, nothing is lost, and no act is at fault."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from client_sdk import FieldClient, NotSent, vault
from client_sdk.store import Surroundings
from server.cases.models import Case
from server.common.clock import now
from server.people import device_budgets
from server.people.services import issue_enrolment_code
from server.sync.held_files import ABANDONED_AFTER, forget_abandoned_parcels
from server.sync.models import DeviceLog, HeldFile, Operation, Review
from tests.actors import Cast, Phone
from tests.devices import Refused, TestDevice
from tests.evidence.uploading import Uploader
from tests.pictures import jpeg
from tests.sdk_line import DjangoLine
from tests.sync.pushing import COMPLETE, phone_of

pytestmark = pytest.mark.django_db
MUCH = dict.fromkeys(("pushes", "operations", "push_bytes", "pulls", "pieces", "upload_bytes"), 0)


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(device_budgets._used, "_clock", clock)
    device_budgets._used.clear()
    return clock


@pytest.fixture
def allow(settings: Settings, clock: Clock) -> Callable[..., None]:
    def allow_only(**limits: int) -> None:
        settings.DEVICE_BUDGETS = {**MUCH, **limits}

    return allow_only


def told_to_wait(asked: Callable[[], Any], budget: str) -> Refused:
    with pytest.raises(Refused) as refused:
        asked()
    assert (refused.value.status, refused.value.code) == (429, "budget_spent")
    assert refused.value.problem["budget"] == budget
    return refused.value


@pytest.mark.parametrize("budget", ["pushes", "operations", "push_bytes"])
def test_a_push_beyond_its_budget_waits_and_is_then_taken_whole(
    phone: TestDevice, held: Case, allow: Callable[..., None], clock: Clock, budget: str
) -> None:
    phone.push()
    allow(**{budget: 1})
    for _ in range(2):
        phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    assert len(phone.push()["results"]) == 2, "larger than the budget, and let in"
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)

    told_to_wait(phone.push, budget)
    assert DeviceLog.objects.get().acked_seq == Operation.objects.count() == 2
    assert not Review.objects.exists()

    clock.seconds += 1e6
    assert [each["status"] for each in phone.push()["results"]] == ["applied"]


def test_a_pull_beyond_its_budget_waits_and_another_device_does_not(
    phone: TestDevice, cast: Cast, allow: Callable[..., None], clock: Clock
) -> None:
    allow(pulls=1)
    assert phone.pull()[0] == 200
    status, problem = phone.pull()
    assert (status, problem["code"], problem["budget"]) == (429, "budget_spent", "pulls")
    assert phone_of(cast.colleague).pull()[0] == 200
    clock.seconds += 120
    assert phone.pull()[0] == 200


@pytest.mark.parametrize("budget", ["pieces", "upload_bytes"])
def test_pieces_of_files_beyond_their_budget_wait_and_the_offset_stays(
    phone: TestDevice, held: Case, allow: Callable[..., None], clock: Clock, budget: str
) -> None:
    photo = jpeg(seed=5)
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, photos=[photo])
    phone.push()
    uploader = Uploader(Phone(_device(phone), b""), bearer=phone.bearer)
    sha256 = hashlib.sha256(photo).hexdigest()
    allow(**{budget: 1})
    assert uploader.patch(sha256, 0, photo[:300]).status_code == 204
    refused = uploader.patch(sha256, 300, photo[300:])
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    clock.seconds += 1e6
    assert uploader.patch(sha256, 300, photo[300:]).status_code == 204


def _device(phone: TestDevice) -> Any:
    from server.people.models import Device

    return Device.objects.get(pk=phone.id)


def test_one_request_of_a_device_at_a_time_and_no_queue_of_its_own(
    phone: TestDevice, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_budgets, "TURN_SECONDS", 0.01)
    with device_budgets.turn_of(phone.id):
        with pytest.raises(Refused) as refused:
            phone.push()
        assert (refused.value.status, refused.value.code) == (429, "device_busy")
        assert phone.pull()[0] == 429
        phone_of(cast.colleague).push()
    phone.push()
    assert phone.pull()[0] == 200
    monkeypatch.setattr(device_budgets, "TURN_SECONDS", 20.0)
    monkeypatch.setattr(device_budgets, "WAITING_AT_ONCE", 0)
    with device_budgets.turn_of(phone.id):
        assert phone.pull()[0] == 429, "it does not even wait"
    assert phone.pull()[0] == 200
    assert device_budgets._turns == {}


@pytest.fixture
def field(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> FieldClient:
    """An officer's SDK on the server's clock: what it waits, passes."""
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    field = FieldClient.enrol(
        "http://court.test",
        code=issue_enrolment_code(officer=cast.holder),
        store=tmp_path / "officer.db",
        passphrase="三号楼的钥匙",
        transport=DjangoLine(),
    )
    field._store.surroundings = _asleep(field._store.surroundings, clock)
    return field


def _asleep(surroundings: Surroundings, clock: Clock) -> Surroundings:
    from dataclasses import replace

    return replace(surroundings, sleep=clock.sleep)


def test_the_sdk_waits_as_long_as_it_is_told_and_finishes_by_itself(
    field: FieldClient, held: Case, allow: Callable[..., None], clock: Clock
) -> None:
    for number in range(3):
        photo = field.capture(jpeg(seed=number))
        field.record_action(case_id=held.pk, kind="LOCATE", fields=COMPLETE, photos=[photo])
    allow(pushes=2, pulls=2, pieces=1)
    report = field.sync(patience_seconds=3600)
    assert report.is_everything_sent
    assert report.statuses == {"applied": 3}
    assert report.files_refused == {}
    assert clock.seconds > 30
    assert not Review.objects.exists()


def test_an_impatient_sync_says_in_words_how_long_and_keeps_everything(
    field: FieldClient, held: Case, allow: Callable[..., None], clock: Clock
) -> None:
    allow(pushes=1)
    field.sync(patience_seconds=0)
    field.record_action(case_id=held.pk, kind="LOCATE", fields=COMPLETE)
    field.sync(patience_seconds=0)
    field.record_action(case_id=held.pk, kind="LOCATE", fields=COMPLETE)
    with pytest.raises(NotSent) as told:
        field.sync(patience_seconds=0)
    assert told.value.code == "server_busy"
    wait = told.value.retry_after_seconds
    assert wait is not None
    assert f"约 {wait:.0f} 秒后再试" in told.value.text("zh")
    assert field.status().unsent_operations == 1
    before = clock.seconds
    assert field.sync(patience_seconds=3600).is_everything_sent
    assert clock.seconds > before


def test_a_carriers_parcels_that_wait_are_bounded_and_the_next_is_told_when(
    phone: TestDevice, allow: Callable[..., None], settings: Settings, tmp_path: Path
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.PARCEL_BUDGET_BYTES = 1000
    phone.push()
    assert _parcel_chunk(phone, b"a" * 2000, length=2000).status_code == 204, "nothing else waits"
    assert _parcel_chunk(phone, b"b" * 100, length=500).status_code == 429
    settings.PARCEL_BUDGET_BYTES = 5000
    assert _parcel_chunk(phone, b"b" * 100, length=500).status_code == 204
    settings.PARCEL_BUDGET_BYTES = 1000
    assert _parcel_chunk(phone, b"b" * 400, length=500, at=100, name=b"b" * 100).status_code != 429, "begun, so let in"
    assert HeldFile.objects.filter(purpose=HeldFile.Purpose.PARCEL).count() == 2


def test_a_parcel_nobody_goes_on_with_fills_its_carriers_budget_for_a_month(
    phone: TestDevice, allow: Callable[..., None], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.PARCEL_BUDGET_BYTES = 1000
    phone.push()
    begun, whole = b"a" * 900, b"a" * 2000
    assert _parcel_chunk(phone, begun, length=2000, name=whole).status_code == 204
    assert _parcel_chunk(phone, b"b" * 100, length=500).status_code == 429
    assert forget_abandoned_parcels() == 0
    later = now() + ABANDONED_AFTER + timedelta(minutes=1)
    with monkeypatch.context() as month:
        month.setattr("server.common.clock._clock", lambda: later)
        assert forget_abandoned_parcels() == 1
    again = _parcel_chunk(phone, whole[900:], length=2000, at=900, name=whole)
    assert (again.status_code, again.json()["offset"]) == (409, 0), "from the start, should it come after all"
    assert _parcel_chunk(phone, b"b" * 100, length=500).status_code == 204


def _parcel_chunk(phone: TestDevice, content: bytes, *, length: int, at: int = 0, name: bytes = b"") -> Any:
    from django.test import Client

    return Client().generic(
        "PATCH",
        "/api/v1/sync/parcels/" + hashlib.sha256(name or content).hexdigest(),
        content,
        content_type="application/offset+octet-stream",
        headers={"Authorization": f"Bearer {phone.bearer}", "Upload-Offset": str(at), "Upload-Length": str(length)},
    )
