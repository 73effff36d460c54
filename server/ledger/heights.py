"""How far others saw a stream that a restore has set back: the only way to count what only desks had written.

A report is a claim of one device or one watcher. Each is taken once for each life, so that nobody fills a ledger by it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from server.ledger.models import Entry, SeenHeight
from server.ledger.services import Draft, append

MAX_POSITION = 2**53


@dataclass(frozen=True, slots=True)
class Height:
    ledger_epoch: str
    position: int


def read_height(value: Any) -> Height | None:
    """As a device or a watcher tells it; None for what tells nothing."""
    if not isinstance(value, Mapping):
        return None
    epoch, position = value.get("ledger_epoch"), value.get("position")
    if not isinstance(epoch, str) or not 1 <= len(epoch) <= 40:
        return None
    if not isinstance(position, int) or isinstance(position, bool) or not 0 < position < MAX_POSITION:
        return None
    return Height(epoch, position)


def lost_above(stream: str, height: Height, reporter: str) -> list[Draft]:
    """Alarms to append in the caller's transaction, for a height of a life other than the present one."""
    told = SeenHeight.objects.filter(stream=stream, ledger_epoch=height.ledger_epoch)
    if told.filter(reporter=reporter).exists():
        return []
    kept = _kept_position(stream, height.ledger_epoch)
    if kept is None or height.position <= kept:
        return []
    most = max(told.values_list("position", flat=True), default=kept)
    SeenHeight.objects.create(
        stream=stream, reporter=reporter, kept_position=kept, ledger_epoch=height.ledger_epoch, position=height.position
    )
    if height.position <= most:
        return []
    view = {
        "ledger_epoch": height.ledger_epoch,
        "kept_position": kept,
        "seen_position": height.position,
        "entries_lost": height.position - kept,
        "reporter": reporter,
    }
    return [Draft((stream,), "ledger_entries_lost", view, {})]


@transaction.atomic
def note_height(stream: str, height: Height, reporter: str) -> None:
    """The same for whoever writes nothing else: a watcher."""
    append(lost_above(stream, height, reporter))


def _kept_position(stream: str, ledger_epoch: str) -> int | None:
    """How far this database holds that life; of one it has never heard of, where the present one begins."""
    restored = Entry.objects.filter(stream=stream, kind="restored").order_by("-position")
    views = [json.loads(view) for view in restored.values_list("view", flat=True)]
    if not views:
        return None
    known = {view["previous_ledger_epoch"]: int(view["last_position"]) for view in views}
    return known.get(ledger_epoch, int(views[0]["last_position"]))
