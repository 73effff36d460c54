"""What tests of push share: a phone enrolled over the API, and cases its officer holds."""

from datetime import date
from typing import Any

from django.test import Client

from server.cases.models import Case
from server.cases.services import PartyDraft, assign_subject, file_case
from server.people.models import Group, Officer
from server.people.services import issue_enrolment_code
from tests.actors import Cast
from tests.devices import DjangoTransport, TestDevice, Transport


def phone_of(officer: Officer, transport: Transport | None = None) -> TestDevice:
    """A device enrolled through the API with a fresh code."""
    phone = TestDevice(transport or DjangoTransport(Client()))
    phone.enrol(issue_enrolment_code(officer=officer))
    return phone


def file_one(cast: Cast, number: int = 7, **changes: Any) -> Case:
    given: dict[str, Any] = {
        "court": cast.court,
        "case_no": f"（2026）闽0924执{number}号",
        "cause": "买卖合同纠纷",
        "filed_on": date(2026, 11, 2),
        "parties": [PartyDraft("debtor", "被执行人乙")],
        "claim_amount": 120_000,
        "flow_facts": {"basis": "JUDGMENT", "claim_kind": "MONEY", "track": "NORMAL"},
    }
    return file_case(**{**given, **changes})


def hold(case: Case, group: Group) -> Case:
    assign_subject(case=case, group=group, reason="ROTA")
    case.refresh_from_db()
    return case


# Fields with which the rules of these kinds have nothing to block.
COMPLETE_LOCATE: dict[str, Any] = {}
