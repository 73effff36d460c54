"""Errands between courts on pages: what came in and went out, one of them with its next steps, a draft from a case."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from server.cases.access import readable_case
from server.cases.models import Case
from server.centre.language import chinese_first
from server.centre.matter_page import (
    asked_lines,
    clock_lines,
    kind_name,
    line_of,
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
from server.centre.views import frame, missing
from server.centre.written import written
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.matters.access import CENTRE, actor_of, matters_visible_to, readable_matter
from server.matters.kinds import catalogue
from server.matters.models import Matter
from server.matters.queries import boxed, kind_of
from server.matters.schemas import Asking, Moving, NoteDraft, ResultDraft, TalkDraft
from server.matters.services import (
    Asked,
    Outcome,
    Said,
    add_file,
    add_note,
    add_result,
    draft_matter,
    log_talk,
    move_many,
    move_matter,
)
from server.matters.services.papers import takes_papers
from server.matters.showing import detail_of, row_of
from server.matters.states import Move, Part, Side
from server.people.access import courts_watched_by, roles_of
from server.people.models import Court, Officer

ROWS = 200
BOXES = ("in", "out")


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def matters_page(request: HttpRequest) -> HttpResponse:
    """What came in, or went out; posted to, those ticked are signed for together."""
    if request.method == "GET":
        return _list(request)
    ids = [UUID(each) for each in request.POST.getlist("id") if _is_uuid(each)]
    items = move_many(matter_ids=ids, move=Move.SIGN_FOR, by=_reader(request), said=Said())
    refused = [item for item in items if item.code]
    return _list(request, refused[0].message) if refused else redirect("/centre/matters?box=in")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _list(request: HttpRequest, fault: str = "") -> HttpResponse:
    reader = _reader(request)
    box = request.GET.get("box", "in")
    box, state = box if box in BOXES else "in", request.GET.get("state", "")
    found = boxed(matters_visible_to(reader), box, courts_watched_by(reader) | {reader.court_id})
    states = [key for key, _label in Matter.State.choices if found.filter(state=key).exists()]
    rows = found.filter(state=state) if state in states else found
    rows = rows.select_related("from_court", "to_court").order_by("ended_at", "due_on", "-pk")
    at = now()
    context = frame(
        request,
        officer=reader,
        box=box,
        state=state,
        tiles=[(key, state_look(key), found.filter(state=key).count()) for key in states],
        lines=[line_of(row_of(row, at), local_date(at)) for row in rows[:ROWS]],
        may_sign=bool(roles_of(reader) & CENTRE) and box == "in",
        urgent=urgent_look(),
        fault=fault,
    )
    return render(request, "centre/matters.html", context, status=409 if fault else 200)


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
    typed = request.POST
    names = ("move", "words", "reason", "handler", "handler_phone", "rating")
    flags = {name: name in typed for name in ("was_on_site", "asks_release")}
    body = written(Moving, _("Fill in what this step asks for."), **{n: typed.get(n, "") for n in names}, **flags)
    move_matter(matter_id=matter.pk, move=body.move, by=reader, said=Said(**body.dict(exclude={"move"})))


def _talk(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    names = ("spoke_with", "text", "phone")
    body = written(TalkDraft, _("Say with whom, and what."), **{name: request.POST.get(name, "") for name in names})
    log_talk(matter=matter, by=reader, spoke_with=body.spoke_with, text=body.text, phone=body.phone)


def _note(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    body = written(NoteDraft, _("Say it in a few words."), text=request.POST.get("text", ""))
    add_note(matter=matter, by=reader, text=body.text)


def _result(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    names = ("code", "amount", "rank", "expires_on", "text")
    wanted = _("Say what came of it: amounts in yuan, days as days.")
    body = written(ResultDraft, wanted, **{name: request.POST.get(name, "") for name in names})
    add_result(matter=matter, outcome=Outcome(**body.dict()), by=reader)


def _paper(request: HttpRequest, matter: Matter, reader: Officer) -> None:
    file, slot = request.FILES.get("file"), request.POST.get("slot", "")[:30]
    content = file.file if file and file.file else BytesIO()
    title = request.POST.get("title", "").strip() or (file.name if file and file.name else slot)
    is_result = "is_result" in request.POST
    add_file(matter=matter, slot=slot, title=title[:200], content=content, is_result=is_result, by=reader)


_WORDS = {"move": _move, "talk": _talk, "note": _note, "result": _result, "paper": _paper}


def _show(request: HttpRequest, matter_id: UUID, refused: DomainError | None = None) -> HttpResponse:
    reader = _reader(request)
    try:
        matter = readable_matter(reader, matter_id)
    except DomainError:
        return missing(request)
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
        fault=str(refused.message) if refused else "",
        typed=request.POST,
    )
    return render(request, "centre/matter.html", context, status=refused.status if refused else 200)


def _handlers(matter: Matter) -> list[Officer]:
    return list(Officer.objects.filter(court=matter.to_court_id, is_active=True).order_by("staff_no"))


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def draft_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask another court for something in a case."""
    try:
        case = readable_case(_reader(request), case_id)
    except DomainError:
        return missing(request)
    if request.method == "GET":
        return _draft(request, case)
    try:
        drafted = draft_matter(case=case, by=_reader(request), **_asked(request))
    except DomainError as refused:
        return _draft(request, case, refused)
    return redirect(f"/centre/matters/{drafted.matter.pk}")


def _asked(request: HttpRequest) -> dict[str, Any]:
    typed = request.POST
    members = {name: typed[name].strip() for name in names_of("members") if typed.get(name, "").strip()}
    names = ("kind", "to_court", "limit_days", "valid_until", "duty_phone", "papers_due_on")
    wanted = _("Choose the kind of matter and a court; days as days.")
    contact = {name: typed.get(f"contact_{name}", "").strip() for name in ("name", "phone")}
    body = written(
        Asking,
        wanted,
        **{name: typed.get(name, "") for name in names},
        request=members | ({"text": typed["text"].strip()} if typed.get("text", "").strip() else {}),
        contact={name: value for name, value in contact.items() if value},
        is_urgent="is_urgent" in typed,
    )
    court = Court.objects.filter(pk=body.to_court).first()
    if court is None:
        raise DomainError("matter_court_unfit", 422, _("An errand goes to another court."))
    return {"to_court": court, "asked": Asked(**body.dict(exclude={"to_court", "id"}))}


def _draft(request: HttpRequest, case: Case, refused: DomainError | None = None) -> HttpResponse:
    context = frame(
        request,
        officer=_reader(request),
        case=case,
        kinds={key: kind_name(key) for key in catalogue().kinds},
        courts=Court.objects.exclude(pk=case.court_id).order_by("code"),
        members=names_of("members"),
        fault=str(refused.message) if refused else "",
        typed=request.POST,
    )
    return render(request, "centre/matter_draft.html", context, status=refused.status if refused else 200)
