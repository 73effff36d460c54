"""Figures of errands as the API gives them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ninja import Schema


class TallyView(Schema):
    """`counts` by figure; `rates` are shares of one, null where there is nothing to divide by."""

    counts: dict[str, int]
    rates: dict[str, Decimal | None]
    converted: Decimal
    """Confirmed errands as implementation cases, by the weights of their kinds."""
    rating: Decimal | None


class OfficerTally(TallyView):
    id: UUID
    name: str


class CourtTallyView(TallyView):
    id: UUID
    name: str
    officers: list[OfficerTally]


class FiguresView(Schema):
    since: date
    until: date
    courts: list[CourtTallyView]


class FigureRow(Schema):
    """A move that a figure counts."""

    matter: UUID
    number: str
    kind: str
    move: str
    at: datetime
    was_late: bool | None
    handler: str
    weight: Decimal
    rating: int | None


class FigureRows(Schema):
    """The newest 500 of `total`."""

    total: int
    items: list[FigureRow]
