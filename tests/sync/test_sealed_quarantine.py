"""What a revoked device still sends is kept whole and without effect, until two persons let it go."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from pytest_django.fixtures import Settings

from server.cases.models import Case
from server.common.clock import to_wire
from server.config.beat import sweep_evidence
from server.evidence.models import Promise
from server.field.models import FieldAction
from server.ledger.models import Entry
from server.people.models import Device
from server.people.services import revoke_device
from server.sync.models import HeldFile, Operation, SealedOperation
from tests.actors import Cast, browser_of
from tests.devices import Refused, TestDevice
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, stored_bodies


@pytest.fixture
def revoked(cast: Cast, phone: TestDevice, held: Case) -> TestDevice:
    """One act arrived before the device was revoked; two more and a photo were recorded after that."""
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.push()
    revoke_device(device=Device.objects.get(pk=phone.id), reason="遗失", by=cast.duty)
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, photos=[jpeg()])
    phone.record("INTERVIEW", case_id=held.pk, fields=COMPLETE)
    return phone


def refused(phone: TestDevice, **how: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as answer:
        phone.push(**how)
    assert (answer.value.status, answer.value.code) == (403, "device_revoked")
    return answer.value.problem


def send_sealed(
    problem: dict[str, Any], content: bytes, *, at: int = 0, size: int | None = None, name: str = ""
) -> Any:
    sealed = problem["sealed"]
    return Client().generic(
        "PATCH",
        sealed["uploads"] + (name or hashlib.sha256(content).hexdigest()),
        content[at : None if size is None else at + size],
        content_type="application/offset+octet-stream",
        headers={
            "Authorization": f"Bearer {sealed['upload_bearer']}",
            "Upload-Offset": str(at),
            "Upload-Length": str(len(content)),
        },
    )


def asked(browser: Client, path: str, **members: Any) -> Any:
    return browser.post(path, json.dumps(members), content_type="application/json")


def release(cast: Cast, phone: TestDevice) -> dict[str, Any]:
    act = asked(browser_of(cast.duty), f"/api/v1/devices/{phone.id}/sealed/release", reason="找回").json()
    answer = asked(browser_of(cast.director), f"/api/v1/two-person-acts/{act['id']}/approve")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_the_refusal_is_signed_and_says_since_when(revoked: TestDevice) -> None:
    problem = refused(revoked)
    statement = revoked.verified(problem["statement"], "statement")
    revoked_at = Device.objects.get().revoked_at
    assert revoked_at is not None
    assert statement["revoked_at"] == to_wire(revoked_at)
    assert statement["acked_seq"] == 1
    status, answer = revoked.pull()
    assert (status, answer["code"]) == (403, "device_revoked")
    assert revoked.verified(answer["statement"], "statement")["revoked_at"] == statement["revoked_at"]


def test_a_working_device_is_not_told_of_revocation(phone: TestDevice) -> None:
    phone.push()
    assert "revoked_at" not in phone.statement


def test_what_it_pushes_is_kept_verbatim_and_has_no_effect(revoked: TestDevice) -> None:
    before = (Operation.objects.count(), FieldAction.objects.count(), Promise.objects.count())
    assert refused(revoked)["sealed"]["seq"] == 3
    rows = SealedOperation.objects.order_by("seq")
    assert [(bytes(row.body), row.hash, bytes(row.signature)) for row in rows] == [
        (each.body, each.hash_hex, each.signature) for each in revoked.log[1:]
    ]
    assert (Operation.objects.count(), FieldAction.objects.count(), Promise.objects.count()) == before
    assert revoked.acked_seq == 1


def test_pushed_again_it_is_kept_once(revoked: TestDevice) -> None:
    for _ in range(3):
        assert refused(revoked)["sealed"]["seq"] == 3
    refused(revoked, first_seq=1)
    assert SealedOperation.objects.count() == 2
    assert Entry.objects.filter(kind="revoked_push_sealed").count() == 1


def test_the_answer_says_how_far_it_reaches_so_that_the_rest_can_follow(revoked: TestDevice) -> None:
    assert refused(revoked, limit=1)["sealed"]["seq"] == 2
    assert refused(revoked, first_seq=3)["sealed"]["seq"] == 3


def test_the_budget_ends_what_is_kept_and_says_so(revoked: TestDevice, settings: Settings) -> None:
    settings.SEALED_BUDGET_BYTES = len(revoked.log[1].body) + 300
    problem = refused(revoked)
    assert problem["sealed"] | {"seq": 2, "is_full": True} == problem["sealed"]
    assert SealedOperation.objects.count() == 1
    assert send_sealed(problem, jpeg()).status_code == 413
    assert not HeldFile.objects.exists()


def test_a_stolen_certificate_without_its_key_fills_nothing(revoked: TestDevice) -> None:
    revoked.private_key = Ed25519PrivateKey.generate()
    with pytest.raises(Refused) as answer:
        revoked.push()
    assert answer.value.code == "request_signature_invalid"
    assert not SealedOperation.objects.exists()


def test_its_files_are_kept_by_offset_and_proved_by_their_hash(revoked: TestDevice) -> None:
    problem, photo = refused(revoked), jpeg()
    first = send_sealed(problem, photo, size=100)
    assert (first.status_code, first["Upload-Offset"]) == (204, "100")
    again = send_sealed(problem, photo, size=100)
    assert (again.status_code, again.json()["code"]) == (409, "offset_conflict")
    assert send_sealed(problem, photo, at=100).status_code == 204
    held = HeldFile.objects.get()
    assert (held.offset, bool(held.label)) == (len(photo), True)
    assert not Promise.objects.exists()


def test_bytes_of_another_hash_are_not_kept(revoked: TestDevice) -> None:
    problem, photo = refused(revoked), jpeg()
    answer = send_sealed(problem, photo + b"x", name=hashlib.sha256(photo).hexdigest())
    assert (answer.status_code, answer.json()["code"]) == (409, "held_file_mismatch")
    assert HeldFile.objects.get().offset == 0


def test_a_working_device_leaves_nothing_in_the_quarantine(phone: TestDevice) -> None:
    phone.push()
    sealed = {"sealed": {"uploads": "/api/v1/sync/sealed/", "upload_bearer": phone.bearer}}
    assert send_sealed(sealed, jpeg()).status_code == 403
    assert send_sealed({"sealed": sealed["sealed"] | {"upload_bearer": "x"}}, jpeg()).status_code == 401


def test_two_persons_release_it_into_the_ordinary_push_and_upload(cast: Cast, revoked: TestDevice) -> None:
    photo = jpeg()
    problem = refused(revoked)
    assert send_sealed(problem, photo).status_code == 204
    told = release(cast, revoked)
    assert told["outcome"] == {"operations": 2, "files": 1, "left": 0}
    assert stored_bodies() == [each.body for each in revoked.log]
    assert list(Operation.objects.order_by("seq").values_list("status", flat=True)) == ["applied"] * 3
    assert Promise.objects.get().state == Promise.State.VERIFIED
    kinds = list(Entry.objects.filter(kind__startswith="release").values_list("kind", flat=True))
    assert sorted(kinds) == ["release_approved", "release_asked"]
    refused(revoked)  # released is not forgiven: the device itself stays revoked


def test_released_twice_it_is_applied_once(cast: Cast, revoked: TestDevice) -> None:
    refused(revoked)
    release(cast, revoked)
    assert release(cast, revoked)["outcome"]["operations"] == 0
    assert Operation.objects.count() == 3


def test_another_branch_of_its_log_stays_sealed(cast: Cast, revoked: TestDevice, held: Case) -> None:
    refused(revoked)
    revoked.log = revoked.log[:1]
    revoked.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    refused(revoked)
    assert release(cast, revoked)["outcome"] == {"operations": 2, "files": 0, "left": 1}


def test_nobody_allows_what_he_asked_for_himself(cast: Cast, revoked: TestDevice) -> None:
    refused(revoked)
    act = asked(browser_of(cast.director), f"/api/v1/devices/{revoked.id}/sealed/release", reason="找回").json()
    answer = asked(browser_of(cast.director), f"/api/v1/two-person-acts/{act['id']}/approve")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_person_needed")
    assert Operation.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("duty", 403), ("inspector", 200), ("sysadmin", 403), ("stranger", 404)])
def test_the_second_person_has_a_role_of_his_own(cast: Cast, revoked: TestDevice, who: str, status: int) -> None:
    act = asked(browser_of(cast.director), f"/api/v1/devices/{revoked.id}/sealed/release", reason="找回").json()
    answer = asked(browser_of(getattr(cast, who)), f"/api/v1/two-person-acts/{act['id']}/approve")
    assert answer.status_code == status


def test_what_was_refused_is_not_approved_later(cast: Cast, revoked: TestDevice) -> None:
    refused(revoked)
    act = asked(browser_of(cast.duty), f"/api/v1/devices/{revoked.id}/sealed/release", reason="找回").json()
    asked(browser_of(cast.director), f"/api/v1/two-person-acts/{act['id']}/refuse")
    answer = asked(browser_of(cast.inspector), f"/api/v1/two-person-acts/{act['id']}/approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "act_decided")
    assert Operation.objects.count() == 1


def test_the_desk_sees_how_much_is_sealed(cast: Cast, revoked: TestDevice) -> None:
    send_sealed(refused(revoked), jpeg())
    told = browser_of(cast.duty).get(f"/api/v1/devices/{revoked.id}/sealed").json()
    assert (told["operations"], told["files"], told["files_arriving"]) == (2, 1, 0)
    assert told["bytes"] > len(jpeg())


def test_the_daily_sweep_leaves_the_chunks_of_a_sealed_file_that_is_still_coming(
    revoked: TestDevice, settings: Settings, tmp_path: Path
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    problem, photo = refused(revoked), jpeg()
    assert send_sealed(problem, photo, size=400).status_code == 204
    for part in (settings.EVIDENCE_DIR / "partials").iterdir():
        os.utime(part, (time.time() - 2 * 86400,) * 2)

    sweep_evidence()

    assert send_sealed(problem, photo, at=400).status_code == 204
    assert HeldFile.objects.get().label
