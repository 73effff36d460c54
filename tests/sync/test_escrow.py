"""A store nobody can open any more: the court opens it, by two persons, each of whose words is an entry."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from client_sdk import FieldClient, WrongPassphrase, vault
from client_sdk.cli import app
from client_sdk.escrow import open_with_grant, request_escrow
from server.cases.models import Case
from server.ledger.models import Entry
from server.people.models import TwoPersonAct
from server.people.services import issue_enrolment_code
from server.sync.models import Operation
from tests.actors import Cast, browser_of
from tests.pictures import jpeg
from tests.sdk_line import DjangoLine
from tests.sync.pushing import COMPLETE


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)


@pytest.fixture
def closed(cast: Cast, held: Case, tmp_path: Path) -> tuple[Path, str]:
    """A store with an unsent act and its photo, whose passphrase nobody knows any more."""
    store = tmp_path / "officer.db"
    code = issue_enrolment_code(officer=cast.holder)
    field = FieldClient.enrol("http://court.test", code=code, store=store, passphrase="忘了", transport=DjangoLine())
    field.record_action(case_id=held.pk, kind="LOCATE", fields=COMPLETE, photos=[field.capture(jpeg())])
    device = str(field.holdings.identity.device)
    field.close()
    return store, device


def asked(browser: Client, path: str, **members: Any) -> Any:
    return browser.post(path, json.dumps(members), content_type="application/json")


def granted(cast: Cast, device: str, request: dict[str, Any]) -> Any:
    act = asked(browser_of(cast.duty), f"/api/v1/devices/{device}/escrow", reason="口令遗忘", **request)
    assert act.status_code == 200, act.content
    return asked(browser_of(cast.director), f"/api/v1/two-person-acts/{act.json()['id']}/approve")


def test_two_persons_open_it_with_everything_that_was_recorded(cast: Cast, closed: tuple[Path, str]) -> None:
    store, device = closed
    request = request_escrow(store)
    answer = granted(cast, device, request.asked)
    open_with_grant(store, answer.json()["outcome"]["grant"], request.private, "新口令")
    with FieldClient.open(store, passphrase="新口令", transport=DjangoLine()) as field:
        assert field.sync().is_everything_sent
    assert Operation.objects.get().status == "applied"
    kinds = Entry.objects.filter(kind__startswith="escrow").order_by("position").values_list("kind", flat=True)
    assert list(kinds) == ["escrow_asked", "escrow_approved"]


def test_one_person_alone_opens_nothing(cast: Cast, closed: tuple[Path, str]) -> None:
    store, device = closed
    request = request_escrow(store).asked
    act = asked(browser_of(cast.director), f"/api/v1/devices/{device}/escrow", reason="口令遗忘", **request).json()
    answer = asked(browser_of(cast.director), f"/api/v1/two-person-acts/{act['id']}/approve")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_person_needed")
    assert TwoPersonAct.objects.get().outcome == {}


@pytest.mark.parametrize("who", ["inspector", "sysadmin"])
def test_what_was_handed_over_is_for_the_two_alone(cast: Cast, closed: tuple[Path, str], who: str) -> None:
    store, device = closed
    act = granted(cast, device, request_escrow(store).asked).json()
    assert browser_of(cast.duty).get(f"/api/v1/two-person-acts/{act['id']}").json()["outcome"]["grant"]
    assert browser_of(getattr(cast, who)).get(f"/api/v1/two-person-acts/{act['id']}").json()["outcome"] == {}


def test_a_grant_opens_nothing_without_the_key_it_was_made_for(cast: Cast, closed: tuple[Path, str]) -> None:
    store, device = closed
    grant = granted(cast, device, request_escrow(store).asked).json()["outcome"]["grant"]
    with pytest.raises(WrongPassphrase):
        open_with_grant(store, grant, request_escrow(store).private, "新口令")


def test_a_slot_is_not_opened_under_another_devices_name(cast: Cast, closed: tuple[Path, str]) -> None:
    store, _device = closed
    request = request_escrow(store).asked
    other = FieldClient.enrol(
        "http://court.test",
        code=issue_enrolment_code(officer=cast.colleague),
        store=store.with_name("other.db"),
        passphrase="x",
        transport=DjangoLine(),
    )
    theirs = str(other.holdings.identity.device)
    other.close()
    refused = asked(browser_of(cast.duty), f"/api/v1/devices/{theirs}/escrow", reason="口令遗忘", **request)
    assert (refused.status_code, refused.json()["code"]) == (422, "escrow_slot_invalid")
    renamed = {**request, "slot": {**request["slot"], "device": theirs}}
    answer = granted(cast, theirs, renamed)
    assert (answer.status_code, answer.json()["code"]) == (422, "escrow_slot_invalid")


def test_a_spoilt_slot_is_refused(cast: Cast, closed: tuple[Path, str]) -> None:
    store, device = closed
    request = request_escrow(store).asked
    for member, value in (("wrapped", "AAAA"), ("ephemeral", "AAAA"), ("nonce", "?")):
        answer = granted(cast, device, {**request, "slot": {**request["slot"], member: value}})
        assert (answer.status_code, answer.json()["code"]) == (422, "escrow_slot_invalid")


def test_the_commands_ask_and_open(
    cast: Cast, closed: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, device = closed
    monkeypatch.setenv("ZHIXING_PASSPHRASE", "新口令")
    file, run = tmp_path / "request.json", CliRunner()
    assert run.invoke(app, ["escrow-request", str(file), "--store", str(store)]).exit_code == 0
    act = granted(cast, device, json.loads(file.read_text())).json()
    (tmp_path / "act.json").write_text(json.dumps(act))
    opened = run.invoke(app, ["escrow-open", str(tmp_path / "act.json"), "--request", str(file), "--store", str(store)])
    assert opened.exit_code == 0, opened.output
    FieldClient.open(store, passphrase="新口令", transport=DjangoLine()).close()
