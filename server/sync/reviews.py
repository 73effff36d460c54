"""What a person must look at: one review for each operation that was not applied."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count

from server.common.bulk import insert_rows, json_text
from server.common.clock import now, to_wire
from server.common.ids import new_id
from server.common.statements import Given, Statement
from server.field.operation import Outcome, Status
from server.people.models import Device
from server.sync.models import Operation, Review

_COLUMNS = ("id", "court_id", "subject_id", "cause", "details", "state", "version", "operation_id", "opened_at")

_OPEN = Statement(
    lambda: (
        Review.objects.filter(operation__device__officer_id=Given("officer_id"), state=Review.State.OPEN)
        .select_related("operation")
        .defer("operation__body")
        .order_by("opened_at", "pk")
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
    insert_rows(
        Review,
        _COLUMNS,
        [(*_opened(device, outcome), ids[seq], opened_at) for seq, outcome in sorted(waiting.items())],
    )


def _opened(device: Device, outcome: Outcome) -> tuple[Any, ...]:
    subject_id = outcome.main_subject.subject_id if outcome.main_subject else None
    details = json_text(outcome.details)
    return (new_id(), device.court_id, subject_id, outcome.code, details, Review.State.OPEN.value, 1)


def open_reviews_of(officer_id: UUID) -> list[dict[str, Any]]:
    """What waits of this officer's own work, oldest first, as a pull shows it: causes, nothing of a case."""
    return [
        {
            "id": str(review.pk),
            "device": str(review.operation.device_id),
            "incarnation": review.operation.incarnation,
            "seq": review.operation.seq,
            "operation": review.operation.hash,
            "status": review.operation.status,
            "cause": review.cause,
            "state": review.state,
            "opened_at": to_wire(review.opened_at),
        }
        for review in _OPEN.rows(officer_id=officer_id)
    ]


def causes_waiting(court_ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """How many wait in these courts for each cause, most first."""
    rows = Review.objects.filter(court_id__in=court_ids, state=Review.State.OPEN).values("cause")
    counted = rows.annotate(count=Count("pk")).order_by("-count", "cause")
    return [{"cause": row["cause"], "count": row["count"]} for row in counted]


def reviews_waiting(
    court_ids: Iterable[UUID], *, cause: str = "", after: UUID | None = None, limit: int = 50
) -> Sequence[Review]:
    """A page of what waits in these courts, in the order it came."""
    rows = Review.objects.filter(court_id__in=court_ids, state=Review.State.OPEN).order_by("pk")
    if cause:
        rows = rows.filter(cause=cause)
    if after:
        rows = rows.filter(pk__gt=after)
    return list(rows.select_related("operation__device__officer").defer("operation__body")[:limit])
