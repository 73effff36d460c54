"""What tests of push share: a phone enrolled over the API, cases its officer holds, records with nothing missing."""

from datetime import date
from typing import Any

from django.test import Client

from server.cases.models import Case
from server.cases.services import PartyDraft, assign_subject, file_case
from server.field.models import ActionRecord, FieldAction
from server.people.models import Group, Officer
from server.people.services import issue_enrolment_code
from server.sync.models import Operation
from tests.actors import Cast
from tests.devices import DjangoTransport, TestDevice, Transport

COMPLETE: dict[str, Any] = {
    "result": "DONE",
    "officers": [
        {"name": "林岚", "role": "EXECUTOR", "credential_shown": True},
        {"name": "陈默", "role": "ASSISTANT", "credential_shown": True},
    ],
    "narrative": "到达现场，询问邻居，未见被执行人。",
}
"""Fields of a LOCATE or an INTERVIEW in which no rule finds anything that blocks."""


def phone_of(officer: Officer, transport: Transport | None = None) -> TestDevice:
    """A device enrolled through the API with a fresh code."""
    phone = TestDevice(transport or DjangoTransport(Client(raise_request_exception=False)))
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


def stored_bodies() -> list[bytes]:
    return [bytes(body) for body in Operation.objects.order_by("seq").values_list("body", flat=True)]


def counts() -> tuple[int, int, int]:
    """Operations, actions, records: what doubling would show."""
    return Operation.objects.count(), FieldAction.objects.count(), ActionRecord.objects.count()


def statuses(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(result["status"], result["code"]) for result in answer["results"]]
