"""Work that travels by another hand: pushed like its author's own, held until nothing before it is missing."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from client_sdk import FieldClient, NotSent, Rejected, Submission, vault, wire
from server.cases.models import Case
from server.evidence.models import Promise
from server.ledger.models import Entry
from server.people.models import Device, Officer
from server.people.services import issue_enrolment_code, revoke_device
from server.sync import held_files
from server.sync.models import DeviceLog, HeldFile, Operation, Parcel, SealedOperation
from server.sync.parcels import take_waiting_parcels
from tests.actors import Cast, browser_of
from tests.pictures import jpeg
from tests.sdk_line import DjangoLine
from tests.sync.pushing import COMPLETE

PASSPHRASE = "三号楼的钥匙"
Enrol = Callable[[Officer], FieldClient]


@pytest.fixture
def enrol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Enrol]:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    made: list[FieldClient] = []

    def enrol_one(officer: Officer) -> FieldClient:
        code = issue_enrolment_code(officer=officer)
        store = tmp_path / f"{officer.staff_no}-{len(made)}.db"
        made.append(
            FieldClient.enrol(
                "http://court.test", code=code, store=store, passphrase=PASSPHRASE, transport=DjangoLine()
            )
        )
        return made[-1]

    yield enrol_one
    for field in made:
        field.close()


@pytest.fixture
def author(enrol: Enrol, cast: Cast, held: Case) -> FieldClient:
    """She has recorded two acts, one with a photo, and has no net."""
    field = enrol(cast.holder)
    field.sync()
    line(field).is_offline = True
    field.record_action(case_id=held.pk, kind="LOCATE", fields=COMPLETE, photos=[field.capture(jpeg())])
    field.record_action(case_id=held.pk, kind="INTERVIEW", fields=COMPLETE)
    return field


@pytest.fixture
def carrier(enrol: Enrol, cast: Cast) -> FieldClient:
    return enrol(cast.bystander)


def line(field: FieldClient) -> DjangoLine:
    assert isinstance(field._transport, DjangoLine)
    return field._transport


def carried(author: FieldClient, carrier: FieldClient, folder: Path) -> Submission:
    author.export_parcel(folder / "work.zxp")
    return carrier.submit_parcel(folder / "work.zxp", patience_seconds=0)


def test_what_another_hand_brings_is_pushed_like_its_authors_own(
    author: FieldClient, carrier: FieldClient, tmp_path: Path
) -> None:
    made = author.export_parcel(tmp_path / "work.zxp")
    assert (made.operations, made.files, made.first_seq, made.last_seq) == (2, 1, 1, 2)
    submission = carrier.submit_parcel(tmp_path / "work.zxp")
    assert (submission.state, submission.first_seq, submission.last_seq) == ("taken", 1, 2)
    assert list(Operation.objects.order_by("seq").values_list("status", flat=True)) == ["applied", "applied"]
    assert Promise.objects.get().state == Promise.State.VERIFIED
    assert Entry.objects.filter(kind="parcel_taken").count() == 1


def test_a_carriers_receipt_lets_the_author_go_of_nothing(
    author: FieldClient, carrier: FieldClient, tmp_path: Path
) -> None:
    submission = carried(author, carrier, tmp_path)
    assert submission.state == "taken"
    assert author.status().unsent_operations == 2
    assert not author.safe_to_purge(author.actions()[0])
    identity = author.holdings.identity
    with pytest.raises(wire.WireError):
        wire.verify_statement(submission.receipt, identity.certificate, nonce="")
    with pytest.raises(wire.WireError):
        wire.verify_receipt(submission.receipt, identity.certificate)
    line(author).is_offline = False
    report = author.sync()
    assert report.is_everything_sent
    assert author.safe_to_purge(author.actions()[0])
    assert Operation.objects.count() == 2


def test_a_carrier_can_read_nothing_of_it(author: FieldClient, held: Case, tmp_path: Path) -> None:
    author.export_parcel(tmp_path / "work.zxp")
    content = (tmp_path / "work.zxp").read_bytes()
    body = author.holdings.outbox.after(0, 10, 1 << 20)[0].body
    for secret in (str(held.pk).encode(), body[:60], base64.b64encode(body[:60]), jpeg()[:200], "询问邻居".encode()):
        assert secret not in content


def test_the_same_parcel_again_finds_what_became_of_it(
    author: FieldClient, carrier: FieldClient, tmp_path: Path
) -> None:
    first = carried(author, carrier, tmp_path)
    again = carrier.submit_parcel(tmp_path / "work.zxp")
    assert (first.state, again.state) == ("taken", "taken")
    assert Operation.objects.count() == 2
    assert Entry.objects.filter(kind="parcel_taken").count() == 1


def test_a_parcel_with_a_gap_before_it_waits_and_is_acknowledged_to_nobody(
    author: FieldClient, carrier: FieldClient, held: Case, tmp_path: Path
) -> None:
    author.export_parcel(tmp_path / "first.zxp")
    author.record_action(case_id=held.pk, kind="LOCATE", fields=COMPLETE)
    contact = author.holdings.contact
    assert contact is not None
    # As the word of a server that has been restored since: it had called two operations safe.
    hash_ = author.holdings.outbox.hashes([2])[2]
    stated = replace(contact.statement, acked_seq=2, acked_hash=hash_, safe_seq=2, safe_hash=hash_)
    author.holdings.contact = replace(contact, statement=stated)
    author.export_parcel(tmp_path / "second.zxp")
    waiting = carrier.submit_parcel(tmp_path / "second.zxp")
    assert (waiting.state, waiting.code, waiting.first_seq) == ("waiting", "sequence_gap", 3)
    assert DeviceLog.objects.get(device_id=author.holdings.identity.device).acked_seq == 0
    assert not Operation.objects.exists()
    assert take_waiting_parcels() == 0
    assert carrier.submit_parcel(tmp_path / "first.zxp").state == "taken"
    assert take_waiting_parcels() == 1
    assert list(Operation.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]
    assert Parcel.objects.filter(state="taken").count() == 2


@pytest.mark.parametrize(
    ("place", "reason"),
    [(0, "not_a_parcel"), (6, "head_invalid"), (-5, "signature_invalid")],
)
def test_a_changed_parcel_is_refused_with_the_reason(
    author: FieldClient, carrier: FieldClient, cast: Cast, tmp_path: Path, place: int, reason: str
) -> None:
    author.export_parcel(tmp_path / "work.zxp")
    content = bytearray((tmp_path / "work.zxp").read_bytes())
    content[place] ^= 1
    answer = handed_in(bytes(content), browser_of(cast.duty))
    assert (answer.status_code, answer.json()["code"]) in ((422, "parcel_damaged"), (401, "certificate_invalid"))
    if answer.status_code == 422:
        assert answer.json()["reason"] in (reason, "head_invalid")
    assert not Operation.objects.exists()
    assert not Parcel.objects.exists()


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_parcel_changed_or_cut_anywhere_is_refused(
    author: FieldClient, cast: Cast, tmp_path: Path, share: float
) -> None:
    author.export_parcel(tmp_path / "work.zxp")
    content = (tmp_path / "work.zxp").read_bytes()
    at = int(len(content) * share)
    for spoilt in (content[:at], content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :], content + b"\0"):
        answer = handed_in(spoilt, browser_of(cast.duty))
        assert (answer.status_code, answer.json()["code"]) == (422, "parcel_damaged")
    assert not Operation.objects.exists()


def handed_in(content: bytes, browser: Client) -> Any:
    path = f"/api/v1/sync/parcels/{hashlib.sha256(content).hexdigest()}"
    headers = {"Upload-Offset": "0", "Upload-Length": str(len(content))}
    sent = browser.generic("PATCH", path, content, content_type="application/offset+octet-stream", headers=headers)
    assert sent.status_code == 204, sent.content
    return browser.post(path)


def test_the_sdk_names_a_damaged_parcel_and_another_courts(
    author: FieldClient, carrier: FieldClient, enrol: Enrol, cast: Cast, tmp_path: Path
) -> None:
    author.export_parcel(tmp_path / "work.zxp")
    content = bytearray((tmp_path / "work.zxp").read_bytes())
    with pytest.raises(Rejected) as refused:
        enrol(cast.stranger).submit_parcel(tmp_path / "work.zxp")
    assert refused.value.code == "parcel_of_another_court"
    content[-70] ^= 1
    (tmp_path / "spoilt.zxp").write_bytes(content)
    with pytest.raises(Rejected) as refused:
        carrier.submit_parcel(tmp_path / "spoilt.zxp")
    assert refused.value.code == "parcel_damaged"


def test_a_parcel_whose_last_byte_came_just_before_a_crash_is_taken_after_it(
    author: FieldClient, carrier: FieldClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_: HeldFile) -> HeldFile:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(held_files, "_finish", die)
        with pytest.raises(KeyboardInterrupt):
            carried(author, carrier, tmp_path)
    held = HeldFile.objects.get()
    assert (held.offset, held.label) == (held.length, "")
    assert carrier.submit_parcel(tmp_path / "work.zxp").state == "taken"
    assert Operation.objects.count() == 2


def test_a_cut_line_costs_the_carrier_nothing_but_time(
    author: FieldClient, carrier: FieldClient, tmp_path: Path
) -> None:
    author.export_parcel(tmp_path / "work.zxp")
    line(carrier).is_offline = True
    with pytest.raises(NotSent):
        carrier.submit_parcel(tmp_path / "work.zxp", patience_seconds=0)
    line(carrier).is_offline = False
    assert carrier.submit_parcel(tmp_path / "work.zxp").state == "taken"


def test_a_revoked_devices_parcel_goes_to_the_sealed_quarantine(
    author: FieldClient, carrier: FieldClient, cast: Cast, tmp_path: Path
) -> None:
    device = Device.objects.get(pk=author.holdings.identity.device)
    revoke_device(device=device, reason="遗失", by=cast.duty)
    assert carried(author, carrier, tmp_path).state == "sealed"
    assert not Operation.objects.exists()
    assert SealedOperation.objects.count() == 2
    assert HeldFile.objects.filter(purpose="sealed").exclude(label="").count() == 1


def test_one_who_looks_after_devices_hands_it_in_at_the_desk(author: FieldClient, cast: Cast, tmp_path: Path) -> None:
    author.export_parcel(tmp_path / "work.zxp")
    answer = handed_in((tmp_path / "work.zxp").read_bytes(), browser_of(cast.duty))
    assert (answer.status_code, answer.json()["state"]) == (200, "taken")
    assert Operation.objects.count() == 2


@pytest.mark.parametrize(("who", "status"), [("holder", 403), ("inspector", 403), ("stranger", 403)])
def test_others_hand_in_nothing_at_a_desk(cast: Cast, who: str, status: int) -> None:
    path = f"/api/v1/sync/parcels/{'a' * 64}"
    assert browser_of(getattr(cast, who)).post(path).status_code == status


def test_a_parcel_that_has_not_arrived_is_not_taken(cast: Cast) -> None:
    answer = browser_of(cast.duty).post(f"/api/v1/sync/parcels/{'a' * 64}")
    assert (answer.status_code, answer.json()["code"]) == (404, "parcel_not_found")


def test_the_operators_command_hands_it_in(author: FieldClient, cast: Cast, tmp_path: Path) -> None:
    author.export_parcel(tmp_path / "work.zxp")
    out = StringIO()
    call_command("submit_parcel", str(tmp_path / "work.zxp"), "--by", cast.duty.staff_no, "--json", stdout=out)
    assert json.loads(out.getvalue())["state"] == "taken"
    (tmp_path / "bad.zxp").write_bytes(b"ZXP1" + b"\0" * 100)
    with pytest.raises(CommandError, match="head_invalid"):
        call_command("submit_parcel", str(tmp_path / "bad.zxp"), "--by", cast.duty.staff_no)
