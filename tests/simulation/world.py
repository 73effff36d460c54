"""One seed's court: who works there, which cases it has, and an administrator who moves them about."""

from datetime import date, timedelta
from uuid import UUID

from server.cases.models import Case, Grant
from server.cases.services import (
    PartyDraft,
    assign_subject,
    close_case,
    end_grant,
    file_case,
    grant_subject,
    resume_case,
    suspend_case,
)
from server.common.errors import DomainError
from server.field.related_units import forget_entries
from server.ledger.models import ServerLife
from server.ledger.services import begin_server_life
from server.people import services
from server.people.models import Court, Device, GroupMember, Officer, Role
from server.supervision.services.urging import urge
from server.teamwork.services import give_task, propose_handover
from tests.simulation.chance import Chance, VirtualClock

WISHES = {
    "assign": 5.0,
    "grant": 3.0,
    "end_grant": 2.0,
    "close": 0.5,
    "suspend": 1.0,
    "officer": 0.5,
    "file": 1.0,
    "task": 3.0,
    "urge": 2.0,
    "handover": 1.0,
}
DEBTORS = 2
"""Of so many each is pursued in several cases, and what is done in one is told in the others."""


class World:
    def __init__(self, chance: Chance, clock: VirtualClock, officers: int, cases: int) -> None:
        self._chance, self._clock = chance, clock
        ServerLife.objects.all().delete()
        forget_entries()
        self.server_epoch = begin_server_life(reason="simulation")
        self.court = services.create_court(code="闽0924", name="寿山县人民法院", level=Court.Level.BASIC)
        self.director = services.create_officer(court=self.court, staff_no="240199", name="局长", roles=[Role.DIRECTOR])
        self.officers = [self._officer(number) for number in range(officers)]
        self.groups = [services.create_group(court=self.court, name=f"执行{number}组") for number in range(2)]
        for number, officer in enumerate(self.officers):
            part = GroupMember.Part.EXECUTOR if number < 2 else GroupMember.Part.ASSISTANT
            services.add_group_member(group=self.groups[number % 2], officer=officer, part=part)
        self.cases: dict[str, str] = {}
        for _ in range(cases):
            self._assign(self._file())

    def code_for(self, officer: Officer) -> str:
        return services.issue_enrolment_code(officer=officer)

    def _officer(self, number: int) -> Officer:
        staff_no = f"2401{number:02}"
        return services.create_officer(court=self.court, staff_no=staff_no, name=f"法官{number}", roles=[Role.OFFICER])

    def _file(self) -> Case:
        case = file_case(
            court=self.court,
            case_no=f"（2026）闽0924执{len(self.cases) + 1}号",
            cause="买卖合同纠纷",
            filed_on=date(2026, 11, 2),
            parties=[PartyDraft("debtor", "被执行人乙", id_no=f"D{len(self.cases) % DEBTORS}")],
            claim_amount=120_000,
            flow_facts={"basis": "JUDGMENT", "claim_kind": "MONEY", "track": "NORMAL"},
        )
        self.cases[str(case.pk)] = case.case_no
        return case

    def _assign(self, case: Case) -> None:
        if self._chance.happens(0.3):
            assign_subject(case=case, officer=self._chance.choose(self.officers), reason="DESK")
        else:
            assign_subject(case=case, group=self._chance.choose(self.groups), reason="ROTA")

    def confirm_devices(self) -> None:
        """Somebody at the desk has looked at those a restored server knows by their certificates."""
        for device in Device.objects.filter(recovered_at__isnull=False, confirmed_at=None, revoked_at=None):
            services.confirm_device(device=device)

    def go_back(self) -> None:
        """The server is an older one: these are the cases it knows."""
        self.cases = {str(pk): case_no for pk, case_no in Case.objects.order_by("pk").values_list("pk", "case_no")}

    def is_at_work(self, officer: Officer) -> bool:
        return Officer.objects.filter(pk=officer.pk, is_active=True, suspended_from=None).exists()

    def revoke(self, device_id: UUID) -> None:
        services.revoke_device(device=Device.objects.get(pk=device_id), reason="LOST")

    def decree(self) -> str:
        """One thing an administrator does; what the law of the house forbids is simply refused."""
        wish = self._chance.weighted(WISHES)
        case = Case.objects.get(pk=self._chance.choose(list(self.cases)))
        try:
            self._fulfil(wish, case)
        except DomainError as refusal:
            return f"{wish} refused: {refusal.code}"
        return wish

    def _fulfil(self, wish: str, case: Case) -> None:
        match wish:
            case "assign":
                self._assign(case)
            case "grant":
                self._grant(case)
            case "end_grant":
                self._end_grant()
            case "close":
                close_case(case=case, closing_mode="FULLY_ENFORCED")
            case "suspend":
                if case.status == Case.Status.OPEN:
                    suspend_case(case=case, reason="RULING", document="1", approved_by=self.officers[0])
                else:
                    resume_case(case=case, reason="RULING")
            case "officer":
                self._suspend_or_reinstate(self._chance.choose(self.officers))
            case "task" | "urge" | "handover":
                self._ask(wish, case)
            case "file":
                self._assign(self._file())

    def _ask(self, wish: str, case: Case) -> None:
        """Of whoever it may be: of some it is refused."""
        officer = self._chance.choose(self.officers)
        if wish == "task":
            due_on = self._clock.now().date() + timedelta(days=30)
            give_task(case=case, text="核对车辆", to=officer, due_on=due_on, by=self.director)
        elif wish == "urge":
            urge(case_id=case.pk, text="进展如何", by=self.director)
        else:
            propose_handover(case=case, stage="disposal", by=self.director, to_officer=officer)

    def _grant(self, case: Case) -> None:
        """For a while only: some rights end by the clock alone, with no row changing."""
        lasts = timedelta(minutes=self._chance.dice.randint(1, 120)) if self._chance.happens(0.7) else None
        officer, now = self._chance.choose(self.officers), self._clock.now()
        until = now + lasts if lasts else None
        grant_subject(case=case, officer=officer, reason=Grant.Reason.RECEIVING, valid_to=until)

    def _end_grant(self) -> None:
        granted = Grant.objects.filter(reason=Grant.Reason.RECEIVING, valid_to=None).order_by("pk").first()
        if granted:
            end_grant(grant=granted)

    def _suspend_or_reinstate(self, officer: Officer) -> None:
        officer.refresh_from_db()
        if officer.suspended_from is None:
            services.suspend_officer(officer=officer, reason="INSPECTION")
        else:
            services.reinstate_officer(officer=officer, reason="CLEARED")
