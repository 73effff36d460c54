"""What may become of an order to a team. Pure: the states as a table."""

from enum import StrEnum


class Word(StrEnum):
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"
    ARRIVE = "ARRIVE"
    FINISH = "FINISH"
    GIVE = "GIVE"
    """By the desk: to another team, or to the same once more."""
    WITHDRAW = "WITHDRAW"


OF_TEAMS = frozenset({Word.ACCEPT, Word.DECLINE, Word.ARRIVE, Word.FINISH})
_AFTER = {
    Word.ACCEPT: ("ACCEPTED", ("GIVEN", "DECLINED")),
    Word.DECLINE: ("DECLINED", ("GIVEN", "ACCEPTED")),
    Word.ARRIVE: ("ARRIVED", ("GIVEN", "ACCEPTED")),
    Word.FINISH: ("DONE", ("GIVEN", "ACCEPTED", "ARRIVED")),
    Word.GIVE: ("GIVEN", ("GIVEN", "DECLINED")),
    Word.WITHDRAW: ("WITHDRAWN", ("GIVEN", "DECLINED", "ACCEPTED", "ARRIVED")),
}
NEEDS_WORDS = frozenset({Word.DECLINE, Word.FINISH, Word.WITHDRAW})
_REACHED = {"ACCEPTED": 1, "ARRIVED": 2, "DONE": 3}


def order_after(state: str, word: Word) -> str | None:
    """The state that follows; None where this word does not lead from here."""
    following, before = _AFTER[word]
    if state in before:
        return following
    has_come_so_far = word in OF_TEAMS and _REACHED.get(state, 0) >= _REACHED.get(following, 9)
    return state if has_come_so_far else None
