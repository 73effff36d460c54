"""Peers that are silent while something waits for them, and letters that were not taken: told to people, once each."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from server.common.clock import SHANGHAI, now
from server.exchange.models import OutMessage
from server.exchange.overview import PeerStanding, peers_of
from server.exchange.silence import WORRYING
from server.matters.services.telling import in_office
from server.notices.services import NoticeDraft, tell
from server.people.models import Court, Officer, Role

EXCHANGE = "exchange"
"""The kind of notice."""
_TOLD = (Role.DIRECTOR, Role.COMMAND_CENTRE, Role.SYSADMIN)


def tell_of_silent_peers() -> int:
    """How many notices were made. Any number of passes may run at once."""
    at = now()
    courts = Court.objects.filter(reach=Court.Reach.HERE).order_by("code")
    return len(tell([draft for court in courts for each in peers_of(court.pk, at) for draft in _drafts(court, each)]))


def _drafts(court: Court, peer: PeerStanding) -> Iterator[NoticeDraft]:
    worries = [_silent(peer)] if peer.standing in WORRYING else []
    worries += [_dead(peer, message) for message in peer.dead]
    if worries:
        for officer in in_office(court.pk, *_TOLD):
            yield from (_notice(officer, key, title, peer) for key, title in worries)


def _silent(peer: PeerStanding) -> tuple[str, str]:
    assert peer.waiting_since
    since = peer.waiting_since.astimezone(SHANGHAI)
    title = _("%(court)s has not taken what waits for it since %(since)s: %(count)d messages")
    words = {"court": peer.peer.court.name, "since": f"{since:%m-%d %H:%M}", "count": peer.waiting}
    return f"exchange_silent:{peer.peer.pk}:{peer.standing}:{since.timestamp():.0f}", title % words


def _dead(peer: PeerStanding, message: OutMessage) -> tuple[str, str]:
    title = _("%(court)s refuses a message for good: it stands on the page of exchange, with its reason")
    return f"exchange_dead:{message.pk}:{message.hash[:16]}", title % {"court": peer.peer.court.name}


def _notice(officer: Officer, key: str, title: str, peer: PeerStanding) -> NoticeDraft:
    view = {"peer": peer.peer.court.code, "standing": peer.standing.value}
    return NoticeDraft(officer.pk, officer.court_id, EXCHANGE, key, title, view)
