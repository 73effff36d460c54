"""May this delegation be moved so, and where to? Pure: facts are handed in, the table says the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from server.delegation.states import Move, Part, Row, Side, State, row_of, rows_from


class ShortSeal(NamedTuple):
    """A seal or freeze that is to be renewed before the case goes away."""

    chain: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guards ask."""

    state: State
    came_from: State | None = None
    """Where it was when its return was asked for."""
    is_case_open: bool = True
    is_other_open: bool = False
    """The case is delegated already, and that goes on."""
    is_received: bool = False
    """The case came here by a delegation itself."""
    is_court_here: bool = True
    """The other court works on this server, or is reached by it."""
    own_high_court: str = ""
    their_high_court: str = ""
    """Codes of the high courts above the two; empty where none is known."""
    is_none_here_said: bool = False
    property_here: tuple[str, ...] = ()
    """Of the case, and not said to lie elsewhere."""
    property_elsewhere: int = 0
    short_seals: tuple[ShortSeal, ...] = ()
    """Of less than a month."""
    missing_papers: tuple[str, ...] = ()
    is_explained: bool = False
    is_complete_over: bool = False
    """The thirty days for papers have passed."""
    are_papers_back: bool = False
    is_idle: bool = False
    """Nothing was done for it for fifteen days."""
    is_received_open: bool = False
    """The receiving court's case is not closed yet."""
    has_consent: bool = False
    is_six_months_over: bool = False
    is_made_again: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """What comes with a move."""

    words: str = ""
    record: str = ""
    """Under which number it is on record with the own high court."""
    is_case_no_fit: bool = False
    """A number of the court that files it."""
    is_handler_fit: bool = False
    """An officer of that court who works there now."""
    has_phone: bool = False
    has_told: bool = False
    """The applicant was told."""
    has_property: bool = False
    has_deadline: bool = False
    """A day to come."""
    has_asked: bool = False
    """The applicant asked the superior."""
    is_court_fit: bool = False


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


def _other_province(facts: Facts, saying: Saying) -> Refused | None:
    own, their = facts.own_high_court, facts.their_high_court
    if not own or not their:
        return Refused("delegation_high_court_unknown", {"own": own, "their": their})
    return _unless(own != their, "delegation_same_province", high_court=own)


def _none_here(facts: Facts, saying: Saying) -> Refused | None:
    is_fine = facts.is_none_here_said and not facts.property_here
    return _unless(is_fine, "delegation_property_here", here=list(facts.property_here), said=facts.is_none_here_said)


def _seals_long(facts: Facts, saying: Saying) -> Refused | None:
    short = [{"chain": each.chain, "expires_on": each.expires_on.isoformat()} for each in facts.short_seals]
    return _unless(not short, "delegation_seals_short", seals=short)


GUARDS: Mapping[str, Guard] = {
    "case_open": lambda facts, saying: _unless(facts.is_case_open, "delegation_case_closed"),
    "only_one": lambda facts, saying: _unless(not facts.is_other_open, "delegation_open_already"),
    "not_onward": lambda facts, saying: _unless(not facts.is_received, "delegation_onward"),
    "court_here": lambda facts, saying: _unless(facts.is_court_here, "delegation_on_paper"),
    "other_province": _other_province,
    "none_here": _none_here,
    "property_elsewhere": lambda facts, saying: _unless(
        bool(facts.property_elsewhere), "delegation_no_property_elsewhere"
    ),
    "seals_long": _seals_long,
    "papers_whole": lambda facts, saying: _unless(
        not facts.missing_papers, "delegation_papers_missing", missing=list(facts.missing_papers)
    ),
    "recorded": lambda facts, saying: _unless(bool(saying.record.strip()), "delegation_record_needed"),
    "words": lambda facts, saying: _unless(bool(saying.words.strip()), "delegation_reason_needed"),
    "case_no": lambda facts, saying: _unless(saying.is_case_no_fit, "delegation_case_no_unfit"),
    "handler": lambda facts, saying: _unless(saying.is_handler_fit, "delegation_handler_unfit"),
    "phone": lambda facts, saying: _unless(saying.has_phone, "delegation_phone_needed"),
    "unexplained": lambda facts, saying: _unless(not facts.is_explained, "delegation_explained"),
    "complete_over": lambda facts, saying: _unless(facts.is_complete_over, "delegation_too_early"),
    "papers_here": lambda facts, saying: _unless(not facts.are_papers_back, "delegation_papers_back"),
    "told": lambda facts, saying: _unless(saying.has_told, "delegation_applicant_untold"),
    "says_property": lambda facts, saying: _unless(saying.has_property, "delegation_property_needed"),
    "idle": lambda facts, saying: _unless(facts.is_idle, "delegation_not_idle"),
    "received_closed": lambda facts, saying: _unless(not facts.is_received_open, "delegation_case_open"),
    "consented": lambda facts, saying: _unless(facts.has_consent, "delegation_consent_needed"),
    "unconsented": lambda facts, saying: _unless(not facts.has_consent, "delegation_consented"),
    "not_again": lambda facts, saying: _unless(not facts.is_made_again, "delegation_made_again"),
    "six_months": lambda facts, saying: _unless(facts.is_six_months_over, "delegation_too_early"),
    "applicant_asked": lambda facts, saying: _unless(saying.has_asked, "delegation_not_asked"),
    "deadline": lambda facts, saying: _unless(saying.has_deadline, "delegation_deadline_needed"),
    "court_fit": lambda facts, saying: _unless(saying.is_court_fit, "delegation_court_unfit"),
}


@dataclass(frozen=True, slots=True)
class Moved:
    row: Row
    target: State
    came_from: State | None


def decide(move: Move, facts: Facts, actor: Actor, saying: Saying) -> Moved | Refused:
    """Where the move leads, or the first thing that stands against it: the state, who asks, then the guards."""
    row = row_of(facts.state, move)
    if row is None:
        return Refused("delegation_not_in_state", {"state": facts.state.value, "move": move.value})
    if row.side not in actor.sides:
        return Refused("delegation_of_other_court", {"side": row.side.value})
    if actor.parts.isdisjoint(row.parts):
        return Refused("delegation_not_in_charge", {"parts": [part.value for part in row.parts]})
    for name in row.guards:
        refused = GUARDS[name](facts, saying)
        if refused:
            return refused
    return Moved(row, row.target or facts.came_from or State.RUNNING, _came_from(row, facts))


def _came_from(row: Row, facts: Facts) -> State | None:
    if row.move is Move.ASK_RETURN:
        return facts.state
    return facts.came_from if row.target is State.RETURN_PENDING else None


@dataclass(frozen=True, slots=True)
class Step:
    """A next step of somebody: `refused` is what stands against it as things are, None where it may be taken."""

    move: Move
    refused: Refused | None = None
    asks: tuple[str, ...] = field(default=())
    """Guards that what he says with it will answer: `words`, `handler`, and the like."""


SAID = frozenset(
    {
        "words",
        "recorded",
        "case_no",
        "handler",
        "phone",
        "told",
        "says_property",
        "deadline",
        "applicant_asked",
        "court_fit",
    }
)


def steps_of(facts: Facts, actor: Actor) -> list[Step]:
    """What he may do next, with the guard's reason where one is not allowed. What he says with it is judged then."""
    rows = (row for row in rows_from(facts.state) if row.side in actor.sides and not actor.parts.isdisjoint(row.parts))
    return [_step(row, facts) for row in rows]


def _step(row: Row, facts: Facts) -> Step:
    standing = (GUARDS[name](facts, Saying()) for name in row.guards if name not in SAID)
    refused = next((each for each in standing if each), None)
    return Step(row.move, refused, tuple(name for name in row.guards if name in SAID))
