"""Delivery: one worker a peer, batch by batch, again and again until each message has its receipt."""

import json
import random
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from server.common.clock import now
from server.common.ijson import NotIJson, parse_object
from server.common.signing import SignatureError
from server.evidence.store import StoreUnavailable
from server.exchange.line import Answer, NotReached, ask, path_of
from server.exchange.models import OutMessage, Peer
from server.exchange.services.calling import request_headers
from server.exchange.services.fetching import LEASE, due_files, fetch, still_ours
from server.exchange.services.outbox import note_receipts, waiting_for
from server.exchange.tasks import deliver_to_peer
from server.people.keys import signing_key_of
from server.people.models import Court

MESSAGES_PATH = "/api/v1/exchange/messages"
QUEUED_FOR = timedelta(minutes=10)
LONGEST_WAIT_SECONDS = 3600.0


def enqueue_due_peers() -> int:
    """One task of the worker for each peer that something waits for; how many."""
    at = now()
    waiting = OutMessage.objects.filter(thread__peer=OuterRef("pk"), state=OutMessage.State.WAITING)
    unqueued = Q(queued_at=None) | Q(queued_at__lt=at - QUEUED_FOR)
    wanted = due_files().filter(thread__peer=OuterRef("pk"))
    has_work = Exists(waiting) | Exists(wanted)
    free = Q(busy_until=None) | Q(busy_until__lt=at)
    due = Peer.objects.filter(unqueued, free, has_work, cut_off_at=None, next_attempt_at__lte=at).exclude(url="")
    ids = list(due.order_by("pk").values_list("pk", flat=True))
    Peer.objects.filter(pk__in=ids).update(queued_at=at)
    for peer_id in ids:
        deliver_to_peer.enqueue(peer_id)
    return len(ids)


def deliver(peer_id: int, *, is_asked: bool = False) -> int:
    """Everything that waits for this peer, and then files that are wanted of it, unless it is not due or another worker
    is at it; how many messages went and files came.

    `is_asked`: by a person, who does not wait for the next attempt.
    """
    peer = _claimed(peer_id, is_asked=is_asked)
    if peer is None:
        Peer.objects.filter(pk=peer_id).update(queued_at=None)  # whoever is at it may have died: the beat looks again
        return 0
    try:
        count = sum(_deliver_of(peer, court) for court in _courts_with_mail(peer)) + fetch(peer)
    except (NotReached, SignatureError, StoreUnavailable) as fault:
        _note_failure(peer, str(fault))
        return 0
    Peer.objects.filter(pk=peer.pk).update(failures=0, next_attempt_at=now(), busy_until=None, last_fault="")
    return count


def _claimed(peer_id: int, *, is_asked: bool) -> Peer | None:
    """Ours for the length of a lease: one statement decides between two workers."""
    at = now()
    free = Peer.objects.filter(Q(busy_until=None) | Q(busy_until__lt=at), pk=peer_id, cut_off_at=None).exclude(url="")
    due = free if is_asked else free.filter(next_attempt_at__lte=at)
    claimed = due.update(busy_until=at + LEASE, queued_at=None)
    return Peer.objects.select_related("court").get(pk=peer_id) if claimed else None


def _courts_with_mail(peer: Peer) -> list[Court]:
    rows = OutMessage.objects.filter(thread__peer=peer, state=OutMessage.State.WAITING)
    return list(Court.objects.filter(pk__in=rows.values("thread__court")).order_by("pk"))


def _deliver_of(peer: Peer, court: Court) -> int:
    """Batch after batch. Raises NotReached, also where the other side keeps nothing of one."""
    count = 0
    while still_ours(peer) and (batch := waiting_for(peer, court)):
        answer = _post(peer, court, [row.text for row in batch])
        receipts, keys = _read(answer)
        note_receipts(peer, receipts, keys)
        taken = OutMessage.objects.filter(pk__in=[row.pk for row in batch]).exclude(state=OutMessage.State.WAITING)
        if not taken.exists():
            raise NotReached("none of a batch was taken")
        count += taken.filter(state=OutMessage.State.DELIVERED).count()
        Peer.objects.filter(pk=peer.pk).update(last_contact_at=now())
    return count


def _post(peer: Peer, court: Court, texts: list[str]) -> Answer:
    body = json.dumps({"messages": texts, "keys": signing_key_of(court).chain}).encode()
    headers = request_headers("POST", path_of(peer.url, MESSAGES_PATH), body, peer, court)
    headers["Content-Type"] = "application/json"
    return ask("POST", peer.url, path_of(peer.url, MESSAGES_PATH), headers, body)


def _read(answer: Answer) -> tuple[list[str], list[str]]:
    """Receipts, and keys that may be new. Raises NotReached for any other answer."""
    try:
        told = parse_object(answer.body)
    except NotIJson:
        raise NotReached(f"HTTP {answer.status}, and no answer of ours") from None
    if answer.status != 200:
        raise NotReached(f"HTTP {answer.status} {told.get('code', '')}".strip())
    return _texts(told.get("receipts")), _texts(told.get("keys"))


def _texts(told: object) -> list[str]:
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []


def _note_failure(peer: Peer, fault: str, jitter: Callable[[], float] = random.random) -> None:
    """Later and later, up to an hour, for as many days as it takes."""
    failures = peer.failures + 1
    wait = min(2.0 ** min(failures, 12), LONGEST_WAIT_SECONDS) * (0.5 + jitter() / 2)
    Peer.objects.filter(pk=peer.pk).update(
        failures=failures,
        next_attempt_at=now() + timedelta(seconds=wait),
        busy_until=None,
        last_fault=fault[:300],
    )
