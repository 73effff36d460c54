"""What passes by itself: papers that did not come, six months, a case closed where nobody said so here."""

import logging
from collections.abc import Callable, Iterator
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from server.cases.models import Case
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.delegation.models import CaseDelegation
from server.delegation.services.closing import close_delegation
from server.delegation.services.effects import Said
from server.delegation.services.holding import held_delegation
from server.delegation.services.moving import keep_clock, write_move
from server.delegation.services.telling import tell_of_lateness
from server.delegation.states import Move, State
from server.ledger.services import Draft, append

logger = logging.getLogger(__name__)
_AT_WORK = (State.TAKEN_OVER, State.RUNNING, State.ESCALATABLE)


def pass_delegation_limits() -> int:
    """Move every delegation whose time has come, one by one; how many. Any number of passes may run at once."""
    return sum(_pass(pk, step) for step, rows in _due() for pk in rows)


def tell_of_late_delegations() -> int:
    """Tell whoever is late with one, and the superior, once for each clock; how many are late. Their dates are counted
    by the calendar as it is now."""
    late = CaseDelegation.objects.filter(due_on__lt=local_date(now())).order_by("due_on", "pk")
    return sum(_tell_late(pk) for pk in _ids(late))


@transaction.atomic
def _tell_late(delegation_id: UUID) -> bool:
    delegation = held_delegation(delegation_id)
    keep_clock(delegation)
    delegation.save(update_fields=["due_clock", "due_on"])
    is_late = bool(delegation.due_on and delegation.due_on < local_date(now()))
    if is_late:
        tell_of_lateness(delegation)
    return is_late


Step = Callable[[CaseDelegation], list[Draft]]


def _due() -> Iterator[tuple[Step, list[UUID]]]:
    """Which may have to move; each is judged by the table as it is held."""
    today, rows = local_date(now()), CaseDelegation.objects.order_by("due_on", "pk")
    late = Q(due_on__lt=today)
    yield _deem, _ids(rows.filter(late, state=State.INCOMPLETE, explained_at=None))
    yield _escalate, _ids(rows.filter(late, state=State.RUNNING))
    closed = rows.filter(state__in=[each.value for each in _AT_WORK], received_case__status=Case.Status.CLOSED)
    yield close_delegation, _ids(closed)


def _ids(rows: object) -> list[UUID]:
    return list(rows.values_list("pk", flat=True))  # type: ignore[attr-defined]


def _deem(delegation: CaseDelegation) -> list[Draft]:
    return write_move(delegation=delegation, move=Move.DEEM_WITHDRAWN, by=None, said=Said()).drafts


def _escalate(delegation: CaseDelegation) -> list[Draft]:
    return write_move(delegation=delegation, move=Move.PASS_SIX_MONTHS, by=None, said=Said()).drafts


def _pass(delegation_id: UUID, step: Step) -> bool:
    """One at fault is named in the log and holds up no other."""
    try:
        with transaction.atomic():
            drafts = step(held_delegation(delegation_id))
            append(drafts)
    except DomainError:
        return False  # its time has not come, or somebody was faster
    except Exception:
        logger.exception("delegation %s cannot be moved on", delegation_id)
        return False
    return bool(drafts)
