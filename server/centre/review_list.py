"""The list of what waits for a person: by cause, and within it by case and officer, oldest first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.cases.access import cases_visible_to
from server.centre.case_page import kind_names
from server.centre.causes import cause_name, review_look
from server.centre.states import Look
from server.field.models import ActionRecord
from server.people.models import Officer
from server.sync.models import Review
from server.sync.review_access import Decider, reviews_visible_to
from server.sync.reviews import causes_waiting, reviews_page

SHOWN_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class ReviewRow:
    id: UUID
    cause: str
    title: str
    """The case's number, or what stands for it."""
    kind: str
    officer: str
    opened_at: datetime
    look: Look
    may_ratify: bool
    seq: int


@dataclass(frozen=True, slots=True)
class Bunch:
    """The same officer's acts in the same case, waiting for the same cause: decided at one stroke."""

    rows: list[ReviewRow]

    @property
    def ids(self) -> list[UUID]:
        return [row.id for row in self.rows if row.may_ratify]


@dataclass(frozen=True, slots=True)
class CauseGroup:
    cause: str
    name: str
    count: int
    oldest: datetime
    bunches: list[Bunch]


@dataclass(frozen=True, slots=True)
class ReviewList:
    groups: list[CauseGroup]
    """All causes; those not asked for without rows."""
    total: int
    shown: int

    @property
    def following(self) -> list[UUID]:
        """Every row in its order."""
        return [row.id for group in self.groups for bunch in group.bunches for row in bunch.rows]


def review_list(reader: Officer, cause: str = "") -> ReviewList:
    """Five SELECTs, however many wait. Raises DomainError 403 `role_required`."""
    reviews = reviews_visible_to(reader)
    waiting = causes_waiting(reviews)
    rows = reviews_page(reviews, states=[Review.State.OPEN], cause=cause, limit=SHOWN_AT_MOST)
    by_cause = _by_cause(reader, rows)
    groups = [
        CauseGroup(each["cause"], cause_name(each["cause"]), each["count"], each["oldest"], by_cause[each["cause"]])
        for each in waiting
    ]
    return ReviewList(groups, sum(group.count for group in groups), len(rows))


def _by_cause(reader: Officer, reviews: Sequence[Review]) -> dict[str, list[Bunch]]:
    numbers = dict(
        cases_visible_to(reader)
        .filter(pk__in={review.subject_id for review in reviews if review.subject_id})
        .values_list("pk", "case_no")
    )
    kinds, decider = _kinds_of(reviews), Decider(reader)
    bunches: dict[str, dict[tuple[UUID | None, UUID], list[ReviewRow]]] = defaultdict(lambda: defaultdict(list))
    for review in reviews:
        key = (review.subject_id, review.operation.device.officer_id)
        bunches[review.cause][key].append(_row(decider, review, numbers, kinds))
    found = {cause: [Bunch(rows) for rows in by_key.values()] for cause, by_key in bunches.items()}
    return defaultdict(list, found)


def _kinds_of(reviews: Sequence[Review]) -> dict[str, str]:
    names = kind_names()
    hashes = [review.operation.hash for review in reviews]
    rows = ActionRecord.objects.filter(operation_hash__in=hashes).values_list("operation_hash", "action__kind")
    return {operation: names.get(kind, kind) for operation, kind in rows}


def _row(decider: Decider, review: Review, numbers: Mapping[UUID, str], kinds: Mapping[str, str]) -> ReviewRow:
    operation = review.operation
    return ReviewRow(
        id=review.pk,
        cause=review.cause,
        title=numbers.get(review.subject_id, "") if review.subject_id else "",
        kind=kinds.get(operation.hash, ""),
        officer=operation.device.officer.name,
        opened_at=review.opened_at,
        look=review_look(review.state, operation.status),
        may_ratify=decider.why_not_review(review) == "",
        seq=operation.seq,
    )
