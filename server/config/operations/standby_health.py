"""Does what SAFE_POLICY=standby leans on stand: a standby that streams, a second copy of the files that keeps up?"""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from server.common.clock import now
from server.config.operations.findings import Finding, fault, fine, note
from server.config.operations.standby import end_of_log, standbys_behind
from server.evidence.models import Paper, StoredFile
from server.evidence.services.replica import replica
from server.sync.safety import STANDBY

LATE_AFTER = timedelta(hours=1)


def standby_findings() -> Iterator[Finding]:
    if settings.SAFE_POLICY == STANDBY and connection.vendor == "postgresql":
        yield _standby()
    if replica() is not None:
        yield _replica()


def _standby() -> Finding:
    behind = standbys_behind(end_of_log())
    if behind is None:
        says = _(
            "No PostgreSQL standby streams: since it stopped, nothing more is called safe, and devices keep everything."
        )
        do = _("Start the standby. If it runs, give our database user the role pg_monitor.")
        return fault("standby_missing", says, do)
    if behind:
        says = _("%d standbys have not flushed all of the log yet.") % behind
        return note("standby_behind", says, _("Look again in a minute; if it stays so, look at the standby's own log."))
    return fine("standby", _("Every streaming standby has flushed the log."))


def _replica() -> Finding:
    files, papers = StoredFile.objects.filter(replicated_at=None), Paper.objects.filter(replicated_at=None)
    since = now() - LATE_AFTER
    late = files.filter(stored_at__lt=since).count() + papers.filter(added_at__lt=since).count()
    if late:
        says = _("%d files are not in the second copy after an hour; what they prove is not called safe.") % late
        return fault("replica_late", says, _("Is EVIDENCE_REPLICA_DIR mounted, has it room, and is the beat running?"))
    return fine(
        "replica", _("The second copy of the files keeps up (%d on their way).") % (files.count() + papers.count())
    )
