"""Four charts of plain bars; each bar is a set of rows, as a figure is, and leads to their list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from server.cases.models import Case
from server.centre.care import DaysFrom
from server.centre.figure_words import figure_name
from server.centre.states import Look, level_look
from server.common.clock import now
from server.duty.figures import LEVELS, STANDING, Figure, Line, Noun, Scope, acts_seen
from server.people.models import Officer

WEEK, QUARTER = timedelta(days=7), timedelta(days=90)
FULL = 1000
"""Width of the longest bar, in the units of its drawing."""


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    count: int
    share: int
    href: str
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    key: str
    title: str
    about: str
    bars: list[Bar]

    @property
    def total(self) -> int:
        return sum(bar.count for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Found:
    title: str
    noun: Noun
    lines: list[Line]
    total: int


@dataclass(frozen=True, slots=True)
class Span:
    """From `low` on and below `high`, in minutes or days."""

    key: str
    text: str
    low: int
    high: int | None = None

    @property
    def name(self) -> str:
        return _(self.text)


@dataclass(frozen=True, slots=True)
class Spread:
    """Rows by how long something took."""

    noun: Noun
    rows: Callable[[Scope, Span], QuerySet[Any, Any]]
    columns: tuple[str, ...]
    spans: Sequence[Span]

    def figure(self, span: Span) -> Figure:
        return Figure(span.key, self.noun, lambda scope: self.rows(scope, span), self.columns)


_WAITS = (
    Span("minute", gettext_noop("under 1 min"), 0, 1),
    Span("ten", gettext_noop("1 to 10 min"), 1, 10),
    Span("hour", gettext_noop("10 min to 1 h"), 10, 60),
    Span("shift", gettext_noop("1 to 8 h"), 60, 480),
    Span("day", gettext_noop("8 to 24 h"), 480, 1440),
    Span("over", gettext_noop("over 24 h"), 1440),
)
_DAYS = (
    Span("month", gettext_noop("up to 30 days"), 0, 31),
    Span("two", gettext_noop("31 to 60 days"), 31, 61),
    Span("three", gettext_noop("61 to 90 days"), 61, 91),
    Span("six", gettext_noop("91 to 180 days"), 91, 181),
    Span("over", gettext_noop("over 180 days"), 181),
)


def _within(span: Span, column: str, unit: Callable[[int], Any]) -> dict[str, Any]:
    """What is below the first span, as by a clock that runs ahead, is in it."""
    low = {f"{column}__gte": unit(span.low)} if span.low else {}
    return low | ({f"{column}__lt": unit(span.high)} if span.high is not None else {})


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def _delayed(scope: Scope, span: Span) -> QuerySet[Any, Any]:
    lag = ExpressionWrapper(F("received_at") - F("recorded_at"), output_field=DurationField())
    recent = acts_seen(scope).filter(received_at__gt=now() - WEEK).alias(lag=lag)
    found: QuerySet[Any, Any] = recent.filter(**_within(span, "lag", _minutes))
    return found


def _outstanding(scope: Scope, span: Span) -> QuerySet[Any, Any]:
    waits = _within(span, "age", _minutes)
    at = now()
    turned = {"promised_at__lte": at - waits["age__gte"]} if "age__gte" in waits else {}
    turned |= {"promised_at__gt": at - waits["age__lt"]} if "age__lt" in waits else {}
    return STANDING["files"].rows(scope).filter(**turned)


def _closed(scope: Scope, span: Span) -> QuerySet[Any, Any]:
    closed = scope.cases.filter(status=Case.Status.CLOSED, closed_on__gt=scope.day - QUARTER)
    return closed.alias(days=DaysFrom(F("closed_on"), F("filed_on"))).filter(**_within(span, "days", int))


SPREADS: Mapping[str, Spread] = {
    "delay": Spread(Noun.ACT, _delayed, ("subject_id", "case_no", "kind", "received_at", "pk"), _WAITS),
    "age": Spread(Noun.FILE, _outstanding, STANDING["files"].columns, _WAITS),
    "closing": Spread(Noun.CASE, _closed, ("pk", "case_no", "cause", "closed_on"), _DAYS),
}


def charts_of(reader: Officer, day: date) -> list[Chart]:
    scope = Scope(reader, day)
    return [_levels(scope), *(_spread(scope, key) for key in SPREADS)]


def list_of(reader: Officer, key: str, bar: str, day: date, most: int) -> Found | None:
    """The rows of one bar; None where there is none such."""
    spread = SPREADS.get(key)
    span = next((each for each in spread.spans if each.key == bar), None) if spread else None
    if spread is None or span is None:
        return None
    figure, scope = spread.figure(span), Scope(reader, day)
    return Found(f"{chart_title(key)}: {span.name}", spread.noun, figure.lines(scope, most), figure.count(scope))


def chart_title(key: str) -> str:
    return {
        "levels": _("Nodes by level"),
        "delay": _("From act to arrival, seven days"),
        "age": _("Files not here, by age"),
        "closing": _("From filing to closing, ninety days"),
    }[key]


def _about(key: str) -> str:
    return {
        "levels": _("Running limits, as of the last look at them"),
        "delay": _("Acts that arrived in the last seven days"),
        "age": _("Promised by an act, and not proved yet"),
        "closing": _("Cases closed in the last ninety days"),
    }[key]


def _levels(scope: Scope) -> Chart:
    counts = {level: STANDING[level.value.lower()].count(scope) for level in LEVELS}
    most = max(counts.values(), default=0)
    bars = [
        Bar(figure_name(level.value.lower()), n, _share(n, most), f"/centre/figures/{level.lower()}", level_look(level))
        for level, n in counts.items()
    ]
    return Chart("levels", chart_title("levels"), _about("levels"), bars)


def _spread(scope: Scope, key: str) -> Chart:
    spread = SPREADS[key]
    counts = {span: spread.figure(span).count(scope) for span in spread.spans}
    most = max(counts.values(), default=0)
    bars = [
        Bar(span.name, n, _share(n, most), f"/centre/figures/{key}?{urlencode({'bar': span.key})}")
        for span, n in counts.items()
    ]
    return Chart(key, chart_title(key), _about(key), bars)


def _share(count: int, most: int) -> int:
    return count * FULL // most if most else 0
