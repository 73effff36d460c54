"""A court with its cases on one server, and its partner on another, who know each other by their cards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from server.cases.models import Case
from server.exchange.services import card_of
from server.matters.kinds import catalogue
from server.matters.models import Matter
from server.matters.services import Asked, Outcome, Said, add_file, add_result, draft_matter, log_talk, move_matter
from server.matters.states import Move
from server.people.models import Court, Officer, Role
from server.people.services import create_court
from tests.actors import Cast, cast, officer_of
from tests.exchange.worlds import World, introduce, other_database, peer_of, settle
from tests.matters.conftest import FREEZE, MONDAY, case, monday

__all__ = ["case", "cast", "monday"]


@dataclass
class Partners:
    """The court that asks is `near`, on the suite's own server; `far` is the one that does it."""

    near: World
    far: World
    cast: Cast
    case: Case
    centre: Officer
    handler: Officer

    def draft(self, kind: str = "DEPOSIT_FREEZE", **asked: Any) -> Matter:
        to_court = self.near.does(lambda: peer_of(self.far).court)
        said = Asked(kind=kind, request=FREEZE, **asked)
        with self.near.entered():
            matter = draft_matter(case=self.case, to_court=to_court, asked=said, by=self.cast.holder).matter
            for slot, count in catalogue().kinds[kind].papers.items():
                for number in range(count):
                    self.paper(matter, slot, f"{slot} {number}", by=self.cast.holder)
        return matter

    def paper(self, matter: Matter, slot: str, title: str, *, by: Officer, is_result: bool = False) -> None:
        content = BytesIO(f"{matter.pk} {title}".encode())
        add_file(matter=matter, slot=slot, title=title, content=content, is_result=is_result, by=by)

    def ask(self, matter: Matter, move: Move, by: Officer | None = None, **said: Any) -> Matter:
        """By the court that asked."""
        by = by or self.cast.holder
        with self.near.entered():
            return move_matter(matter_id=matter.pk, move=move, by=by, said=Said(**said)).matter

    def do(self, matter: Matter, move: Move, by: Officer | None = None, **said: Any) -> Matter:
        """By the court that does it."""
        by = by or self.centre
        with self.far.entered():
            return move_matter(matter_id=matter.pk, move=move, by=by, said=Said(**said)).matter

    def sent(self, **asked: Any) -> Matter:
        matter = self.draft(**asked)
        self.ask(matter, Move.SUBMIT)
        self.ask(matter, Move.APPROVE, self.cast.director)
        return matter

    def arrived(self, **asked: Any) -> Matter:
        matter = self.sent(**asked)
        self.settle()
        return matter

    def assigned(self, **asked: Any) -> Matter:
        matter = self.arrived(**asked)
        self.do(matter, Move.SIGN_FOR)
        self.do(matter, Move.ASSIGN, handler=self.handler.pk, handler_phone="0577-22")
        self.settle()
        return matter

    def frozen(self, **asked: Any) -> Matter:
        matter = self.assigned(**asked)
        outcome = Outcome("FROZEN", amount=Decimal(80000), expires_on=(MONDAY + timedelta(days=365)).date())
        with self.far.entered():
            add_result(matter=Matter.objects.get(pk=matter.pk), outcome=outcome, by=self.handler)
        self.settle()
        return matter

    def fed_back(self, **asked: Any) -> Matter:
        matter = self.frozen(**asked)
        with self.far.entered():
            self.paper(Matter.objects.get(pk=matter.pk), "receipt", "回执", by=self.handler, is_result=True)
        self.do(matter, Move.FEED_BACK, self.handler)
        self.settle()
        return matter

    def talk(self, matter: Matter) -> None:
        with self.far.entered():
            found = Matter.objects.get(pk=matter.pk)
            log_talk(matter=found, by=self.centre, spoke_with="林岚", text="材料缺一份，何时可补？")

    def settle(self) -> None:
        settle(self.near, self.far)

    def states(self, matter: Matter) -> tuple[str, str]:
        """As the court that asked has it, and the one that does it."""
        read = lambda: str(Matter.objects.get(pk=matter.pk).state)  # noqa: E731
        return self.near.does(read), self.far.does(read)


@pytest.fixture
def partners(db: None, cast: Cast, case: Case, tmp_path: Path) -> Iterator[Partners]:
    (tmp_path / "far").mkdir()
    with other_database(tmp_path / "far") as database:
        near, far = World(tmp_path / "near", connections["default"]), World(tmp_path / "far" / "evidence", database)
        near.court = cast.court
        with far.entered():
            far.court = create_court(code="浙9702", name="远河市人民法院", level=Court.Level.BASIC)
            centre = officer_of(far.court, "970201", "远值", Role.COMMAND_CENTRE)
            handler = officer_of(far.court, "970101", "远办", Role.OFFICER)
        introduce(near, far, card_of)
        yield Partners(near, far, cast, case, centre, handler)
