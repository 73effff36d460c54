"""May this matter be moved so, and where to? Pure: facts are handed in, the table says the rest."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from server.matters.states import Move, Part, Row, Side, State, row_of, rows_from

RETURN_AT_ONCE = frozenset({"OUT_OF_SCOPE", "WRONG_COURT"})
"""Nothing that could be supplied would help."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guards ask."""

    state: State
    came_from: State | None = None
    """Where it was when papers were asked for."""
    is_case_open: bool = True
    missing_papers: tuple[str, ...] = ()
    missing_members: tuple[str, ...] = ()
    """Of what is asked: members the kind wants."""
    is_urgent: bool = False
    are_papers_late: bool = False
    """Papers that were to follow an urgent one, past their day."""
    has_contact: bool = False
    """The doing court has logged that it talked with the asking one about this matter."""
    was_supplement_asked: bool = False
    in_force: tuple[str, ...] = ()
    """Measures taken for it and not released."""
    irreversible: tuple[str, ...] = ()
    has_result: bool = False
    has_receipt: bool = False
    has_act: bool = False
    is_expired: bool = False
    """Past the last day on which the other court may act for it."""
    is_rated: bool = False
    is_complained: bool = False
    is_resent: bool = False
    is_withdrawal_asked: bool = False
    """Of a court on another server, which has not answered yet."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What comes with a move."""

    words: str = ""
    reason: str = ""
    """Code of the reason of a return."""
    is_handler_fit: bool = False
    """An officer of the doing court who works there now."""
    was_on_site: bool = False
    asks_release: bool = False


class Actor(NamedTuple):
    """Whoever moves it: the sides he stands on, and his parts there."""

    sides: frozenset[Side]
    parts: frozenset[Part]


CLOCK = Actor(frozenset(Side), frozenset({Part.CLOCK}))


class Refused(NamedTuple):
    """`code` as clients are told it."""

    code: str
    details: Mapping[str, Any] = {}


Guard = Callable[[Facts, Saying], Refused | None]


def _unless(is_fine: bool, code: str, **details: Any) -> Refused | None:
    return None if is_fine else Refused(code, details)


def _papers_whole(facts: Facts, saying: Saying) -> Refused | None:
    if facts.is_urgent and facts.state in (State.DRAFT, State.PENDING_APPROVAL):
        return None  # they follow by their day
    return _unless(not facts.missing_papers, "matter_papers_missing", missing=list(facts.missing_papers))


def _return_founded(facts: Facts, saying: Saying) -> Refused | None:
    is_late = facts.are_papers_late or facts.is_expired
    is_founded = facts.was_supplement_asked or is_late or saying.reason in RETURN_AT_ONCE
    return _unless(is_founded, "matter_return_unfounded", at_once=sorted(RETURN_AT_ONCE))


def _release_asked(facts: Facts, saying: Saying) -> Refused | None:
    return _unless(not facts.in_force or saying.asks_release, "matter_release_needed", in_force=list(facts.in_force))


GUARDS: Mapping[str, Guard] = {
    "case_open": lambda facts, saying: _unless(facts.is_case_open, "matter_case_closed"),
    "asked_whole": lambda facts, saying: _unless(
        not facts.missing_members, "matter_request_incomplete", missing=list(facts.missing_members)
    ),
    "papers_whole": _papers_whole,
    "contact": lambda facts, saying: _unless(facts.has_contact, "matter_no_contact"),
    "words": lambda facts, saying: _unless(bool(saying.words.strip()), "matter_reason_needed"),
    "return_founded": _return_founded,
    "nothing_in_force": lambda facts, saying: _unless(
        not (facts.in_force or facts.irreversible),
        "matter_measures_stand",
        in_force=[*facts.in_force, *facts.irreversible],
    ),
    "handler": lambda facts, saying: _unless(saying.is_handler_fit, "matter_handler_unfit"),
    "result": lambda facts, saying: _unless(facts.has_result, "matter_result_missing"),
    "receipts": lambda facts, saying: _unless(facts.has_receipt, "matter_receipt_missing"),
    "act_on_site": lambda facts, saying: _unless(not saying.was_on_site or facts.has_act, "matter_act_missing"),
    "reversible": lambda facts, saying: _unless(
        not facts.irreversible, "matter_irreversible", done=list(facts.irreversible)
    ),
    "release_asked": _release_asked,
    "unrated": lambda facts, saying: _unless(not facts.is_rated, "matter_rated"),
    "no_complaint": lambda facts, saying: _unless(not facts.is_complained, "matter_complained"),
    "withdrawal_unasked": lambda facts, saying: _unless(not facts.is_withdrawal_asked, "matter_withdrawal_asked"),
    "not_resent": lambda facts, saying: _unless(not facts.is_resent, "matter_resent"),
}


@dataclass(frozen=True, slots=True)
class Moved:
    row: Row
    target: State
    came_from: State | None


ON_ARRIVAL = frozenset({"words", "contact", "result", "unrated", "no_complaint"})
"""Guards that a move made on another server is judged by again; the others ask what that server alone has."""


def decide(
    move: Move, facts: Facts, actor: Actor, saying: Saying, guards: Collection[str] = GUARDS.keys()
) -> Moved | Refused:
    """Where the move leads, or the first thing that stands against it: the state, who asks, then these guards."""
    row = row_of(facts.state, move)
    if row is None:
        return Refused("matter_not_in_state", {"state": facts.state.value, "move": move.value})
    if row.side not in actor.sides:
        return Refused("matter_of_other_court", {"side": row.side.value})
    if actor.parts.isdisjoint(row.parts):
        return Refused("matter_not_in_charge", {"parts": [part.value for part in row.parts]})
    for name in row.guards:
        refused = GUARDS[name](facts, saying) if name in guards else None
        if refused:
            return refused
    return Moved(row, _target(row, facts), _came_from(row, facts))


def _target(row: Row, facts: Facts) -> State:
    return row.target or facts.came_from or State.SENT


def _came_from(row: Row, facts: Facts) -> State | None:
    if row.move is Move.ASK_SUPPLEMENT:
        return facts.state
    return facts.came_from if row.move is Move.TIME_OUT else None


@dataclass(frozen=True, slots=True)
class Step:
    """A next step of somebody: `refused` is what stands against it as things are, None where it may be taken."""

    move: Move
    refused: Refused | None = None
    asks: tuple[str, ...] = field(default=())
    """Guards that what he says with it will answer: `words`, `handler`, and the like."""


SAID = frozenset({"words", "handler", "return_founded", "act_on_site", "release_asked"})


def steps_of(facts: Facts, actor: Actor) -> list[Step]:
    """What he may do next, with the guard's reason where one is not allowed. What he says with it is judged then."""
    rows = (row for row in rows_from(facts.state) if row.side in actor.sides and not actor.parts.isdisjoint(row.parts))
    return [_step(row, facts) for row in rows]


def _step(row: Row, facts: Facts) -> Step:
    standing = (GUARDS[name](facts, Saying()) for name in row.guards if name not in SAID)
    refused = next((each for each in standing if each), None)
    return Step(row.move, refused, tuple(name for name in row.guards if name in SAID))
