"""The outbox: each message written in the transaction of what it tells, delivered until it is received, once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from server.common.clock import now
from server.common.signing import SignatureError, text_hash
from server.exchange.models import OutMessage, Peer, Thread
from server.exchange.services.files import evidence_of, name_files
from server.exchange.services.peers import keys_of
from server.exchange.texts import Message, Receipt, message_text, open_receipt, stored_message
from server.matters.crossing import Told
from server.matters.models import Matter
from server.matters.states import Move
from server.people.certificates import KeyStatement
from server.people.keys import signing_key_of
from server.people.models import Court

AT_ONCE = 100
BATCH_CHARACTERS = 4 * 1024 * 1024
REFUSALS_TO_DIE = 5
"""So often the other side may say that it will not even keep a message."""


def write_told(matter: Matter, told: Told) -> None:
    """What `matters` tells a court on another server."""
    here, there = sorted((matter.from_court, matter.to_court), key=lambda court: court.reach != Court.Reach.HERE)
    peer = Peer.objects.select_related("court").filter(court=there).first()
    if peer is None:
        return
    thread, move = hold_thread(peer, here, matter.pk), str(told.body.get("move", ""))
    files = evidence_of(matter.pk) if move == Move.FEED_BACK else []
    name_files(thread, told.kind, move, files)
    body = {**told.body, "files": files} if files else told.body
    write_message(thread, told.kind, body, name=told.by.name if told.by else "", at=told.at)


def hold_thread(peer: Peer, court: Court, matter_id: UUID) -> Thread:
    """Locked to the end of the transaction, after the matter itself: numbers are given in the order of commits."""
    Thread.objects.get_or_create(peer=peer, court=court, matter_id=matter_id)
    rows = Thread.objects.select_for_update(of=("self",)).select_related("peer__court", "court")
    return rows.get(peer=peer, court=court, matter_id=matter_id)


def write_message(thread: Thread, kind: str, body: Mapping[str, Any], *, name: str = "", at: datetime) -> OutMessage:
    thread.said += 1
    thread.save(update_fields=["said"])
    text = _signed(thread, thread.said, kind, body, name, at)
    return OutMessage.objects.create(
        thread=thread,
        number=thread.said,
        kind=kind,
        move=str(body.get("move", "")) if kind == "move" else kind,
        text=text,
        hash=text_hash(text),
    )


def _signed(thread: Thread, number: int, kind: str, body: Mapping[str, Any], name: str, at: datetime) -> str:
    key = signing_key_of(thread.court)
    message = Message(thread.court_id, thread.peer.remote_id, thread.matter_id, number, kind, body, at, name)
    return message_text(message, kid=key.kid, private=key.private_key)


def waiting_for(peer: Peer, court: Court) -> list[OutMessage]:
    """The next batch of this court's to that peer: per matter in the order of their numbers."""
    rows = OutMessage.objects.filter(thread__peer=peer, thread__court=court, state=OutMessage.State.WAITING)
    batch, size = list[OutMessage](), 0
    for row in rows.order_by("pk")[:AT_ONCE]:
        size += len(row.text)
        if batch and size > BATCH_CHARACTERS:
            break
        batch.append(row)
    return batch


def note_receipts(peer: Peer, texts: Sequence[str], keys: Sequence[str]) -> int:
    """What the peer signed of messages of ours; how many counted. `keys` are statements that may be new to us."""
    chain = keys_of(peer, keys)
    return sum(_note(peer, text, chain) for text in texts)


@transaction.atomic
def _note(peer: Peer, text: str, chain: Mapping[str, KeyStatement]) -> bool:
    try:
        receipt = open_receipt(text, chain)
    except SignatureError:
        return False
    rows = OutMessage.objects.select_for_update(of=("self",)).filter(thread__peer=peer, hash=receipt.hash)
    row = rows.first()
    if row is None or (row.state == OutMessage.State.DELIVERED and receipt.outcome in ("waits", "rejected")):
        return False
    _settle(row, receipt, text)
    return True


def _settle(row: OutMessage, receipt: Receipt, text: str) -> None:
    row.code, row.receipt = receipt.code, text
    if receipt.outcome == "rejected":
        row.refusals += 1
        row.state = OutMessage.State.DEAD if row.refusals >= REFUSALS_TO_DIE else row.state
    else:
        row.state, row.delivered_at = OutMessage.State.DELIVERED, row.delivered_at or now()
    if receipt.outcome == "waits":
        _say_again(row, receipt.heard)
    row.save(update_fields=["code", "receipt", "refusals", "state", "delivered_at"])


def _say_again(row: OutMessage, heard: int) -> None:
    """What comes before it, and is not there though it had been: that server went back to a backup."""
    missing = OutMessage.objects.filter(thread_id=row.thread_id, number__gt=heard, number__lt=row.number)
    missing.filter(state=OutMessage.State.DELIVERED).update(state=OutMessage.State.WAITING)


@transaction.atomic
def retry(*, message_id: int) -> OutMessage | None:
    """A dead letter goes out again, signed anew by the key of today; None where there is no such letter."""
    rows = OutMessage.objects.select_for_update(of=("self",)).select_related("thread__court", "thread__peer")
    row = rows.filter(pk=message_id, state=OutMessage.State.DEAD).first()
    if row is None:
        return None
    told = stored_message(row.text)
    row.text = _signed(row.thread, row.number, told.kind, told.body, told.name, told.at)
    row.hash, row.state, row.refusals = text_hash(row.text), OutMessage.State.WAITING, 0
    row.save(update_fields=["text", "hash", "state", "refusals"])
    Peer.objects.filter(pk=row.thread.peer_id).update(next_attempt_at=now(), failures=0)
    return row
