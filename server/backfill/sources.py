"""Where rows come from: what is on record of cases, each kind by its table, in one statement whatever their number."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from server.backfill.models import FilledBack, Kind
from server.cases.models import Case, CaseEvent, ClockPause, Extension, Property, PropertyHold
from server.common.bulk import among
from server.common.clock import SHANGHAI
from server.field.models import ActionSubject

COUNTS = (ActionSubject.Status.APPLIED, ActionSubject.Status.SUPERSEDED)
OURS_ALONE = ("add_note",)
"""Acts that are no business of the national system's."""
THEIRS = ("application_received", "case_filed", "track_set")
"""Events it knows of by itself, since the case came from there, or has no place for."""
CLOSED = "case_closed"


Rows = QuerySet[Any, Any]


class Source(NamedTuple):
    """One row, before anything is read of it."""

    kind: str
    case_id: UUID
    source_id: UUID
    case_no: str
    recorded_at: datetime
    is_filled: bool

    @property
    def reference(self) -> str:
        return f"{self.kind}:{self.source_id}"


@dataclass(frozen=True)
class Asked:
    """Which rows: `is_filled` None for both kinds; `after` is the place behind which a page goes on."""

    is_filled: bool | None = False
    kind: str = ""
    since: date | None = None
    sources: Collection[UUID] = ()
    """Of these alone; empty for any."""
    after: tuple[str, str, str] | None = field(default=None)
    """Case number, source and kind of the last one of the page before."""


def sources(cases: Rows, asked: Asked) -> Rows:
    """In the order of case numbers, then of time; to be sliced, and read by `Source._make`."""
    first, *others = (_narrowed(branch, kind, asked) for kind, branch in _branches(cases.values("pk"), asked))
    rows = [each.values_list(*_COLUMNS) for each in (first, *others)]
    return rows[0].union(*rows[1:], all=True).order_by("r_no", "r_source", "r_kind")


_COLUMNS = ("r_kind", "r_case", "r_source", "r_no", "r_at", "r_filled")


def _branches(ids: Rows, asked: Asked) -> Iterator[tuple[str, Rows]]:
    for kind, (rows, case, source, at) in _TABLES.items():
        if asked.kind in ("", kind):
            yield kind, _columns(kind, rows().filter(**{f"{case}__in": ids}), case, source, at)
    if asked.kind in ("", Kind.WITHDRAWAL) and not asked.is_filled:
        yield Kind.WITHDRAWAL, _withdrawals(ids)


def _columns(kind: str, rows: Rows, case: str, source: str, at: Any) -> Rows:
    marks = FilledBack.objects.filter(kind=kind, undone_at=None, case=OuterRef(case), source_id=OuterRef(source))
    found: Rows = _named(kind, rows, case, source, at).annotate(r_filled=Exists(marks))
    return found


def _named(kind: str, rows: Rows, case: str, source: str, at: Any) -> Rows:
    number = Subquery(Case.objects.filter(pk=OuterRef(case)).values("case_no")[:1])
    found: Rows = rows.annotate(r_kind=Value(str(kind)), r_case=F(case), r_source=F(source), r_no=number, r_at=at)
    return found


def _withdrawals(ids: Rows) -> Rows:
    counting = ActionSubject.objects.filter(
        action_id=OuterRef("source_id"), subject_id=OuterRef("case_id"), status__in=COUNTS
    )
    rows = FilledBack.objects.filter(~Exists(counting), kind=Kind.ACT, undone_at=None, case__in=ids)
    named = _named(Kind.WITHDRAWAL, rows, "case_id", "source_id", F("at"))
    found: Rows = named.annotate(r_filled=Value(False, BooleanField()))
    return found


def _narrowed(rows: Rows, kind: str, asked: Asked) -> Rows:
    if asked.is_filled is not None:
        rows = rows.filter(r_filled=asked.is_filled)
    if asked.since:
        rows = rows.filter(r_at__gte=datetime.combine(asked.since, time(), SHANGHAI))
    if asked.sources:
        rows = rows.filter(r_source__in=among(asked.sources))
    return rows.filter(_behind(asked.after, kind)) if asked.after else rows


def _behind(after: tuple[str, str, str], kind: str) -> Q:
    number, source, last = after
    later = Q(r_source__gt=UUID(source)) | (Q(r_source=UUID(source)) if str(kind) > last else Q())
    return Q(r_no__gt=number) | (Q(r_no=number) & later)


def _acts() -> Rows:
    counting = ActionSubject.objects.filter(subject_type="case", status__in=COUNTS, action__is_complete=True)
    return counting.exclude(action__kind__in=OURS_ALONE).distinct()


def _events() -> Rows:
    """Said at a desk here; what acts told stands in their rows, and a property's own event in that of the property."""
    said = CaseEvent.objects.filter(source_type="desk", voided_at=None).exclude(key__in=THEIRS)
    return said.exclude(key="property_confirmed", source_id=F("chain"))


def _day(name: str) -> Cast:
    return Cast(F(name), DateTimeField())


_TABLES: Mapping[str, tuple[Any, str, str, Any]] = {
    Kind.ACT: (_acts, "subject_id", "action_id", F("action__received_at")),
    Kind.STEP: (lambda: _events().exclude(key=CLOSED), "case_id", "id", F("received_at")),
    Kind.CLOSING: (lambda: _events().filter(key=CLOSED), "case_id", "id", F("received_at")),
    Kind.PROPERTY: (Property.objects.all, "case_id", "id", F("added_at")),
    Kind.PAUSE: (ClockPause.objects.all, "case_id", "id", F("entered_at")),
    Kind.PAUSE_END: (lambda: ClockPause.objects.exclude(ended_on=None), "case_id", "id", _day("ended_on")),
    Kind.EXTENSION: (Extension.objects.all, "case_id", "id", F("entered_at")),
    Kind.HOLD: (PropertyHold.objects.all, "property__case_id", "id", F("entered_at")),
    Kind.HOLD_END: (
        lambda: PropertyHold.objects.exclude(ended_on=None),
        "property__case_id",
        "id",
        _day("ended_on"),
    ),
}
"""By kind: rows, what leads to the case, what is the source, and when it came to be known here."""
