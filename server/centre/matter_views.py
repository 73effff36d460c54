"""One errand between courts on its page: what is asked, its next steps as buttons, what was said and done."""

from io import BytesIO
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.centre.across_page import across
from server.centre.language import chinese_first
from server.centre.matter_forms import move_typed, outcome_typed
from server.centre.matter_page import (
    asked_lines,
    clock_lines,
    due_look,
    flags_of,
    kind_name,
    log_lines,
    names_of,
    paper_lines,
    result_lines,
    result_names,
    state_look,
    step_forms,
    urgent_look,
    waiting,
)
from server.centre.states import link_looks
from server.centre.views import frame, missing, places_of
from server.centre.written import written
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.matters.access import actor_of, readable_matter, sides_of
from server.matters.models import Matter
from server.matters.package_api import intakes_of
from server.matters.queries import kind_of
from server.matters.schemas import NoteDraft, TalkDraft, UrgeDraft
from server.matters.services import (
    add_file,
    add_note,
    add_result,
    enter_result,
    log_talk,
    move_matter,
    remove_paper,
    urge_matter,
)
from server.matters.services.papers import takes_papers
from server.matters.showing import detail_of
from server.matters.states import Part, Side
from server.people.models import Officer
from server.realtime.access import streams_watched_by


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def matter_page(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    return _show(request, matter_id)


@never_cache
@login_required
@chinese_first
@require_POST
def matter_word(request: HttpRequest, matter_id: UUID, word: str) -> HttpResponse:
    """A step, a talk, a note, a result or a paper; back to the matter."""
    reader, said = _reader(request), _WORDS.get(word)
    if said is None:
        return missing(request)
    try:
        matter = readable_matter(reader, matter_id)
        said(request, matter, reader)
    except DomainError as refused:
        return _show(request, matter_id, refused)
    return redirect(f"/centre/matters/{matter_id}")


def _move(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    move, said = move_typed(request)
    move_matter(matter_id=matter.pk, move=move, by=reader, said=said)


def _talk(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    names = ("spoke_with", "text", "phone")
    body = written(TalkDraft, _("Say with whom, and what."), **{name: request.POST.get(name, "") for name in names})
    log_talk(matter=matter, by=reader, spoke_with=body.spoke_with, text=body.text, phone=body.phone)


def _note(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    body = written(NoteDraft, _("Say it in a few words."), text=request.POST.get("text", ""))
    add_note(matter=matter, by=reader, text=body.text)


def _result(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    add_result(matter=matter, outcome=outcome_typed(request), by=reader)


def _paper(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    file, slot = request.FILES.get("file"), request.POST.get("slot", "")[:30]
    content = file.file if file and file.file else BytesIO()
    title = request.POST.get("title", "").strip() or (file.name if file and file.name else slot)
    is_result = "is_result" in request.POST
    add_file(matter=matter, slot=slot, title=title[:200], content=content, is_result=is_result, by=reader)


def _take_off(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    remove_paper(matter=matter, sha256=request.POST.get("sha256", "")[:64], by=reader)


def _intake(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    file = request.FILES.get("file")
    content = file.read() if file else b""
    enter_result(matter=matter, name=(file.name if file else "") or "", content=content, by=reader)


def _urge(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    body = written(UrgeDraft, _("Say it in a few words."), text=request.POST.get("text", ""))
    urge_matter(matter=matter, by=reader, text=body.text, supervises="supervises" in request.POST)


_WORDS = {
    "move": _move,
    "talk": _talk,
    "note": _note,
    "result": _result,
    "paper": _paper,
    "urge": _urge,
    "intake": _intake,
    "take_off": _take_off,
}


def _show(request: HttpRequest, matter_id: UUID, refused: DomainError | None = None) -> HttpResponse:
    reader = _reader(request)
    try:
        matter = readable_matter(reader, matter_id)
    except DomainError:
        return missing(request)
    streams = places_of(streams_watched_by(reader))  # read first: a lower bound of what the page shows
    detail, parts = detail_of(matter, reader), actor_of(reader, matter).parts
    is_doing = bool(parts & {Part.HANDLER, Part.CENTRE})
    kind = kind_of(matter)
    context = frame(
        request,
        officer=reader,
        matter=detail,
        kind=kind_name(matter.kind),
        state=state_look(matter.state),
        urgent=urgent_look(),
        waits=waiting(detail.waits_for),
        due=due_look(detail, local_date(now())),
        flags=list(flags_of(detail)),
        asked=asked_lines(detail),
        papers=paper_lines(detail.papers, "papers"),
        result_papers=paper_lines(detail.result_papers, "result_papers"),
        missing=[names_of("papers")[slot] for slot in detail.missing_papers],
        results=result_lines(detail),
        clocks=clock_lines(detail),
        log=log_lines(detail),
        steps=step_forms(detail),
        reasons=names_of("reasons"),
        handlers=_handlers(matter) if is_doing else [],
        may_speak=bool(parts),
        may_talk=bool(parts and matter.sent_at),
        slots=names_of("papers") if Part.AUTHOR in parts and takes_papers(matter, is_result=False) else {},
        result_slots=names_of("result_papers") if is_doing and takes_papers(matter, is_result=True) else {},
        result_codes=result_names(kind.results) if is_doing and takes_papers(matter, is_result=True) else {},
        changed=[each for each in detail.snapshots if each.changed],
        is_asking=Side.ASKING.value in detail.sides,
        across=across(matter, reader),
        fault=str(refused.message) if refused else "",
        typed=request.POST,
        intakes=intakes_of(matter) if detail.by_package and Side.ASKING in sides_of(reader, matter) else [],
        may_enter=Part.APPROVER in parts,
        streams=streams,
        link_states=link_looks(),
    )
    return render(request, "centre/matter.html", context, status=refused.status if refused else 200)


def _handlers(matter: Matter) -> list[Officer]:
    return list(Officer.objects.filter(court=matter.to_court_id, is_active=True).order_by("staff_no"))
