"""Acts as people at desks read them, and who may."""

import json
from typing import Any

import pytest
from django.test import Client

from server.cases.models import Case
from server.field.models import FieldAction
from server.people.models import Officer
from tests.actors import Cast, browser_of
from tests.devices import TestDevice, new_id
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

pytestmark = pytest.mark.django_db


def get(officer: Officer, path: str) -> tuple[int, Any]:
    reply = browser_of(officer).get(path)
    return reply.status_code, reply.json()


@pytest.fixture
def act(phone: TestDevice, held: Case) -> FieldAction:
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, photos=[b"photo"])
    phone.push()
    return FieldAction.objects.get()


def test_a_case_shows_its_acts_with_what_they_lack(act: FieldAction, held: Case, cast: Cast) -> None:
    status, page = get(cast.duty, f"/api/v1/cases/{held.pk}/actions")
    assert (status, page["next"]) == (200, None)
    (item,) = page["items"]
    assert item["id"] == str(act.pk)
    assert item["officer"]["name"] == cast.holder.name
    assert (item["status"], item["code"], item["complete"]) == ("applied", "ok", False)
    assert item["files"] == {"promised": 1, "verified": 0}


def test_one_act_shows_every_account_and_every_file(
    act: FieldAction, held: Case, phone: TestDevice, cast: Cast
) -> None:
    phone.upload(b"photo")
    second = phone_of(cast.colleague)
    second.record("LOCATE", case_id=held.pk, action_id=str(act.pk), fields={"narrative": "另记"})
    second.push()
    status, detail = get(cast.director, f"/api/v1/actions/{act.pk}")
    assert status == 200
    assert detail["complete"]
    first, other = detail["records"]
    assert first["operation"] == phone.log[0].hash_hex
    assert first["fields"] == COMPLETE
    assert first["position"] == json.loads(phone.log[0].body)["position"]
    assert (first["clock_verdict"], first["officer"]["staff_no"]) == ("consistent", cast.holder.staff_no)
    (file,) = first["evidence"]
    assert (file["state"], file["origin"], file["shot_code"], file["size"]) == ("verified", "CAMERA", "PANORAMA", 5)
    assert first["subjects"] == [
        {
            "type": "case",
            "id": str(held.pk),
            "node_id": None,
            "status": "applied",
            "code": "ok",
            "node_effect": "applied",
        }
    ]
    assert (other["fields"], other["evidence"]) == ({"narrative": "另记"}, [])


def test_acts_come_page_by_page_each_once(phone: TestDevice, held: Case, cast: Cast) -> None:
    for _ in range(5):
        phone.record("LOCATE", case_id=held.pk)
    phone.push()
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = f"?limit=2&cursor={cursor}" if cursor else "?limit=2"
        _, page = get(cast.duty, f"/api/v1/cases/{held.pk}/actions{query}")
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == sorted(str(pk) for pk in FieldAction.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("who", ["stranger", "bystander", "auditor", "sysadmin"])
def test_an_officer_without_business_there_finds_nothing(act: FieldAction, held: Case, cast: Cast, who: str) -> None:
    officer = getattr(cast, who)
    assert get(officer, f"/api/v1/cases/{held.pk}/actions")[0] == 404
    status, problem = get(officer, f"/api/v1/actions/{act.pk}")
    nobodys_status, nobodys = get(officer, f"/api/v1/actions/{new_id()}")
    assert (status, problem["code"]) == (nobodys_status, nobodys["code"]) == (404, "action_not_found")


@pytest.mark.parametrize("who", ["holder", "colleague", "duty", "director", "supervisor", "inspector"])
def test_those_with_business_there_read_it(act: FieldAction, cast: Cast, who: str) -> None:
    assert get(getattr(cast, who), f"/api/v1/actions/{act.pk}")[0] == 200


def test_without_a_session_nothing_is_shown(act: FieldAction, held: Case) -> None:
    for path in (f"/api/v1/actions/{act.pk}", f"/api/v1/cases/{held.pk}/actions"):
        assert Client().get(path).status_code == 401


def test_what_a_stranger_says_of_a_case_stands_with_his_own_court(held: Case, cast: Cast) -> None:
    stranger = phone_of(cast.stranger)
    stranger.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    stranger.push()
    action = FieldAction.objects.get()
    assert get(cast.duty, f"/api/v1/cases/{held.pk}/actions")[1]["items"] == []
    assert get(cast.duty, f"/api/v1/actions/{action.pk}")[0] == 404
    status, detail = get(cast.supervisor, f"/api/v1/actions/{action.pk}")
    assert (status, detail["status"], detail["code"]) == (200, "parked", "subject_unknown")
    assert detail["records"][0]["subjects"] == [], "which case he meant is not for readers of his act"


def test_of_an_act_for_two_cases_each_reader_sees_his_own(phone: TestDevice, held: Case, cast: Cast) -> None:
    from server.cases.services import grant_subject

    own = hold(file_one(cast, 8), cast.group)
    grant_subject(case=held, officer=cast.stranger, reason="ASSISTING")
    phone.record("LOCATE", case_ids=[held.pk, own.pk], fields=COMPLETE)
    phone.push()
    _, detail = get(cast.stranger, f"/api/v1/actions/{FieldAction.objects.get().pk}")
    assert [subject["id"] for subject in detail["records"][0]["subjects"]] == [str(held.pk)]
