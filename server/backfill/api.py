"""What is to be carried back to the national system, over HTTP: no rules."""

from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from server.backfill.models import Kind
from server.backfill.queries import Filters, page_of_rows, whole_list
from server.backfill.schemas import LineFault, Named, NamedRows, Outcomes, OutcomeView, RowPage, TickBody, TickReport
from server.backfill.services import Ref, fill_back, record_taking, take_back, tick_off
from server.backfill.services.marking import NOT_FOUND
from server.backfill.sheet import sheet_answer
from server.common.day import Day
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["backfill"], auth=SignedIn())
Reason = Annotated[str, Field(max_length=200)]
PageSize = Annotated[int, Field(ge=1, le=200)]


class Wanted(Schema):
    state: Literal["waiting", "filled"] = "waiting"
    court_id: UUID | None = None
    case_id: UUID | None = None
    officer_id: UUID | None = None
    kind: Kind | Literal[""] = ""
    since: Day | None = None

    @property
    def filters(self) -> Filters:
        given = self.dict(exclude={"state", "kind"})
        return Filters(**given, kind=str(self.kind), is_filled=self.state == "filled")


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/backfill", response=RowPage)
def list_rows(request: HttpRequest, wanted: Query[Wanted], cursor: str = "", limit: PageSize = 100) -> RowPage:
    """Of the cases the officer may read what is still to be carried back, or with `state=filled` what has been.

    `officer_id` is who has the case in hand; `since` a day on which it came to be known here.
    """
    page = page_of_rows(_officer(request), wanted.filters, cursor=cursor, limit=limit)
    return RowPage(items=page.rows, total=page.total, next=page.next)


@router.get("/backfill.csv", response={200: str})
def list_as_csv(request: HttpRequest, wanted: Query[Wanted], reason: Reason = "") -> HttpResponse:
    """The same as CSV in UTF-8 with its mark, whole, for a spreadsheet; entered with inspection, with the `reason`."""
    rows = whole_list(_officer(request), wanted.filters)
    record_taking(officer=_officer(request), rows=rows, reason=reason)
    return sheet_answer(rows)


@router.post("/backfill/fill", response=Outcomes)
def fill(request: HttpRequest, body: NamedRows) -> Outcomes:
    """These stand in the national system now. Said again nothing changes. Who has the case in hand, or its desks."""
    officer = _officer(request)
    return _each(body, lambda refs: fill_back(refs=refs, by=officer))


@router.post("/backfill/undo", response=Outcomes)
def undo(request: HttpRequest, body: NamedRows) -> Outcomes:
    """Marked by mistake: they are to be carried back again."""
    officer = _officer(request)
    return _each(body, lambda refs: take_back(refs=refs, by=officer))


@router.post("/backfill/list", response=TickReport)
def tick(request: HttpRequest, body: TickBody) -> TickReport:
    """A list of what the national system has: the rows it names are marked. With `dry_run` it is only said."""
    report = tick_off(text=body.text, by=_officer(request), dry_run=body.dry_run)
    faults = [LineFault(line=fault.line, value=fault.value, reason=fault.reason) for fault in report.faults]
    return TickReport(ticked=report.ticked, already=report.already, faults=faults)


def _each(body: NamedRows, change: Callable[[list[Ref]], dict[Ref, str]]) -> Outcomes:
    known = {(row.case_id, row.reference): Ref.of(row.case_id, row.reference) for row in body.rows}
    outcomes = change([ref for ref in known.values() if ref is not None])
    return Outcomes(items=[_outcome(row, known[row.case_id, row.reference], outcomes) for row in body.rows])


def _outcome(row: Named, ref: Ref | None, outcomes: dict[Ref, str]) -> OutcomeView:
    outcome = outcomes[ref] if ref else NOT_FOUND
    return OutcomeView(case_id=row.case_id, reference=row.reference, outcome=outcome)
