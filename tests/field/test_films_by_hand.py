"""A film that found no act by itself is given to one by hand, by whoever leads the field work, with a reason."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from server.cases.models import Case
from server.common.clock import SHANGHAI
from server.evidence.models import Recording
from server.field.models import FieldAction
from server.field.recordings import import_recording
from server.ledger.models import Entry
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE

pytestmark = pytest.mark.django_db
REASON = "画面中可见 301 室门牌"


@pytest.fixture
def act(held: Case, phone: TestDevice) -> FieldAction:
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.push()
    return FieldAction.objects.get()


@pytest.fixture
def film(cast: Cast, act: FieldAction, tmp_path: Path) -> Recording:
    """Of a camera whose clock nobody set: no act names its time."""
    begun = (act.recorded_at - timedelta(hours=6)).astimezone(SHANGHAI)
    path = tmp_path / f"JLY-9801_{begun:%Y%m%d_%H%M%S}.mp4"
    path.write_bytes(b"frames")
    return import_recording(court=cast.court, serial="JLY-9801", path=path, by=cast.duty)


def given(browser: Client, film_id: Any, action_id: Any, reason: str = REASON) -> tuple[int, Any]:
    body = json.dumps({"action_id": str(action_id), "reason": reason})
    answer = browser.post(f"/api/v1/films/{film_id}/act", body, content_type="application/json")
    return answer.status_code, answer.json()


def test_it_is_listed_with_acts_of_about_its_time(cast: Cast, film: Recording, act: FieldAction, held: Case) -> None:
    (item,) = browser_of(cast.duty).get("/api/v1/films").json()["items"]
    assert (item["id"], item["serial"], item["action_id"]) == (str(film.pk), "JLY-9801", None)
    (near,) = item["acts"]
    assert (near["action_id"], near["case_no"], near["is_candidate"]) == (str(act.pk), held.case_no, False)


def test_given_to_an_act_it_is_entered_with_its_case_and_why(
    cast: Cast, film: Recording, act: FieldAction, held: Case
) -> None:
    status, told = given(browser_of(cast.duty), film.pk, act.pk)
    assert (status, told["action_id"], told["case_id"]) == (200, str(act.pk), str(held.pk))
    entry = Entry.objects.get(kind="recording_matched", subject_id=held.pk)
    assert json.loads(entry.view)["by"] == str(cast.duty.pk)
    assert json.loads(entry.facts)["reason"] == REASON
    assert REASON not in entry.view
    assert browser_of(cast.duty).get("/api/v1/films").json()["items"] == []
    status, told = given(browser_of(cast.duty), film.pk, act.pk)
    assert (status, told["code"], told["action"]) == (409, "film_matched", str(act.pk))


@pytest.mark.parametrize(
    ("film_is", "act_is", "reason", "refused"),
    [
        ("its", "its", " ", (422, "note_required")),
        ("none", "its", REASON, (404, "film_not_found")),
        ("its", "none", REASON, (404, "action_not_found")),
    ],
)
def test_what_is_not_given_and_why(
    cast: Cast, film: Recording, act: FieldAction, film_is: str, act_is: str, reason: str, refused: tuple[int, str]
) -> None:
    film_id, action_id = film.pk if film_is == "its" else uuid4(), act.pk if act_is == "its" else uuid4()
    status, told = given(browser_of(cast.duty), film_id, action_id, reason)
    assert (status, told["code"]) == refused
    film.refresh_from_db()
    assert film.action_id is None


@pytest.mark.parametrize("who", ["holder", "inspector", "bystander", "stranger"])
def test_others_neither_see_nor_give_them(cast: Cast, film: Recording, act: FieldAction, who: str) -> None:
    browser = browser_of(getattr(cast, who))
    assert browser.get("/api/v1/films").status_code == 403
    assert given(browser, film.pk, act.pk)[0] == 403
    assert browser.get("/centre/films").status_code == 404


def test_the_page_gives_it_and_says_what_is_lacking(cast: Cast, film: Recording, act: FieldAction, held: Case) -> None:
    browser = browser_of(cast.duty)
    page = browser.get("/centre/films").content.decode()
    assert film.name in page
    assert held.case_no in page
    assert "/centre/films" in browser.get("/centre/devices").content.decode()
    address = f"/centre/films/{film.pk}/give"
    assert "请选择视频对应的记录" in browser.post(address, {"reason": REASON}).content.decode()
    assert "请写明依据" in browser.post(address, {"action": str(act.pk), "reason": ""}).content.decode()
    assert browser.post(address, {"action": str(act.pk), "reason": REASON}).status_code == 302
    film.refresh_from_db()
    assert film.action_id == act.pk
    assert film.name not in browser.get("/centre/films").content.decode()
