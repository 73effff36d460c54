"""Who knocks: a request signed by a peer, moments ago, for the first time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.common.signing import SignatureError
from server.exchange.models import Peer, SeenNonce
from server.exchange.services.peers import keys_of, learn_keys
from server.exchange.signed_requests import FROM, KEY, TO, Proof, verify_request
from server.exchange.texts import newest
from server.people.certificates import open_key
from server.people.models import Court

GOOD_FOR = timedelta(minutes=5)
"""Either way of our clock."""


class Caller(NamedTuple):
    peer: Peer
    court: Court
    """Of this server, to which it speaks."""


def require_peer(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Caller:
    """Raises DomainError 401 `exchange_stranger`, `exchange_signature_invalid`, `exchange_key_retired`,
    `exchange_stale`; 403 `exchange_cut_off`, `exchange_misdirected`; 409 `exchange_replayed`."""
    peer = _named(headers)
    proof = _proof(peer, method, path, headers, body)
    require_not_cut_off(peer)
    to = _uuid(headers.get(TO, ""))
    court = Court.objects.filter(pk=to, reach=Court.Reach.HERE).first() if to else None
    if court is None:
        raise DomainError("exchange_misdirected", 403, _("The court it is for is none of this server."))
    if abs(now() - proof.created) > GOOD_FOR:
        message = _("This request was signed too long ago, or by a clock that is wrong.")
        raise DomainError("exchange_stale", 401, message, {"good_for_seconds": int(GOOD_FOR.total_seconds())})
    _spend(peer, proof.nonce)
    learn_keys(peer, [headers[KEY]])
    Peer.objects.filter(pk=peer.pk).update(last_contact_at=now())
    return Caller(peer, court)


def require_not_cut_off(peer: Peer) -> None:
    """Raises DomainError 403 `exchange_cut_off`."""
    if peer.cut_off_at:
        raise DomainError("exchange_cut_off", 403, _("This court is cut off here, and gets nothing."))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _named(headers: Mapping[str, str]) -> Peer:
    sender = _uuid(headers.get(FROM, ""))
    peer = Peer.objects.select_related("court").filter(remote_id=sender).first() if sender else None
    if peer is None:
        raise DomainError("exchange_stranger", 401, _("No court of that name is a partner of this server."))
    return peer


def _proof(peer: Peer, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Proof:
    try:
        key = open_key(headers.get(KEY, ""), bytes(peer.root_public))
        known = keys_of(peer, [headers[KEY]])
        proof = verify_request(method, path, headers, body, key)
    except SignatureError as fault:
        message = _("This request is not signed as that court signs.")
        raise DomainError("exchange_signature_invalid", 401, message, {"fault": str(fault)}) from None
    if newest(known).kid != key.kid:
        raise DomainError("exchange_key_retired", 401, _("That key was replaced: sign with the one of today."))
    return proof


def _spend(peer: Peer, nonce: str) -> None:
    try:
        with transaction.atomic():
            SeenNonce.objects.create(peer=peer, nonce=nonce)
    except IntegrityError:
        raise DomainError("exchange_replayed", 409, _("This very request came before.")) from None


def forget_nonces() -> None:
    """Those of requests that would be refused as too old."""
    SeenNonce.objects.filter(seen_at__lt=now() - 2 * GOOD_FOR).delete()
