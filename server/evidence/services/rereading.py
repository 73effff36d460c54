"""What storage should hold, in the order of its hashes, and what its bytes say when they are read again."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice

from server.evidence import store
from server.evidence.models import Paper, ProvisionalThumbnail, StoredFile
from server.evidence.sm3 import Sm3
from server.evidence.store import Area, BlobMissing

FILES_AT_ONCE = 500


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """What storage should hold, in the order in which it is read."""

    sha256: str
    area: Area
    size: int
    """0 for what was derived: nothing says how large it was."""


@dataclass(frozen=True, slots=True)
class Digests:
    """Of bytes as storage gave them; SM3 where it was asked for."""

    sha256: str
    sm3: str
    size: int


def held_after(cursor: str, *, with_derived: bool = False) -> Iterable[list[Held]]:
    """Bytes of one hash together, a file and a paper: a cursor never parts them. At most FILES_AT_ONCE of them."""
    rows = [_rows(StoredFile, Area.ORIGINALS, cursor), _rows(Paper, Area.PAPERS, cursor)]
    if with_derived:
        rows.append(_derived(StoredFile, "thumbnail_sha256", cursor))
        rows.append(_derived(ProvisionalThumbnail, "stored_sha256", cursor))
    groups = ([*dict.fromkeys(same)] for _, same in groupby(merge(*rows), key=lambda held: held.sha256))
    return islice(groups, FILES_AT_ONCE)


def _rows(model: type[StoredFile] | type[Paper], area: Area, cursor: str) -> Iterator[Held]:
    rows = model.objects.filter(sha256__gt=cursor).order_by("sha256").values_list("sha256", "size").distinct()
    return (Held(sha256, area, size) for sha256, size in rows[:FILES_AT_ONCE])


def _derived(model: type[StoredFile] | type[ProvisionalThumbnail], name: str, cursor: str) -> Iterator[Held]:
    rows = model.objects.filter(**{f"{name}__gt": cursor}).order_by(name).values_list(name, flat=True).distinct()
    return (Held(sha256, Area.DERIVED, 0) for sha256 in rows[:FILES_AT_ONCE])


def digests_of(held: Held, *, with_sm3: bool = False) -> Digests | None:
    """None where storage has nothing under that name. Raises StoreUnavailable."""
    sha256, sm3, size = hashlib.sha256(), Sm3() if with_sm3 else None, 0
    try:
        for block in store.current_store().read(held.area, held.sha256):
            sha256.update(block)
            size += len(block)
            if sm3:
                sm3.update(block)
    except BlobMissing:
        return None
    return Digests(sha256.hexdigest(), sm3.hexdigest() if sm3 else "", size)
