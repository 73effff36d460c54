"""补正: a later record names the one it corrects. Both stay, the first is never replaced, a stranger's is parked."""

from typing import Any

import pytest

from server.cases.models import Case
from server.field.models import ActionRecord, FieldAction
from server.sync.models import Review
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, phone_of, statuses

pytestmark = pytest.mark.django_db
THIN = {name: value for name, value in COMPLETE.items() if name != "narrative"}


def action_of(cast: Cast, action: FieldAction) -> dict[str, Any]:
    answer: dict[str, Any] = browser_of(cast.duty).get(f"/api/v1/actions/{action.pk}").json()
    return answer


def first_act(phone: TestDevice, held: Case, **members: Any) -> FieldAction:
    phone.record("LOCATE", case_id=held.pk, **{"fields": COMPLETE, **members})
    phone.push()
    return FieldAction.objects.get()


def correct(phone: TestDevice, held: Case, original: str, **members: Any) -> tuple[str, str]:
    phone.record("LOCATE", case_id=held.pk, corrects=original, **{"fields": {"narrative": "更正：六楼"}, **members})
    answer: tuple[str, str] = statuses(phone.push())[-1]
    return answer


def test_a_correction_stands_beside_the_original(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = first_act(phone, held)
    assert correct(phone, held, phone.log[0].hash_hex, action_id=str(act.pk)) == ("applied", "ok")
    shown = action_of(cast, act)
    original, correction = shown["records"]
    assert original["fields"] == COMPLETE
    assert correction["fields"] == {"narrative": "更正：六楼"}
    assert correction["corrects"] == original["operation"]
    assert [each["operation"] for each in original["corrected_by"]] == [correction["operation"]]
    assert correction["corrects_action"] == shown["id"]
    assert FieldAction.objects.count() == 1


def test_what_was_missing_is_filled_in_what_was_said_is_not_replaced(phone: TestDevice, held: Case) -> None:
    act = first_act(phone, held, fields=THIN, photos=[b"one"])
    assert act.missing
    assert correct(phone, held, phone.log[0].hash_hex, action_id=str(act.pk), photos=[b"two"]) == ("applied", "ok")
    act.refresh_from_db()
    assert (act.missing, act.files_promised) == ([], 2)


def test_in_one_push_with_the_original(phone: TestDevice, held: Case) -> None:
    original = phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, corrects=original.hash_hex)
    assert statuses(phone.push()) == [("applied", "ok")] * 2


def test_from_her_other_phone(phone: TestDevice, held: Case, cast: Cast) -> None:
    first_act(phone, held)
    assert correct(phone_of(cast.holder), held, phone.log[0].hash_hex, fields=COMPLETE) == ("applied", "ok")


def test_as_an_act_of_its_own_it_is_seen_from_the_original(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = first_act(phone, held)
    correct(phone, held, phone.log[0].hash_hex, fields=COMPLETE)
    other = FieldAction.objects.exclude(pk=act.pk).get()
    (told,) = action_of(cast, act)["records"][0]["corrected_by"]
    assert (told["action"], told["operation"]) == (str(other.pk), phone.log[1].hash_hex)
    assert action_of(cast, other)["records"][0]["corrects_action"] == str(act.pk)


def test_a_colleagues_correction_of_their_joint_act_is_believed(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = first_act(phone, held)
    assert correct(phone_of(cast.colleague), held, phone.log[0].hash_hex, action_id=str(act.pk)) == ("applied", "ok")


def test_a_strangers_correction_is_kept_and_parked(phone: TestDevice, held: Case, cast: Cast) -> None:
    act = first_act(phone, held)
    answer = correct(phone_of(cast.colleague), held, phone.log[0].hash_hex, fields=COMPLETE)
    assert answer == ("parked", "correction_unfounded")
    assert Review.objects.get().cause == "correction_unfounded"
    assert ActionRecord.objects.count() == 2
    assert action_of(cast, act)["records"][0]["corrected_by"] == []


def test_a_correction_of_nothing_we_know_is_parked_alike(phone: TestDevice, held: Case) -> None:
    first_act(phone, held)
    assert correct(phone, held, "a" * 64, fields=COMPLETE) == ("parked", "correction_unfounded")
