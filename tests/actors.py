"""The cast: one city, two basic courts under an intermediate one, and who works there. Built through services only.

`from tests.actors import cast` in a folder's conftest.py makes the fixture; `people_of_a_city()` is the plain function.
"""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from django.test import Client

from server.common.ids import new_id
from server.common.signing import encode_base64, new_private_key, public_of, request_bytes, sign_bytes
from server.people import services
from server.people.certificates import read_enrolment_code
from server.people.models import Court, Device, Group, GroupMember, Officer, Role

PASSWORD = "mountain-river-1949"


@dataclass(frozen=True)
class Cast:
    superior_court: Court
    court: Court
    other_court: Court
    group: Group
    holder: Officer
    """Executor of `group`: she holds the case."""
    colleague: Officer
    """Assistant in her group."""
    bystander: Officer
    """An officer of her court who holds nothing."""
    stranger: Officer
    """An officer of the other court."""
    duty: Officer
    """On duty in her court's command centre."""
    director: Officer
    supervisor: Officer
    """Of the superior court: reads the courts below."""
    inspector: Officer
    auditor: Officer
    sysadmin: Officer


def people_of_a_city() -> Cast:
    superior = services.create_court(code="闽09", name="宁城市中级人民法院", level=Court.Level.INTERMEDIATE)
    court = services.create_court(code="闽0924", name="寿山县人民法院", level=Court.Level.BASIC, parent=superior)
    other = services.create_court(code="闽0925", name="周溪县人民法院", level=Court.Level.BASIC, parent=superior)
    holder = officer_of(court, "240101", "林岚", Role.OFFICER)
    colleague = officer_of(court, "240102", "陈默", Role.ASSISTANT)
    return Cast(
        superior_court=superior,
        court=court,
        other_court=other,
        group=group_of(holder, colleague),
        holder=holder,
        colleague=colleague,
        bystander=officer_of(court, "240103", "周行", Role.OFFICER),
        stranger=officer_of(other, "250101", "郑远", Role.OFFICER),
        duty=officer_of(court, "240201", "吴值", Role.COMMAND_CENTRE),
        director=officer_of(court, "240202", "黄正", Role.DIRECTOR),
        supervisor=officer_of(superior, "090201", "何督", Role.SUPERIOR_SUPERVISOR),
        inspector=officer_of(court, "240301", "许察", Role.INSPECTION),
        auditor=officer_of(court, "240302", "苏审", Role.AUDITOR),
        sysadmin=officer_of(court, "240901", "罗维", Role.SYSADMIN),
    )


@pytest.fixture
def cast(db: None) -> Cast:
    return people_of_a_city()


def officer_of(court: Court, staff_no: str, name: str, *roles: str, password: str = PASSWORD) -> Officer:
    return services.create_officer(court=court, staff_no=staff_no, name=name, roles=roles, password=password)


def group_of(executor: Officer, assistant: Officer, name: str = "执行一组") -> Group:
    group = services.create_group(court=executor.court, name=name)
    services.add_group_member(group=group, officer=executor, part=GroupMember.Part.EXECUTOR)
    services.add_group_member(group=group, officer=assistant, part=GroupMember.Part.ASSISTANT)
    return group


def browser_of(officer: Officer, *, enforce_csrf_checks: bool = False) -> Client:
    """A browser in which this officer has signed in."""
    client = Client(enforce_csrf_checks=enforce_csrf_checks)
    client.force_login(officer, backend="server.people.auth.OfficerBackend")
    return client


@dataclass(frozen=True)
class Phone:
    """An enrolled device's own half: its key, and what it signs."""

    device: Device
    private_key: bytes = field(repr=False)

    @property
    def id(self) -> UUID:
        return self.device.pk

    @property
    def certificate(self) -> str:
        return self.device.certificate

    def signature(self, nonce: str, body: bytes) -> str:
        """The `Zhixing-Signature` header for this decompressed body."""
        return encode_base64(sign_bytes(self.private_key, request_bytes(self.id, nonce, body)))


def phone_of(officer: Officer, name: str = "执法终端") -> Phone:
    """An officer's phone enrolled with a fresh code, without HTTP and without its DeviceLog (sync makes that)."""
    private = new_private_key()
    device = services.enrol_device(
        secret=secret_of(services.issue_enrolment_code(officer=officer)),
        applicant=services.Applicant(id=new_id(), key=public_of(private), alg="ed25519", name=name),
    )
    return Phone(device, private)


def secret_of(code: str) -> str:
    """The part of an enrolment code that goes over the wire: 16 base32 characters."""
    read_enrolment_code(code)
    return code.replace("-", "")[:16]
