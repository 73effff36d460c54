"""Peers: enrolled by the card that people carried, cut off by a word, enrolled again by another card."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.common.signing import SignatureError
from server.exchange.models import Peer
from server.exchange.texts import Card, card_text, open_card, with_keys
from server.ledger.services import Draft, append
from server.people.certificates import KeyStatement, open_chain
from server.people.keys import ROOT_KID, private_key_of, root_public_key, signing_key_of
from server.people.models import Court
from server.people.services import create_partner
from server.people.streams import court_stream


def card_of(court: Court) -> str:
    """What this court is known by elsewhere, signed by its root."""
    root = court.keys.get(kid=ROOT_KID)
    chain = tuple(signing_key_of(court).chain)
    card = Card(court.pk, court.code, court.name, court.level, root_public_key(court), chain)
    return card_text(card, private_key_of(root), now())


@transaction.atomic
def enrol_peer(*, card: str, code: str, url: str = "") -> Peer:
    """The court of this card as a peer, at this address or, without one, by files. `code` is what the operator expects.

    Raises DomainError 422 `exchange_card_invalid`, `exchange_url_invalid`; 409 `exchange_court_taken`,
    `exchange_root_differs`.
    """
    opened = _opened(card)
    if opened.code != code:
        raise _card_invalid(f"it is the card of {opened.code}")
    _require_url(url)
    standing = Peer.objects.select_for_update().filter(remote_id=opened.court).first()
    if standing and bytes(standing.root_public) != opened.root_public and not standing.cut_off_at:
        message = _("This court is known by another root key. Cut it off first, if its keys were lost.")
        raise DomainError("exchange_root_differs", 409, message)
    peer = standing or Peer(court=_court(opened), remote_id=opened.court)
    is_same = standing and bytes(standing.root_public) == opened.root_public
    peer.chain = with_keys(peer.chain if is_same else [], opened.chain)
    peer.root_public, peer.url = opened.root_public, url
    peer.cut_off_at, peer.cut_off_reason, peer.failures, peer.next_attempt_at = None, "", 0, now()
    peer.save()
    _enter(peer, "exchange_peer_enrolled", {"is_by_files": not url})
    return peer


def _opened(card: str) -> Card:
    try:
        return open_card(card.strip())
    except SignatureError as fault:
        raise _card_invalid(str(fault)) from None


def _card_invalid(fault: str) -> DomainError:
    message = _("This is no card of a court, or not of the one that was named: have it sent again.")
    return DomainError("exchange_card_invalid", 422, message, {"fault": fault})


def _require_url(url: str) -> None:
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username):
        message = _("The address of a server begins with http:// or https:// and a host, and has no password.")
        raise DomainError("exchange_url_invalid", 422, message)


def _court(card: Card) -> Court:
    """As it is known here already, by its code, or new; its id is that at home where nothing stands under it."""
    court = Court.objects.filter(code=card.code).first()
    if court is None:
        reach = Court.Reach.PEER
        return create_partner(code=card.code, name=card.name, level=card.level, reach=reach, court_id=card.court)
    if court.reach == Court.Reach.HERE or Peer.objects.filter(court=court).exists():
        message = _("A court with this code is known here already, and not by this card.")
        raise DomainError("exchange_court_taken", 409, message)
    court.reach = Court.Reach.PEER
    court.save(update_fields=["reach"])
    return court


@transaction.atomic
def cut_off(*, peer: Peer, reason: str) -> None:
    """From now on it gets nothing, and nothing of it is taken, until it is enrolled again."""
    peer.cut_off_at, peer.cut_off_reason = now(), reason.strip()[:300]
    peer.save(update_fields=["cut_off_at", "cut_off_reason"])
    _enter(peer, "exchange_peer_cut_off", {}, reason=peer.cut_off_reason)


def keys_of(peer: Peer, more: Sequence[str] = ()) -> Mapping[str, KeyStatement]:
    """Its signing keys by kid, with statements that come with what it says. Raises SignatureError for one that its
    root did not sign, or that is of another court."""
    keys = open_chain(with_keys(peer.chain, more), bytes(peer.root_public))
    if any(key.court != peer.remote_id for key in keys.values()):
        raise SignatureError("a key statement belongs to another court")
    return keys


def learn_keys(peer: Peer, statements: Sequence[str]) -> Mapping[str, KeyStatement]:
    """The same, kept for later. Raises as `keys_of`."""
    keys, chain = keys_of(peer, statements), with_keys(peer.chain, statements)
    if chain != peer.chain:
        peer.chain = chain
        peer.save(update_fields=["chain"])
    return keys


def _enter(peer: Peer, kind: str, view: dict[str, object], **facts: str) -> None:
    """In the ledger of each court of this server: whom it trusts is everybody's."""
    here = Court.objects.filter(reach=Court.Reach.HERE).order_by("pk").values_list("pk", flat=True)
    whole = {"court": str(peer.court_id), "code": peer.court.code, **view}
    append([Draft((court_stream(court_id),), kind, whole, facts) for court_id in here])
