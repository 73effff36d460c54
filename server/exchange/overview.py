"""What the page of peers shows of one court of this server: when each was heard of, what waits, what was not taken."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from server.exchange.models import InMessage, OutMessage, Peer
from server.exchange.silence import Standing, standing_of

LISTED_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class PeerStanding:
    peer: Peer
    standing: Standing
    waiting: int
    """Messages of ours that it has not taken."""
    waiting_since: datetime | None
    held: int
    """Messages of its own that wait here for an earlier one."""
    held_since: datetime | None
    dead: list[OutMessage] = field(default_factory=list)
    """Not taken, and tried no more until somebody says so."""
    unheeded: list[OutMessage] = field(default_factory=list)
    """Taken, and without effect there: the newest ones."""


def peers_of(court_id: UUID, at: datetime) -> list[PeerStanding]:
    """Every peer; of what is exchanged with it only what is this court's."""
    peers = Peer.objects.select_related("court").order_by("court__code")
    return [_standing(peer, court_id, at) for peer in peers]


def standing_at(peer: Peer, waiting_since: datetime | None, at: datetime) -> Standing:
    return standing_of(
        is_cut_off=peer.cut_off_at is not None,
        by_files=not peer.url,
        heard_at=peer.last_contact_at,
        waiting_since=waiting_since,
        at=at,
    )


def _standing(peer: Peer, court_id: UUID, at: datetime) -> PeerStanding:
    said = OutMessage.objects.filter(thread__peer=peer, thread__court_id=court_id)
    waiting = said.filter(state=OutMessage.State.WAITING).aggregate(count=Count("pk"), since=Min("written_at"))
    heard = InMessage.objects.filter(thread__peer=peer, thread__court_id=court_id, state=InMessage.State.WAITS)
    held = heard.aggregate(count=Count("pk"), since=Min("received_at"))
    return PeerStanding(
        peer=peer,
        standing=standing_at(peer, waiting["since"], at),
        waiting=waiting["count"],
        waiting_since=waiting["since"],
        held=held["count"],
        held_since=held["since"],
        dead=_listed(said.filter(state=OutMessage.State.DEAD)),
        unheeded=_listed(said.filter(state=OutMessage.State.DELIVERED).exclude(code="")),
    )


def _listed(messages: QuerySet[OutMessage]) -> list[OutMessage]:
    return list(messages.select_related("thread").order_by("-written_at", "-pk")[:LISTED_AT_MOST])
