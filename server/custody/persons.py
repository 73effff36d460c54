"""Whose cases belong together: custody knows ids alone, the room of cases says which are about one debtor."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

SameDebtor = Callable[[Collection[UUID]], Mapping[str, Collection[UUID]]]
_rooms: list[SameDebtor] = []


def register(same_debtor: SameDebtor) -> None:
    """For an app's `ready()`: by the keyed hash of each debtor of these cases, all his cases. Twice is harmless."""
    if same_debtor not in _rooms:
        _rooms.append(same_debtor)


def cases_by_debtor(case_ids: Collection[UUID]) -> dict[str, set[UUID]]:
    return {debtor: set(cases) for room in _rooms for debtor, cases in room(case_ids).items()}
