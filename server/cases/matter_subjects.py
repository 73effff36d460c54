"""Matters as subjects of acts and files: their states for decisions, who reads of them, which courts are told."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from server.cases.flow import FlowDefinition
from server.cases.held_rights import HeldLoan
from server.cases.held_rows import rights_of
from server.cases.matter_models import MatterSubject
from server.cases.models import Case, Grant, SubjectType
from server.cases.states import CaseState
from server.cases.work_calendar import WEEKDAYS_ONLY
from server.common.bulk import count_up
from server.common.clock import now
from server.common.statements import GivenMany, Statement
from server.people.access import courts_watched_by, current_at, is_suspended
from server.people.models import Court, Officer

NO_FLOW = FlowDefinition("matter", "1", "", {}, (), ())
"""A matter has clocks of its own, and no nodes: acts move nothing in it."""
_ROWS = Statement(
    lambda: MatterSubject.objects.filter(pk__in=GivenMany("ids")).select_related("asked_by").order_by("pk")
)
_HELD = Statement(
    lambda: (
        MatterSubject.objects.filter(pk__in=GivenMany("ids"))
        .select_related("asked_by")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
)


def matter_states(ids: Collection[UUID], officer_id: UUID | None, *, lock: bool = False) -> dict[UUID, CaseState]:
    """The matters there are among these that were sent, by id, as decisions see a case without a flow. Two SELECTs.

    `lock` holds the rows, taken in the order of their ids, after those of cases.
    """
    found = (_HELD if lock else _ROWS).rows(ids=ids) if ids else []
    rows = [(row, row.sent_at) for row in found if row.sent_at]
    rights = rights_of([row.pk for row, _ in rows], officer_id) if rows else {}
    return {
        row.pk: CaseState(
            id=row.pk,
            court_id=row.court_id,
            case_no=row.number,
            status=Case.Status.CLOSED if row.ended_at else Case.Status.OPEN,
            closed_at=row.ended_at,
            assignment_no=row.assignment_no,
            version=row.version,
            flow=NO_FLOW,
            flow_facts={},
            calendar=WEEKDAYS_ONLY,
            nodes={},
            grants=tuple(rights[row.pk].grants),
            loans=(HeldLoan(row.asked_by_id, sent_at, None),) if row.asked_by.reach == Court.Reach.HERE else (),
            assignments=tuple(rights[row.pk].assignments),
            is_urgent=row.is_urgent,
            type=SubjectType.MATTER.value,
        )
        for row, sent_at in rows
    }


def touch_matters(ids: Collection[UUID]) -> None:
    """A new version of these matters' units. Called in every transaction that changes what they show, once."""
    count_up(MatterSubject, "id", "version", ids)


def hold_matters(ids: Collection[UUID]) -> None:
    """To the end of the transaction, in the order of their ids."""
    if ids:
        _HELD.rows(ids=ids)


def matters_of(court_id: UUID) -> QuerySet[MatterSubject]:
    """Those a court is party to, as far as it is told of them."""
    asked = Q(asked_by_id=court_id)
    return MatterSubject.objects.filter(Q(sent_at__isnull=False) & (Q(court_id=court_id) | asked))


def matters_done_near(officer: Officer, at: datetime | None = None) -> QuerySet[MatterSubject]:
    """Those sent to a court he watches, or given to him in person."""
    at = at or now()
    if not officer.is_active or is_suspended(officer, at):
        return MatterSubject.objects.none()
    granted = matter_grants(at).filter(officer_id=officer.pk)
    near = Q(court_id__in=courts_watched_by(officer, at)) | Q(pk__in=granted.values("subject_id"))
    return MatterSubject.objects.filter(near, sent_at__isnull=False)


def matters_asked_near(officer: Officer, cases: QuerySet[Case]) -> QuerySet[MatterSubject]:
    """Those asked by a court he watches, or from a case of his court among `cases`, which he may read."""
    own = Q(case__in=cases, asked_by_id=officer.court_id)
    return MatterSubject.objects.filter(own | Q(asked_by_id__in=courts_watched_by(officer)))


def matters_held_by(officer: Officer, at: datetime) -> QuerySet[MatterSubject]:
    """What his device may hold: those given to him in person at this moment."""
    if not officer.is_active or is_suspended(officer, at):
        return MatterSubject.objects.none()
    return MatterSubject.objects.filter(pk__in=matter_grants(at).filter(officer_id=officer.pk).values("subject_id"))


def matter_grants(at: datetime) -> QuerySet[Grant]:
    return Grant.objects.filter(current_at(at), subject_type=SubjectType.MATTER)


def is_matter(subject_id: OuterRef) -> Exists:
    return Exists(MatterSubject.objects.filter(pk=subject_id))
