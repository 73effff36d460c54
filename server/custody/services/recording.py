"""A reading with its entry, once for its window."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.common.hashing import canonical_json, sha256_hex
from server.custody.models import Reading
from server.ledger.services import Draft, append
from server.people.models import Officer
from server.people.streams import inspection_stream

WINDOW = timedelta(minutes=30)
"""Reading the same again for the same purpose within it is the same reading: a film is played by hundreds of ranges."""
KINDS = {
    Reading.Thing.FILE: "evidence_read",
    Reading.Thing.PAPER: "paper_read",
    Reading.Thing.CASE: "case_read",
    Reading.Thing.LIST: "list_read",
}
REFUSED = "reading_refused"


def not_in_hand() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Read:
    """Somebody is about to be given something. `courts`: whose inspection is told."""

    officer: Officer
    thing: Reading.Thing
    courts: Collection[UUID]
    purpose: str = Reading.Purpose.VIEW
    sha256: str = ""
    case_id: UUID | None = None
    device: str = ""
    reason: str = ""
    named: Mapping[str, str] = field(default_factory=dict)
    """What the entry says besides."""
    in_hand: Callable[[], bool] = not_in_hand
    """Asked only for a new reading."""

    def key(self, window: int) -> str:
        case = str(self.case_id or "")
        told = [str(self.officer.pk), self.device, self.thing, self.sha256, case, self.purpose, self.reason, window]
        return sha256_hex(canonical_json([*told, dict(self.named)]))


def require_reason(purpose: str, reason: str) -> str:
    """The reason without blanks around it. Raises DomainError 422 `reason_required` where the thing is taken away."""
    reason = reason.strip()
    if purpose != Reading.Purpose.VIEW and not reason:
        message = _("Say why you take it away: it stays on record beside the file.")
        raise DomainError("reason_required", 422, message, {"purpose": purpose})
    return reason


def record_reading(read: Read) -> bool:
    """Enter it with the inspection of each court concerned; False where this window has it already.

    Call it before the first byte is given, outside of any transaction: when it returns, the entry is committed.
    """
    window = int(now().timestamp() // WINDOW.total_seconds())
    keys = [read.key(window), read.key(window - 1)]
    if Reading.objects.filter(key__in=keys, read_at__gt=now() - WINDOW).exists():
        return False
    with transaction.atomic():
        # Of two at once the second waits here for the commit of the first.
        _row, is_new = Reading.objects.get_or_create(key=keys[0], defaults=_row_of(read))
        if is_new:
            append([_entry(read)])
    return is_new


def _row_of(read: Read) -> dict[str, object]:
    names = ("officer", "device", "thing", "sha256", "case_id", "purpose", "reason")
    return {name: getattr(read, name) for name in names} | {"in_hand": read.in_hand()}


def _entry(read: Read) -> Draft:
    kind = REFUSED if read.purpose == Reading.Purpose.REFUSED else KINDS[read.thing]
    view: dict[str, str | None] = {"thing": read.thing, "officer": str(read.officer.pk), "purpose": read.purpose}
    view |= read.named
    view |= {"sha256": read.sha256} if read.sha256 else {}
    view |= {"device": read.device or None} if read.thing == Reading.Thing.PAPER else {}
    facts = {"reason": read.reason} if read.reason else {}
    streams = tuple(sorted(inspection_stream(court_id) for court_id in read.courts))
    return Draft(streams, kind, view, facts, "case" if read.case_id else "", read.case_id)
