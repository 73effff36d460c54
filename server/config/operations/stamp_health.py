"""Does somebody outside confirm when the ledgers stood where?"""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from server.bundle.models import HeadStamp
from server.bundle.stamping import authority
from server.common.clock import now
from server.config.operations.findings import Finding, fault, fine, note

LATE_AFTER = timedelta(days=1)


def stamp_findings() -> Iterator[Finding]:
    if not settings.TIMESTAMP_URL:
        says = _("No timestamp authority is set (TIMESTAMP_URL): when ledgers stood where is this court's word alone.")
        yield fine("timestamps_none", says)
        return
    yield from _authority()
    waiting = HeadStamp.objects.filter(stamped_at=None).order_by("day").first()
    if waiting is None:
        yield _stamped()
        return
    figures = {"day": waiting.day.isoformat(), "attempts": waiting.attempts, "fault": waiting.fault or "-"}
    says = _("The ledger head of %(day)s has no timestamp yet (asked %(attempts)d times): %(fault)s") % figures
    do = _("Is TIMESTAMP_URL right and reachable from here? The beat asks again by itself.")
    is_late = waiting.day < timezone.localdate(now() - LATE_AFTER)
    yield fault("timestamps_late", says, do) if is_late else note("timestamps_wait", says, do)


def _authority() -> Iterator[Finding]:
    try:
        trusted = authority()
    except (OSError, ValueError) as error:
        do = _("TIMESTAMP_CA_FILE has the authority's certificates, in PEM.")
        yield fault("timestamps_authority", _("Its certificates cannot be read: %s") % error, do)
        return
    if not trusted:
        says = _("Timestamps are kept without a look at who made them: TIMESTAMP_CA_FILE is not set.")
        yield note("timestamps_unknown", says, _("Ask the authority for its certificates and set it."))


def _stamped() -> Finding:
    latest = HeadStamp.objects.order_by("-day").first()
    if latest is None:
        return fine("timestamps", _("A timestamp authority is set; the first heads are stamped when the beat runs."))
    figures = {"count": HeadStamp.objects.count(), "day": latest.day.isoformat()}
    return fine("timestamps", _("%(count)d ledger heads are stamped, the last of %(day)s.") % figures)
