"""Situations planted in the example city: X10, X11, X13, X14, each with its expected answer. X15: test_kind_rules."""

import hashlib

import pytest

from server.cases.models import Case
from server.evidence.models import Promise
from server.field.models import ActionRecord, FieldAction
from server.sync.models import Operation
from tests.devices import TestDevice
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, statuses
from tests.wire.records import vectors

pytestmark = pytest.mark.django_db


def planted(phone: TestDevice, held: Case, situation: str) -> FieldAction:
    """The record of the shared vector, pushed with all its photos."""
    vector = next(each for each in vectors() if each["name"].startswith(situation))
    pictures = [jpeg(seed=number) for number, _shot in enumerate(vector["record"]["evidence"])]
    shots = [
        {**phone.evidence(picture), "shot_code": shot["shot_code"]}
        for picture, shot in zip(pictures, vector["record"]["evidence"], strict=True)
    ]
    phone.record(vector["kind"], case_id=held.pk, fields=vector["record"]["fields"], photos=shots)
    assert statuses(phone.push())[0][0] == "applied", "stored and counted, whatever it lacks"
    assert {phone.upload(picture) for picture in pictures} == {204}
    return FieldAction.objects.get()


def test_x10_the_same_action_uploaded_three_times_is_one_action(phone: TestDevice, held: Case) -> None:
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    answers = [phone.push(first_seq=1) for _ in range(3)]
    assert [statuses(answer) for answer in answers] == [[("applied", "ok")]] * 3
    assert [bool(answer["results"][0].get("repeated")) for answer in answers] == [False, True, True]
    assert (Operation.objects.count(), FieldAction.objects.count(), ActionRecord.objects.count()) == (1, 1, 1)


def test_x11_a_photo_changed_by_one_bit_is_set_aside_and_the_act_stays_incomplete(
    phone: TestDevice, held: Case
) -> None:
    photo = jpeg()
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, photos=[photo])
    phone.push()
    spoilt = photo[:-1] + bytes([photo[-1] ^ 1])
    headers = {"Authorization": f"Bearer {phone.bearer}", "Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    address = f"/api/v1/uploads/{hashlib.sha256(photo).hexdigest()}"
    assert phone.transport.patch(address, spoilt, headers) == 409
    act = FieldAction.objects.get()
    assert Promise.objects.get().state == Promise.State.PROMISED
    assert (act.is_complete, act.files_verified, act.missing) == (False, 0, [])
    assert phone.upload(photo) == 204
    act.refresh_from_db()
    assert act.is_complete


def test_x13_a_search_without_warrant_cannot_be_signed(phone: TestDevice, held: Case) -> None:
    act = planted(phone, held, "X13")
    assert (act.is_complete, act.missing) == (False, ["authority:SEARCH_WARRANT", "signed_by_president:SEARCH_WARRANT"])


@pytest.mark.parametrize(
    ("situation", "missing", "warnings"),
    [
        ("X14 a", ["signature_refusal_noted"], ["signature_refusal_proved"]),
        ("X14 b", [], ["signature_refusal_proved"]),
        ("X14 c", [], []),
    ],
)
def test_x14_a_refusal_to_sign_counts_once_it_is_noted_and_is_proved_by_film_or_witness(
    phone: TestDevice, held: Case, situation: str, missing: list[str], warnings: list[str]
) -> None:
    act = planted(phone, held, situation)
    assert (act.missing, act.warnings, act.is_complete) == (missing, warnings, not missing)
