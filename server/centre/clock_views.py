"""What a desk says of a case's clocks, on a page: which seal a renewal is of, how a price is found, who is free."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from ninja import Schema

from server.cases.access import cases_visible_to
from server.cases.clock_rights import property_of, require_can_enter
from server.cases.measures import awaiting, chain_of_act, in_force
from server.cases.models import Case, Property
from server.cases.property_models import VALUATION_METHOD
from server.cases.property_schemas import Valuation
from server.cases.queries import case_states
from server.cases.services import assign_renewal, choose_valuation
from server.cases.states import CaseState
from server.centre.case_clock import chain_names
from server.centre.language import chinese_first
from server.centre.views import frame, missing
from server.centre.written import written
from server.common.clock import SHANGHAI, local_date
from server.common.errors import DomainError
from server.people.models import Officer
from server.supervision.compelled import running_clocks
from server.supervision.services import release_compelled


@dataclass(frozen=True, slots=True)
class WaitingRenewal:
    act: str
    name: str
    renewed_on: date
    choices: Sequence[tuple[str, str]]
    """Chain and name of each measure it may be of."""


class Assigned(Schema):
    act: UUID
    chain: str


class Released(Schema):
    clock: UUID
    at: datetime


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def clocks_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return _show(request, case_id)


@never_cache
@login_required
@chinese_first
@require_POST
def clock_word(request: HttpRequest, case_id: UUID, word: str) -> HttpResponse:
    """Assign a renewal, choose how a price is found, release a person; what cannot be said stands above."""
    if not cases_visible_to(_reader(request)).filter(pk=case_id).exists():
        return missing(request)
    try:
        _SAID[word](request, require_can_enter(_reader(request), case_id))
    except DomainError as refused:
        return _show(request, case_id, refused)
    return redirect(f"/centre/cases/{case_id}/clocks")


def _assign(request: HttpRequest, case: Case) -> None:
    typed = {name: request.POST.get(name, "") for name in ("act", "chain")}
    body = written(Assigned, _("Choose the seal or freeze that was renewed."), **typed)
    reason = request.POST.get("reason", "")
    assign_renewal(case=case, act=str(body.act), chain=body.chain, reason=reason, by=_reader(request))


def _choose(request: HttpRequest, case: Case) -> None:
    body = written(Valuation, _("Choose a way."), method=request.POST.get("method", ""))
    typed = request.POST.get("property", "")
    known = next((row for row in case.properties.all() if str(row.pk) == typed), None)
    if known is None:
        raise DomainError("property_not_found", 404, _("There is no such property in a case you may read."))
    choose_valuation(about=property_of(_reader(request), known.pk), method=body.method, by=_reader(request))


def _release(request: HttpRequest, case: Case) -> None:
    typed = {"clock": request.POST.get("clock", ""), "at": request.POST.get("at", "")}
    body = written(Released, _("Say when the person left."), **typed)
    at = body.at if body.at.tzinfo else body.at.replace(tzinfo=SHANGHAI)
    reason = request.POST.get("reason", "")
    release_compelled(clock_id=body.clock, released_at=at, reason=reason, by=_reader(request))


_SAID: dict[str, Callable[[HttpRequest, Case], None]] = {"renewal": _assign, "valuation": _choose, "release": _release}


def _show(request: HttpRequest, case_id: UUID, refused: DomainError | None = None) -> HttpResponse:
    reader = _reader(request)
    case = cases_visible_to(reader).filter(pk=case_id).select_related("court").first()
    if case is None:
        return missing(request)
    properties = [(row, case.chain_facts.get(str(row.pk), {})) for row in case.properties.order_by("pk")]
    context = frame(
        request,
        officer=reader,
        case=case,
        may=_may(reader, case),
        renewals=_waiting(case_states([case.pk], None)[case.pk], chain_names(case)),
        properties=[(row, facts.get(VALUATION_METHOD, "")) for row, facts in properties],
        methods=Property.Valuation.choices,
        compelled=running_clocks(reader).filter(case=case),
        fault=str(refused.message) if refused else "",
    )
    return render(request, "centre/clocks_page.html", context, status=refused.status if refused else 200)


def _may(reader: Officer, case: Case) -> bool:
    try:
        require_can_enter(reader, case.pk)
    except DomainError:
        return False
    return case.status != Case.Status.CLOSED


def _waiting(state: CaseState, names: dict[str, str]) -> list[WaitingRenewal]:
    found = []
    for node in state.flow.measured:
        for each in awaiting(node, state.events):
            on, own = local_date(each.at), chain_of_act(each.act)
            choices = [chain for chain in in_force(node, state.events, on) if chain != own]
            named = [(chain, names.get(chain, chain)) for chain in choices]
            found.append(WaitingRenewal(each.act, names.get(own, each.act), on, named))
    return found
