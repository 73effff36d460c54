"""The boxes of errands between courts: what came in, what went out, and the same step of many at once."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from server.cases.levels import Level
from server.centre.language import chinese_first
from server.centre.matter_forms import move_typed, outcome_typed
from server.centre.matter_page import Line, line_of, result_names, state_look, urgent_look
from server.centre.states import link_looks
from server.centre.views import frame, places_of
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.matters.access import CENTRE, matters_visible_to
from server.matters.models import Matter
from server.matters.queries import boxed, kind_of, narrowed
from server.matters.services import move_many
from server.matters.showing import row_of
from server.matters.states import Clock, Move, State
from server.people.access import courts_watched_by, roles_of
from server.people.models import Officer
from server.realtime.access import streams_watched_by

ROWS = 200
TOGETHER = {
    "in": {State.SENT: Move.SIGN_FOR, State.ACCEPTED: Move.ASSIGN, State.IN_PROGRESS: Move.FEED_BACK},
    "out": {State.PENDING_APPROVAL: Move.APPROVE, State.FED_BACK: Move.CONFIRM},
}
"""The step that many in a state take together, by box."""
_OF_ALL = frozenset({Move.FEED_BACK, Move.CONFIRM})
"""Not of the centre alone: handlers and authors take them, too."""


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def matters_page(request: HttpRequest) -> HttpResponse:
    """What came in, or went out; posted to, those ticked take the same step, each judged by itself."""
    if request.method == "GET":
        return _list(request)
    try:
        faults = _move_together(request)
    except DomainError as refused:
        faults = [str(refused.message)]
    return _list(request, faults) if faults else redirect(f"/centre/matters?box={_box(request)}")


def _move_together(request: HttpRequest) -> list[str]:
    """What stands against those that were not moved."""
    move, said = move_typed(request)
    outcome = outcome_typed(request) if move is Move.FEED_BACK and request.POST.get("code") else None
    ids = [UUID(each) for each in request.POST.getlist("id") if _is_uuid(each)]
    items = move_many(matter_ids=ids, move=move, by=_reader(request), said=said, outcome=outcome)
    numbers = dict(Matter.objects.filter(pk__in=ids).values_list("pk", "number"))
    refused = [item for item in items if item.code]
    unknown = _("There is no such matter among those you may read.")
    return [f"{numbers[item.matter_id]}：{item.message}" if item.message else unknown for item in refused]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _box(request: HttpRequest) -> str:
    box = request.POST.get("box", request.GET.get("box", "in"))
    return box if box in TOGETHER else "in"


def _list(request: HttpRequest, faults: Sequence[str] = ()) -> HttpResponse:
    reader, box, state = _reader(request), _box(request), request.GET.get("state", "")
    streams = places_of(streams_watched_by(reader))  # read first: a lower bound of what the page shows
    found = boxed(matters_visible_to(reader), box, courts_watched_by(reader) | {reader.court_id})
    numbers = dict(found.order_by().values_list("state").annotate(Count("pk")))
    states = [key for key, _label in Matter.State.choices if key in numbers]
    rows = narrowed(found, state=state if state in states else "", due_clock=_of(Clock, request.GET.get("clock", "")))
    rows = narrowed(rows, level=_of(Level, request.GET.get("level", "")))
    rows = rows.select_related("from_court", "to_court").order_by("ended_at", "due_on", "-pk")[:ROWS]
    at, matters, together = now(), list(rows), _together(reader, box)
    context = frame(
        request,
        officer=reader,
        box=box,
        state=state,
        tiles=[(key, state_look(key), numbers[key]) for key in states],
        lines=[_line(matter, reader, line_of(row_of(matter, at), local_date(at)), together) for matter in matters],
        together=sorted(together.values()),
        handlers=Officer.objects.filter(court=reader.court_id, is_active=True).order_by("staff_no"),
        result_codes=result_names(_codes(matters)),
        urgent=urgent_look(),
        faults=faults,
        streams=streams,
        link_states=link_looks(),
    )
    return render(request, "centre/matters.html", context, status=409 if faults else 200)


def _of(known: type[StrEnum], text: str) -> str:
    return text if text in list(known) else ""


def _together(reader: Officer, box: str) -> dict[State, Move]:
    """By state, what he may have many do; each is judged when it is done."""
    in_centre = bool(roles_of(reader) & CENTRE)
    return {state: move for state, move in TOGETHER[box].items() if in_centre or move in _OF_ALL}


def _line(matter: Matter, reader: Officer, line: Line, together: dict[State, Move]) -> tuple[Line, bool]:
    """With whether it may be ticked: in the reader's own court alone."""
    own = reader.court_id in (matter.from_court_id, matter.to_court_id)
    return line, own and State(matter.state) in together


def _codes(matters: Sequence[Matter]) -> list[str]:
    """Results that may be said of those in hand, in the order of their kinds."""
    kinds = {matter.kind: kind_of(matter) for matter in matters if matter.state == State.IN_PROGRESS}
    return list(dict.fromkeys(code for kind in kinds.values() for code in kind.results))
