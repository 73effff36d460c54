"""Many matters at once, as forty to one bank: each judged by itself, and told one by one."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from server.common.errors import DomainError
from server.matters.access import matters_visible_to
from server.matters.services.moving import Said, move_matter
from server.matters.services.results import Outcome, add_result
from server.matters.services.steps import Done
from server.matters.states import Move
from server.people.models import Officer

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Item:
    """`code` is why it was not moved; empty where it was."""

    matter_id: UUID
    state: str = ""
    code: str = ""
    message: str = ""


def move_many(
    *, matter_ids: Collection[UUID], move: Move, by: Officer, said: Said, outcome: Outcome | None = None
) -> list[Item]:
    """The same move of each, in the order of their ids, each in a transaction of its own: what is refused holds up no
    other. `outcome`: what came of all of them, said before they are fed back."""
    known = set(matters_visible_to(by).filter(pk__in=list(matter_ids)).values_list("pk", flat=True))
    return [
        _moved(matter_id, move, by, said, outcome) if matter_id in known else Item(matter_id, code="matter_not_found")
        for matter_id in sorted(set(matter_ids))
    ]


def _moved(matter_id: UUID, move: Move, by: Officer, said: Said, outcome: Outcome | None) -> Item:
    try:
        with transaction.atomic():
            done = _with_outcome(matter_id, move, by, said, outcome)
    except DomainError as error:
        return Item(matter_id, code=error.code, message=str(error.message))
    return Item(matter_id, state=str(done.matter.state))


def _with_outcome(matter_id: UUID, move: Move, by: Officer, said: Said, outcome: Outcome | None) -> Done:
    if outcome:
        add_result(matter=matters_visible_to(by).get(pk=matter_id), outcome=replace(outcome, id=None), by=by)
    return move_matter(matter_id=matter_id, move=move, by=by, said=said)
