"""Cases for people at desks: HTTP in and out, no rules."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from server.cases.access import case_not_found, cases_visible_to, readable_case
from server.cases.chains import stages_of_chains
from server.cases.guarding import blocked_nodes, guard_view, guards_of
from server.cases.lateness import late_after
from server.cases.models import Assignment, Case, Property
from server.cases.moves import told_late
from server.cases.property_models import VALUATION_METHOD
from server.cases.property_schemas import ChainView, HoldView, PropertyView
from server.cases.queries import assignments_of, cases_found, holders_of, moving_states, with_stage_and_due
from server.cases.schemas import AssignmentView, CaseDetail, CasePage, CaseRow, GuardView, NodeView, PartyView
from server.cases.services.reading import record_case_reading
from server.cases.states import CaseState
from server.cases.units import case_units
from server.cases.why import why
from server.cases.wording import worded
from server.common.clock import local_date, now
from server.common.day import Day
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["cases"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=200)]
Words = Annotated[str, Field(max_length=100)]


@router.get("/cases", response=CasePage, url_name="cases")
def list_cases(
    request: HttpRequest,
    cursor: UUID | None = None,
    limit: PageSize = 50,
    stage: Words = "",
    status: Words = "",
    q: Words = "",
) -> CasePage:
    """The cases the officer may read, the newest first; `q` finds a case number or a party's name."""
    found = cases_found(cases_visible_to(officer_of(request)), stage=stage, status=status, words=q)
    following = found.filter(pk__lt=cursor) if cursor else found
    cases = list(following.order_by("-pk")[: limit + 1])
    page = cases[:limit]
    holders = holders_of([case.pk for case in page])
    last = str(page[-1].pk) if len(cases) > limit else None
    return CasePage(items=[CaseRow(**_row(case, holders.get(case.pk, ""))) for case in page], next=last)


@router.get("/cases/{uuid:case_id}", response=CaseDetail, url_name="case")
def read_case(request: HttpRequest, case_id: UUID) -> CaseDetail:
    """One case with its parties, nodes and assignments; 404 also for a case that is not yours to read."""
    visible = with_stage_and_due(cases_visible_to(officer_of(request)))
    case = visible.filter(pk=case_id).select_related("flow").defer("flow__document").first()
    if case is None:
        raise case_not_found()
    record_case_reading(officer=officer_of(request), case_id=case.pk, court_id=case.court_id)
    unit, assignments = case_units([case.pk])[case.pk], assignments_of(case.pk)
    state = moving_states([case], told=None)[case.pk]
    explained = _explained(state)
    standing = next((row for row in assignments if row.ended_at is None), None)
    return CaseDetail(
        **_row(case, _holder(standing) if standing else ""),
        closing_mode=case.closing_mode,
        closed_on=case.closed_on,
        flow=f"{case.flow.key}@{case.flow.version}",
        parties=[PartyView(**party) for party in unit["parties"]],
        nodes=[NodeView(**node, **explained[node["id"]]) for node in unit["nodes"]],
        assignments=[_assignment(row) for row in assignments],
        pauses=list(case.pauses.select_related("approved_by").order_by("started_on", "pk")),
        extensions=list(case.extensions.select_related("approved_by").order_by("entered_at", "pk")),
        properties=[_property(each, case) for each in case.properties.prefetch_related("holds").order_by("pk")],
        clues=list(case.clues.order_by("pk")),
        chains=[ChainView(chain=chain, stage=stage) for chain, stage in _chains(state).items()],
    )


@router.get("/cases/{uuid:case_id}/guards", response=list[GuardView], url_name="case_guards")
def read_guards(
    request: HttpRequest, case_id: UUID, on: Day | None = None, property_kind: Words = "", chain: Words = ""
) -> list[GuardView]:
    """What must hold before a final round, an auction, a search or an eviction, with its evidence; as of `on`.

    `chain` is the id of the property that is to be auctioned: its own notice counts then, by its kind.
    """
    case = readable_case(officer_of(request), case_id)
    found = guards_of(case, on or local_date(now()), property_kind=property_kind, chain=chain)
    return [GuardView(**guard_view(each)) for each in found]


def _chains(state: CaseState) -> Mapping[str, str]:
    return stages_of_chains(state.flow, state.nodes.values())


def _property(row: Property, case: Case) -> PropertyView:
    holds = [HoldView.from_orm(hold) for hold in sorted(row.holds.all(), key=lambda hold: hold.started_on)]
    method = case.chain_facts.get(str(row.pk), {}).get(VALUATION_METHOD, "")
    standing = {"source": row.source, "valuation_method": method, "holds": holds}
    return PropertyView(id=row.pk, kind=row.kind, name=row.name, ref=row.ref, **standing)


def _explained(state: CaseState) -> dict[str, dict[str, Any]]:
    """What is said of each node beyond what a device is told, by its id."""
    blocked, late = blocked_nodes(state, local_date(now())), told_late(state, late_after())
    return {
        str(node.id): {
            "blocked": blocked.get(node.id, []),
            "earliest_on": node.earliest_on,
            "computed_with": node.computed_with,
            "explanation": [{**each.as_json(), "text": worded(each)} for each in why(state, node, late)],
        }
        for node in state.nodes.values()
    }


def officer_of(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


_COLUMNS = (
    "id",
    "court_id",
    "case_no",
    "cause",
    "status",
    "priority",
    "filed_on",
    "claim_amount",
    "recovered_amount",
    "assignment_no",
    "stage",
    "due_on",
    "version",
)


def _row(case: Case, holder: str) -> dict[str, Any]:
    return {name: getattr(case, name) for name in _COLUMNS} | {"holder": holder}


def _holder(assignment: Assignment) -> str:
    holder = assignment.group or assignment.officer
    return holder.name if holder else ""


def _assignment(row: Assignment) -> AssignmentView:
    return AssignmentView(
        number=row.number,
        holder=_holder(row),
        reason=row.reason,
        assigned_at=row.assigned_at,
        ended_at=row.ended_at,
    )
