"""What a step here says to a court on another server, and what that court is asked for instead of being told."""

from typing import Any

from server.matters.crossing import tell_across
from server.matters.models import Matter, MatterAsked, MatterMove
from server.matters.queries import told_text
from server.matters.services.entries import matter_draft
from server.matters.services.rights import mark_subject
from server.matters.services.steps import Done
from server.matters.states import Move
from server.people.models import Officer

_WITH_SNAPSHOT = frozenset({Move.APPROVE, Move.SUPPLEMENT, Move.FEED_BACK})


def tell_move(matter: Matter, row: MatterMove, **said: Any) -> None:
    """The step with what comes of it; which of `said` counts is the move's."""
    names = ("move", "source", "target", "reason", "words")
    body = {name: getattr(row, name) for name in names}
    tell_across(matter, "move", body | _more(matter, Move(row.move), row, said), by=row.by, at=row.at)


def _more(matter: Matter, move: Move, row: MatterMove, said: dict[str, Any]) -> dict[str, Any]:
    if move in _WITH_SNAPSHOT:
        return {"snapshot": told_text(matter, row.court_id)}
    if move in (Move.ASSIGN, Move.REASSIGN):
        return {"handler": {"name": matter.handled_by, "phone": matter.handler_phone}}
    if move is Move.RATE:
        return {"rating": said["rating"]}
    return {"in_force": said["in_force"]} if "in_force" in said and move is Move.WITHDRAW else {}


def ask_withdrawal(matter: Matter, *, by: Officer | None, words: str, asks_release: bool) -> Done:
    """Whatever it did meanwhile only the other server knows: it is asked, and the state stays until it answers."""
    said = words.strip()[:1000]
    row = MatterAsked.objects.create(
        matter=matter, move=Move.WITHDRAW.value, by=by, words=said, asks_release=asks_release
    )
    mark_subject(matter)
    body = {"move": row.move, "source": matter.state, "words": said, "asks_release": asks_release}
    tell_across(matter, "move", body, by=by, at=row.at)
    draft = matter_draft(matter, "matter_withdrawal_asked", by=by, facts={"words": said}, only=matter.from_court_id)
    return Done(matter, drafts=[draft])
