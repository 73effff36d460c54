"""Does storage take bytes and give them back, and does it still hold what was counted?"""

import secrets
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from server.common.clock import now
from server.config.operations.findings import Finding, fault, fine, note
from server.config.operations.speaking import size_in_words
from server.evidence.models import Paper, ScrubPass, StoredFile
from server.evidence.services.rereading import Held, digests_of
from server.evidence.services.scrub import absent_originals
from server.evidence.store import Area, StoreUnavailable, current_store

NEWEST_FILES = 1000
NAMED_AT_MOST = 5


def evidence_findings(*, is_deep: bool) -> Iterator[Finding]:
    try:
        _probe()
        yield from _missing(is_deep=is_deep)
        yield from _missing_papers(is_deep=is_deep)
        yield from _scrub()
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


def _missing_papers(*, is_deep: bool) -> Iterator[Finding]:
    rows = Paper.objects.order_by("-pk").values_list("sha256", "size", "title")[: None if is_deep else NEWEST_FILES]
    papers = {Held(sha256, Area.PAPERS, size): title for sha256, size, title in rows}
    lost = {held for held in papers if current_store().size_of(held.area, held.sha256) != held.size}
    absent = [title for held, title in papers.items() if held in lost]
    if absent:
        figures = {"count": len(absent), "named": "、".join(absent[:NAMED_AT_MOST])}
        says = _("%(count)d papers are gone from storage: %(named)s.") % figures
        yield fault("papers_missing", says, _("Put them back from a verified backup, or add them again."))
    whole = [held for held in papers if held not in lost] if is_deep else []
    damaged = [papers[held] for held in whole if _is_damaged(held)]
    if damaged:
        figures = {"count": len(damaged), "named": "、".join(damaged[:NAMED_AT_MOST])}
        says = _("%(count)d papers in storage no longer hash to their names: %(named)s.") % figures
        yield fault("papers_damaged", says, _("Put them back from a verified backup, or add them again."))


def _damaged(absent: set[str]) -> list[str]:
    rows = StoredFile.objects.order_by("sha256").values_list("sha256", "size")
    held = (Held(sha256, Area.ORIGINALS, size) for sha256, size in rows.iterator() if sha256 not in absent)
    return [each.sha256 for each in held if _is_damaged(each)]


def _is_damaged(held: Held) -> bool:
    read = digests_of(held)
    return read is not None and read.sha256 != held.sha256


def _scrub() -> Iterator[Finding]:
    latest = ScrubPass.objects.order_by("-started_at").first()
    if latest is None or not settings.SCRUB_DAYS:
        return
    says, is_well = scrub_in_words(latest)
    if latest.is_halted:
        do = _(
            "Is the disk or bucket of the files mounted? Once it is, the scrub goes on; else: manage.py scrub --force"
        )
        yield fault("scrub_halted", says, do)
    elif not is_well:
        do = _("Devices that still hold these files send them again. Put the others back from a verified backup.")
        yield note("scrub_found", says, do)
    elif latest.started_at < now() - 2 * timedelta(days=settings.SCRUB_DAYS):
        yield note("scrub_late", says, _("Is the beat running? Or read all files now: manage.py scrub"))
    else:
        yield fine("scrub", says)


def scrub_in_words(done: ScrubPass) -> tuple[str, bool]:
    """How far it has come and what it found; and whether that is nothing."""
    if done.is_halted:
        return _("So many files are absent at once that storage itself is in doubt; nothing was demoted."), False
    figures = {
        "day": f"{timezone.localtime(done.started_at):%Y-%m-%d}",
        "files": done.files,
        "size": size_in_words(done.bytes),
        "absent": done.absent,
        "damaged": done.damaged,
    }
    if done.finished_at is None:
        says = _(
            "The scrub begun on %(day)s has read %(files)d files (%(size)s): %(absent)d absent, %(damaged)d damaged."
        )
    else:
        says = _("The scrub of %(day)s read all %(files)d files (%(size)s): %(absent)d absent, %(damaged)d damaged.")
    return says % figures, not (done.absent or done.damaged)
