"""What a day and a moment are counted by: each figure is a set of rows, so that its number and its list agree.

Of cases the reader may see. A figure that stands is as of now; one of a day is of that day in China.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery

from server.cases.access import cases_visible_to
from server.cases.counting import as_moment
from server.cases.lateness import late_after
from server.cases.levels import Level
from server.cases.models import Case
from server.evidence.models import Promise
from server.field.models import ActionSubject, FieldAction
from server.people.models import Officer
from server.supervision.access import urges_visible_to
from server.supervision.compelled import running_clocks
from server.supervision.models import Urge
from server.supervision.queries import warned_nodes
from server.sync.models import Review
from server.teamwork.access import handovers_visible_to
from server.teamwork.models import Handover

LEVELS = (Level.SEVERE, Level.OVERDUE, Level.DUE, Level.WARN, Level.NOTICE)


class Noun(StrEnum):
    """What the rows of a figure are, and what their `code` names."""

    CASE = "case"
    NODE = "node"
    ACT = "act"
    REVIEW = "review"
    FILE = "file"
    PERSON = "person"
    STAGE = "stage"


class Line(NamedTuple):
    case_id: UUID
    case_no: str
    code: str
    at: datetime | date | None
    action_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    reader: Officer
    day: date

    @property
    def cases(self) -> QuerySet[Case]:
        return cases_visible_to(self.reader)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From its midnight to the next."""
        return as_moment(self.day), as_moment(self.day + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Figure:
    key: str
    noun: Noun
    rows: Callable[[Scope], QuerySet[Any, Any]]
    columns: tuple[str, ...]
    """Of a row, what makes its line: case, number, code, time, and the act where there is one."""

    def count(self, scope: Scope) -> int:
        return self.rows(scope).count()

    def lines(self, scope: Scope, most: int) -> list[Line]:
        """The newest first."""
        rows = self.rows(scope).order_by(F(self.columns[3]).desc(nulls_last=True), "pk")
        return [Line(*row) for row in rows.values_list(*self.columns)[:most]]


_OF_CASE = ("case_id", "case__case_no")


def _nodes_at(level: Level) -> Figure:
    return Figure(
        level.value.lower(),
        Noun.NODE,
        lambda scope: warned_nodes(scope.reader, level=level.value),
        (*_OF_CASE, "key", "due_on"),
    )


def _with_case_no(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Of rows that know their case by `subject_id` alone."""
    found: QuerySet[Any, Any] = rows.annotate(
        case_no=Subquery(Case.objects.filter(pk=OuterRef("subject_id")).values("case_no")[:1])
    )
    return found


def _reviews(scope: Scope) -> QuerySet[Any, Any]:
    return _with_case_no(Review.objects.filter(subject_id__in=scope.cases.values("pk")))


def _files(scope: Scope) -> QuerySet[Any, Any]:
    return _with_case_no(Promise.objects.filter(subject_id__in=scope.cases.values("pk")))


def acts_seen(scope: Scope) -> QuerySet[Any, Any]:
    """One act once, in the first of the cases it is about."""
    subjects = _subjects_seen(scope).filter(action=OuterRef("pk")).order_by("pk").values("subject_id")[:1]
    return _with_case_no(FieldAction.objects.annotate(subject_id=Subquery(subjects)).exclude(subject_id=None))


def _subjects_seen(scope: Scope) -> QuerySet[Any, Any]:
    return ActionSubject.objects.filter(subject_id__in=scope.cases.values("pk"))


def _within(rows: QuerySet[Any, Any], column: str, scope: Scope) -> QuerySet[Any, Any]:
    begun, ended = scope.span
    found: QuerySet[Any, Any] = rows.filter(**{f"{column}__gte": begun, f"{column}__lt": ended})
    return found


def _late(scope: Scope) -> QuerySet[Any, Any]:
    lag = ExpressionWrapper(F("received_at") - F("recorded_at"), output_field=DurationField())
    late: QuerySet[Any, Any] = (
        _within(acts_seen(scope), "received_at", scope).alias(lag=lag).filter(lag__gt=late_after())
    )
    return late


_ACT = ("subject_id", "case_no", "kind")
_FILE = ("subject_id", "case_no", "shot_code")
_REVIEW = ("subject_id", "case_no", "cause")

STANDING: Mapping[str, Figure] = {
    figure.key: figure
    for figure in (
        Figure(
            "open",
            Noun.CASE,
            lambda s: s.cases.exclude(status=Case.Status.CLOSED),
            ("pk", "case_no", "cause", "filed_on"),
        ),
        *(_nodes_at(level) for level in LEVELS),
        Figure("reviews", Noun.REVIEW, lambda s: _reviews(s).filter(state=Review.State.OPEN), (*_REVIEW, "opened_at")),
        Figure(
            "files",
            Noun.FILE,
            lambda s: _files(s).exclude(state=Promise.State.VERIFIED),
            (*_FILE, "promised_at", "holder_id"),
        ),
        Figure(
            "urges",
            Noun.PERSON,
            lambda s: urges_visible_to(s.reader).filter(state=Urge.State.OPEN),
            (*_OF_CASE, "person__name", "asked_at"),
        ),
        Figure(
            "handovers",
            Noun.STAGE,
            lambda s: handovers_visible_to(s.reader).filter(state=Handover.State.PROPOSED),
            (*_OF_CASE, "stage", "proposed_at"),
        ),
        Figure(
            "compelled", Noun.PERSON, lambda s: running_clocks(s.reader), (*_OF_CASE, "person", "began_at", "action_id")
        ),
    )
}
"""As of now."""

OF_DAY: Mapping[str, Figure] = {
    figure.key: figure
    for figure in (
        Figure("filed", Noun.CASE, lambda s: s.cases.filter(filed_on=s.day), ("pk", "case_no", "cause", "filed_on")),
        Figure("closed", Noun.CASE, lambda s: s.cases.filter(closed_on=s.day), ("pk", "case_no", "cause", "closed_on")),
        Figure("done", Noun.ACT, lambda s: _within(acts_seen(s), "recorded_at", s), (*_ACT, "recorded_at", "pk")),
        Figure("arrived", Noun.ACT, lambda s: _within(acts_seen(s), "received_at", s), (*_ACT, "received_at", "pk")),
        Figure("late", Noun.ACT, _late, (*_ACT, "received_at", "pk")),
        Figure(
            "proved", Noun.FILE, lambda s: _within(_files(s), "verified_at", s), (*_FILE, "verified_at", "holder_id")
        ),
        Figure("decided", Noun.REVIEW, lambda s: _within(_reviews(s), "decided_at", s), (*_REVIEW, "decided_at")),
        Figure(
            "urged",
            Noun.PERSON,
            lambda s: _within(urges_visible_to(s.reader), "asked_at", s),
            (*_OF_CASE, "person__name", "asked_at"),
        ),
    )
}
"""Of one day."""

FIGURES: Mapping[str, Figure] = {**OF_DAY, **STANDING}


def standing_counts(reader: Officer, day: date | None = None) -> dict[str, int]:
    scope = Scope(reader, day or date.min)
    return {key: figure.count(scope) for key, figure in STANDING.items()}


def day_counts(reader: Officer, day: date) -> dict[str, int]:
    """Of the day, and what stands now."""
    scope = Scope(reader, day)
    return {key: figure.count(scope) for key, figure in FIGURES.items()}
