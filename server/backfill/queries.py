"""What is to be carried back, or has been, of the cases somebody reads."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.backfill.access import in_hand_of
from server.backfill.rows import row_views
from server.backfill.schemas import RowView
from server.backfill.sources import Asked, Source, sources
from server.cases.access import cases_visible_to
from server.cases.models import Case
from server.cases.queries import cases_found
from server.common.errors import DomainError
from server.people.models import Officer

WHOLE_AT_MOST = 10_000
"""Rows in one file."""


@dataclass(frozen=True)
class Filters:
    is_filled: bool | None = False
    court_id: UUID | None = None
    case_id: UUID | None = None
    officer_id: UUID | None = None
    """Who has the case in hand."""
    kind: str = ""
    since: date | None = None
    """Known here since that day."""
    words: str = ""
    """Of a case number or a party's name."""

    @property
    def asked(self) -> Asked:
        return Asked(is_filled=self.is_filled, kind=self.kind, since=self.since)


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[RowView]
    total: int
    next: str | None


def page_of_rows(officer: Officer, filters: Filters, *, cursor: str = "", limit: int) -> Page:
    """By case number, then in the order of time."""
    cases = _cases(officer, filters)
    found = _read(sources(cases, replace(filters.asked, after=_place(cursor)))[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    following = f"{last.case_no}~{last.source_id}~{last.kind}" if last else None
    return Page(row_views(found[:limit]), sources(cases, filters.asked).count(), following)


def whole_list(officer: Officer, filters: Filters) -> list[RowView]:
    """For a file. Raises DomainError 422 `list_too_long`."""
    found = _read(sources(_cases(officer, filters), filters.asked)[: WHOLE_AT_MOST + 1])
    if len(found) > WHOLE_AT_MOST:
        message = _("These are more than %(count)d rows. Choose a kind, an officer or a day, and take them in parts.")
        raise DomainError("list_too_long", 422, message % {"count": WHOLE_AT_MOST})
    return row_views(found)


def rows_among(cases: QuerySet[Case, Any], asked: Asked) -> list[Source]:
    return _read(sources(cases, asked))


def _read(rows: QuerySet[Any, Any]) -> list[Source]:
    return [Source._make(row) for row in rows]


def _cases(officer: Officer, filters: Filters) -> QuerySet[Case, Any]:
    cases = cases_visible_to(officer)
    if filters.court_id:
        cases = cases.filter(court_id=filters.court_id)
    if filters.case_id:
        cases = cases.filter(pk=filters.case_id)
    if filters.officer_id:
        cases = cases.filter(in_hand_of(filters.officer_id))
    return Case.objects.filter(pk__in=cases_found(cases, words=filters.words).values("pk")) if filters.words else cases


def _place(cursor: str) -> tuple[str, str, str] | None:
    """None for whatever no page gave."""
    number, _first, rest = cursor.partition("~")
    source, _second, kind = rest.partition("~")
    try:
        return number, str(UUID(source)), kind
    except ValueError:
        return None
