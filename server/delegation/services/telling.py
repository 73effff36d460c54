"""Notices of a move to whoever is to do the next step, and to the high courts of what they keep on record."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.common.clock import now
from server.delegation.models import CaseDelegation, DelegationMove
from server.delegation.queries import high_court_of
from server.delegation.states import Clock, Move
from server.delegation.wording import clock_name, move_name
from server.notices.services import NoticeDraft, tell
from server.people.access import current_at
from server.people.models import Officer, OfficerRole, Role

KIND = "delegation"
"""Of notice."""
_TO_RECEIVING = frozenset(
    {
        Move.SEND,
        Move.COMPLETE,
        Move.EXPLAIN,
        Move.DEEM_WITHDRAWN,
        Move.TAKE_OVER,
        Move.TELL_PROPERTY,
        Move.URGE,
        Move.CONSENT,
        Move.REFUSE_RETURN,
        Move.SET_DEADLINE,
        Move.LIFT,
        Move.APPOINT,
    }
)
_TO_DELEGATING = frozenset(
    {
        Move.REJECT,
        Move.ASK_PAPERS,
        Move.DEEM_WITHDRAWN,
        Move.SEND_BACK,
        Move.FILE,
        Move.START,
        Move.REPORT,
        Move.CLOSE,
        Move.ASK_RETURN,
        Move.RETURN,
        Move.PASS_SIX_MONTHS,
        Move.SET_DEADLINE,
        Move.LIFT,
        Move.APPOINT,
    }
)
_TO_BOTH_HIGH_COURTS = frozenset({Move.SEND, Move.FILE})
"""For record (art 4)."""
_TO_THEIR_HIGH_COURT = frozenset({Move.ASK_RETURN})
_TO_SUPERIOR = frozenset({Move.ASK_SUPERIOR, Move.PASS_SIX_MONTHS})


def tell_of(delegation: CaseDelegation, row: DelegationMove) -> None:
    """In the transaction of the move."""
    told = {officer.pk: officer for officer in _told(delegation, Move(row.move)) if officer.pk != row.by_id}
    tell([_draft(delegation, row, officer) for officer in told.values()])


def tell_of_lateness(delegation: CaseDelegation) -> None:
    """Once for each clock and day: whose step it is, and where it is the receiving court's, its superior."""
    is_theirs = Clock(delegation.due_clock) not in (Clock.COMPLETE, Clock.TELL)
    court_id = delegation.to_court_id if is_theirs else delegation.from_court_id
    own = delegation.handler if is_theirs else delegation.drafted_by
    superior = delegation.to_court.parent if is_theirs else None
    above = _in_office(superior.pk, Role.SUPERIOR_SUPERVISOR) if superior else ()
    named = [*_in_office(court_id, Role.COMMAND_CENTRE), *above, *([own] if own else [])]
    tell([_late_draft(delegation, officer) for officer in {each.pk: each for each in named}.values()])


def _late_draft(delegation: CaseDelegation, officer: Officer) -> NoticeDraft:
    said = {"number": delegation.number, "clock": clock_name(delegation.due_clock), "day": delegation.due_on}
    view = {
        "delegation": str(delegation.pk),
        "number": delegation.number,
        "clock": delegation.due_clock,
        "due_on": str(delegation.due_on),
    }
    return NoticeDraft(
        officer_id=officer.pk,
        court_id=officer.court_id,
        kind=KIND,
        key=f"delegation:{delegation.pk.hex}:{delegation.due_clock}:{delegation.due_on}",
        title=_("%(number)s is late: %(clock)s, due on %(day)s") % said,
        view=view,
        subject_id=delegation.pk,
        is_urgent=True,
    )


def _told(delegation: CaseDelegation, move: Move) -> Iterator[Officer]:
    if move is Move.CHECK:
        yield from _in_office(delegation.from_court_id, Role.DIRECTOR, Role.COMMAND_CENTRE)
    if move in _TO_RECEIVING:
        yield from _in_office(delegation.to_court_id, Role.COMMAND_CENTRE)
        yield from [delegation.handler] if delegation.handler else []
    if move in _TO_DELEGATING:
        yield delegation.drafted_by
    yield from _above(delegation, move)


def _above(delegation: CaseDelegation, move: Move) -> Iterator[Officer]:
    courts = []
    if move in _TO_BOTH_HIGH_COURTS:
        courts += [high_court_of(delegation.from_court), high_court_of(delegation.to_court)]
    if move in _TO_THEIR_HIGH_COURT:
        courts.append(high_court_of(delegation.to_court))
    if move in _TO_SUPERIOR:
        courts.append(delegation.to_court.parent)
    for court in courts:
        yield from _in_office(court.pk, Role.SUPERIOR_SUPERVISOR) if court else ()


def _in_office(court_id: UUID, *roles: Role) -> QuerySet[Officer]:
    named = OfficerRole.objects.filter(current_at(now()), role__in=roles, officer__court_id=court_id)
    return Officer.objects.filter(pk__in=named.values("officer_id"), is_active=True).order_by("staff_no")


def _draft(delegation: CaseDelegation, row: DelegationMove, officer: Officer) -> NoticeDraft:
    title = _("%(number)s: %(step)s") % {"number": delegation.number, "step": move_name(row.move)}
    view = {
        "delegation": str(delegation.pk),
        "number": delegation.number,
        "move": row.move,
        "state": str(delegation.state),
    }
    return NoticeDraft(
        officer_id=officer.pk,
        court_id=officer.court_id,
        kind=KIND,
        key=f"delegation:{delegation.pk.hex}:{row.number}",
        title=title,
        view=view,
        subject_id=delegation.pk,
        is_urgent=row.move in (Move.URGE, Move.ASK_SUPERIOR),
    )
