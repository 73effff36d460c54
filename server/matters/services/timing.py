"""What passes by itself: papers that did not come, results that nobody spoke against."""

import logging
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.ledger.services import append
from server.matters.models import Matter, MatterMove
from server.matters.queries import clocks, last_of
from server.matters.services.moving import Said, held_matter, write_move
from server.matters.states import CURRENT, Move, State
from server.people.models import Court

logger = logging.getLogger(__name__)
_PASSES = {State.SUPPLEMENT_WAIT: Move.TIME_OUT, State.FED_BACK: Move.CONFIRM_BY_TIME}
_ELSEWHERE = Court.Reach.PEER
_OURS = Q(state=State.SUPPLEMENT_WAIT.value) & ~Q(to_court__reach=_ELSEWHERE) | Q(state=State.FED_BACK.value) & ~Q(
    from_court__reach=_ELSEWHERE
)
"""A limit is passed by the server of the court whose step it is, and by no other."""


def pass_limits() -> int:
    """Move every matter whose waiting is over, one by one; how many. Any number of passes may run at once."""
    today = local_date(now())
    due = Matter.objects.filter(_OURS, due_on__lt=today).order_by("due_on", "pk")
    rows = list(due.values_list("pk", "state"))
    return sum(_pass(matter_id, _PASSES[State(state)]) for matter_id, state in rows)


def _pass(matter_id: UUID, move: Move) -> bool:
    """One at fault is named in the log and holds up no other."""
    try:
        with transaction.atomic():
            if not _is_over(held_matter(matter_id)):
                return False
            done = write_move(matter_id=matter_id, move=move, by=None, said=Said())
            append(done.drafts)
    except DomainError:
        return False  # somebody was faster
    except Exception:
        logger.exception("matter %s cannot be moved on", matter_id)
        return False
    return True


def _is_over(matter: Matter) -> bool:
    """By the row as it is held and the calendar as it is now: it went on meanwhile, or a day was given off."""
    clock = CURRENT.get(State(matter.state))
    due_on = clocks(matter, _moves(matter))[clock].due_on if clock else None
    return bool(due_on and due_on < local_date(now()))


def _moves(matter: Matter) -> list[MatterMove]:
    """What waits here for a word against it waits since it came, however long it was carried."""
    rows, told = list(matter.moves.order_by("number")), last_of(matter, matter.to_court_id)
    if told and State(matter.state) is State.FED_BACK:
        rows[-1].at = max(rows[-1].at, told.made_at)
    return rows
