"""A phone pulls its case, finds the paper listed, and fetches it with the bearer of its last push."""

import hashlib
import io
from typing import Any

import pytest
from django.test import Client

from server.cases.models import Case
from server.evidence.models import Paper
from server.evidence.services.papers import add_paper
from tests.devices import TestDevice
from tests.sync.replica import Replica

pytestmark = pytest.mark.django_db
RULING = b"%PDF-1.7 " + bytes(range(256)) * 40


def ruled(case: Case, content: bytes = RULING, replaces: Paper | None = None) -> Paper:
    return add_paper(subject=case, kind="RULING", title="裁定书", content=io.BytesIO(content), replaces=replaces)


def listed(replica: Replica, case: Case) -> list[dict[str, Any]]:
    replica.sync()
    papers: list[dict[str, Any]] = replica.units["case", str(case.pk)][1]["papers"]
    return papers


def test_a_paper_added_is_pulled_as_a_change_of_its_case_and_fetched_whole(held: Case, phone: TestDevice) -> None:
    replica = Replica(phone)
    assert listed(replica, held) == []
    ruled(held)
    (paper,) = listed(replica, held)
    assert (paper["sha256"], paper["size"]) == (hashlib.sha256(RULING).hexdigest(), len(RULING))
    phone.push()
    answer: Any = Client().get(f"/api/v1/papers/{paper['sha256']}", headers={"Authorization": f"Bearer {phone.bearer}"})
    assert answer.getvalue() == RULING


def test_a_phone_that_only_pulls_fetches_the_paper_with_the_bearer_beside_the_answer(
    held: Case, phone: TestDevice
) -> None:
    ruled(held)
    status, answer = phone.pull()
    assert (status, set(answer)) == (200, {"statement", "answer", "upload_bearer"})
    sha256, bearer = hashlib.sha256(RULING).hexdigest(), answer["upload_bearer"]
    assert "upload_bearer" not in answer["answer"]
    fetched: Any = Client().get(f"/api/v1/papers/{sha256}", headers={"Authorization": f"Bearer {bearer}"})
    assert fetched.getvalue() == RULING


def test_a_paper_replaced_leaves_the_list_of_the_phone(held: Case, phone: TestDevice) -> None:
    replica, older = Replica(phone), ruled(held)
    assert [each["id"] for each in listed(replica, held)] == [str(older.pk)]
    newer = ruled(held, RULING + b"corrected", replaces=older)
    assert [each["id"] for each in listed(replica, held)] == [str(newer.pk)]
