"""A case on file, and one held by the holder's group."""

from datetime import date
from typing import Any

import pytest

from server.cases.models import Case
from server.cases.services import PartyDraft, assign_subject, file_case
from tests.actors import Cast, cast

__all__ = ["cast"]


def file_one(cast: Cast, number: int = 123, **changes: Any) -> Case:
    given: dict[str, Any] = {
        "court": cast.court,
        "case_no": f"（2026）闽0924执{number}号",
        "cause": "买卖合同纠纷",
        "filed_on": date(2026, 11, 2),
        "parties": [
            PartyDraft("applicant", "申请人甲"),
            PartyDraft("debtor", "被执行人乙", "ENTITY", id_no="91350900-SECRET-9135"),
        ],
        "claim_amount": 120_000,
        "flow_facts": {"basis": "JUDGMENT", "claim_kind": "MONEY", "track": "NORMAL"},
    }
    return file_case(**{**given, **changes})


@pytest.fixture
def case(cast: Cast) -> Case:
    return file_one(cast)


@pytest.fixture
def held_case(cast: Cast, case: Case) -> Case:
    assign_subject(case=case, group=cast.group, reason="ROTA")
    case.refresh_from_db()
    return case
