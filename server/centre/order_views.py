"""Pages of tip-offs given to groups: what is open, a form to give one, and one with all that was said of it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from server.cases.access import cases_visible_to
from server.cases.models import Case
from server.centre.language import chinese_first
from server.centre.safety_pages import groups_to_send, open_order_lines, order_lines, order_look
from server.centre.safety_views import reader_of
from server.centre.views import frame, missing, places_of
from server.centre.written import written
from server.common.clock import now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.people.models import Group, Officer
from server.realtime.access import streams_watched_by
from server.safety.access import can_command, orders_visible_to
from server.safety.models import Order
from server.safety.moves import Word, order_after
from server.safety.schemas import OrderDraft
from server.safety.services import give_order, move_order
from server.safety.services.orders import group_not_working

ROWS = 50


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def orders_page(request: HttpRequest) -> HttpResponse:
    """What is open and what was last closed; posted to, one more."""
    if request.method == "GET":
        return _list(request)
    try:
        order = _give(request)
    except DomainError as refused:
        return _list(request, refused)
    return redirect(f"/centre/dispatches/{order.pk}")


def _give(request: HttpRequest) -> Order:
    reader = reader_of(request)
    typed = {name: request.POST.get(name, "") for name in ("id", "group", "source", "text", "place")}
    body = written(OrderDraft, _("Choose a group, and say where and what."), **typed)
    case_no = request.POST.get("case_no", "").strip()
    return give_order(
        group=group_of(reader, body.group),
        text=body.text,
        place=body.place,
        by=reader,
        case=_case(reader, case_no) if case_no else None,
        source=body.source,
        order_id=body.id,
    )


def group_of(reader: Officer, group_id: UUID) -> Group:
    group = Group.objects.filter(pk=group_id, court_id=reader.court_id).first()
    if group is None:
        raise group_not_working()
    return group


def _case(reader: Officer, case_no: str) -> Case:
    case = cases_visible_to(reader).filter(case_no=case_no).first()
    if case is None:
        raise DomainError("case_not_found", 404, _("There is no such case among those you may read."))
    return case


def _list(request: HttpRequest, refused: DomainError | None = None) -> HttpResponse:
    reader = reader_of(request)
    streams = places_of(streams_watched_by(reader))
    visible = orders_visible_to(reader).select_related("group", "case", "given_by")
    context = frame(
        request,
        officer=reader,
        orders=open_order_lines(reader),
        closed=order_lines(visible.exclude(state__in=Order.OPEN).order_by("-moved_at", "-pk")[:ROWS]),
        groups=groups_to_send(reader, now()),
        sources=Order.Source.choices,
        may=can_command(reader, reader.court_id),
        new=new_id(),
        fault=str(refused.message) if refused else "",
        typed=request.POST,
        streams=streams,
    )
    return render(request, "centre/orders.html", context, status=refused.status if refused else 200)


@never_cache
@login_required
@chinese_first
@require_GET
def order_page(request: HttpRequest, order_id: UUID) -> HttpResponse:
    return _show(request, order_id)


@never_cache
@login_required
@chinese_first
@require_POST
def order_word(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """A word of the desk, which hears over the radio too."""
    reader = reader_of(request)
    if not orders_visible_to(reader).filter(pk=order_id).exists():
        return missing(request)
    try:
        word = next((each for each in Word if each == request.POST.get("word")), None)
        if word is None:
            raise DomainError("validation_failed", 422, _("Choose what to do."))
        chosen = request.POST.get("group", "")
        group = group_of(reader, UUID(chosen)) if word is Word.GIVE and chosen else None
        move_order(order_id=order_id, word=word, by=reader, text=request.POST.get("said", ""), group=group)
    except ValueError:
        return _show(request, order_id, group_not_working())
    except DomainError as refused:
        return _show(request, order_id, refused)
    return redirect(f"/centre/dispatches/{order_id}")


def _show(request: HttpRequest, order_id: UUID, refused: DomainError | None = None) -> HttpResponse:
    reader = reader_of(request)
    visible = orders_visible_to(reader).select_related("group", "case", "given_by")
    order = visible.filter(pk=order_id).first()
    if order is None:
        return missing(request)
    may = can_command(reader, order.court_id)
    context = frame(
        request,
        officer=reader,
        order=order,
        look=order_look(order),
        words=[(each, word_name(each.word)) for each in order.words.select_related("by").order_by("pk")],
        moves=[(word.value, word_name(word)) for word in Word if may and order_after(order.state, word)],
        groups=groups_to_send(reader, now()) if may else [],
        fault=str(refused.message) if refused else "",
        typed=request.POST,
    )
    return render(request, "centre/order.html", context, status=refused.status if refused else 200)


def word_name(word: str) -> str:
    return {
        Word.ACCEPT: _("Accepted, on the way"),
        Word.DECLINE: _("Declined"),
        Word.ARRIVE: _("Arrived"),
        Word.FINISH: _("Done"),
        Word.GIVE: _("Given to a group"),
        Word.WITHDRAW: _("Withdrawn"),
    }[Word(word)]
