"""Files are fetched from the peer that named them: by range, from where it broke off, a while at a time."""

import time
from datetime import timedelta

from django.db.models import QuerySet

from server.common.clock import now
from server.exchange.line import Answer, NotReached, ask, path_of
from server.exchange.models import Peer, WantedFile
from server.exchange.services.arriving_files import NOT_GIVEN, PIECE, note_failure, put_off, take_piece, verify
from server.exchange.services.calling import request_headers

FILES_PATH = "/api/v1/exchange/files/"
LASTS_SECONDS = 60.0
"""Then others have their turn, and it goes on with the next one."""
AT_ONCE = 200
LEASE = timedelta(minutes=1)


def due_files(peer_id: int | None = None) -> QuerySet[WantedFile]:
    rows = WantedFile.objects.filter(state=WantedFile.State.WANTED, next_attempt_at__lte=now())
    return rows.filter(thread__peer_id=peer_id) if peer_id else rows


def fetch(peer: Peer, lasts_seconds: float = LASTS_SECONDS) -> int:
    """What is wanted of this peer, the oldest first; how many arrived. Raises NotReached, StoreUnavailable."""
    ends, count = time.monotonic() + lasts_seconds, 0
    for wanted in list(due_files(peer.pk).select_related("thread__court").order_by("next_attempt_at", "pk")[:AT_ONCE]):
        while wanted.state == WantedFile.State.WANTED and wanted.next_attempt_at <= now():
            _fetch_piece(peer, wanted)
            if not still_ours(peer) or time.monotonic() > ends:
                return count
        count += wanted.state == WantedFile.State.ARRIVED
    return count


def still_ours(peer: Peer) -> bool:
    """A worker goes on for another minute, unless the court was cut off meanwhile."""
    return bool(Peer.objects.filter(pk=peer.pk, cut_off_at=None).update(busy_until=now() + LEASE))


def _fetch_piece(peer: Peer, wanted: WantedFile) -> None:
    if wanted.offset >= wanted.size:
        verify(wanted)  # the process died between the last piece and this
        return
    path = path_of(peer.url, FILES_PATH + wanted.sha256)
    last = min(wanted.offset + PIECE, wanted.size) - 1
    headers = request_headers("GET", path, None, peer, wanted.thread.court)
    answer = ask("GET", peer.url, path, headers | {"Range": f"bytes={wanted.offset}-{last}"})
    if answer.status in (404, 416):
        note_failure(wanted, NOT_GIVEN)
    elif _is_from(answer, wanted.offset):
        take_piece(wanted, answer.body)
    else:
        put_off(wanted, f"HTTP {answer.status}")
        raise NotReached(f"HTTP {answer.status}")


def _is_from(answer: Answer, offset: int) -> bool:
    """The very bytes that were asked for: a piece of the same file from there on, or all of it from its begin."""
    begins = answer.headers.get("content-range", "").startswith(f"bytes {offset}-")
    return bool(answer.body) and ((answer.status == 206 and begins) or (answer.status == 200 and offset == 0))
