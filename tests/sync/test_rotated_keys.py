"""R33: a court signs with a new key, and devices certified under the old one go on believing it, under its root."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from client_sdk import FieldClient
from client_sdk.steps import Reply, Request
from server.cases.models import Case
from server.cases.services import touch
from server.ledger.services import begin_server_life
from server.people.services import issue_enrolment_code, rotate_signing_key
from server.sync.models import DeviceView
from tests.actors import Cast
from tests.devices import TestDevice, opened, unb64url
from tests.sync.pushing import COMPLETE, phone_of

pytestmark = pytest.mark.django_db

PASSPHRASE = "三号楼的钥匙"


class DjangoLine:
    """The SDK's way to the server: Django's test client, in this process. Remembers what was answered."""

    def __init__(self) -> None:
        self._client = Client()
        self.statuses: list[tuple[str, int]] = []

    def send(self, request: Request) -> Reply:
        kind = request.headers.get("Content-Type", "application/octet-stream")
        answered = self._client.generic(
            request.method, request.path, request.body or b"", content_type=kind, headers=dict(request.headers)
        )
        self.statuses.append((request.path.rpartition("/")[2], answered.status_code))
        content = b"".join(answered) if answered.streaming else answered.content
        return Reply(answered.status_code, {k.lower(): v for k, v in answered.items()}, content, 0.0)

    def close(self) -> None:
        pass


@pytest.fixture
def line() -> DjangoLine:
    return DjangoLine()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


@pytest.fixture
def officer(cast: Cast, held: Case, line: DjangoLine, store: Path) -> FieldClient:
    """The officer's SDK, enrolled under the court's first key."""
    code = issue_enrolment_code(officer=cast.holder)
    return FieldClient.enrol("https://court.test", code=code, store=store, passphrase=PASSPHRASE, transport=line)


def reopened(officer: FieldClient, store: Path, line: DjangoLine) -> FieldClient:
    officer.close()
    return FieldClient.open(store, passphrase=PASSPHRASE, transport=line)


def keys_prove(phone: TestDevice, answer: dict[str, Any]) -> bool:
    """Is the answer's statement signed by a key that the answer itself vouches for, under the root?"""
    assert phone.enrolment is not None
    proved = [opened(text, "key", phone.enrolment.root_key) for text in answer["keys"]]
    kid = json.loads(unb64url(answer["statement"].split(".")[0]))["kid"]
    (key,) = [each for each in proved if each["kid"] == kid]
    signed = opened(answer["statement"], "statement", base64.b64decode(key["public_key"]))
    return bool(signed["device"] == str(phone.id))


def test_a_store_of_the_old_key_pulls_pushes_and_uploads_under_the_new_one(
    cast: Cast, held: Case, officer: FieldClient, store: Path, line: DjangoLine
) -> None:
    rotate_signing_key(court=cast.court)
    assert officer.pull().units_received == 3
    photo = officer.capture(b"a photograph")
    officer.record_action(kind="LOCATE", fields=COMPLETE, case_id=held.pk, photos=[photo])
    assert officer.sync().is_everything_sent
    again = reopened(officer, store, line)
    assert again.safe_to_purge(again.actions()[0])
    rotate_signing_key(court=cast.court)
    touch([held.pk])
    assert again.sync().units_received == 1
    again.close()


def test_a_store_of_the_old_key_starts_over_when_a_court_of_the_new_one_forgot_its_cursor(
    cast: Cast, held: Case, officer: FieldClient, line: DjangoLine
) -> None:
    officer.sync()
    rotate_signing_key(court=cast.court)
    DeviceView.objects.update(acked_cursor="forgotten", sent_cursor="forgotten")
    line.statuses.clear()
    assert officer.pull().units_received == 3
    assert line.statuses == [("pull", 410), ("pull", 200)]
    officer.close()


def test_a_restored_court_with_a_new_key_is_believed_by_a_store_of_the_old_one(
    cast: Cast, held: Case, officer: FieldClient, line: DjangoLine
) -> None:
    officer.sync()
    rotate_signing_key(court=cast.court)
    begin_server_life(reason="restored")
    officer.record_action(kind="LOCATE", fields=COMPLETE, case_id=held.pk)
    line.statuses.clear()
    assert officer.sync().operations_sent == 1
    assert line.statuses[:2] == [("push", 409), ("push", 200)]
    officer.close()


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({}, 200, None),
        ({"server_epoch": "of another life"}, 409, "epoch_changed"),
        ({"first_seq": 7}, 409, "sequence_gap"),
    ],
)
def test_every_answer_to_a_push_carries_the_key_it_is_signed_with(
    cast: Cast, phone: TestDevice, members: dict[str, Any], status: int, code: str | None
) -> None:
    envelope = {**phone.envelope(), **members}
    rotate_signing_key(court=cast.court)
    answered, answer = phone.send("/api/v1/sync/push", envelope)
    assert (answered, answer.get("code")) == (status, code)
    assert keys_prove(phone, answer)


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({}, 200, None),
        ({"server_epoch": "of another life"}, 409, "epoch_changed"),
        ({"cursor": "never-sent"}, 410, "reset"),
        ({"nonce": "the-same"}, 409, "pull_overtaken"),
    ],
)
def test_every_answer_to_a_pull_carries_the_key_it_is_signed_with(
    cast: Cast, phone: TestDevice, members: dict[str, Any], status: int, code: str | None
) -> None:
    phone.pull(nonce="the-same")
    rotate_signing_key(court=cast.court)
    answered, answer = phone.pull(**members)
    assert (answered, answer.get("code")) == (status, code)
    assert keys_prove(phone, answer)


def test_a_device_that_knows_the_key_is_sent_none(cast: Cast, phone: TestDevice) -> None:
    assert "keys" not in phone.push()
    assert "keys" not in phone.pull()[1]
    rotate_signing_key(court=cast.court)
    newer = phone_of(cast.colleague)
    assert "keys" not in newer.push()
    assert "keys" not in newer.pull()[1]
