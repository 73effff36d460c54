"""What the ledgers are told of matters: both courts of what passes between them, one of what is its own."""

from typing import Any
from uuid import UUID

from server.cases.models import SubjectType
from server.ledger.services import Draft
from server.matters.live import matter_view
from server.matters.models import Matter, MatterMove
from server.people.models import Officer
from server.people.streams import court_stream


def moved_draft(matter: Matter, move: MatterMove, **facts: Any) -> Draft:
    """`matter` is as it is stored now."""
    said = {"words": move.words, "reason": move.reason, "source": move.source, **facts}
    return matter_draft(matter, "matter_moved", by=move.by, move=move.move, number=move.number, facts=said)


def matter_draft(
    matter: Matter,
    kind: str,
    *,
    by: Officer | None,
    facts: dict[str, Any],
    only: UUID | None = None,
    **view: Any,
) -> Draft:
    """`only`: the court whose own it is. Before it is sent the other court hears nothing."""
    courts = {only} if only else {matter.from_court_id, *([matter.to_court_id] if matter.sent_at else [])}
    streams = tuple(sorted(map(court_stream, courts)))
    whole = {"matter": matter_view(matter), "by": str(by.pk) if by else None, **view}
    return Draft(streams, kind, whole, facts, SubjectType.MATTER.value, matter.pk)
