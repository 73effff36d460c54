"""Files by batches: which are wanted and from which byte, parts of those a peer wants, and parts that came."""

from collections.abc import Iterator, Mapping
from typing import IO

from django.db.models import QuerySet

from server.common.errors import DomainError
from server.evidence.store import Area, current_store
from server.exchange.batch_file import BatchReader, BatchWriter
from server.exchange.models import OutMessage, Peer, SentFile, WantedFile
from server.exchange.services.arriving_files import PIECE, take_piece
from server.exchange.services.files import require_sent
from server.people.models import Court

MOST_WANTED = 1000


def wants_of(peer: Peer, court: Court) -> dict[str, int]:
    """Files that this court waits for, and how many bytes of each are here."""
    rows = _wanted(peer, court).order_by("pk").values_list("sha256", "offset")[:MOST_WANTED]
    wants = dict[str, int]()
    for sha256, offset in rows:
        wants[sha256] = min(offset, wants.get(sha256, offset))
    return wants


def _wanted(peer: Peer, court: Court) -> QuerySet[WantedFile]:
    return WantedFile.objects.filter(thread__peer=peer, thread__court=court, state=WantedFile.State.WANTED)


def add_parts(writer: BatchWriter, peer: Peer, court: Court, wants: Mapping[str, int], at_most: int) -> int:
    """Of what it wants, and of what messages name that it has not confirmed; each from the byte that was reached, until
    the batch is full. How many. Raises StoreUnavailable."""
    count = 0
    for sha256, offset in {**_named_lately(peer, court), **wants}.items():
        sent = _sent(peer, court, sha256) if at_most > 0 else None
        if sent and offset < sent.size:
            size = min(sent.size - offset, at_most)
            writer.add_part(sha256, offset, current_store().read(Area(sent.area), sha256, offset, offset + size))
            at_most, count = at_most - size, count + 1
    return count


def _named_lately(peer: Peer, court: Court) -> dict[str, int]:
    """So that a photograph comes with the word of it, and not a walk later."""
    waiting = OutMessage.objects.filter(state=OutMessage.State.WAITING, thread__peer=peer, thread__court=court)
    rows = SentFile.objects.filter(thread__in=waiting.values("thread")).order_by("pk")
    return dict.fromkeys(rows.values_list("sha256", flat=True)[:MOST_WANTED], 0)


def _sent(peer: Peer, court: Court, sha256: str) -> SentFile | None:
    try:
        return require_sent(peer, court, sha256)
    except DomainError:
        return None


def take_parts(reader: BatchReader, peer: Peer, court: Court) -> int:
    """Bytes that follow what is here, and no others; how many parts brought some. Raises StoreUnavailable."""
    return sum(_take(reader, peer, court, sha256, offset) for sha256, offset in reader.parts())


def _take(reader: BatchReader, peer: Peer, court: Court, sha256: str, offset: int) -> bool:
    brought = False
    for wanted in _wanted(peer, court).filter(sha256=sha256, offset__gte=offset):
        with reader.open_part(sha256, offset) as part:
            part.seek(wanted.offset - offset)
            for piece in _pieces(part):
                take_piece(wanted, piece)
                brought = True
    return brought


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    while piece := part.read(PIECE):
        yield piece
