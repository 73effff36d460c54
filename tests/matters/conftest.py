"""Two courts of one city with their command centres, a case of the first, and an errand for the second."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from server.cases.models import Case
from server.cases.services import PartyDraft
from server.common.clock import set_clock
from server.matters.kinds import catalogue
from server.matters.models import Matter
from server.matters.services import (
    Asked,
    Outcome,
    Said,
    add_file,
    add_result,
    draft_matter,
    log_talk,
    move_matter,
)
from server.matters.states import Move
from server.people.models import Court, Officer, Role
from server.people.services import create_court
from tests.actors import Cast, cast, officer_of
from tests.sync.pushing import file_one, hold

__all__ = ["cast"]
MONDAY = datetime(2026, 11, 2, 2, tzinfo=UTC)
FREEZE = {"holder": "被执行人乙", "bank": "工商银行周溪支行", "account": "6222 0011", "amount": "120000"}


@dataclass(frozen=True)
class Partners:
    """Of the court that is asked, beside `cast.stranger`, who handles it."""

    centre: Officer
    helper: Officer
    bystander: Officer
    far: Officer
    """In the command centre of a third court, in another province."""
    far_supervisor: Officer
    """Of a superior of that third court alone."""


@pytest.fixture
def partners(cast: Cast) -> Partners:
    high = create_court(code="浙", name="东江省高级人民法院", level=Court.Level.HIGH)
    far = create_court(code="浙9702", name="远河市人民法院", level=Court.Level.BASIC, parent=high)
    return Partners(
        centre=officer_of(cast.other_court, "250201", "方值", Role.COMMAND_CENTRE),
        helper=officer_of(cast.other_court, "250102", "石助", Role.ASSISTANT),
        bystander=officer_of(cast.other_court, "250103", "江旁", Role.OFFICER),
        far=officer_of(far, "970201", "远值", Role.COMMAND_CENTRE),
        far_supervisor=officer_of(high, "970901", "远督", Role.SUPERIOR_SUPERVISOR),
    )


@pytest.fixture
def case(cast: Cast) -> Case:
    parties = [
        PartyDraft("applicant", "申请人甲", id_no="350900199001010011"),
        PartyDraft("debtor", "被执行人乙", id_no="350900198801010022"),
    ]
    return hold(file_one(cast, parties=parties), cast.group)


class Errand:
    """One errand, moved by whoever has to."""

    def __init__(self, cast: Cast, partners: Partners, case: Case) -> None:
        self.cast, self.partners, self.case = cast, partners, case

    def draft(self, kind: str = "DEPOSIT_FREEZE", request: dict[str, str] | None = None, **asked: Any) -> Matter:
        said = Asked(kind=kind, request=FREEZE if request is None else request, **asked)
        drafted = draft_matter(case=self.case, to_court=self.cast.other_court, asked=said, by=self.cast.holder)
        return drafted.matter

    def with_papers(self, matter: Matter, *, but: str = "") -> Matter:
        for slot, count in catalogue().kinds[matter.kind].papers.items():
            for number in range(count if slot != but else 0):
                self.paper(matter, slot, f"{slot} {number}")
        return matter

    def paper(
        self, matter: Matter, slot: str, title: str, *, is_result: bool = False, by: Officer | None = None
    ) -> None:
        content = BytesIO(f"{matter.pk} {title}".encode())
        by = by or (self.cast.stranger if is_result else self.cast.holder)
        add_file(matter=matter, slot=slot, title=title, content=content, is_result=is_result, by=by)

    def move(self, matter: Matter, move: Move, by: Officer, **said: Any) -> Matter:
        return move_matter(matter_id=matter.pk, move=move, by=by, said=Said(**said)).matter

    def sent(self, **asked: Any) -> Matter:
        matter = self.with_papers(self.draft(**asked))
        self.move(matter, Move.SUBMIT, self.cast.holder)
        return self.move(matter, Move.APPROVE, self.cast.director)

    def signed_for(self, **asked: Any) -> Matter:
        return self.move(self.sent(**asked), Move.SIGN_FOR, self.partners.centre)

    def assigned(self, **asked: Any) -> Matter:
        matter = self.signed_for(**asked)
        said = {"handler": self.cast.stranger.pk, "handler_phone": "0593-22", "helpers": [self.partners.helper.pk]}
        return self.move(matter, Move.ASSIGN, self.partners.centre, **said)

    def frozen(self, **asked: Any) -> Matter:
        return self.freeze(self.assigned(**asked))

    def freeze(self, matter: Matter) -> Matter:
        outcome = Outcome("FROZEN", amount=Decimal(80000), expires_on=(MONDAY + timedelta(days=365)).date())
        add_result(matter=matter, outcome=outcome, by=self.cast.stranger)
        return matter

    def fed_back(self, **asked: Any) -> Matter:
        return self.feed_back(self.frozen(**asked))

    def feed_back(self, matter: Matter) -> Matter:
        self.paper(matter, "receipt", "回执", is_result=True)
        return self.move(matter, Move.FEED_BACK, self.cast.stranger)

    def served(self, matter: Matter, by: Officer) -> Matter:
        add_result(matter=matter, outcome=Outcome("SERVED"), by=by)
        self.paper(matter, "service_receipt", "送达回证", is_result=True, by=by)
        return self.move(matter, Move.FEED_BACK, by)

    def confirmed(self, **asked: Any) -> Matter:
        return self.move(self.fed_back(**asked), Move.CONFIRM, self.cast.holder)

    def talk(self, matter: Matter, by: Officer | None = None) -> None:
        log_talk(
            matter=matter, by=by or self.partners.centre, spoke_with="林岚", text="材料缺一份，何时可补？", phone="1"
        )


@pytest.fixture
def errand(cast: Cast, partners: Partners, case: Case) -> Errand:
    return Errand(cast, partners, case)


@pytest.fixture
def monday() -> Iterator[None]:
    """The 2nd of November 2026, ten in the morning."""
    at_day(0)
    yield
    set_clock(None)


def at_day(days: float) -> None:
    set_clock(lambda: MONDAY + timedelta(days=days))
