"""Wire types of the staff API of cases."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Schema

from server.cases.clock_schemas import ExtensionView, PauseView
from server.cases.property_schemas import ChainView, ClueView, PropertyView


class CaseRow(Schema):
    id: UUID
    court_id: UUID
    case_no: str
    cause: str
    status: str
    priority: str
    filed_on: date
    claim_amount: Decimal
    recovered_amount: Decimal
    assignment_no: int
    holder: str
    """Name of the group or officer that holds it; empty for nobody."""
    stage: str
    """Key of the stage of the earliest running node."""
    due_on: date | None
    """The next day a running node is due."""
    version: int


class CasePage(Schema):
    items: list[CaseRow]
    next: str | None
    """The `cursor` of the next page."""


class PartyView(Schema):
    role: str
    kind: str
    name: str


class WantView(Schema):
    code: str
    text: str


class NodeView(Schema):
    id: UUID
    key: str
    chain: str
    stage: str
    zh: str
    en: str
    state: str
    started_on: date | None
    due_on: date | None
    finished_on: date | None
    limit_kind: str
    """statutory, regulatory or internal."""
    due_at: datetime | None = None
    """The moment at which a limit in hours ends."""
    earliest_on: date | None
    """Not before this day; for a party's window, which has no due date, the day on which it opens the way."""
    is_provisional: bool = False
    """A date hangs on a year whose calendar is not loaded."""
    is_paused: bool = False
    """Its clock stands still: nothing is due until it goes on."""
    computed_with: str
    """The flow and the calendar with which its dates last came out otherwise."""
    explanation: list[dict[str, Any]]
    """How its date came about: steps in their order, each with its `code`, its values and its `text`."""
    blocked: list[WantView] = []
    """Why its step may not be taken yet, where it runs and a guard stands before it."""


class ProofView(Schema):
    source: str
    """event, paper or action."""
    id: str
    key: str
    on: date | None


class ConditionView(Schema):
    code: str
    text: str
    holds: bool
    evidence: list[ProofView]
    missing: list[WantView]
    earliest_on: date | None
    """The first day on which it can hold, where that is known."""


class GuardView(Schema):
    guard: str
    node: str
    """Key of the node whose step it guards."""
    text: str
    is_open: bool
    conditions: list[ConditionView]


class AssignmentView(Schema):
    number: int
    holder: str
    reason: str
    assigned_at: datetime
    ended_at: datetime | None


class CaseDetail(CaseRow):
    closing_mode: str
    closed_on: date | None
    flow: str
    parties: list[PartyView]
    nodes: list[NodeView]
    assignments: list[AssignmentView]
    pauses: list[PauseView]
    extensions: list[ExtensionView]
    properties: list[PropertyView]
    clues: list[ClueView]
    """Given at the desk; those of phones are among the acts."""
    chains: list[ChainView]
    """The stage of each chain; that of the case is the earliest of them."""
