"""What the ledgers are told of delegations: both courts of what passes between them, one of what is its own."""

from typing import Any
from uuid import UUID

from server.delegation.live import delegation_view
from server.delegation.models import CaseDelegation, DelegationMove
from server.ledger.services import Draft
from server.people.models import Officer
from server.people.streams import court_stream

SUBJECT = "delegation"


def moved_draft(delegation: CaseDelegation, move: DelegationMove, **facts: Any) -> Draft:
    """`delegation` is as it is stored now."""
    said = {"words": move.words, "source": move.source, **facts}
    late = facts.get("late") or []
    view: dict[str, Any] = {"move": move.move, "number": move.number, **({"late": late} if late else {})}
    return delegation_draft(delegation, "delegation_moved", by=move.by, facts=said, **view)


def delegation_draft(
    delegation: CaseDelegation,
    kind: str,
    *,
    by: Officer | None,
    facts: dict[str, Any],
    only: UUID | None = None,
    **view: Any,
) -> Draft:
    """`only`: the court whose own it is. Before it is sent the other court hears nothing."""
    theirs = [delegation.to_court_id] if delegation.sent_at else []
    courts = {only} if only else {delegation.from_court_id, *theirs}
    streams = tuple(sorted(map(court_stream, courts)))
    whole = {"delegation": delegation_view(delegation), "by": str(by.pk) if by else None, **view}
    return Draft(streams, kind, whole, facts, SUBJECT, delegation.pk)
