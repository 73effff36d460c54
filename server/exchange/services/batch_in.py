"""Batches in: proved whole first, then taken as if a line had carried it. Read twice or late, it does no harm."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.members import read_hash, read_time, read_uuid
from server.common.signing import SignatureError, parse_signed, split_text
from server.exchange.batch_file import KEYS, MESSAGES, RECEIPTS, WANTS, BatchReader, BatchUnreadable
from server.exchange.models import LastBatch, Peer
from server.exchange.services.batch_parts import take_parts
from server.exchange.services.doors import require_not_cut_off
from server.exchange.services.inbox import take_in
from server.exchange.services.outbox import note_receipts
from server.exchange.services.peers import keys_of, learn_keys
from server.exchange.texts import BATCH, open_dated
from server.people.models import Court


@dataclass(frozen=True, slots=True)
class Taken:
    peer: Peer
    messages: int
    receipts: int
    """Those that told us something new."""
    parts: int
    is_newest: bool
    """False: a newer one was read before; what was new in it was taken all the same."""


@dataclass(frozen=True, slots=True)
class _Proved:
    peer: Peer
    court: Court
    made_at: datetime
    keys: list[str]


def read_batch(path: Path) -> Taken:
    """Take what is new in it. Raises DomainError 422 `batch_unreadable`, `batch_altered`; 403 `exchange_misdirected`,
    `exchange_cut_off`; 401 `exchange_stranger`; OSError."""
    with path.open("rb") as file:
        try:
            reader = BatchReader(file)
            return _take(reader, _proved(reader))
        except BatchUnreadable as fault:
            raise _unreadable(str(fault)) from None


def _unreadable(fault: str) -> DomainError:
    message = _("This is no batch of another court, or not all of it. Carry it again.")
    return DomainError("batch_unreadable", 422, message, {"fault": fault})


def _altered(fault: str) -> DomainError:
    message = _("This batch is not as its court closed it. Carry it again, or have a new one written.")
    return DomainError("batch_altered", 422, message, {"fault": fault})


def _proved(reader: BatchReader) -> _Proved:
    """Whose it is and for whom it is are read before anything is proven; nothing else of it is."""
    try:
        said = parse_signed(BATCH, split_text(reader.text)[0])
        sender, to = read_uuid(said, "from"), read_uuid(said, "to")
        is_whole = read_hash(said, "sha256") == reader.sha256
    except SignatureError as fault:
        raise _unreadable(str(fault)) from None
    if not is_whole:
        raise _altered("sha256")
    court, peer = _court(to), _peer(sender)
    try:
        keys = reader.lines(KEYS)
        made_at = read_time(open_dated(BATCH, reader.text, keys_of(peer, keys), "made_at"), "made_at")
    except SignatureError as fault:
        raise _altered(str(fault)) from None
    return _Proved(peer, court, made_at, keys)


def _peer(sender: UUID) -> Peer:
    peer = Peer.objects.select_related("court").filter(remote_id=sender).first()
    if peer is None:
        raise DomainError("exchange_stranger", 401, _("No court of that name is a partner of this server."))
    require_not_cut_off(peer)
    return peer


def _court(to: UUID) -> Court:
    court = Court.objects.filter(pk=to, reach=Court.Reach.HERE).first()
    if court is None:
        raise DomainError("exchange_misdirected", 403, _("The court it is for is none of this server."))
    return court


def _take(reader: BatchReader, proved: _Proved) -> Taken:
    """Each message, receipt and part as by itself: whatever ends it midway, it is read again."""
    peer, court = proved.peer, proved.court
    learn_keys(peer, proved.keys)
    texts = reader.lines(MESSAGES)
    receipts = take_in(peer=peer, court=court, texts=texts)
    noted = note_receipts(peer, reader.lines(RECEIPTS), ())
    parts = take_parts(reader, peer, court)
    is_newest = _remember(proved, receipts, reader.json(WANTS) if WANTS in reader.names else {})
    Peer.objects.filter(Q(last_contact_at=None) | Q(last_contact_at__lt=proved.made_at), pk=peer.pk).update(
        last_contact_at=proved.made_at
    )
    return Taken(peer, len(texts), noted, parts, is_newest)


@transaction.atomic
def _remember(proved: _Proved, receipts: list[str], wants: Any) -> bool:
    """What the next batch to it answers: the newest one alone says what it has not, whatever comes after it."""
    LastBatch.objects.get_or_create(peer=proved.peer, court=proved.court)
    last = LastBatch.objects.select_for_update().get(peer=proved.peer, court=proved.court)
    if last.made_at and last.made_at > proved.made_at:
        return False
    last.made_at, last.receipts = proved.made_at, receipts
    last.wants = {sha256: offset for sha256, offset in dict(wants).items() if type(offset) is int and offset >= 0}
    last.save()
    return True
