"""A case of a court in one province, and a court of another that is to enforce it; high courts above both."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from server.cases.models import Case
from server.cases.services import PartyDraft
from server.common.clock import local_date, now, set_clock
from server.delegation.eight_papers import paper_list
from server.delegation.models import CaseDelegation
from server.delegation.services import Asked, Done, Said, Target, add_file, draft_delegation, move_delegation
from server.delegation.states import Move
from server.people.models import Court, Officer, Role
from server.people.services import create_court
from tests.actors import Cast, cast, officer_of
from tests.sync.pushing import file_one, hold

__all__ = ["cast"]
MONDAY = datetime(2026, 11, 2, 2, tzinfo=UTC)
ELSEWHERE = Target("远河市城东街道7号", kind="REAL_ESTATE", name="远河市厂房", ref="浙（2020）远河7号")
FILED_AS = "（2026）浙9702执88号"


@dataclass(frozen=True)
class Partners:
    """Of the other province, and above."""

    own_high: Court
    high: Court
    middle: Court
    court: Court
    neighbour: Court
    """Below the same superior."""
    centre: Officer
    handler: Officer
    bystander: Officer
    superior: Officer
    """Supervises for the intermediate court."""
    high_officer: Officer
    """Supervises for the high court of the receiving court."""
    own_high_officer: Officer
    neighbour_handler: Officer
    superior_judge: Officer
    far: Officer
    """In the command centre of a third province."""


@pytest.fixture
def partners(cast: Cast) -> Partners:
    own_high = create_court(code="闽", name="闽江省高级人民法院", level=Court.Level.HIGH)
    Court.objects.filter(pk=cast.superior_court.pk).update(parent=own_high)
    high = create_court(code="浙", name="东江省高级人民法院", level=Court.Level.HIGH)
    middle = create_court(code="浙97", name="远河市中级人民法院", level=Court.Level.INTERMEDIATE, parent=high)
    court = create_court(code="浙9702", name="远河市城东区人民法院", level=Court.Level.BASIC, parent=middle)
    neighbour = create_court(code="浙9703", name="远河市城西区人民法院", level=Court.Level.BASIC, parent=middle)
    third = create_court(code="赣", name="西江省高级人民法院", level=Court.Level.HIGH)
    far = create_court(code="赣9601", name="远山县人民法院", level=Court.Level.BASIC, parent=third)
    return Partners(
        own_high=own_high,
        high=high,
        middle=middle,
        court=court,
        neighbour=neighbour,
        centre=officer_of(court, "970201", "方值", Role.COMMAND_CENTRE),
        handler=officer_of(court, "970101", "石远", Role.OFFICER),
        bystander=officer_of(court, "970103", "江旁", Role.OFFICER),
        superior=officer_of(middle, "970901", "汪督", Role.SUPERIOR_SUPERVISOR),
        high_officer=officer_of(high, "970801", "高督", Role.SUPERIOR_SUPERVISOR),
        own_high_officer=officer_of(own_high, "090801", "闽督", Role.SUPERIOR_SUPERVISOR),
        neighbour_handler=officer_of(neighbour, "970301", "邻办", Role.OFFICER),
        superior_judge=officer_of(middle, "970902", "中办", Role.OFFICER),
        far=officer_of(far, "960201", "山值", Role.COMMAND_CENTRE),
    )


@pytest.fixture
def case(cast: Cast) -> Case:
    parties = [
        PartyDraft("applicant", "申请人甲", id_no="350900199001010011", phone="0593-11", address="寿山县1号"),
        PartyDraft("debtor", "被执行人乙", id_no="350900198801010022", phone="0593-22", address="远河市2号"),
    ]
    return hold(file_one(cast, parties=parties), cast.group)


class Journey:
    """One delegation, moved by whoever has to."""

    def __init__(self, cast: Cast, partners: Partners, case: Case) -> None:
        self.cast, self.partners, self.case = cast, partners, case

    def draft(self, **asked: Any) -> CaseDelegation:
        said = {"is_none_here": True, "statement": "本辖区无财产。", "targets": [ELSEWHERE], **asked}
        to_court = said.pop("to_court", self.partners.court)
        return draft_delegation(case=self.case, to_court=to_court, asked=Asked(**said), by=self.cast.holder)

    def move(self, delegation: CaseDelegation, move: Move, by: Officer, **said: Any) -> CaseDelegation:
        return self.done(delegation, move, by, **said).delegation

    def done(self, delegation: CaseDelegation, move: Move, by: Officer, **said: Any) -> Done:
        return move_delegation(delegation_id=delegation.pk, move=move, by=by, said=Said(**said))

    def paper(self, delegation: CaseDelegation, slot: str, title: str) -> None:
        content = BytesIO(f"{delegation.pk} {title}".encode())
        add_file(delegation=delegation, slot=slot, title=title, content=content, by=self.cast.holder)

    def with_papers(self, delegation: CaseDelegation, *, but: str = "") -> CaseDelegation:
        for slot in paper_list(delegation.paper_list).slots.values():
            for number in range(slot.count if slot.key != but else 0):
                self.paper(delegation, slot.key, f"{slot.key} {number}")
        return delegation

    def checked(self) -> CaseDelegation:
        return self.move(self.with_papers(self.draft()), Move.CHECK, self.cast.holder)

    def sent(self) -> CaseDelegation:
        return self.move(self.checked(), Move.SEND, self.cast.director, record_no="闽高法执备7号")

    def file(self, delegation: CaseDelegation, case_no: str = FILED_AS) -> CaseDelegation:
        said = {"case_no": case_no, "handler": self.partners.handler.pk, "handler_phone": "0570-1"}
        return self.move(delegation, Move.FILE, self.partners.centre, **said)

    def filed(self) -> CaseDelegation:
        return self.file(self.sent())

    def take_over(self, delegation: CaseDelegation) -> CaseDelegation:
        return self.move(delegation, Move.TAKE_OVER, self.cast.holder, told_applicant_on=local_date(now()))

    def taken_over(self) -> CaseDelegation:
        return self.take_over(self.filed())

    def running(self) -> CaseDelegation:
        return self.move(self.taken_over(), Move.START, self.partners.handler)

    def back(self, delegation: CaseDelegation) -> CaseDelegation:
        delegation = self.move(delegation, Move.ASK_RETURN, self.partners.centre, words="财产已被他案处置")
        self.move(delegation, Move.CONSENT, self.partners.high_officer)
        return self.move(delegation, Move.RETURN, self.partners.centre, words="经批准退回")


@pytest.fixture
def journey(cast: Cast, partners: Partners, case: Case) -> Journey:
    return Journey(cast, partners, case)


@pytest.fixture
def monday() -> Iterator[None]:
    """The 2nd of November 2026, ten in the morning."""
    at_day(0)
    yield
    set_clock(None)


def at_day(days: float) -> None:
    set_clock(lambda: MONDAY + timedelta(days=days))


def on(day: date) -> None:
    set_clock(lambda: datetime(day.year, day.month, day.day, 2, tzinfo=UTC))
