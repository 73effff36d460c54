"""A look at everything, in the order in which one thing makes the next worth asking."""

from collections.abc import Iterator

from django.db import DatabaseError
from django.utils.translation import gettext as _

from server.config.operations.database_health import database_findings
from server.config.operations.evidence_health import evidence_findings
from server.config.operations.findings import Finding, fault
from server.config.operations.ledger_health import ledger_findings
from server.config.operations.machine_health import machine_findings
from server.config.operations.people_health import people_findings, worker_findings
from server.config.operations.stamp_health import stamp_findings
from server.config.operations.standby_health import standby_findings


def examine(*, is_deep: bool = False) -> Iterator[Finding]:
    """Changes nothing but a probe written to storage and removed. `is_deep` walks and hashes everything there is."""
    yield from machine_findings()
    database = database_findings()
    yield from database
    if database[-1].is_fault:
        return
    try:
        yield from ledger_findings(is_deep=is_deep)
        yield from stamp_findings()
        yield from evidence_findings(is_deep=is_deep)
        yield from standby_findings()
        yield from people_findings()
        yield from worker_findings()
    except DatabaseError as error:
        says = _("The database failed while it was being asked: %s") % error
        yield fault("database_fails", says, _("Look at its own log; then run doctor again."))
