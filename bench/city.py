"""A court, an executor with her assistant, and the cases they hold, written by the server's own services."""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from bench.phone import Connection
from bench.place import Server
from server.cases.models import Case
from server.cases.services import PartyDraft, assign_subject, file_case, load_flows
from server.people.models import Court, Group, GroupMember, Officer, Role
from server.people.services import (
    add_group_member,
    create_court,
    create_group,
    create_officer,
    issue_enrolment_code,
)
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE

PHOTO_EVERY = 5
"""Each fifth act promises a photograph."""


@dataclass(frozen=True)
class City:
    court: Court
    executor: Officer
    assistant: Officer
    duty: Officer
    cases: tuple[Case, ...]


def found_city(cases: int) -> City:
    # Rows made here need not outlive a power cut; the server's own connections keep their fsyncs.
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    load_flows()
    court = create_court(code="闽0924", name="寿山县人民法院", level=Court.Level.BASIC)
    executor = create_officer(court=court, staff_no="240101", name="林岚", roles=[Role.OFFICER])
    assistant = create_officer(court=court, staff_no="240102", name="陈默", roles=[Role.ASSISTANT])
    duty = create_officer(court=court, staff_no="240201", name="吴值", roles=[Role.COMMAND_CENTRE])
    group = create_group(court=court, name="执行一组")
    add_group_member(group=group, officer=executor, part=GroupMember.Part.EXECUTOR)
    add_group_member(group=group, officer=assistant, part=GroupMember.Part.ASSISTANT)
    held = tuple(_held_case(court, group, number) for number in range(1, cases + 1))
    return City(court, executor, assistant, duty, held)


def _held_case(court: Court, group: Group, number: int) -> Case:
    case = file_case(
        court=court,
        case_no=f"（2026）闽0924执{number}号",
        cause="买卖合同纠纷",
        filed_on=date(2026, 11, 2),
        parties=[PartyDraft("applicant", "申请人甲"), PartyDraft("debtor", f"被执行人{number}")],
        claim_amount=120_000,
        flow_facts={"basis": "JUDGMENT", "claim_kind": "MONEY", "track": "NORMAL"},
    )
    assign_subject(case=case, group=group, reason="ROTA")
    return case


def enrol(officer: Officer, line: Connection) -> TestDevice:
    """A new device of this officer."""
    phone = TestDevice(line)
    phone.enrol(issue_enrolment_code(officer=officer))
    return phone


def enrolled(officer: Officer, server: Server) -> tuple[TestDevice, Connection]:
    """A new device of this officer with a connection of its own."""
    line = Connection(server.port)
    return enrol(officer, line), line


def record_acts(phone: TestDevice, city: City, count: int, photo_bytes: int = 500_000) -> None:
    """Complete acts over the cases in turn; each fifth names a photograph."""
    for number in range(len(phone.log), len(phone.log) + count):
        case = city.cases[number % len(city.cases)]
        photos = [_promised(phone, photo_bytes)] if number % PHOTO_EVERY == 0 else []
        phone.record(("LOCATE", "INTERVIEW")[number % 2], case_id=case.pk, fields=COMPLETE, photos=photos)


def _promised(phone: TestDevice, size: int) -> dict[str, Any]:
    return {**phone.evidence(b"?"), "sha256": secrets.token_hex(32), "size": size}
