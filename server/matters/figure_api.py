"""Figures of errands over HTTP, each with the moves it counts. No rules here."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from server.common.clock import local_date, now
from server.common.day import Day
from server.matters.figure_schemas import CourtTallyView, FigureRow, FigureRows, FiguresView, OfficerTally
from server.matters.figures import CourtTally, Key, Span, Tally, moves_of, tallies, weight_of
from server.matters.models import MatterMove
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["matters"], auth=SignedIn())
ROWS = 500


class SpanAsked(Schema):
    """Days in China, both of them with it; without any, this month so far."""

    since: Day | None = None
    until: Day | None = None

    @property
    def span(self) -> Span:
        until = self.until or local_date(now())
        return Span(self.since or min(until, date(until.year, until.month, 1)), until)


@router.get("/matter-figures", response=FiguresView)
def list_figures(request: HttpRequest, asked: Query[SpanAsked]) -> FiguresView:
    """Of the courts the reader watches: what they did for others, in time or not, by officer."""
    assert isinstance(request.user, Officer)
    found = tallies(request.user, asked.span)
    courts = [CourtTallyView(id=court_id, officers=_officers(each), **_said(each)) for court_id, each in found.items()]
    return FiguresView(since=asked.span.since, until=asked.span.until, courts=courts)


@router.get("/matter-figures/{figure}", response=FigureRows)
def list_rows(
    request: HttpRequest, figure: Key, asked: Query[SpanAsked], court: UUID | None = None, officer: UUID | None = None
) -> FigureRows:
    """The moves that one figure counts, the newest first."""
    assert isinstance(request.user, Officer)
    rows = moves_of(request.user, figure, asked.span, court_id=court, officer_id=officer)
    return FigureRows(total=rows.count(), items=[figure_row(row) for row in rows[:ROWS]])


def figure_row(row: MatterMove) -> FigureRow:
    matter = row.matter
    return FigureRow(
        matter=matter.pk,
        number=matter.number,
        kind=matter.kind,
        move=row.move,
        at=row.at,
        was_late=row.was_late,
        handler=matter.handled_by,
        weight=weight_of(matter.catalogue, matter.kind),
        rating=matter.rating,
    )


def _officers(court: CourtTally) -> list[OfficerTally]:
    """Who did most stands first."""
    ordered = sorted(court.officers.items(), key=lambda each: (-each[1].converted, each[1].name))
    return [OfficerTally(id=officer_id, **_said(each)) for officer_id, each in ordered]


def _said(tally: Tally) -> dict[str, Any]:
    names = ("name", "counts", "rates", "converted", "rating")
    return {name: getattr(tally, name) for name in names}
