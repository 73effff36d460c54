"""Pull: what may this device see now, against what it holds. Read in one snapshot; remembered afterwards.

`docs/reference/protocol.md`, section 10, is the rule.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from server.common import spreading
from server.common.bulk import json_text, update_one
from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.common.hashing import sha256_hex
from server.common.load import load
from server.common.signing import split_text
from server.common.snapshot import snapshot
from server.evidence.bearer import issue_bearer
from server.evidence.queries import wanted_by
from server.evidence.services import receipts_after
from server.field.related_units import Related
from server.field.showing import record_shown
from server.people.models import Device
from server.safety.queries import is_watched
from server.sync.difference import View, acknowledged, after, difference, digest, within_budget
from server.sync.models import DeviceView
from server.sync.reviews import reviews_told
from server.sync.slots import SLOTS_KEPT, slot_of
from server.sync.standing import Standing, standing_of
from server.sync.statements import stated
from server.sync.units import VisibleUnits, removal_reasons

SMALLEST_PAGE_BYTES, LARGEST_PAGE_BYTES, DEFAULT_PAGE_BYTES = 16 * 1024, 1024 * 1024, 256 * 1024
IDLE_MS, WATCHED_MS = 60_000, 15_000
"""How soon a device is to come again; of an officer on site, who calls, or has an order (R134)."""
_TYPICAL_UNIT_BYTES = 4096
_RECEIPT_SHARE = 4
"""A quarter of a page is for receipts, so that neither waits for the other."""
_MOST_CHANGES = 128
"""So many tags are kept beside those written whole; more, and all are written anew."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    nonce: str
    schema: int
    server_epoch: str | None
    cursor: str | None
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the snapshot gave: what was found, what is to be remembered, and the answer's text."""

    standing: Standing
    sent: View
    answer: str
    related: Mapping[UUID, Related]
    """What it tells of debtors' other cases, by the case it is told in."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: `sent` is what it changes of what the device holds."""

    put: list[str]
    """Texts of units, written once: they are most of an answer."""
    remove: list[dict[str, str]]
    sent: dict[str, str | None]
    receipts: list[str]
    position: int
    is_last: bool


class Refused(DomainError):
    """Found in the snapshot; leaves with a statement, which is made outside it since statements are written down."""


def pull(device: Device, request: PullRequest) -> dict[str, Any]:
    """One page of the difference, with the statement that covers it.

    Raises DomainError 409 `epoch_changed` and `pull_overtaken`, 410 `reset`, each with a statement.
    """
    try:
        with snapshot():
            drawn = _drawn(device, request)
        with transaction.atomic():
            _remember(device, drawn)
            covering = stated(
                device,
                request.nonce,
                answer_sha256=sha256_hex(drawn.answer.encode()),
                log=drawn.standing.log,
                server_epoch=drawn.standing.server_epoch,
            )
            record_shown(device, drawn.related)
    except Refused as refused:
        refused.details.update(stated(device, request.nonce))
        raise
    return {**covering, "answer": drawn.answer, "upload_bearer": issue_bearer(device)}


def _drawn(device: Device, request: PullRequest) -> Drawn:
    at = now()
    standing = standing_of(device.pk, at)
    if request.server_epoch not in (None, standing.server_epoch):
        message = _("The server was restored. Push what you hold from the stated number on, then pull.")
        raise Refused("epoch_changed", 409, message)
    view = _view(standing.view)
    if view.sent_cursor.endswith(_mark(request)):
        raise _overtaken()
    held = acknowledged(view, request.cursor)
    if held is None:
        raise Refused("reset", 410, _("Start over: pull without a cursor. Your own records are not touched."))
    # The log was read with the units: what the statement acknowledges is in them, the rest the device lays over them.
    units = VisibleUnits(device, at, standing.server_epoch, request.schema, standing)
    page = _page(standing, held, units, request.max_bytes, at)
    sent = replace(
        held, sent_cursor=secrets.token_urlsafe(16) + _mark(request), sent=page.sent, sent_position=page.position
    )
    return Drawn(standing, sent, _answer(standing, sent, page, at), units.related_in(page.sent))


def _mark(request: PullRequest) -> str:
    """The end of the cursor that answers this request: the same bytes sent twice are known and change nothing.

    Else the second answer would void the cursor of the first, which is the one the device may have heard.
    """
    return "." + sha256_hex(request.nonce.encode())[:16]


def _overtaken() -> Refused:
    return Refused("pull_overtaken", 409, _("Another pull of this device came between. Pull again."))


def _page(standing: Standing, held: View, units: VisibleUnits, max_bytes: int, at: datetime) -> Page:
    """Removals first, then units by urgency as far as the budget goes."""
    todo = difference(held.acked, units.tags)
    reasons = removal_reasons(standing.device, todo.removed, at)
    remove = [_removal(key, reasons.get(key, "expired")) for key in todo.removed]
    gone = within_budget(map(_text, remove), max_bytes) if remove else 0
    put = _fitting(units, todo.changed, max_bytes - len(_text(remove))) if gone == len(remove) else []
    receipts, position, all_receipts = _receipts(standing, held.acked_position, max_bytes // _RECEIPT_SHARE)
    sent: dict[str, str | None] = dict.fromkeys(todo.removed[:gone])
    sent |= {key: units.tags[key] for key in todo.changed[: len(put)]}
    is_last = gone == len(remove) and len(put) == len(todo.changed) and all_receipts
    return Page(put, remove[:gone], sent, receipts, position, is_last)


def _removal(key: str, reason: str) -> dict[str, str]:
    type_, _colon, id_ = key.partition(":")
    return {"type": type_, "id": id_, "reason": reason}


def _fitting(units: VisibleUnits, keys: tuple[str, ...], budget: int) -> list[str]:
    """As many of these units as fit, in their order."""
    if not keys:
        return []
    loaded = units.texts(keys[: max(8, budget // _TYPICAL_UNIT_BYTES)])
    return loaded[: within_budget(loaded, budget)]


def _receipts(standing: Standing, position: int, budget: int) -> tuple[list[str], int, bool]:
    """Receipts above `position`, how far they reach, and whether these are all. One position is never split."""
    texts = receipts_after(standing.device, position, standing.server_epoch)
    places = [_position_of(text) for text in texts]
    count = within_budget(texts, budget) if texts else 0
    while count < len(texts) and places[count] == places[count - 1]:
        count += 1
    return texts[:count], max(places[:count], default=position), count == len(texts)


def _position_of(receipt: str) -> int:
    signed, _signature = split_text(receipt)
    return int(json.loads(signed)["position"])


def _answer(standing: Standing, view: View, page: Page, at: datetime) -> str:
    device, holds = standing.device, after(view.acked, view.sent)
    idle_ms = spreading.around(WATCHED_MS if is_watched(standing.brief) else IDLE_MS) if page.is_last else 0
    rest = _text(
        {
            "cursor": view.sent_cursor,
            "base": view.acked_cursor or None,
            "complete": page.is_last,
            "as_of": to_wire(at),
            "remove": page.remove,
            "reviews": reviews_told(device.officer_id, holds),
            "receipts": page.receipts,
            "wanted": wanted_by(device),
            "digest": digest(holds) if page.is_last else None,
            "retention_days": settings.DEVICE_RETENTION_DAYS,
            "lease_until": to_wire(_lease_until(at)),
            "next": {"retry_after_ms": load.pause_ms() + idle_ms},
        }
    )
    return f'{rest[:-1]},"put":[{",".join(page.put)}]}}'


def _lease_until(at: datetime) -> datetime:
    """Until when it may show what it holds without asking again (R72)."""
    return at + timedelta(days=settings.READ_LEASE_DAYS)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _view(row: DeviceView | None) -> View:
    if row is None:
        return View()
    acked = View(row.acked_cursor, after(row.acked_tags, row.acked_changes), row.acked_position)
    return replace(acked, sent_cursor=row.sent_cursor, sent=row.sent_tags, sent_position=row.sent_position)


def _remember(device: Device, drawn: Drawn) -> None:
    """Keep what was sent, unless another pull of this device came between: then nothing is kept or answered."""
    row = drawn.standing.view
    if not (_replaced(row, drawn.sent) if row else _created(device, drawn.sent)):
        raise _overtaken()


def _created(device: Device, view: View) -> bool:
    try:
        with transaction.atomic():
            DeviceView.objects.create(
                device=device, acked_tags=dict(view.acked), **_small_columns(view), **_heard_columns([])
            )
    except IntegrityError:
        return False
    return True


def _replaced(row: DeviceView, view: View) -> bool:
    columns = _small_columns(view) | _acked_columns(row, view) | _heard_columns(row.heard_slots)
    values = {name: json_text(value) if isinstance(value, dict | list) else value for name, value in columns.items()}
    same = {"device_id": row.pk, "acked_cursor": row.acked_cursor, "sent_cursor": row.sent_cursor}
    return update_one(DeviceView, same, values)


def _acked_columns(row: DeviceView, view: View) -> dict[str, Any]:
    """What the acknowledged answer changed; all anew where that has grown long, or nothing of it holds any more."""
    if view.acked_cursor == row.acked_cursor:
        return {}
    changes = {**row.acked_changes, **row.sent_tags}
    if view.acked_cursor == row.sent_cursor and len(changes) <= _MOST_CHANGES:
        return {"acked_changes": changes}
    return {"acked_tags": dict(view.acked), "acked_changes": {}}


def _heard_columns(known: list[int]) -> dict[str, Any]:
    """Beside what a pull writes anyway, and once for each slot."""
    slot = slot_of(now())
    return {} if known[-1:] == [slot] else {"heard_slots": [*known, slot][-SLOTS_KEPT:]}


def _small_columns(view: View) -> dict[str, Any]:
    return {
        "acked_cursor": view.acked_cursor,
        "acked_position": view.acked_position,
        "sent_cursor": view.sent_cursor,
        "sent_tags": dict(view.sent),
        "sent_position": view.sent_position,
        "lease_until": _lease_until(now()),
    }
