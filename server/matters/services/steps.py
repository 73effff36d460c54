"""One step of a matter, written with its clocks and rights, whoever made it and on which server."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from server.common.clock import now
from server.ledger.services import Draft
from server.matters.decide import Moved
from server.matters.models import Matter, MatterMove
from server.matters.queries import is_late
from server.matters.services.clocking import keep_clock, look_soon, settle_urges
from server.matters.services.entries import moved_draft
from server.matters.services.rights import end_rights, mark_subject
from server.matters.services.telling import tell_of
from server.matters.states import TERMINAL, Move, Side, State
from server.people.models import Officer


class Who(NamedTuple):
    """Whoever makes a step: an officer, somebody of another server by name, or nobody where a limit has passed."""

    officer: Officer | None
    name: str = ""
    at: datetime | None = None


@dataclass(slots=True)
class Done:
    """A move that was made, with what follows from it."""

    matter: Matter
    following: Matter | None = None
    """The draft it brought about: of a release, or of the matter sent again."""
    drafts: list[Draft] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def take_step(matter: Matter, decided: Moved, who: Who, *, words: str = "", reason: str = "") -> MatterMove:
    """Its new state, and the move as a row; `finish_step` stores the first."""
    source, move, at = State(matter.state), decided.row.move, who.at or now()
    matter.state, matter.came_from = decided.target.value, decided.came_from or ""
    if decided.target in TERMINAL and matter.ended_at is None:
        matter.ended_at = at
    return MatterMove.objects.create(
        matter=matter,
        number=matter.moves.count() + 1,
        move=move.value,
        source=source.value,
        target=decided.target.value,
        by=who.officer,
        by_name=who.name[:100],
        court_id=matter.from_court_id if decided.row.side is Side.ASKING else matter.to_court_id,
        at=at,
        reason=reason[:30] if move is Move.RETURN else "",
        words=words.strip()[:1000],
        was_late=is_late(matter, at) if matter.due_on else None,
    )


def finish_step(done: Done, row: MatterMove) -> None:
    """Stored, with its clock and rights, and told to the courts of this server; `done.drafts` are to be appended."""
    matter = done.matter
    keep_clock(matter, row.at)
    look_soon(matter, row.at)
    matter.save()
    settle_urges(matter, row.at)
    _mark(matter, Move(row.move))
    tell_of(matter, row)
    done.drafts.insert(0, moved_draft(matter, row, **done.facts))


def _mark(matter: Matter, move: Move) -> None:
    moments = {
        **({"sent_at": matter.sent_at} if move is Move.APPROVE else {}),
        **({"fed_back_at": now()} if move is Move.FEED_BACK else {}),
        **({"ended_at": matter.ended_at} if matter.ended_at else {}),
    }
    mark_subject(matter, **{name: at for name, at in moments.items() if at})
    if matter.ended_at:
        end_rights(matter.pk, matter.ended_at)
