"""Everything stored is read and hashed again, now, by SHA-256 and SM3. Nothing is demoted: the scrub does that."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Sum

from server.evidence.models import Paper, StoredFile
from server.evidence.services.rereading import Digests, Held, digests_of, held_after
from server.evidence.store import Area


class Fault(StrEnum):
    ABSENT = "absent"
    DAMAGED = "damaged"
    SIZE_DIFFERS = "size_differs"
    SM3_DIFFERS = "sm3_differs"


@dataclass(frozen=True, slots=True)
class Reread:
    """One file that was read again; `fault` is None where it is as it should be."""

    held: Held
    fault: Fault | None
    is_sm3_new: bool = False
    """It had no SM3 yet: it has now."""


def bytes_after(cursor: str) -> int:
    """How much there is to read, what was derived aside."""
    totals = (
        rows.filter(sha256__gt=cursor).aggregate(sum=Sum("size"))["sum"] for rows in (StoredFile.objects, Paper.objects)
    )
    return sum(total or 0 for total in totals)


def reread_after(cursor: str) -> Iterator[list[Reread]]:
    """Behind `cursor` to the end, those of one hash together; the last hash says where to go on.

    Raises StoreUnavailable.
    """
    while groups := list(held_after(cursor, with_derived=True)):
        for same in groups:
            yield [_reread(held) for held in same]
        cursor = groups[-1][0].sha256


def _reread(held: Held) -> Reread:
    read = digests_of(held, with_sm3=held.area is not Area.DERIVED)
    if read is None:
        return Reread(held, Fault.ABSENT)
    if read.sha256 != held.sha256:
        return Reread(held, Fault.DAMAGED)
    if held.area is Area.DERIVED:
        return Reread(held, None)
    if read.size != held.size:
        return Reread(held, Fault.SIZE_DIFFERS)
    return _compared(held, read)


def _compared(held: Held, read: Digests) -> Reread:
    model = Paper if held.area is Area.PAPERS else StoredFile
    rows = model.objects.filter(sha256=held.sha256)
    added = rows.filter(sm3="").update(sm3=read.sm3)
    differs = rows.exclude(sm3=read.sm3).exists()
    return Reread(held, Fault.SM3_DIFFERS if differs else None, is_sm3_new=bool(added))
