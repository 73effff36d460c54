"""An officer's second device works at once, and he is asked on the first one and at his desk whether it was he."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from client_sdk import FieldClient, Rejected, vault
from server.ledger.models import Entry
from server.people.models import Device, Officer
from server.people.services import issue_enrolment_code
from tests.actors import Cast, browser_of
from tests.sdk_line import DjangoLine

Enrol = Callable[[Officer], FieldClient]


@pytest.fixture
def enrol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Enrol]:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    made: list[FieldClient] = []

    def enrol_one(officer: Officer) -> FieldClient:
        code, store = issue_enrolment_code(officer=officer), tmp_path / f"{len(made)}.db"
        made.append(
            FieldClient.enrol("http://court.test", code=code, store=store, passphrase="x", transport=DjangoLine())
        )
        return made[-1]

    yield enrol_one
    for field in made:
        field.close()


@pytest.fixture
def two(cast: Cast, enrol: Enrol) -> tuple[FieldClient, FieldClient]:
    first = enrol(cast.holder)
    first.sync()
    return first, enrol(cast.holder)


def id_of(field: FieldClient) -> str:
    return str(field.holdings.identity.device)


def said_at_desk(officer: Officer, device: str, *, was_me: bool) -> Any:
    browser: Client = browser_of(officer)
    body = json.dumps({"was_me": was_me})
    return browser.post(f"/api/v1/devices/{device}/answer", body, content_type="application/json")


def test_a_first_device_is_nobodys_question(cast: Cast, enrol: Enrol) -> None:
    field = enrol(cast.holder)
    field.sync()
    assert field.new_devices() == []
    assert not Device.objects.get().is_doubted


def test_the_other_device_is_asked_and_its_yes_ends_the_question(two: tuple[FieldClient, FieldClient]) -> None:
    first, second = two
    second.sync()  # it works at once
    assert second.new_devices() == []
    first.sync()
    [asked] = first.new_devices()
    assert asked.id == id_of(second)
    first.answer_new_device(asked, was_me=True)
    first.sync()
    assert first.new_devices() == []
    assert second.sync().is_everything_sent
    assert Entry.objects.filter(kind="device_answered_for").count() == 1


def test_a_no_revokes_it(two: tuple[FieldClient, FieldClient]) -> None:
    first, second = two
    first.sync()
    first.answer_new_device(first.new_devices()[0], was_me=False)
    with pytest.raises(Rejected) as refused:
        second.sync()
    assert refused.value.code == "device_revoked"
    assert first.sync().is_everything_sent


def test_the_device_in_doubt_cannot_vouch_for_itself(two: tuple[FieldClient, FieldClient]) -> None:
    first, second = two
    with pytest.raises(Rejected) as refused:
        second.answer_new_device(id_of(second), was_me=True)
    assert refused.value.code == "device_not_doubted"
    assert Device.objects.get(pk=id_of(second)).is_doubted
    with pytest.raises(Rejected):
        second.answer_new_device(id_of(first), was_me=False)
    assert Device.objects.get(pk=id_of(first)).revoked_at is None


def test_the_officer_answers_at_his_desk_too(cast: Cast, two: tuple[FieldClient, FieldClient]) -> None:
    _, second = two
    listed = browser_of(cast.holder).get("/api/v1/devices").json()["items"]
    assert [item["id"] for item in listed if item["is_doubted"]] == [id_of(second)]
    answer = said_at_desk(cast.holder, id_of(second), was_me=False)
    assert (answer.status_code, answer.json()["is_revoked"]) == (200, True)
    assert said_at_desk(cast.holder, id_of(second), was_me=True).status_code == 409


@pytest.mark.parametrize("who", ["duty", "director", "colleague", "stranger"])
def test_nobody_answers_for_him(cast: Cast, two: tuple[FieldClient, FieldClient], who: str) -> None:
    _, second = two
    assert said_at_desk(getattr(cast, who), id_of(second), was_me=True).status_code == 404
    assert Device.objects.get(pk=id_of(second)).is_doubted


def test_another_officers_devices_hear_nothing_of_it(
    cast: Cast, enrol: Enrol, two: tuple[FieldClient, FieldClient]
) -> None:
    other = enrol(cast.colleague)
    other.sync()
    assert other.new_devices() == []
    _, second = two
    with pytest.raises(Rejected):
        other.answer_new_device(id_of(second), was_me=True)
