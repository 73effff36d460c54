"""Many cases filed at once, with what each has from its first day: parties, nodes, events, who holds it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from server.cases.calendars import work_calendar
from server.cases.case_file import CaseRow
from server.cases.flow import FlowDefinition
from server.cases.live import case_view
from server.cases.models import Assignment, Case, FlowVersion, Grant, Party, SubjectType, Triage
from server.cases.nodes import initial_nodes
from server.cases.parties import PartyDraft
from server.cases.queries import flow_of
from server.cases.services.assigning import assignment_view, grants_of, members_to_cover
from server.cases.services.events import insert_events
from server.cases.services.filing import filed_facts, newest_flow
from server.cases.services.identities import party_of
from server.cases.services.triaging import track_event, triage_at_filing
from server.cases.states import CaseChange, CaseState, HeldEvent, after_event, node_views, unstarted
from server.cases.work_calendar import WorkCalendar
from server.common.clock import SHANGHAI, now
from server.common.ids import new_id
from server.ledger.services import Draft
from server.people.models import Court, Group, GroupMember, Officer
from server.people.streams import court_stream

AT_ONCE = 200
_SOURCE = "import"


@dataclass(frozen=True, slots=True)
class Filing:
    """A case to be filed; `officer` or `group` holds it from now on."""

    row: CaseRow
    court: Court
    officer: Officer | None
    group: Group | None


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all cases of one import have in common."""

    flow: FlowVersion
    definition: FlowDefinition
    calendar: WorkCalendar
    at: datetime
    members: dict[UUID, list[GroupMember]]
    by: Officer | None


@dataclass(frozen=True, slots=True)
class _Filed:
    case: Case
    parties: list[PartyDraft]
    rows: list[Party]
    change: CaseChange
    assignment: Assignment | None
    grants: list[Grant]
    triage: Triage | None


def file_many(filings: Sequence[Filing], *, by: Officer | None, told: Callable[[int, int], None]) -> list[Draft]:
    """Write them; the caller owns the transaction and appends what is given back as its last statement."""
    flow, at = newest_flow(), now()
    groups = sorted({each.group.pk: each.group for each in filings if each.group}.values(), key=lambda group: group.pk)
    members = {group.pk: members_to_cover(group, at) for group in groups}
    frame = _Frame(flow, flow_of(flow), work_calendar(), at, members, by)
    drafts: list[Draft] = []
    for start in range(0, len(filings), AT_ONCE):
        filed = [_filed(filing, frame) for filing in filings[start : start + AT_ONCE]]
        _insert(filed)
        drafts += [_draft(each, frame) for each in filed]
        told(start + len(filed), len(filings))
    return drafts


def _filed(filing: Filing, frame: _Frame) -> _Filed:
    row = filing.row
    case = Case(
        court=filing.court,
        case_no=row.case_no,
        cause=row.cause,
        filed_on=row.filed_on,
        claim_amount=row.claim_amount or 0,
        flow=frame.flow,
        flow_facts=row.facts,
    )
    triage = triage_at_filing(case, row.parties, frame.definition)
    assignment = _assignment(case, filing, frame)
    members = frame.members[filing.group.pk] if filing.group else []
    grants = grants_of(assignment, members, filing.officer) if assignment else []
    parties = [replace(party, kind=party.kind or Party.Kind.PERSON) for party in row.parties]
    rows = [party_of(case, party) for party in parties]
    change = _change(_unstarted_state(case, rows, frame), row, assignment, triage, frame)
    return _Filed(case, parties, rows, change, assignment, grants, triage)


def _assignment(case: Case, filing: Filing, frame: _Frame) -> Assignment | None:
    if not filing.officer and not filing.group:
        return None
    case.assignment_no = 1
    holder = {"group": filing.group, "officer": filing.officer}
    return Assignment(subject_id=case.pk, number=1, reason="", assigned_at=frame.at, **holder)


def _change(
    state: CaseState, row: CaseRow, assignment: Assignment | None, triage: Triage | None, frame: _Frame
) -> CaseChange:
    """All nodes of the case as its first events leave them, in the order in which the events are told."""
    events = [_event("case_filed", _morning_of(row.filed_on), state.id)]
    if row.received_on:
        events.append(_event("application_received", _morning_of(row.received_on), state.id))
    if triage:
        events.append(track_event(triage, _morning_of(row.filed_on)))
    if assignment:
        events.append(_event("handler_assigned", frame.at, assignment.pk))
    for event in events:
        state, _ = after_event(state, event)
    return CaseChange(state.id, tuple(events), tuple(state.nodes.values()))


def _unstarted_state(case: Case, parties: Sequence[Party], frame: _Frame) -> CaseState:
    keys = initial_nodes(frame.definition, case.flow_facts)
    return CaseState(
        id=case.pk,
        court_id=case.court_id,
        case_no=case.case_no,
        status=case.status,
        closed_at=None,
        assignment_no=case.assignment_no,
        version=case.version,
        flow=frame.definition,
        flow_facts=case.flow_facts,
        calendar=frame.calendar,
        nodes={(key, ""): unstarted(frame.definition.tracked[key]) for key in keys},
        is_urgent=case.priority == Case.Priority.HIGH,
        debtors=frozenset(str(each.pk) for each in parties if each.part == Party.Part.DEBTOR)
        if frame.definition.has_debtor_chains
        else frozenset(),
    )


def _event(key: str, at: datetime, source_id: UUID) -> HeldEvent:
    return HeldEvent(new_id(), key, at, _SOURCE, str(source_id))


def _morning_of(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _insert(filed: Sequence[_Filed]) -> None:
    Case.objects.bulk_create([each.case for each in filed])
    Party.objects.bulk_create([row for each in filed for row in each.rows])
    Triage.objects.bulk_create([each.triage for each in filed if each.triage])
    insert_events([each.change for each in filed])
    Assignment.objects.bulk_create([each.assignment for each in filed if each.assignment])
    Grant.objects.bulk_create([grant for each in filed for grant in each.grants])


def _draft(filed: _Filed, frame: _Frame) -> Draft:
    """One entry a case, also where it is assigned at once."""
    case, assignment = filed.case, filed.assignment
    moved = [node for node in filed.change.nodes if node.started_on]
    view: dict[str, Any] = {
        "case": case_view(case),
        "nodes": node_views(case.pk, moved),
        "by": str(frame.by.pk) if frame.by else None,
        "flow": frame.definition.id,
        **({"assignment": assignment_view(assignment)} if assignment else {}),
    }
    facts = {**filed_facts(case, filed.parties), "source": _SOURCE}
    return Draft((court_stream(case.court_id),), "case_filed", view, facts, SubjectType.CASE.value, case.pk)
