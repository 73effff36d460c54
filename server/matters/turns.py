"""Whose turn it is."""

from server.matters.models import Matter
from server.matters.states import Side, State, waits_for
from server.people.models import Court


def awaited_court(matter: Matter) -> Court | None:
    """The one whose move is waited for; none once it has ended."""
    side = waits_for(State(matter.state))
    return {Side.ASKING: matter.from_court, Side.DOING: matter.to_court}[side] if side else None
