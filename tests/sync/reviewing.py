"""What tests of reviews share: a desk that decides, and the ways in which an act comes to wait."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from server.cases.models import Case
from server.cases.services import assign_subject
from server.people.models import Officer, Role
from server.sync.models import Review
from tests.actors import Cast, browser_of, group_of, officer_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE


def post(officer: Officer, path: str, **members: Any) -> tuple[int, Any]:
    reply = browser_of(officer).post(f"/api/v1/reviews/{path}", members, content_type="application/json")
    return reply.status_code, reply.json()


def get(officer: Officer, path: str = "") -> tuple[int, Any]:
    reply = browser_of(officer).get(f"/api/v1/reviews{path}")
    return reply.status_code, reply.json()


def decide(officer: Officer, review: Review | UUID, choice: str, note: str = "") -> tuple[int, Any]:
    identity = review.pk if isinstance(review, Review) else review
    return post(officer, f"{identity}/{choice}", note=note)


def other_group(cast: Cast) -> Any:
    return group_of(cast.bystander, officer_of(cast.court, "240199", "叶青", Role.ASSISTANT), "执行二组")


def park_one(phone: TestDevice, case: Case, cast: Cast, kind: str = "LOCATE", **members: Any) -> Review:
    """She acts in a basement while her case goes to the other group; then she comes up."""
    phone.record(kind, case_id=case.pk, **{"fields": COMPLETE, **members})
    assign_subject(case=case, group=other_group(cast), reason="HANDOVER")
    phone.push()
    return Review.objects.get()


@pytest.fixture
def browser(cast: Cast) -> Client:
    return browser_of(cast.director)
