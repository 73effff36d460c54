"""The only writers of the ledger."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from server.common.after_commit import after_commit
from server.common.bulk import insert_rows, update_rows
from server.common.clock import now, to_wire
from server.common.hashing import canonical_json
from server.common.ids import new_id
from server.common.statements import GivenMany, Statement
from server.ledger import hashing, signals
from server.ledger.models import Entry, Head, ServerLife

RESERVED = frozenset({"entry", "stream", "position", "kind", "at", "subject"})

_HELD_HEADS = Statement(
    lambda: Head.objects.select_for_update().filter(stream__in=GivenMany("streams", "text")).order_by("stream")
)
_COLUMNS = (
    *("id", "stream", "ledger_epoch", "position", "kind", "subject_id"),
    *("view", "facts", "salt", "hash", "appended_at"),
)
Row = tuple[Any, ...]


class StreamNotOpen(LookupError):
    """A draft names a stream nobody opened: a fault of the caller, never an input of a client."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One change to be told to these streams. `view` holds codes, ids and numbers: no names, no prose."""

    streams: tuple[str, ...]
    kind: str
    view: Mapping[str, Any]
    facts: Mapping[str, Any]
    subject_type: str = ""
    subject_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry stands now, if the transaction commits."""

    stream: str
    ledger_epoch: str
    position: int
    hash: str
    safe_position: int = 0


def append(drafts: Sequence[Draft]) -> list[dict[str, Appended]]:
    """Append one entry per draft and stream; per draft, says where it stands in each of its streams.

    Call it once, as the last statement of the transaction: it locks the heads in the order of their names and
    holds them to the commit, so positions are gapless, in commit order, and a reader at p never sees p or less appear.
    Raises StreamNotOpen.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("ledger entries are appended in the transaction of their effect")
    heads = _lock_heads({stream for draft in drafts for stream in draft.streams})
    entries: list[Row] = []
    places = [{stream: _extend(heads[stream], draft, entries) for stream in draft.streams} for draft in drafts]
    if entries:
        insert_rows(Entry, _COLUMNS, entries)
        update_rows(Head, "stream", ("position", "hash"), [(h.stream, h.position, h.hash) for h in heads.values()])
        positions = {stream: head.position for stream, head in heads.items()}
        after_commit(signals.appended.send_robust, Head, positions=positions)
    return places


def _lock_heads(streams: Iterable[str]) -> dict[str, Head]:
    wanted = sorted(streams)
    if not wanted:
        return {}
    heads = {head.stream: head for head in _HELD_HEADS.rows(streams=wanted)}
    if len(heads) != len(wanted):
        raise StreamNotOpen(", ".join(stream for stream in wanted if stream not in heads))
    return heads


def _extend(head: Head, draft: Draft, entries: list[Row]) -> Appended:
    entry = _entry_at(head, draft, now())
    head.position, head.hash = head.position + 1, entry[_COLUMNS.index("hash")]
    entries.append(entry)
    return Appended(head.stream, head.ledger_epoch, head.position, head.hash, head.safe_position)


def _entry_at(head: Head, draft: Draft, at: datetime) -> Row:
    entry_id, position, salt = new_id(), head.position + 1, secrets.token_bytes(hashing.SALT_BYTES)
    view = canonical_json(_view(draft, entry_id, head.stream, position, at))
    facts = canonical_json(draft.facts)
    digest = hashing.entry_hash(
        bytes.fromhex(head.hash), head.stream, position, hashing.view_hash(view), hashing.facts_hash(salt, facts)
    )
    place = (entry_id, head.stream, head.ledger_epoch, position, draft.kind, draft.subject_id)
    return (*place, view.decode(), facts.decode(), salt, digest.hex(), at)


def _view(draft: Draft, entry_id: UUID, stream: str, position: int, at: datetime) -> dict[str, Any]:
    if not RESERVED.isdisjoint(draft.view):
        raise ValueError(f"a view may not say {', '.join(sorted(RESERVED & set(draft.view)))}: the ledger does")
    subject = {"type": draft.subject_type, "id": str(draft.subject_id)} if draft.subject_id else None
    return {
        **draft.view,
        "entry": str(entry_id),
        "stream": stream,
        "position": position,
        "kind": draft.kind,
        "at": to_wire(at),
        "subject": subject,
    }


def open_stream(stream: str) -> None:
    """Let entries be appended to this stream; harmless when it is open already."""
    Head.objects.bulk_create([Head(stream=stream, ledger_epoch=str(new_id()))], ignore_conflicts=True)


@transaction.atomic
def begin_server_life(*, reason: str) -> str:
    """Mint a new server epoch: at installation, and after every restore."""
    latest = ServerLife.objects.order_by("-started_at").values_list("started_at", flat=True).first()
    # The newest row counts, also on a machine whose clock is behind that of the old one.
    started_at = max(now(), latest + timedelta(milliseconds=1)) if latest else now()
    life = ServerLife.objects.create(server_epoch=str(new_id()), started_at=started_at, reason=reason)
    return life.server_epoch


@transaction.atomic
def begin_life_after_restore() -> str:
    """A new server epoch and, for every stream, a new ledger epoch: its first entry `restored` continues the chain."""
    server_epoch = begin_server_life(reason="restored")
    heads = list(Head.objects.select_for_update().order_by("stream"))
    drafts = [_restored(head, server_epoch) for head in heads]
    for head in heads:
        head.ledger_epoch = str(new_id())
    Head.objects.bulk_update(heads, ["ledger_epoch"])
    append(drafts)
    return server_epoch


def _restored(head: Head, server_epoch: str) -> Draft:
    view = {"server_epoch": server_epoch, "previous_ledger_epoch": head.ledger_epoch, "last_position": head.position}
    return Draft((head.stream,), "restored", view, {})
