"""Moving a case to a newer version of its flow, over HTTP: no rules."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from server.cases.access import readable_case, require_can_direct
from server.cases.api import officer_of
from server.cases.flow_moves import Shift
from server.cases.services import move_flow
from server.cases.states import HeldNode
from server.people.auth import SignedIn
from server.people.models import Role

router = Router(tags=["cases"], auth=SignedIn())


class Moving(Schema):
    version: Annotated[str, Field(max_length=40)]
    """Of the same flow, newer than the case's own: `2026.11-2`."""
    reason: str = ""
    dry_run: bool = False
    """Say what would change, and change nothing."""


class StandingView(Schema):
    state: str
    started_on: date | None
    due_on: date | None
    finished_on: date | None


class ShiftView(Schema):
    key: str
    chain: str
    before: StandingView | None
    """None for a node that is written for the first time."""
    after: StandingView


class Moved(Schema):
    is_moved: bool
    nodes: list[ShiftView]
    """Those that stand otherwise, in the order of the flow."""


@router.post("/cases/{uuid:case_id}/flow", response=Moved, summary="The case is moved to a newer version of its flow")
def move(request: HttpRequest, case_id: UUID, asked: Moving) -> Moved:
    """By the director or the command centre of the case's court; with a reason, and logged."""
    officer = officer_of(request)
    case = readable_case(officer, case_id)
    require_can_direct(officer, case, Role.DIRECTOR, Role.COMMAND_CENTRE)
    moved = move_flow(**asked.dict(), case=case, by=officer)
    return Moved(is_moved=not asked.dry_run, nodes=[_shift(each) for each in moved.shifts if each.is_told])


def _shift(shift: Shift) -> ShiftView:
    before = _standing(shift.before) if shift.before else None
    return ShiftView(key=shift.after.key, chain=shift.after.chain, before=before, after=_standing(shift.after))


def _standing(node: HeldNode) -> StandingView:
    return StandingView(state=node.state, started_on=node.started_on, due_on=node.due_on, finished_on=node.finished_on)
