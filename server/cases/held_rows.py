"""What decisions read beside the rows of cases themselves: what moves, and who has rights, each in one SELECT."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateField,
    DateTimeField,
    Field,
    Q,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast

from server.cases.extensions import Extension as Prolonging
from server.cases.held_rights import HeldAssignment, HeldGrant, HeldLoan
from server.cases.models import Assignment, CaseEvent, ClockPause, Extension, Grant, Node, Party, PropertyHold
from server.cases.pauses import HOLD, Pause
from server.cases.rulings import Granted, Hold
from server.cases.states import HeldEvent, HeldNode
from server.common.clock import local_date
from server.common.statements import Given, GivenMany, Statement, UuidText

NODE_COLUMNS = HeldNode._fields[:-1]
EVENT_COLUMNS = HeldEvent._fields[:-1]
_NODE, _EVENT, _GRANT, _ASSIGNMENT = "node", "event", "grant", "assignment"
_PAUSE, _HOLD, _EXTENSION = "pause", "hold", "extension"


class Moving(NamedTuple):
    """Of one case."""

    nodes: dict[tuple[str, str], HeldNode]
    events: list[HeldEvent]
    pauses: list[Pause]
    extensions: list[Granted]
    holds: list[Hold]


class Rights(NamedTuple):
    """Of one case: one officer's grants, loans to other courts, and who held it in turn."""

    grants: list[HeldGrant]
    loans: list[HeldLoan]
    assignments: list[HeldAssignment]


def moving_of(
    case_ids: Collection[UUID], *, touched: Collection[str] | None, telling: Collection[str], named: Collection[str]
) -> dict[UUID, Moving]:
    """Nodes and events: all of them, or nodes by key or named by id, and events by key or that finished a named one.

    With every pause, hold and extension.
    """
    if touched is None:
        rows = _MOVING.rows(case_ids=case_ids)
    else:
        ids = list(map(UUID, named))
        rows = _MOVING_TOUCHED.rows(case_ids=case_ids, keys=touched, telling=telling, named=ids)
    moving: dict[UUID, Moving] = defaultdict(lambda: Moving({}, [], [], [], []))
    ordered = []
    for what, case_id, *cells in rows:
        if what == _NODE:
            node = HeldNode(*cells[: len(NODE_COLUMNS)])
            moving[case_id].nodes[node.key, node.chain] = node
        else:
            ordered.append((cells[-1], cells[0], what, case_id, cells))
    for _, _, what, case_id, cells in sorted(ordered, key=lambda each: each[:2]):
        _take(moving[case_id], what, cells)
    return moving


def _take(moving: Moving, what: str, cells: list[Any]) -> None:
    id_, key, chain, third, _, fourth, first_day, other_day, last_day = cells[:9]
    if what == _EVENT:
        moving.events.append(HeldEvent(id_, key, cells[-2], third, fourth, chain, first_day, cells[-1]))
    elif what == _PAUSE:
        moving.pauses.append(Pause(first_day, last_day, key, third, fourth, local_date(cells[-1])))
    elif what == _HOLD:
        moving.holds.append(Hold(chain, Pause(first_day, last_day, key, third, fourth, local_date(cells[-1]))))
    else:
        moving.extensions.append(Granted(key, chain, Prolonging(first_day, fourth, other_day, third)))


def debtors_of(case_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """By case the chains of its debtors: their ids. No SELECT for no cases."""
    debtors: dict[UUID, set[str]] = defaultdict(set)
    if case_ids:
        rows = Party.objects.filter(case_id__in=list(case_ids), part=Party.Part.DEBTOR)
        for case_id, pk in rows.values_list("case_id", "pk"):
            debtors[case_id].add(str(pk))
    return debtors


def rights_of(case_ids: Collection[UUID], officer_id: UUID | None) -> dict[UUID, Rights]:
    """In the order in which they began."""
    rights: dict[UUID, Rights] = defaultdict(lambda: Rights([], [], []))
    for row in sorted(_RIGHTS.rows(case_ids=case_ids, officer_id=officer_id), key=_begun):
        what, case_id, _id, reason, number, begins, ends, officer, other = row
        of_case = rights[case_id]
        if what == _ASSIGNMENT:
            of_case.assignments.append(HeldAssignment(number, begins, ends, other, officer))
        elif officer is not None:
            of_case.grants.append(HeldGrant(reason, number, begins, ends))
        else:
            of_case.loans.append(HeldLoan(other, begins, ends))
    return rights


def _begun(row: tuple[Any, ...]) -> tuple[bool, int, datetime, int]:
    is_assignment = row[0] == _ASSIGNMENT
    return (is_assignment, row[4] if is_assignment else 0, row[5], row[2].int)


def _text(value: str) -> Cast:
    return Cast(Value(value), TextField())


def _nothing(field: "Field[Any, Any]") -> Cast:
    return Cast(Value(None), field)


def _nodes() -> QuerySet[Node, Any]:
    rows = Node.objects.filter(case_id__in=GivenMany("case_ids"))
    moments = (_nothing(DateTimeField()), _nothing(DateTimeField()))
    return rows.values_list(_text(_NODE), "case_id", *NODE_COLUMNS, *moments)


def _events() -> QuerySet[CaseEvent, Any]:
    rows = CaseEvent.objects.filter(case_id__in=GivenMany("case_ids"), voided_at=None)
    told = ("id", "key", "chain", "source_type", _nothing(BigIntegerField()), "source_id")
    days = ("acted_on", _nothing(DateField()), _nothing(DateField()))
    return rows.values_list(_text(_EVENT), "case_id", *told, *days, *_rest(), "occurred_at", "received_at")


def _rest() -> tuple[Cast, ...]:
    """The columns of a node after its days, of rows that are none."""
    ids = (_nothing(UUIDField()), _nothing(UUIDField()), _nothing(BigIntegerField()))
    dates = (_nothing(DateTimeField()), _nothing(DateField()), _nothing(BooleanField()))
    return (*ids, *dates, _nothing(TextField()), _nothing(BooleanField()))


def _pauses() -> QuerySet[ClockPause, Any]:
    rows = ClockPause.objects.filter(case_id__in=GivenMany("case_ids"))
    told = ("id", "reason", _text(""), "document", _nothing(BigIntegerField()), "approved_by__name")
    days = ("started_on", _nothing(DateField()), "ended_on")
    moments = (_nothing(DateTimeField()), "entered_at")
    return rows.values_list(_text(_PAUSE), "case_id", *told, *days, *_rest(), *moments)


def _holds() -> QuerySet[PropertyHold, Any]:
    rows = PropertyHold.objects.filter(property__case_id__in=GivenMany("case_ids"))
    told = ("id", _text(HOLD), UuidText("property_id"), "document", _nothing(BigIntegerField()), "entered_by__name")
    days = ("started_on", _nothing(DateField()), "ended_on")
    moments = (_nothing(DateTimeField()), "entered_at")
    return rows.values_list(_text(_HOLD), "property__case_id", *told, *days, *_rest(), *moments)


def _extensions() -> QuerySet[Extension, Any]:
    rows = Extension.objects.filter(case_id__in=GivenMany("case_ids"))
    told = ("id", "key", "chain", "level", _nothing(BigIntegerField()), "approved_by__name")
    days = ("asked_on", "new_due", _nothing(DateField()))
    moments = (_nothing(DateTimeField()), "entered_at")
    return rows.values_list(_text(_EXTENSION), "case_id", *told, *days, *_rest(), *moments)


def _moving_touched() -> Any:
    nodes = _nodes().filter(Q(key__in=GivenMany("keys", "text")) | Q(pk__in=GivenMany("named")))
    finished = Node.objects.filter(pk__in=GivenMany("named"), stop_event_id__isnull=False).values("stop_event_id")
    events = _events().filter(Q(key__in=GivenMany("telling", "text")) | Q(pk__in=Subquery(finished)))
    return nodes.union(events, _pauses(), _holds(), _extensions(), all=True)


def _rights() -> Any:
    lent = Q(reason=Grant.Reason.DELEGATED, court_id__isnull=False)
    grants = Grant.objects.filter(lent | Q(officer_id=Given("officer_id")), subject_id__in=GivenMany("case_ids"))
    spans = ("valid_from", "valid_to", "officer_id", "court_id")
    assignments = Assignment.objects.filter(subject_id__in=GivenMany("case_ids"))
    held = ("assigned_at", "ended_at", "officer_id", "group_id")
    return grants.values_list(_text(_GRANT), "subject_id", "id", "reason", "assignment_no", *spans).union(
        assignments.values_list(_text(_ASSIGNMENT), "subject_id", "id", _text(""), "number", *held), all=True
    )


_MOVING: Statement[Any] = Statement(lambda: _nodes().union(_events(), _pauses(), _holds(), _extensions(), all=True))
_MOVING_TOUCHED: Statement[Any] = Statement(_moving_touched)
_RIGHTS: Statement[Any] = Statement(_rights)
