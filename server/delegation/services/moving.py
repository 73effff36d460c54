"""Moving a delegation: judged by the table, written with its clocks and what follows, told to both courts at once."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.turns import Turn
from server.common.clock import local_date, now
from server.delegation.access import actor_of
from server.delegation.clock import RULES, late_days, next_due
from server.delegation.decide import CLOCK, Actor, Moved, Refused, Saying, decide
from server.delegation.models import CaseDelegation, DelegationMove
from server.delegation.queries import clocks, facts_of
from server.delegation.services.effects import EFFECTS, Done, Said
from server.delegation.services.entries import moved_draft
from server.delegation.services.holding import held_delegation
from server.delegation.services.telling import tell_of
from server.delegation.states import CURRENT, TERMINAL, Move, Side, State
from server.delegation.wording import refusal
from server.ledger.services import append
from server.people.access import courts_below, is_suspended
from server.people.models import Court, Officer

_GIVES_ON = (Move.LIFT, Move.APPOINT)


@transaction.atomic
def move_delegation(*, delegation_id: UUID, move: Move, by: Officer, said: Said | None = None) -> Done:
    """One move by a person. Raises DomainError 404 `delegation_not_found`, and what stands against it as `docs/
    reference/delegations.md` lists it: 403 of the wrong court or person, 409 or 422 of a guard; 409 `case_no_taken`."""
    done = write_move(delegation=held_delegation(delegation_id), move=move, by=by, said=said or Said())
    append(done.drafts)
    return done


def write_move(*, delegation: CaseDelegation, move: Move, by: Officer | None, said: Said) -> Done:
    """The same inside a transaction of the caller's, who holds it and appends `drafts` last. `by` None: a limit has
    passed, or its case was closed."""
    done = Done(delegation, court=_court(delegation, move, by, said))
    done.handler = _handler(done.court or delegation.to_court, said)
    actor = actor_of(by, delegation) if by else CLOCK
    decided = decide(move, facts_of(delegation), actor, _saying(done, move, said))
    if isinstance(decided, Refused):
        raise refusal(decided)
    return _write(done, move, decided, by, said, actor)


def _court(delegation: CaseDelegation, move: Move, by: Officer | None, said: Said) -> Court | None:
    """Which is to have the case instead: that of the superior himself, or another of those below it."""
    if move not in _GIVES_ON or by is None:
        return None
    if move is Move.LIFT:
        return by.court
    below = courts_below(by.court_id) - {delegation.to_court_id, delegation.from_court_id}
    return Court.objects.filter(pk=said.to_court).first() if said.to_court in below else None


def _handler(court: Court, said: Said) -> Officer | None:
    """Of the court that is to have the case, and at work."""
    if said.handler is None:
        return None
    officer = Officer.objects.filter(pk=said.handler, court_id=court.pk, is_active=True, is_wall=False).first()
    return officer if officer and not is_suspended(officer) else None


def _saying(done: Done, move: Move, said: Said) -> Saying:
    today, court = local_date(now()), done.court or done.delegation.to_court
    return Saying(
        words=said.words,
        record=said.record_no,
        is_case_no_fit=_is_number_of(court, said.case_no),
        is_handler_fit=done.handler is not None,
        has_phone=bool(said.handler_phone.strip()),
        has_told=_is_past(said.told_applicant_on, today),
        has_property=bool(said.properties),
        has_deadline=bool(said.deadline_on and said.deadline_on > today),
        has_asked=_is_past(said.applicant_asked_on, today),
        is_court_fit=done.court is not None,
    )


def _is_past(day: date | None, today: date) -> bool:
    return day is not None and day <= today


def _is_number_of(court: Court, case_no: str) -> bool:
    try:
        return parse_case_no(case_no).court_code == court.code
    except CaseNoError:
        return False


def _write(done: Done, move: Move, decided: Moved, by: Officer | None, said: Said, actor: Actor) -> Done:
    delegation, source = done.delegation, State(done.delegation.state)
    late = _late(delegation, decided)
    delegation.state, delegation.came_from = decided.target.value, decided.came_from or ""
    if decided.target in TERMINAL and delegation.ended_at is None:
        delegation.ended_at = now()
    row = DelegationMove.objects.create(
        delegation=delegation,
        number=delegation.moves.count() + 1,
        move=move.value,
        source=source.value,
        target=decided.target.value,
        by=by,
        court_id=by.court_id if by else _court_of(delegation, decided.row.side),
        words=said.words.strip()[:1000],
    )
    if move in EFFECTS:
        EFFECTS[move](done, by, said)
    if late:
        done.facts["late"] = late
    keep_clock(delegation)
    delegation.save()
    if done.following:
        keep_clock(done.following)
        done.following.save(update_fields=["due_clock", "due_on"])
    tell_of(delegation, row)
    done.drafts.insert(0, moved_draft(delegation, row, **done.facts))
    return done


def _court_of(delegation: CaseDelegation, side: Side) -> UUID:
    """Of a limit that passed: whose it was."""
    return delegation.from_court_id if side is Side.DELEGATING else delegation.to_court_id


def _late(delegation: CaseDelegation, decided: Moved) -> list[dict[str, Any]]:
    """The clocks that this move ends past their day; those that run as it stands, and have not ended before."""
    today, ended = local_date(now()), {effect.clock for effect in decided.row.effects if effect.turn is Turn.STOP}
    running = {clock: each for clock, each in clocks(delegation).items() if not each.stopped_on}
    late = {
        clock: late_days(running[clock], today)
        for clock in CURRENT.get(decided.row.source, ())
        if clock in ended & running.keys()
    }
    return [{"clock": clock.value, "days": n, "kind": RULES[clock].kind} for clock, n in late.items() if n]


def keep_clock(delegation: CaseDelegation) -> None:
    """The next of the dates that run now; none once it has ended."""
    found = next_due(clocks(delegation), CURRENT.get(State(delegation.state), ()))
    delegation.due_clock, delegation.due_on = (found[0].value, found[1]) if found else ("", None)
