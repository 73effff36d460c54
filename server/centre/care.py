"""The order of care as one number the database sorts by: a case's worst level first, then the limit that ends first.

The same levels as `cases.levels`, said once more in SQL: a court's desk must not read every case to show the first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import (
    DateField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Least

from server.cases.levels import SEVERE_AFTER_DAYS, Level
from server.cases.models import Node
from server.common.clock import now

STEP = 200_000
"""Between two levels; days fit in between."""
MOST_DAYS = 90_000
LAST = -MOST_DAYS
"""Of a case without a limit that runs."""


class DaysFrom(Func):
    """Whole days from the second date to the first."""

    arity = 2
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "CAST(julianday(%(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - julianday(", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" - ", **extra)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list goes on: behind this case."""

    care: int
    case_id: UUID

    @classmethod
    def of(cls, text: str) -> "Place | None":
        """None for whatever was not written by `text`."""
        care, _dot, case_id = text.partition(".")
        try:
            return cls(max(-(2**31), min(2**31 - 1, int(care))), UUID(case_id))
        except ValueError:
            return None

    @property
    def text(self) -> str:
        return f"{self.care}.{self.case_id}"


def with_care(
    cases: QuerySet[Any, Any], today: date, statutory: Sequence[tuple[int, Collection[str]]]
) -> QuerySet[Any, Any]:
    """Adds `care`. `statutory`: for each flow the nodes whose limit a statute sets."""
    running = Node.objects.filter(case=OuterRef("pk"), state=Node.State.RUNNING).alias(
        flow_id=ExpressionWrapper(OuterRef("flow_id"), IntegerField()),
        remaining=DaysFrom(F("due_on"), Value(today, DateField())),
        length=Greatest(DaysFrom(F("due_on"), F("started_on")), 0),
        length_thrice=F("length") * 3,
    )
    running = running.alias(**_hours())
    worst = running.annotate(care=_rank(statutory) * STEP - _days()).order_by("-care").values("care")[:1]
    found: QuerySet[Any, Any] = cases.annotate(care=Coalesce(Subquery(worst), LAST))
    return found


def level_of_care(care: int) -> Level:
    return list(Level)[(care + STEP // 2) // STEP]


def at_level(level: Level) -> Q:
    middle = level.rank * STEP
    return Q(care__gte=middle - STEP // 2, care__lt=middle + STEP // 2)


def behind(place: Place) -> Q:
    return Q(care__lt=place.care) | Q(care=place.care, pk__gt=place.case_id)


def _days() -> Combinable:
    return Coalesce(Greatest(Least(F("remaining"), MOST_DAYS), -MOST_DAYS), MOST_DAYS)


def _hours() -> dict[str, Combinable]:
    """Of a limit in hours: how long it is past its moment, and how long it is."""
    at, end, begun = Value(now(), DateTimeField()), F("due_at"), F("start_event__occurred_at")
    return {
        "past": ExpressionWrapper(at - end, DurationField()),
        "hours": ExpressionWrapper(end - begun, DurationField()),
    }


def _is_long_over(statutory: Sequence[tuple[int, Collection[str]]]) -> Q:
    """`cases.levels`: half its length again, a statutory one after a day at the latest, any other after seven."""
    long_over = Q(hours__lte=F("past") + F("past")) | Q(past__gte=timedelta(days=SEVERE_AFTER_DAYS))
    for flow_id, keys in statutory:
        long_over |= Q(flow_id=flow_id, key__in=keys, past__gte=timedelta(days=1))
    return long_over


def _rank(statutory: Sequence[tuple[int, Collection[str]]]) -> Choice:
    """`cases.levels.warning_level`, line by line; fractions as whole numbers, so that both round alike."""
    is_severe = Q(remaining__lt=-7) | Q(length__lt=F("remaining") * -2)
    for flow_id, keys in statutory:
        is_severe |= Q(flow_id=flow_id, key__in=keys)
    is_warned = Q(remaining=1) | Q(length__gte=F("remaining") * 10)
    is_noticed = Q(remaining__lte=3) | Q(length_thrice__gte=F("remaining") * 10)
    return Choice(
        When(Q(due_on=None) | Q(started_on=None), then=Level.NORMAL.rank),
        When(_is_long_over(statutory), past__gte=timedelta(), then=Level.SEVERE.rank),
        When(past__gte=timedelta(), then=Level.OVERDUE.rank),
        When(is_severe, remaining__lt=0, then=Level.SEVERE.rank),
        When(remaining__lt=0, then=Level.OVERDUE.rank),
        When(remaining=0, then=Level.DUE.rank),
        When(is_warned, then=Level.WARN.rank),
        When(is_noticed, length__gt=3, then=Level.NOTICE.rank),
        default=Level.NORMAL.rank,
        output_field=IntegerField(),
    )
