"""Does storage take bytes and give them back, and does it still hold what was counted?"""

import hashlib
import secrets
from collections.abc import Iterator

from django.utils.translation import gettext as _

from server.config.operations.findings import Finding, fault, fine
from server.evidence.models import Paper, StoredFile
from server.evidence.services.scrub import absent_originals
from server.evidence.store import Area, StoreUnavailable, current_store

NEWEST_FILES = 1000
NAMED_AT_MOST = 5


def evidence_findings(*, is_deep: bool) -> Iterator[Finding]:
    try:
        _probe()
        yield from _missing(is_deep=is_deep)
        yield from _missing_papers()
    except StoreUnavailable as error:
        says = _("The evidence store does not take bytes and give them back: %s") % error
        yield fault("evidence_store", says, _("Is the disk full or read-only, is S3 reachable, are its keys right?"))


def _probe() -> None:
    store, content = current_store(), secrets.token_bytes(64)
    part = store.put_part(content)
    try:
        if b"".join(store.read_part(part)) != content:
            raise StoreUnavailable("other bytes came back than were written")
    finally:
        store.discard([part])


def _missing(*, is_deep: bool) -> Iterator[Finding]:
    absent = absent_originals(None if is_deep else NEWEST_FILES)
    if absent:
        named = ", ".join(sha256[:12] for sha256 in absent[:NAMED_AT_MOST])
        figures = {"count": len(absent), "named": named}
        says = _("%(count)d verified files are gone from storage: %(named)s.") % figures
        do = _("Put them back from a verified backup; restoring one lets devices send again what they still hold.")
        yield fault("evidence_missing", says, do)
    damaged = _damaged(set(absent)) if is_deep else []
    if damaged:
        figures = {"count": len(damaged), "named": ", ".join(sha256[:12] for sha256 in damaged[:NAMED_AT_MOST])}
        says = _("%(count)d files in storage no longer hash to their names: %(named)s.") % figures
        yield fault("evidence_damaged", says, _("The disk is failing. Put these files back from a verified backup."))
    if not absent and not damaged:
        yield fine("evidence", _("Storage works, and the verified files looked for are there."))


def _missing_papers() -> Iterator[Finding]:
    rows = Paper.objects.order_by("-pk").values_list("sha256", "size", "title")[:NEWEST_FILES]
    absent = [title for sha256, size, title in rows if current_store().size_of(Area.PAPERS, sha256) != size]
    if absent:
        figures = {"count": len(absent), "named": "、".join(absent[:NAMED_AT_MOST])}
        says = _("%(count)d papers are gone from storage: %(named)s.") % figures
        yield fault("papers_missing", says, _("Put them back from a verified backup, or add them again."))


def _damaged(absent: set[str]) -> list[str]:
    hashes = StoredFile.objects.order_by("sha256").values_list("sha256", flat=True)
    return [sha256 for sha256 in hashes.iterator() if sha256 not in absent and _hash_of(sha256) != sha256]


def _hash_of(sha256: str) -> str:
    digest = hashlib.sha256()
    for block in current_store().read(Area.ORIGINALS, sha256):
        digest.update(block)
    return digest.hexdigest()
