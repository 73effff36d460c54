"""Wire types of the list of what is to be carried back."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

MAX_AT_ONCE = 500
MAX_LIST_BYTES = 1024 * 1024


class RowView(Schema):
    """One thing recorded here, with what the national system asks of it."""

    reference: str
    """Ours, to be found again: the kind and the id of the act, event or ruling."""
    case_id: UUID
    case_no: str
    kind: str
    what: str
    """In words: the kind of act, of property, of pause …"""
    node: str
    """Names of the nodes it ends, else begins, with the property they are about; empty where it moves none."""
    node_keys: list[str]
    """The same by their keys."""
    events: list[str]
    """What it told the flow of the case."""
    day: date
    """Of the act, never of its upload."""
    debtors: list[str]
    persons: list[str]
    """Who did, entered or approved it, and who was there."""
    result: str
    document: str
    """The paper it rests on, by its number."""
    recorded_at: datetime
    """When it came to be known here."""
    verified_at: datetime | None = None
    """Of an act: when the last of its files was verified, where all are (the proof)."""
    is_filled: bool


class RowPage(Schema):
    items: list[RowView]
    total: int
    next: str | None
    """The `cursor` of the next page."""


class Named(Schema):
    case_id: UUID
    reference: Annotated[str, Field(max_length=60)]


class NamedRows(Schema):
    rows: Annotated[list[Named], Field(min_length=1, max_length=MAX_AT_ONCE)]


class OutcomeView(Schema):
    case_id: UUID
    reference: str
    outcome: str
    """`done`; `already`, it stood so before; `not_found`, there is no such row among those you may mark."""


class Outcomes(Schema):
    items: list[OutcomeView]


class TickBody(Schema):
    text: Annotated[str, Field(max_length=MAX_LIST_BYTES)]
    """CSV with a first line that names its columns, or one reference or case number a line."""
    dry_run: bool = False


class LineFault(Schema):
    line: int
    value: str
    reason: str


class TickReport(Schema):
    ticked: int
    already: int
    """Rows that stood as carried back before."""
    faults: list[LineFault]
    """Lines that name nothing here."""
