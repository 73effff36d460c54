"""Writes the city through the server's own services: once, whatever how often it is asked."""

import io
import json
import os
import random
import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first
from django.db import connections, transaction  # noqa: E402
from django.utils import translation  # noqa: E402

from demo.city import COURTS, DESK, FAMILY, GIVEN, SEED, CasePlan, CourtPlan, PersonPlan, cases  # noqa: E402
from demo.outings import Course, by_officer_and_day, courses  # noqa: E402
from demo.papers import one_page_pdf  # noqa: E402
from demo.past import live  # noqa: E402
from server.cases.models import Case  # noqa: E402
from server.cases.services import PartyDraft, assign_subject, close_case, file_case, record_event  # noqa: E402
from server.common import clock  # noqa: E402
from server.evidence.services.papers import add_paper  # noqa: E402
from server.people.models import Court, CourtKey, Group, GroupMember, Officer, Role  # noqa: E402
from server.people.services import (  # noqa: E402
    add_group_member,
    create_court,
    create_group,
    create_officer,
    create_team,
    set_password,
    set_way_of_working,
)

CITY = "闽98"
BEFORE = timedelta(days=400)
"""The city is founded that long before today."""


@dataclass(slots=True)
class Staff:
    """The executors of one court, each alone or with a group."""

    court: Court
    executors: list[Officer]
    groups: list[Group]


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    clock.set_clock(lambda: moment)
    try:
        yield
    finally:
        clock.set_clock(None)


def at_hour(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), clock.SHANGHAI).astimezone(UTC)


def seed(today: datetime, plans: Sequence[CourtPlan] = COURTS) -> bool:
    """Writes what is not there yet, and says whether that was anything; cut off, it goes on where it was."""
    began = _began()
    today = began + BEFORE if began else today
    if not began:
        with as_of(today - BEFORE):
            _write_staff(plans)
    staff = {plan.code: _staff_of(plan) for plan in plans}
    made = courses(cases(clock.local_date(today), courts=plans), clock.local_date(today))
    standing = set(Case.objects.values_list("case_no", flat=True))
    missing = [course for course in made if course.case.case_no not in standing]
    for course in missing:
        _write_case(course, staff[course.case.court_code])
    executors = {(code, number): one for code, each in staff.items() for number, one in enumerate(each.executors)}
    return bool(live(by_officer_and_day(made), executors) or missing)


def _began() -> datetime | None:
    """When the city was founded, if it stands: every day of the plan counts from there."""
    key = CourtKey.objects.filter(court__code=CITY).order_by("id").first()
    return key.valid_from if key else None


@transaction.atomic  # all of it or nothing: whoever finds the city finds its people
def _write_staff(plans: Sequence[CourtPlan]) -> None:
    chance, courts = random.Random(SEED), dict[str, Court]()
    for number, plan in enumerate(plans):
        parent = courts.get(plan.parent or "")
        courts[plan.code] = court = create_court(code=plan.code, name=plan.name, level=plan.level, parent=parent)
        set_way_of_working(court=court, assignment_model=plan.model, handover_days=court.handover_days)
        for kind, name in plan.teams:
            create_team(court=court, kind=kind, name=name)
        _leaders(court, number, chance)
        for index in range(plan.executors):
            _executor(court, plan, number, index, chance)


def _staff_of(plan: CourtPlan) -> Staff:
    executors = Officer.objects.filter(court__code=plan.code, staff_no__contains="-e").select_related("court")
    groups = Group.objects.filter(court__code=plan.code)
    return Staff(
        Court.objects.get(code=plan.code),
        sorted(executors, key=lambda officer: int(officer.staff_no.rpartition("-e")[2])),
        sorted(groups, key=lambda group: int(group.name.removeprefix("第").removesuffix("执行小组"))),
    )


def _leaders(court: Court, number: int, chance: random.Random) -> None:
    roles = {
        "director": [Role.DIRECTOR],
        "president": [Role.PRESIDENT],
        "desk": [Role.COMMAND_CENTRE] + ([Role.SUPERIOR_SUPERVISOR] if court.parent is None else []),
        "inspection": [Role.INSPECTION],
    }
    for post, held in roles.items():
        staff_no = DESK if court.code == CITY and post == "desk" else f"{number}-{post}"
        create_officer(court=court, staff_no=staff_no, name=_name(chance), roles=held)


def _executor(court: Court, plan: CourtPlan, number: int, index: int, chance: random.Random) -> None:
    executor = create_officer(court=court, staff_no=f"{number}-e{index + 1}", name=_name(chance), roles=[Role.OFFICER])
    if plan.grouped:
        assistant = create_officer(
            court=court, staff_no=f"{number}-a{index + 1}", name=_name(chance), roles=[Role.ASSISTANT]
        )
        group = create_group(court=court, name=f"第{index + 1}执行小组")
        add_group_member(group=group, officer=executor, part=GroupMember.Part.EXECUTOR)
        add_group_member(group=group, officer=assistant, part=GroupMember.Part.ASSISTANT)


def _name(chance: random.Random) -> str:
    return chance.choice(FAMILY) + "某" + chance.choice(GIVEN)


@transaction.atomic  # one commit a case: a year of a city in half a minute
def _write_case(course: Course, staff: Staff) -> None:
    plan = course.case
    filed_at = at_hour(plan.filed_on)
    with as_of(filed_at):
        case = file_case(
            court=staff.court,
            case_no=plan.case_no,
            cause=plan.cause,
            filed_on=plan.filed_on,
            parties=[_party(person) for person in plan.parties],
            claim_amount=plan.claim,
            flow_facts={"claim_kind": "MONEY", "track": plan.track},
        )
    with as_of(filed_at + timedelta(hours=4)):
        holder = {"group": staff.groups[plan.executor]} if staff.groups else {"officer": staff.executors[plan.executor]}
        assign_subject(case=case, reason="分案", **holder)
    if not plan.closing_mode:
        _add_ruling(case, plan)
    for step in course.desk:
        moment = filed_at + timedelta(days=step.day, hours=5)
        with as_of(moment):
            record_event(case=case, key=step.event, occurred_at=moment, source_type="desk", source_id=f"{case.pk}")
    if plan.closed_on:
        with as_of(at_hour(plan.closed_on, 16)):
            close_case(case=case, closing_mode=plan.closing_mode)


def _add_ruling(case: Case, plan: CasePlan) -> None:
    debtors = "、".join(person.name for person in plan.parties if person.part == "debtor")
    number = f"{plan.case_no}之一"
    lines = [
        "执 行 裁 定 书",
        number,
        f"被执行人：{debtors}",
        "裁定查封、扣押、冻结被执行人的财产。",
        str(plan.filed_on),
    ]
    with as_of(at_hour(plan.filed_on, 15)):
        add_paper(
            subject=case,
            kind="RULING",
            title="执行裁定书（查封、扣押、冻结）",
            content=io.BytesIO(one_page_pdf(lines)),
            document_no=number,
            issued_on=plan.filed_on,
            signer="院长",
        )


def _party(person: PersonPlan) -> PartyDraft:
    return PartyDraft(**asdict(person))


def sign_ins(folder: Path) -> dict[str, str]:
    """Passwords of the demonstration, made once for this data folder and kept there (mode 0600); never in the code."""
    path = folder / "sign-ins.json"
    if not path.exists():
        staff = [DESK, "1-e1", "2-e1", "2-director"]
        draft = {staff_no: secrets.token_urlsafe(9) for staff_no in staff}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(draft, file)
    passwords: dict[str, str] = json.loads(path.read_text())
    for officer in Officer.objects.filter(staff_no__in=passwords):
        if not officer.check_password(passwords[officer.staff_no]):
            set_password(officer=officer, password=passwords[officer.staff_no])
    return passwords


def posts(staff_numbers: Iterable[str]) -> dict[str, str]:
    """Court, name and roles behind each sign-in, for whoever reads the terminal."""
    officers = Officer.objects.filter(staff_no__in=list(staff_numbers)).select_related("court")
    return {officer.staff_no: f"{officer.court.name} {officer.name} {_roles(officer)}" for officer in officers}


def _roles(officer: Officer) -> str:
    with translation.override("zh-hans"):
        return "、".join(str(Role(row.role).label) for row in officer.role_rows.all())


def tip_off() -> dict[str, str]:
    """Which team is sent somewhere, and who sends it; nobody where the plan has no such court."""
    member = GroupMember.objects.filter(officer__staff_no="2-e1").order_by("pk").first()
    return {"by": "2-director", "group": str(member.group_id)} if member else {}


def field_officers(count: int) -> list[str]:
    """Staff numbers of officers who hold open cases, from different courts first."""
    held = Case.objects.exclude(status=Case.Status.CLOSED).values_list("court_id", flat=True)
    busy = Officer.objects.filter(court_id__in=set(held), role_rows__role=Role.OFFICER, is_active=True)
    by_court: dict[str, list[str]] = {}
    for staff_no in busy.order_by("staff_no").values_list("staff_no", flat=True):
        by_court.setdefault(staff_no.split("-")[0], []).append(staff_no)
    turns = [staff_no for row in zip(*_padded(list(by_court.values())), strict=True) for staff_no in row if staff_no]
    return turns[:count]


def _padded(rows: list[list[str]]) -> list[list[str]]:
    longest = max((len(row) for row in rows), default=0)
    return [row + [""] * (longest - len(row)) for row in rows]


def main(plans: Sequence[CourtPlan] = COURTS) -> None:
    """Prints what the demonstration needs to know; the one argument is how many officers to send out."""
    begun = seed(clock.now(), plans)
    folder = Path(settings.DATA_DIR)
    passwords = sign_ins(folder)
    answer = {
        "seeded": begun,
        "sign_ins": passwords,
        "posts": posts(passwords),
        "officers": field_officers(int(sys.argv[1]) if len(sys.argv) > 1 else 4),
        "courts": {court.code: str(court.pk) for court in Court.objects.filter(code__startswith=CITY)},
        "cases": Case.objects.count(),
        "tip_off": tip_off(),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    try:
        main()
    finally:
        connections.close_all()  # a pool with a connection still out keeps the process from ending
