"""What a person must look at: one review for each operation that was not applied, and whom it is told to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from server.cases.models import Grant, MatterSubject, SubjectType
from server.common.bulk import insert_rows, json_text
from server.common.clock import now, to_wire
from server.common.ids import new_id
from server.common.statements import Given, Statement
from server.field.models import ActionRecord
from server.field.operation import Outcome, Status
from server.ledger.services import Draft
from server.people.access import current_at
from server.people.models import Device, Officer
from server.people.streams import court_stream
from server.sync.models import Operation, Review, ReviewDecision, ReviewSubject

TOLD_FOR = timedelta(days=14)
"""How long a decision is told to the officers' devices."""
_UNREAD = ("operation__body", "operation__device__last_status")
"""Large, and the same status again with each review of a device."""
_COLUMNS = ("id", "court_id", "subject_id", "cause", "details", "state", "version", "operation_id", "opened_at")


class _Told(NamedTuple):
    """What a device is told of a review, as its columns: an officer may have hundreds, in every page of a pull."""

    id: UUID
    cause: str
    state: str
    opened_at: datetime
    decided_at: datetime | None
    status: str
    device_id: UUID
    incarnation: int
    seq: int
    operation: str
    officer: str


_TOLD_COLUMNS = (
    *("pk", "cause", "state", "opened_at", "decided_at", "operation__status", "operation__device_id"),
    *("operation__incarnation", "operation__seq", "operation__hash", "operation__device__officer__name"),
)


def _told(reviews: QuerySet[Review]) -> QuerySet[Review, tuple[Any, ...]]:
    return reviews.order_by("opened_at", "pk").values_list(*_TOLD_COLUMNS)


def _told_still() -> QuerySet[Review]:
    return Review.objects.filter(Q(state=Review.State.OPEN) | Q(decided_at__gt=Given("since")))


def _standing_grants() -> QuerySet[Grant]:
    return Grant.objects.filter(current_at(Given("at")), officer_id=Given("officer_id"), subject_type=SubjectType.CASE)


_OF_HIS_OWN = Statement(lambda: _told(_told_still().filter(operation__device__officer_id=Given("officer_id"))))
_IN_HIS_CASES = Statement(
    lambda: (
        ReviewSubject.objects.filter(subject_id__in=_standing_grants().values("subject_id"))
        .filter(Q(review__state=Review.State.OPEN) | Q(review__decided_at__gt=Given("since")))
        .order_by("pk")
        .values_list("review_id", "subject_id")
    )
)


def open_reviews(device: Device, incarnation: int, outcomes: Mapping[int, Outcome]) -> None:
    """One for each outcome that is not applied, by seq; their operations are written already."""
    waiting = {seq: outcome for seq, outcome in outcomes.items() if outcome.status is not Status.APPLIED}
    if not waiting:
        return
    rows = Operation.objects.filter(device=device, incarnation=incarnation, seq__in=waiting)
    ids = dict(rows.values_list("seq", "pk"))
    opened_at = now()
    opened = [(*_opened(device, outcome), ids[seq], opened_at) for seq, outcome in sorted(waiting.items())]
    insert_rows(Review, _COLUMNS, opened)
    outcomes_in_order = [outcome for _, outcome in sorted(waiting.items())]
    pairs = zip(opened, outcomes_in_order, strict=True)
    subjects = [(row[0], case) for row, outcome in pairs for case in waiting_subjects(outcome)]
    insert_rows(ReviewSubject, ("review_id", "subject_id"), subjects)


def _opened(device: Device, outcome: Outcome) -> tuple[Any, ...]:
    subject_id = outcome.main_subject.subject_id if outcome.main_subject else None
    details = json_text(outcome.details)
    return (new_id(), device.court_id, subject_id, outcome.code, details, Review.State.OPEN.value, 1)


def waiting_subjects(outcome: Outcome) -> list[UUID]:
    """Known cases in which it waits: none of those in which the officer is a stranger."""
    waiting = (each.subject_id for each in outcome.subjects if each.status is not Status.APPLIED)
    return list(dict.fromkeys(case for case in waiting if case))


def review_draft(review: Review, kind: str, *, by: Officer | None = None, note: str = "") -> Draft:
    """An entry of a review's life, to the court whose officer acted; the words stay in its private part."""
    operation = review.operation
    view = {
        "review": {
            "id": str(review.pk),
            "state": str(review.state),
            "cause": review.cause,
            "operation": operation.hash,
            "device": str(operation.device_id),
            "incarnation": operation.incarnation,
            "seq": operation.seq,
            "status": operation.status,
        },
        "by": str(by.pk) if by else None,
    }
    type_ = _type_of(review.subject_id) if review.subject_id else ""
    return Draft((court_stream(review.court_id),), kind, view, {"note": note.strip()}, type_, review.subject_id)


def _type_of(subject_id: UUID) -> str:
    is_matter = MatterSubject.objects.filter(pk=subject_id).exists()
    return (SubjectType.MATTER if is_matter else SubjectType.CASE).value


def reviews_told(officer_id: UUID, holds: Collection[str] = ()) -> list[dict[str, Any]]:
    """What a pull tells an officer: of his own work, and of others' work in cases his device holds (`case:<id>`).

    What waits, and what was decided of late, oldest first. Of his own work nothing of a case: he may hold it no more.
    """
    at = now()
    since = at - TOLD_FOR
    own = [_Told(*row) for row in _OF_HIS_OWN.rows(officer_id=officer_id, since=since)]
    granted = _IN_HIS_CASES.rows(officer_id=officer_id, at=at, since=since) if holds else []
    held = {review: case for review, case in granted if f"case:{case}" in holds}
    missing = held.keys() - {review.id for review in own}
    others = [_Told(*row) for row in _told(Review.objects.filter(pk__in=missing))] if missing else []
    said = decisions_of(review.id for review in (*own, *others)) if own or others else {}
    acts = dict(
        ActionRecord.objects.filter(operation_hash__in=[review.operation for review in others]).values_list(
            "operation_hash", "action_id"
        )
        if others
        else ()
    )
    told = [_own(review, said.get(review.id, ())) for review in own]
    return told + [
        _of_another(review, said.get(review.id, ()), held[review.id], acts.get(review.operation)) for review in others
    ]


def _own(review: _Told, said: Sequence[ReviewDecision]) -> dict[str, Any]:
    return {
        "id": str(review.id),
        "device": str(review.device_id),
        "incarnation": review.incarnation,
        "seq": review.seq,
        "operation": review.operation,
        "own": True,
        **_standing(review, said),
    }


def _of_another(review: _Told, said: Sequence[ReviewDecision], case_id: UUID, action_id: UUID | None) -> dict[str, Any]:
    return {
        "id": str(review.id),
        "own": False,
        "case": str(case_id),
        "action": str(action_id) if action_id else None,
        "officer": review.officer,
        **_standing(review, said),
    }


def _standing(review: _Told, said: Sequence[ReviewDecision]) -> dict[str, Any]:
    asked = next((each for each in reversed(said) if each.choice == ReviewDecision.Choice.SUPPLEMENT), None)
    return {
        "status": review.status,
        "cause": review.cause,
        "state": review.state,
        "opened_at": to_wire(review.opened_at),
        "decided_at": to_wire(review.decided_at) if review.decided_at else None,
        "asked_at": to_wire(asked.at) if asked else None,
        "note": said[-1].note if said else "",
    }


def with_operation(reviews: QuerySet[Review]) -> QuerySet[Review]:
    return reviews.select_related("operation__device__officer").defer(*_UNREAD)


def decisions_of(ids: Iterable[UUID]) -> dict[UUID, list[ReviewDecision]]:
    """By review, in the order they were said. One SELECT."""
    said: dict[UUID, list[ReviewDecision]] = defaultdict(list)
    rows = ReviewDecision.objects.filter(review_id__in=list(ids))
    for each in rows.select_related("by").order_by("at", "pk"):
        said[each.review_id].append(each)
    return said


def causes_waiting(reviews: QuerySet[Review]) -> list[dict[str, Any]]:
    """How many of these wait for each cause and since when, most first."""
    counted = reviews.filter(state=Review.State.OPEN).order_by().values("cause")
    rows = counted.annotate(count=Count("pk"), oldest=Min("opened_at")).order_by("-count", "cause")
    return [{"cause": row["cause"], "count": row["count"], "oldest": row["oldest"]} for row in rows]


def reviews_page(
    reviews: QuerySet[Review], *, states: Iterable[str], cause: str = "", after: UUID | None = None, limit: int = 50
) -> list[Review]:
    """A page of these, in the order they came."""
    rows = with_operation(reviews.filter(state__in=list(states))).order_by("pk")
    if cause:
        rows = rows.filter(cause=cause)
    if after:
        rows = rows.filter(pk__gt=after)
    return list(rows[:limit])
