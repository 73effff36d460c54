"""The receiving court's case was closed: so is its delegation, in the same transaction."""

from server.cases.models import Case
from server.delegation.models import CaseDelegation
from server.delegation.services.effects import Said
from server.delegation.services.moving import write_move
from server.delegation.states import Move, State
from server.ledger.services import Draft
from server.people.models import Officer

_STEPS = {
    State.TAKEN_OVER: (Move.START, Move.CLOSE),
    State.RUNNING: (Move.CLOSE,),
    State.ESCALATABLE: (Move.CLOSE,),
}
"""What was done before anybody said that it began, has begun."""


def follow_closing(case: Case, by: Officer | None) -> list[Draft]:
    """For `follow_first`. The case is held."""
    rows = CaseDelegation.objects.select_for_update(of=("self",), no_key=True)
    delegation = rows.filter(received_case=case, state__in=[each.value for each in _STEPS]).first()
    return close_delegation(delegation) if delegation else []


def close_delegation(delegation: CaseDelegation) -> list[Draft]:
    """The caller holds it and appends."""
    drafts: list[Draft] = []
    for move in _STEPS.get(State(delegation.state), ()):
        drafts += write_move(delegation=delegation, move=move, by=None, said=Said()).drafts
    return drafts
