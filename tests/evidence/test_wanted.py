"""Wanted now: who may ask, what the device and the ledger are told, and how it ends."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from server.cases.models import Case
from server.evidence.models import Promise
from server.ledger.models import Entry
from server.people.models import Officer
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.evidence.uploading import sha256_of
from tests.sync.pushing import file_one, hold, phone_of

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = b"first photo", b"second", b"third, the one they want"
WANTED = sha256_of(THIRD)


@pytest.fixture
def held(cast: Cast) -> Case:
    return hold(file_one(cast), cast.group)


@pytest.fixture
def owing(cast: Cast, held: Case) -> TestDevice:
    """Three photos promised, none delivered."""
    phone = phone_of(cast.holder)
    for photo in (FIRST, SECOND, THIRD):
        phone.record("SEAL", case_id=held.pk, photos=[photo])
    phone.push()
    return phone


def ask(officer: Officer, method: str = "POST", sha256: str = WANTED, **body: Any) -> tuple[int, Any]:
    path = f"/api/v1/evidence/{sha256}/wanted"
    reply = browser_of(officer).generic(method, path, json.dumps(body), content_type="application/json")
    return reply.status_code, json.loads(reply.content)


def told(answer: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(file["sha256"], file["priority"]) for file in answer["wanted"]]


def entries(kind: str = "evidence_wanted") -> list[Entry]:
    return list(Entry.objects.filter(kind=kind).order_by("stream"))


def test_the_answer_of_the_next_push_and_pull_names_it_first(owing: TestDevice, cast: Cast) -> None:
    assert [priority for _, priority in told(owing.push())] == [0, 0, 0]
    status, view = ask(cast.duty)
    assert (status, view["wanted"]) == (200, True)
    expected = [(WANTED, 100), (sha256_of(FIRST), 0), (sha256_of(SECOND), 0)]
    assert told(owing.push()) == expected
    assert told(json.loads(owing.pull()[1]["answer"])) == expected


def test_it_is_one_entry_of_the_courts_ledger_without_names(owing: TestDevice, cast: Cast, held: Case) -> None:
    ask(cast.duty, reason="听证会下午两点开始")
    ask(cast.director)
    (entry,) = entries()
    assert entry.stream == f"court:{cast.court.pk}"
    view = json.loads(entry.view)
    assert view["subject"] == {"type": "case", "id": str(held.pk)}
    assert (view["sha256"], view["device"], view["officer"]) == (WANTED, str(owing.id), str(cast.duty.pk))
    assert cast.duty.name not in entry.view
    assert json.loads(entry.facts)["reason"] == "听证会下午两点开始"


def test_taking_it_back_gives_it_its_old_place_and_is_entered_once(owing: TestDevice, cast: Cast) -> None:
    ask(cast.duty)
    for _ in range(2):
        status, view = ask(cast.duty, "DELETE")
        assert (status, view["wanted"]) == (200, False)
    assert told(owing.push())[-1] == (WANTED, 0)
    assert len(entries("evidence_no_longer_wanted")) == 1
    ask(cast.duty)
    assert len(entries()) == 2


def test_it_ends_with_the_verification(owing: TestDevice, cast: Cast) -> None:
    ask(cast.duty)
    assert owing.upload(THIRD) == 204
    status, view = ask(cast.duty)
    assert (status, view["wanted"]) == (200, False)
    assert view["promises"][0]["state"] == Promise.State.VERIFIED
    assert WANTED not in [sha256 for sha256, _ in told(owing.push())]
    assert len(entries()) == 1


@pytest.mark.parametrize("who", ["duty", "director"])
def test_those_who_act_for_the_court_may(owing: TestDevice, cast: Cast, who: str) -> None:
    assert ask(getattr(cast, who))[0] == 200


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("who", ["holder", "colleague", "inspector", "supervisor"])
def test_those_who_only_read_may_not(owing: TestDevice, cast: Cast, who: str, method: str) -> None:
    status, problem = ask(getattr(cast, who), method)
    assert (status, problem["code"]) == (403, "role_required")
    assert not entries()


@pytest.mark.parametrize("who", ["stranger", "bystander", "sysadmin", "auditor"])
def test_to_all_others_there_is_no_such_file(owing: TestDevice, cast: Cast, who: str) -> None:
    known, unknown = ask(getattr(cast, who)), ask(getattr(cast, who), sha256="0" * 64)
    assert (known[0], known[1]["code"]) == (unknown[0], unknown[1]["code"]) == (404, "evidence_not_found")


def test_a_file_that_can_never_come_is_not_wanted(cast: Cast, held: Case) -> None:
    phone = phone_of(cast.holder)
    phone.record("SEAL", case_id=held.pk, photos=[b""])
    phone.push()
    status, view = ask(cast.duty, sha256=sha256_of(b""))
    assert (status, view["wanted"], entries()) == (200, False, [])


def test_an_act_shows_where_its_missing_file_stands(owing: TestDevice, cast: Cast, held: Case) -> None:
    names = [sha256_of(photo)[:16] for photo in (FIRST, SECOND, THIRD)]
    owing.push(status={"uploads": {"queue": {"files": 3, "bytes": 41, "named": names}, "bytes_per_second": 1}})
    (file,) = evidence_of(cast.duty, held)
    assert file["wanted_at"] is None
    assert (file["expected"]["place"], file["expected"]["of"]) == (3, 3)
    assert file["expected"]["bytes_before"] == len(FIRST) + len(SECOND)
    assert file["expected"]["earliest_at"] < file["expected"]["latest_at"]
    assert owing.upload(FIRST) == 204
    (file,) = evidence_of(cast.duty, held)
    assert (file["expected"]["place"], file["expected"]["of"]) == (2, 2)
    ask(cast.duty)
    owing.push(status={"uploads": {"queue": {"files": 2, "bytes": 30, "named": names[1:]}}})
    (file,) = evidence_of(cast.duty, held)
    assert (file["expected"]["place"], file["expected"]["of"]) == (1, 2)
    assert file["wanted_at"]
    assert file["expected"]["latest_at"] is None
    owing.upload(THIRD)
    (file,) = evidence_of(cast.duty, held)
    assert (file["expected"], file["wanted_at"]) == (None, None)


def test_a_device_that_does_not_speak_of_its_queue_has_no_place_in_it(
    owing: TestDevice, cast: Cast, held: Case
) -> None:
    owing.push(status={"pending_bytes": 41})
    (file,) = evidence_of(cast.duty, held)
    assert file["expected"]["place"] is None
    assert file["expected"]["as_of"]


@pytest.mark.parametrize(
    "uploads",
    [7, [], {"queue": 7, "held_back": [1]}, {"queue": {"files": -1, "named": [3, None]}, "held_back": {"metered": 1}}],
)
def test_a_status_of_no_known_form_is_taken_and_shows_nothing(
    owing: TestDevice, cast: Cast, held: Case, uploads: Any
) -> None:
    owing.push(status={"uploads": uploads})
    (file,) = evidence_of(cast.duty, held)
    assert file["expected"]["place"] is None


def evidence_of(officer: Officer, case: Case) -> list[dict[str, Any]]:
    """Files of the act with the wanted one."""
    browser = browser_of(officer)
    acts = browser.get(f"/api/v1/cases/{case.pk}/actions").json()["items"]
    details = [browser.get(f"/api/v1/actions/{act['id']}").json() for act in acts]
    files = [file for detail in details for record in detail["records"] for file in record["evidence"]]
    return [file for file in files if file["sha256"] == WANTED]
