"""Do the chains hold, and is the clock that dates them sane?"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Max, Min
from django.utils.translation import gettext as _

from server.common.clock import now, to_wire
from server.common.snapshot import snapshot
from server.config.operations.findings import Finding, fault, fine, note
from server.ledger.models import Entry, Head, SeenHeight
from server.ledger.verify import verify_stream

LAST_ENTRIES = 1000
TOLD_FOR = timedelta(days=30)
CLOCK_TOLERANCE = timedelta(minutes=1)


def ledger_findings(*, is_deep: bool) -> Iterator[Finding]:
    """Of each ledger the last entries up to its head, or all of them."""
    with snapshot():
        streams = list(Head.objects.order_by("stream").values_list("stream", flat=True))
        reports = [verify_stream(stream, last=None if is_deep else LAST_ENTRIES) for stream in streams]
    broken = [report for report in reports if not report.is_sound]
    for report in broken:
        figures = {"stream": report.stream, "entries": report.entries, "fault": report.fault}
        yield fault(
            "ledger_broken",
            _("The chain of %(stream)s breaks after entry %(entries)d (%(fault)s).") % figures,
            _("Somebody changed the database by hand. Keep it as it is and compare it with a verified backup."),
        )
    if not broken:
        says = _("%d ledgers hold to their last entry.") if is_deep else _("%d ledgers hold in their latest entries.")
        yield fine("ledger", says % len(streams))
    yield from _lost()
    yield from _clock()


def _lost() -> Iterator[Finding]:
    """What a restore took, by what devices and watchers had seen before it."""
    recent = SeenHeight.objects.filter(reported_at__gt=now() - TOLD_FOR)
    lives = recent.values("stream", "ledger_epoch").annotate(seen=Max("position"), kept=Min("kept_position"))
    for life in lives.order_by("stream", "kept"):
        figures = {"stream": life["stream"], "count": life["seen"] - life["kept"], "kept": life["kept"]}
        says = _("At least %(count)d entries of %(stream)s after position %(kept)d were lost by a restore.") % figures
        yield note(
            "ledger_lost", says, _("Devices bring back what they recorded. What desks had entered, enter again.")
        )


def _clock() -> Iterator[Finding]:
    latest = Entry.objects.order_by("-appended_at").values_list("appended_at", flat=True).first()
    if latest and latest > now() + CLOCK_TOLERANCE:
        figures = {"latest": to_wire(latest), "now": to_wire(now())}
        yield fault(
            "clock_behind",
            _("The last ledger entry is of %(latest)s, the clock of this machine says %(now)s.") % figures,
            _("Set the clock right, and let it follow a time server."),
        )
