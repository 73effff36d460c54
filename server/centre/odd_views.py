"""Odd readings for inspection: what was read, by whom, and the word that closes it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.cases.access import cases_visible_to
from server.centre.language import chinese_first
from server.centre.views import frame, missing
from server.common.errors import DomainError
from server.custody.access import inspects, odd_readings_visible_to
from server.custody.models import OddReading
from server.custody.queries import page_of
from server.custody.services import look_at
from server.people.models import Officer

ROWS = 50
RULES: Mapping[str, str] = {
    "many_cases": gettext_noop("Many cases within an hour"),
    "at_night": gettext_noop("Much read at night"),
    "not_in_hand": gettext_noop("Many cases that others work on"),
    "taken_in_bulk": gettext_noop("Many files taken away within an hour"),
    "refused": gettext_noop("Asked again and again for what is not his"),
    "same_debtor": gettext_noop("One debtor looked up by several"),
}


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def odd_page(request: HttpRequest) -> HttpResponse:
    return _show(request)


@never_cache
@login_required
@chinese_first
@require_POST
def look(request: HttpRequest, odd_id: UUID) -> HttpResponse:
    try:
        look_at(odd_id=odd_id, word=request.POST.get("word", "")[:2000], by=_reader(request))
    except DomainError as refused:
        return _show(request, refused)
    return redirect("/centre/odd-readings")


def _show(request: HttpRequest, refused: DomainError | None = None) -> HttpResponse:
    reader, is_open = _reader(request), request.GET.get("state") != "looked_at"
    if not inspects(reader):
        return missing(request)
    rows = page_of(
        odd_readings_visible_to(reader), is_open=is_open, after=_uuid(request.GET.get("after", "")), limit=ROWS
    )
    context = frame(
        request,
        officer=reader,
        is_open=is_open,
        lines=_lines(reader, rows[:ROWS]),
        following=rows[ROWS - 1].pk if len(rows) > ROWS else None,
        fault=str(refused.message) if refused else "",
    )
    return render(request, "centre/odd.html", context, status=refused.status if refused else 200)


def _lines(reader: Officer, rows: Iterable[OddReading]) -> list[dict[str, Any]]:
    readings = {row.pk: sorted(row.readings.all(), key=lambda each: (each.read_at, each.pk)) for row in rows}
    asked = {each.case_id for found in readings.values() for each in found if each.case_id}
    numbers = dict(cases_visible_to(reader).filter(pk__in=asked).values_list("pk", "case_no"))
    return [
        {
            "row": row,
            "rule": _(RULES[row.rule]),
            "readings": [(each, numbers.get(each.case_id, "") if each.case_id else "") for each in readings[row.pk]],
        }
        for row in rows
    ]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
