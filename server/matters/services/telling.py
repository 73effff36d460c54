"""Notices of a move to whoever is to do the next step, and of a second dispute to the superior of both courts."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.common.clock import now
from server.matters.models import Matter, MatterAsked, MatterMove
from server.matters.states import Move
from server.matters.wording import move_name, step_name
from server.notices.services import NoticeDraft, tell
from server.people.access import courts_below, current_at
from server.people.models import Court, Officer, OfficerRole, Role

MATTER = "matter"
"""The kind of notice."""
DISPUTES_FOR_SUPERIOR = 2
_TO_DOING = frozenset({Move.APPROVE, Move.SUPPLEMENT, Move.DISPUTE, Move.WITHDRAW, Move.COMPLAIN})
_TO_ASKING = frozenset(
    {Move.SIGN_FOR, Move.ASK_SUPPLEMENT, Move.TIME_OUT, Move.RETURN, Move.FEED_BACK, Move.CONFIRM_BY_TIME, Move.REJECT}
)


def tell_of(matter: Matter, row: MatterMove) -> None:
    """In the transaction of the move."""
    tell([_draft(matter, row, officer) for officer in _told(matter, Move(row.move))])


def tell_refused(matter: Matter, asked: MatterAsked) -> None:
    """Whoever drafted it or does it, and the centre of the court here: the other one would not take a step."""
    courts = (matter.from_court_id, matter.to_court_id)
    named = {each for each in (matter.drafted_by, matter.handler) if each}
    officers = named | {each for court_id in courts for each in in_office(court_id, Role.COMMAND_CENTRE)}
    title = _("%(number)s: the other court did not take a step: %(step)s")
    words = title % {"number": matter.number, "step": step_name(asked.move)}
    view = {"matter": str(matter.pk), "number": matter.number, "move": asked.move, "code": asked.code}
    key = f"matter_refused:{asked.pk.hex}"
    tell([_notice(matter, officer, key, words, view) for officer in sorted(officers, key=lambda each: each.staff_no)])


def _told(matter: Matter, move: Move) -> Iterator[Officer]:
    if move is Move.SUBMIT:
        yield from in_office(matter.from_court_id, Role.DIRECTOR, Role.COMMAND_CENTRE)
    if move in (Move.ASSIGN, Move.REASSIGN) and matter.handler:
        yield matter.handler
    if move in _TO_DOING and matter.sent_at:
        yield from {*in_office(matter.to_court_id, Role.COMMAND_CENTRE), *([matter.handler] if matter.handler else [])}
    if move in _TO_ASKING:
        yield from [matter.drafted_by] if matter.drafted_by else []
    if move is Move.DISPUTE and matter.disputes >= DISPUTES_FOR_SUPERIOR:
        yield from _superiors(matter)


def _superiors(matter: Matter) -> Iterator[Officer]:
    """Of the nearest court that is above both."""
    court = common_superior(matter)
    if court:
        yield from in_office(court.pk, Role.SUPERIOR_SUPERVISOR)


def common_superior(matter: Matter) -> Court | None:
    court = matter.from_court.parent
    while court is not None and matter.to_court_id not in courts_below(court.pk):
        court = court.parent
    return court


def in_office(court_id: UUID, *roles: Role) -> QuerySet[Officer]:
    named = OfficerRole.objects.filter(current_at(now()), role__in=roles, officer__court_id=court_id)
    return Officer.objects.filter(pk__in=named.values("officer_id"), is_active=True).order_by("staff_no")


def _draft(matter: Matter, row: MatterMove, officer: Officer) -> NoticeDraft:
    title = _("%(number)s: %(step)s") % {"number": matter.number, "step": move_name(row.move)}
    view = {"matter": str(matter.pk), "number": matter.number, "move": row.move, "state": str(matter.state)}
    return _notice(matter, officer, f"matter:{matter.pk.hex}:{row.number}", title, view)


def _notice(matter: Matter, officer: Officer, key: str, title: str, view: dict[str, str]) -> NoticeDraft:
    return NoticeDraft(
        officer_id=officer.pk,
        court_id=officer.court_id,
        kind=MATTER,
        key=key,
        title=title,
        view=view,
        subject_id=matter.pk,
        is_urgent=matter.is_urgent,
    )
