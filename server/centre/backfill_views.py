"""The page of what is to be carried back to the national system: read, mark, download, tick off by a list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.backfill.access import cases_filled_by
from server.backfill.models import Kind
from server.backfill.queries import Filters, page_of_rows, whole_list
from server.backfill.schemas import MAX_AT_ONCE, MAX_LIST_BYTES, RowView
from server.backfill.services import Ref, fill_back, record_taking, take_back, tick_off
from server.backfill.sheet import sheet_answer
from server.centre.language import chinese_first
from server.centre.views import frame, missing
from server.common.day import FIRST, LAST
from server.common.errors import DomainError
from server.common.spreadsheet import RowFault, decoded
from server.people.models import Officer

PAGE = "/centre/backfill"
ON_A_PAGE = 100
FAULTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CaseRows:
    id: UUID
    case_no: str
    debtors: list[str]
    rows: list[tuple[str, str, RowView]]
    """Each with its value in the form and the name of its kind."""
    may_mark: bool


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def backfill_page(request: HttpRequest) -> HttpResponse:
    return _show(request)


@never_cache
@login_required
@chinese_first
@require_GET
def backfill_file(request: HttpRequest) -> HttpResponse:
    """The rows of these filters as a file; the page, saying why, where there are too many."""
    try:
        rows = whole_list(_reader(request), _filters(request))
    except DomainError as refused:
        return _show(request, fault=str(refused.message))
    record_taking(officer=_reader(request), rows=rows)
    return sheet_answer(rows)


@never_cache
@login_required
@chinese_first
@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """What was chosen, or all shown of one case, is carried back or, taken for it by mistake, is not."""
    refs = [ref for text in _chosen(request) if (ref := _ref(text))]
    if len(refs) > MAX_AT_ONCE:
        return missing(request)
    change: Callable[..., dict[Ref, str]] = take_back if request.POST.get("state") == "filled" else fill_back
    outcomes = change(refs=refs, by=_reader(request))
    done = sum(outcome == "done" for outcome in outcomes.values())
    query = urlencode([*_carried(request.POST), ("done", done), ("of", len(refs))])
    return HttpResponseRedirect(f"{PAGE}?{query}")


@never_cache
@login_required
@chinese_first
@require_POST
def tick(request: HttpRequest) -> HttpResponse:
    """A file, or lines typed, of what the national system has."""
    try:
        report = tick_off(text=_list_of(request), by=_reader(request), dry_run="try" in request.POST)
    except RowFault as fault:
        return _show(request, fault=fault.reason)
    return _show(request, report=report, faults=report.faults[:FAULTS_SHOWN], tried="try" in request.POST)


def _chosen(request: HttpRequest) -> list[str]:
    case = request.POST.get("case", "")
    if not case:
        return request.POST.getlist("row")
    return [text for text in request.POST.getlist("shown") if text.startswith(f"{case}/")]


def _ref(text: str) -> Ref | None:
    case, _slash, reference = text.partition("/")
    try:
        return Ref.of(UUID(case), reference)
    except ValueError:
        return None


def _list_of(request: HttpRequest) -> str:
    """Raises RowFault for a file that cannot be read."""
    file = request.FILES.get("file")
    raw = file.read(MAX_LIST_BYTES) if isinstance(file, UploadedFile) else b""
    return decoded(raw) if raw else request.POST.get("text", "")[:MAX_LIST_BYTES]


def _carried(given: Any) -> list[tuple[str, str]]:
    """Filters as they go from page to page."""
    names = ("state", "kind", "officer", "since", "q")
    return [(name, given[name][:60]) for name in names if given.get(name)]


def _filters(request: HttpRequest) -> Filters:
    given = request.GET
    kind = given.get("kind", "")
    return Filters(
        is_filled=given.get("state") == "filled",
        court_id=_reader(request).court_id,
        officer_id=_uuid(given.get("officer", "")),
        kind=kind if kind in Kind.values else "",
        since=_day(given.get("since", "")),
        words=given.get("q", "").strip()[:60],
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def _show(request: HttpRequest, **told: Any) -> HttpResponse:
    officer, filters = _reader(request), _filters(request)
    page = page_of_rows(officer, filters, cursor=request.GET.get("cursor", "")[:200], limit=ON_A_PAGE)
    carried = _carried(request.GET)
    context = frame(
        request,
        officer=officer,
        filters=filters,
        kinds=Kind.choices,
        officers=Officer.objects.filter(court_id=officer.court_id, is_active=True).order_by("staff_no"),
        cases=_by_case(page.rows, officer),
        page=page,
        shown=len(page.rows),
        carried=carried,
        query=urlencode(carried),
        following=urlencode([*carried, ("cursor", page.next)]) if page.next else "",
        done=_number(request.GET.get("done", "")),
        of=_number(request.GET.get("of", "")),
        **told,
    )
    return render(request, "centre/backfill.html", context)


def _by_case(rows: list[RowView], officer: Officer) -> list[CaseRows]:
    ids = {row.case_id for row in rows}
    markable = set(cases_filled_by(officer).filter(pk__in=ids).values_list("pk", flat=True))
    grouped = [list(group) for _id, group in groupby(rows, key=lambda row: row.case_id)]
    return [_case_rows(group, markable) for group in grouped]


def _case_rows(rows: list[RowView], markable: set[UUID]) -> CaseRows:
    first = rows[0]
    lines = [(f"{row.case_id}/{row.reference}", str(Kind(row.kind).label), row) for row in rows]
    return CaseRows(first.case_id, first.case_no, first.debtors, lines, first.case_id in markable)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else None
