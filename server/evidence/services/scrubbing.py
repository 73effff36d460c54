"""The scrub of a running server: every verified file and paper is read and hashed again, slowly, pass after pass.

What is absent or damaged is put back from the second copy, where there is one, which is read again as well. Else a file
is owed again, as after a restore (`scrub.py`): its device sends it if it still has it; of a paper its case is told.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db.models import Sum

from server.common.clock import now
from server.evidence import store
from server.evidence.models import Paper, ScrubPass, StoredFile
from server.evidence.services.papers import tell_absent_paper
from server.evidence.services.replica import mend_copy, put_back
from server.evidence.services.rereading import Held, digests_of, held_after
from server.evidence.services.scrub import demote_file
from server.evidence.store import Area, BlobMissing

TURN_SECONDS = 60
SMALLEST_TURN_BYTES = 16 * 1024 * 1024
ABSENT_AT_ONCE = 20
"""More than this, and more than what is there, in one turn: rather a disk that is not mounted than files lost."""
PASSES_KEPT = 12


@dataclass(slots=True)
class Looked:
    """What one turn read."""

    files: int = 0
    bytes: int = 0
    copies_mended: int = 0
    last: str = ""
    absent: list[Held] = field(default_factory=list)
    damaged: list[Held] = field(default_factory=list)

    @property
    def is_doubtful(self) -> bool:
        return len(self.absent) > max(ABSENT_AT_ONCE, self.files // 2)


def scrub_turn() -> ScrubPass | None:
    """One turn of the pass under way, or of the next one if it is due; for the beat. None where nothing is due.

    A halted pass looks again at each turn, and goes on by itself once storage is back.
    """
    current = _pass_due()
    if current is None:
        return None
    turns = max(1, settings.SCRUB_DAYS * 86400 // TURN_SECONDS)
    _scrub(current, max(SMALLEST_TURN_BYTES, current.total_bytes // turns), is_certain=False)
    return current


def scrub_all(*, is_certain: bool = False) -> ScrubPass:
    """The pass under way, or a new one, to its end. `is_certain`: storage is what it should be, however much is absent.

    Raises StoreUnavailable; what was done so far stays done.
    """
    current = ScrubPass.objects.filter(finished_at=None).first() or _begin()
    while current.finished_at is None:
        _scrub(current, current.total_bytes or SMALLEST_TURN_BYTES, is_certain=is_certain)
        if current.is_halted:
            break
    return current


def _pass_due() -> ScrubPass | None:
    if not settings.SCRUB_DAYS:
        return None
    latest = ScrubPass.objects.order_by("-started_at").first()
    if latest is None or (latest.finished_at and latest.started_at < now() - timedelta(days=settings.SCRUB_DAYS)):
        return _begin()
    return None if latest.finished_at else latest


def _begin() -> ScrubPass:
    old = ScrubPass.objects.order_by("-started_at").values_list("pk", flat=True)[PASSES_KEPT - 1 :]
    ScrubPass.objects.filter(pk__in=list(old)).delete()
    totals = (rows.aggregate(bytes=Sum("size"))["bytes"] or 0 for rows in (StoredFile.objects, Paper.objects))
    return ScrubPass.objects.create(total_bytes=sum(totals))


def _scrub(current: ScrubPass, budget: int, *, is_certain: bool) -> None:
    """Look first, judge then: a store that is not there must not be taken for one that lost everything."""
    looked = _look(current.cursor, budget)
    current.is_halted = looked.is_doubtful and not is_certain
    if not current.is_halted:
        for held in looked.damaged:
            _set_aside(held)
        for held in (*looked.absent, *looked.damaged):
            _make_good(held)
        current.files, current.bytes = current.files + looked.files, current.bytes + looked.bytes
        current.absent += len(looked.absent)
        current.damaged += len(looked.damaged)
        current.copies_mended += looked.copies_mended
        current.cursor = looked.last or current.cursor
        current.finished_at = None if looked.last else now()
    current.save()


def _make_good(held: Held) -> None:
    if put_back(held.area, held.sha256):
        return
    if held.area is Area.PAPERS:
        tell_absent_paper(held.sha256)
        return
    demote_file(held.sha256)


def _look(cursor: str, budget: int) -> Looked:
    """Read on behind `cursor` until the budget is spent; nothing read at all means that the pass is over."""
    looked = Looked()
    for same in held_after(cursor):
        for held in same:
            _look_at(held, looked)
        if looked.bytes >= budget:
            break
    return looked


def _look_at(held: Held, looked: Looked) -> None:
    actual = digests_of(held)
    if actual is None:
        looked.absent.append(held)
    elif actual.sha256 != held.sha256:
        looked.damaged.append(held)
    else:
        looked.copies_mended += mend_copy(held.area, held.sha256)
    looked.files, looked.bytes, looked.last = looked.files + 1, looked.bytes + held.size, held.sha256


def _set_aside(held: Held) -> None:
    """What has become of it is kept for people to look at; under its own name there is nothing any more."""
    blobs = store.current_store()
    try:
        blobs.write_path(f"quarantine/{_label(held)}", blobs.read(held.area, held.sha256))
    except BlobMissing:
        return
    blobs.remove(held.area, held.sha256)


def _label(held: Held) -> str:
    return f"damaged-paper-{held.sha256}" if held.area is Area.PAPERS else f"damaged-{held.sha256}"
