"""A case on A4: what is known of it and as of when, for the file and for a signature."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from server.cases.access import cases_visible_to
from server.cases.levels import Level
from server.cases.services.reading import record_case_reading
from server.centre.case_page import CasePage, NodeLine, case_page
from server.centre.language import chinese_first
from server.centre.shots import Shot, shots_of
from server.centre.states import Look, level_look
from server.centre.views import frame, missing
from server.common.clock import local_date, now
from server.custody.models import Reading
from server.ledger.models import Head
from server.people.models import Officer
from server.people.streams import court_stream

SHOTS_AT_MOST, ACTS_WITH_SHOTS = 24, 12


@never_cache
@login_required
@chinese_first
@require_GET
def printed(request: HttpRequest, case_id: UUID) -> HttpResponse:
    reader = request.user
    assert isinstance(reader, Officer)
    case = cases_visible_to(reader).filter(pk=case_id).select_related("court").first()
    if case is None:
        return missing(request)
    record_case_reading(officer=reader, case_id=case.pk, court_id=case.court_id, purpose=Reading.Purpose.PRINT)
    page = case_page(case, reader, local_date(now()))
    head = Head.objects.filter(stream=court_stream(case.court_id)).first()
    context = frame(
        request, officer=reader, page=page, head=head, nodes=_nodes(page), shots=_shots(page, reader), legend=_legend()
    )
    return render(request, "centre/case_print.html", context)


def _nodes(page: CasePage) -> list[NodeLine]:
    """Of the whole case first, then in the order of the flow; what has not begun is left out."""
    lines = [*(page.clock.nodes if page.clock else []), *(node for stage in page.stages for node in stage.nodes)]
    return [node for node in lines if not node.is_pending]


def _shots(page: CasePage, reader: Officer) -> list[Shot]:
    shots = [shot for act in page.acts[:ACTS_WITH_SHOTS] for shot in shots_of(act.id, reader)]
    return shots[:SHOTS_AT_MOST]


def _legend() -> list[Look]:
    return [level_look(level) for level in reversed(Level)]
