"""Limits that asked for an answer: a desk says that it has seen them, and what is done. One entry for all at once."""

from uuid import UUID

from django.db import transaction

from server.cases.levels import Level
from server.duty.access import require_keeps_desk
from server.duty.models import Acknowledgement
from server.duty.queries import unanswered
from server.duty.services.words import require_said
from server.ledger.services import append
from server.people.models import Officer
from server.people.services.entries import court_entry

MAX_SAID, AT_ONCE = 500, 1000


@transaction.atomic
def acknowledge_limits(*, cause: str, level: Level, said: str, by: Officer, case_id: UUID | None = None) -> int:
    """Those of a cause at a level, in one case or in all he may read, that nobody at his desk has answered; how many.

    What another desk does stays its own. Raises DomainError 403 `role_required`; 422 `note_required`, `note_too_long`.
    """
    require_keeps_desk(by)
    words = require_said(said, MAX_SAID)
    nodes = list(unanswered(by, cause=cause, level=level, case_id=case_id)[:AT_ONCE])
    rows = [
        Acknowledgement(court_id=by.court_id, node=node, level=node.level, due_on=node.due_on, said=words, by=by)
        for node in nodes
        if node.due_on
    ]
    Acknowledgement.objects.bulk_create(rows, ignore_conflicts=True)
    if nodes:
        cases = sorted({str(node.case_id) for node in nodes})
        view = {"limits": {"cause": cause, "level": level.value, "cases": cases}}
        append([court_entry(by.court_id, "limits_acknowledged", view, by=by, said=words)])
    return len(nodes)
