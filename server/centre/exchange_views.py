"""The page of peers: courts on other servers, when each was heard of, what waits for it, and what it would not take."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.centre.language import chinese_first
from server.centre.states import Look
from server.centre.views import frame, missing
from server.common.clock import now
from server.exchange.access import keeps_exchange
from server.exchange.models import OutMessage
from server.exchange.overview import PeerStanding, peers_of
from server.exchange.services.outbox import retry
from server.exchange.silence import Standing
from server.matters.models import Matter
from server.matters.wording import step_name
from server.people.models import Officer


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of ours as a person reads it."""

    id: int
    number: str
    """Of the errand it is about."""
    step: str
    written_at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class PeerCard:
    peer: PeerStanding
    look: Look
    dead: list[Letter]
    unheeded: list[Letter]


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def exchange_page(request: HttpRequest) -> HttpResponse:
    reader, at = _reader(request), now()
    if not keeps_exchange(reader):
        return missing(request)
    peers = peers_of(reader.court_id, at)
    numbers = _numbers(message for peer in peers for message in (*peer.dead, *peer.unheeded))
    context = frame(request, officer=reader, cards=[_card(peer, numbers) for peer in peers])
    return render(request, "centre/exchange.html", context)


@never_cache
@login_required
@chinese_first
@require_POST
def send_again(request: HttpRequest, message_id: int) -> HttpResponse:
    reader = _reader(request)
    if not keeps_exchange(reader):
        return missing(request)
    if not OutMessage.objects.filter(pk=message_id, thread__court=reader.court_id).exists():
        return missing(request)
    retry(message_id=message_id)
    return redirect("/centre/exchange")


def _numbers(messages: Iterable[OutMessage]) -> dict[UUID, str]:
    ids = {message.thread.matter_id for message in messages}
    return dict(Matter.objects.filter(pk__in=ids).values_list("pk", "number"))


def _card(peer: PeerStanding, numbers: dict[UUID, str]) -> PeerCard:
    dead, unheeded = ([_letter(each, numbers) for each in listed] for listed in (peer.dead, peer.unheeded))
    return PeerCard(peer, standing_look(peer.standing), dead, unheeded)


def _letter(message: OutMessage, numbers: dict[UUID, str]) -> Letter:
    number = numbers.get(message.thread.matter_id, "")
    step = step_name(message.move or message.kind)
    return Letter(message.pk, number, step, message.written_at, message.code)


def standing_look(standing: Standing) -> Look:
    """Never green where nobody knows."""
    return {
        Standing.HEARD: Look("live", "green", _("Heard of lately, nothing waits")),
        Standing.UNHEARD: Look("stale", "grey", _("Not heard of lately, nothing waits")),
        Standing.ON_THE_WAY: Look("catchup", "blue", _("On its way")),
        Standing.SILENT: Look("warn", "orange", _("Silent, and something waits")),
        Standing.LOST: Look("severe", "crimson", _("Silent for long, and something waits: ask")),
        Standing.CUT_OFF: Look("revoked", "grey", _("Cut off")),
    }[standing]
