"""What the ledgers are told of matters: both courts of what passes between them, one of what is its own."""

from typing import Any
from uuid import UUID

from server.cases.models import SubjectType
from server.ledger.services import Draft
from server.matters.live import matter_view, urge_view
from server.matters.models import Matter, MatterMove, MatterUrge
from server.people.models import Officer
from server.people.streams import court_stream, streams_here


def moved_draft(matter: Matter, move: MatterMove, **facts: Any) -> Draft:
    """`matter` is as it is stored now."""
    named = {"by_name": move.by_name} if move.by_name else {}
    said = {"words": move.words, "reason": move.reason, "source": move.source, **named, **facts}
    return matter_draft(matter, "matter_moved", by=move.by, move=move.move, number=move.number, facts=said)


def urged_draft(matter: Matter, urge: MatterUrge) -> Draft:
    return matter_draft(matter, "matter_urged", by=urge.by, facts={"text": urge.text}, urge=urge_view(urge))


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
    streams = (court_stream(only),) if only else _streams(matter)
    whole = {"matter": matter_view(matter), "by": str(by.pk) if by else None, **view}
    return Draft(streams, kind, whole, facts, SubjectType.MATTER.value, matter.pk)


def _streams(matter: Matter) -> tuple[str, ...]:
    asking, doing = matter.from_court, matter.to_court
    told = [asking, doing] if matter.sent_at else [asking]
    return streams_here((court.pk, court.reach) for court in told)
