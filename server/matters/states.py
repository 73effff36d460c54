"""The life of a matter as data: from where, by which move, whose it is, under which guards, and what it does to clocks.

Source: the practice of 27号 (2017) and of local rules; `docs/reference/matters.md` shows the same table. Pure.
"""

from enum import StrEnum
from typing import NamedTuple

from server.cases.turns import Turn


class State(StrEnum):
    DRAFT = "DRAFT"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    SENT = "SENT"
    SUPPLEMENT_WAIT = "SUPPLEMENT_WAIT"
    RETURN_ALLOWED = "RETURN_ALLOWED"
    ACCEPTED = "ACCEPTED"
    IN_PROGRESS = "IN_PROGRESS"
    FED_BACK = "FED_BACK"
    CONFIRMED = "CONFIRMED"
    RETURNED = "RETURNED"
    WITHDRAWN = "WITHDRAWN"


class Move(StrEnum):
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    SIGN_FOR = "sign_for"
    ASK_SUPPLEMENT = "ask_supplement"
    SUPPLEMENT = "supplement"
    TIME_OUT = "time_out"
    RETURN = "return"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    FEED_BACK = "feed_back"
    CONFIRM = "confirm"
    CONFIRM_BY_TIME = "confirm_by_time"
    DISPUTE = "dispute"
    WITHDRAW = "withdraw"
    RATE = "rate"
    COMPLAIN = "complain"
    RESEND = "resend"


class Side(StrEnum):
    ASKING = "asking"
    DOING = "doing"


class Part(StrEnum):
    """Who does it there."""

    AUTHOR = "author"
    """Whoever has the case in hand, or the command centre or director of the asking court."""
    APPROVER = "approver"
    """Director or command centre of the asking court."""
    CENTRE = "centre"
    """Command centre or director of the court that does it."""
    HANDLER = "handler"
    """The officer it is assigned to."""
    CLOCK = "clock"
    """Nobody: a limit has passed."""


class Clock(StrEnum):
    SIGN = "sign"
    """Until it is signed for."""
    DO = "do"
    """Until it is fed back; begun by signing for it, whoever handles it."""
    SUPPLEMENT = "supplement"
    CONFIRM = "confirm"


class Effect(NamedTuple):
    clock: Clock
    turn: Turn


class Row(NamedTuple):
    source: State
    move: Move
    target: State | None
    """None: where it was when papers were asked for."""
    side: Side
    parts: tuple[Part, ...]
    guards: tuple[str, ...] = ()
    """Names in `decide.GUARDS`, asked in this order."""
    effects: tuple[Effect, ...] = ()


TERMINAL = frozenset({State.CONFIRMED, State.RETURNED, State.WITHDRAWN})
UNSENT = frozenset({State.DRAFT, State.PENDING_APPROVAL})
"""Of these the other court knows nothing."""
CURRENT: dict[State, Clock] = {
    State.SENT: Clock.SIGN,
    State.SUPPLEMENT_WAIT: Clock.SUPPLEMENT,
    State.ACCEPTED: Clock.DO,
    State.IN_PROGRESS: Clock.DO,
    State.FED_BACK: Clock.CONFIRM,
}
"""Whose date is the next one."""

_OF_ASKING = frozenset({Clock.SUPPLEMENT, Clock.CONFIRM})

_STOP_ALL = tuple(Effect(clock, Turn.STOP) for clock in Clock)
_WAIT = (
    Effect(Clock.SIGN, Turn.PAUSE),
    Effect(Clock.DO, Turn.PAUSE),
    Effect(Clock.SUPPLEMENT, Turn.START),
)
_GO_ON = (
    Effect(Clock.SUPPLEMENT, Turn.STOP),
    Effect(Clock.SIGN, Turn.RESUME),
    Effect(Clock.DO, Turn.RESUME),
)
_AUTHOR, _APPROVER, _CENTRE = (Part.AUTHOR,), (Part.APPROVER,), (Part.CENTRE,)
_HANDLER = (Part.HANDLER, Part.CENTRE)
_WITHDRAWN_FROM = (
    State.DRAFT,
    State.PENDING_APPROVAL,
    State.SENT,
    State.SUPPLEMENT_WAIT,
    State.RETURN_ALLOWED,
    State.ACCEPTED,
    State.IN_PROGRESS,
)


def _asking(
    source: State,
    move: Move,
    target: State | None,
    parts: tuple[Part, ...],
    guards: tuple[str, ...] = (),
    effects: tuple[Effect, ...] = (),
) -> Row:
    return Row(source, move, target, Side.ASKING, parts, guards, effects)


def _doing(
    source: State,
    move: Move,
    target: State | None,
    parts: tuple[Part, ...],
    guards: tuple[str, ...] = (),
    effects: tuple[Effect, ...] = (),
) -> Row:
    return Row(source, move, target, Side.DOING, parts, guards, effects)


TABLE: tuple[Row, ...] = (
    _asking(State.DRAFT, Move.SUBMIT, State.PENDING_APPROVAL, _AUTHOR, ("case_open", "asked_whole", "papers_whole")),
    _asking(
        State.PENDING_APPROVAL,
        Move.APPROVE,
        State.SENT,
        _APPROVER,
        ("case_open", "papers_whole"),
        (Effect(Clock.SIGN, Turn.START),),
    ),
    _asking(State.PENDING_APPROVAL, Move.REJECT, State.DRAFT, _APPROVER, ("words",)),
    _doing(
        State.SENT,
        Move.SIGN_FOR,
        State.ACCEPTED,
        _CENTRE,
        (),
        (Effect(Clock.SIGN, Turn.STOP), Effect(Clock.DO, Turn.START)),
    ),
    *(
        _doing(source, Move.ASK_SUPPLEMENT, State.SUPPLEMENT_WAIT, _CENTRE, ("contact", "words"), _WAIT)
        for source in (State.SENT, State.ACCEPTED)
    ),
    *(
        _asking(source, Move.SUPPLEMENT, None, _AUTHOR, ("papers_whole",), _GO_ON)
        for source in (State.SUPPLEMENT_WAIT, State.RETURN_ALLOWED)
    ),
    _doing(
        State.SUPPLEMENT_WAIT,
        Move.TIME_OUT,
        State.RETURN_ALLOWED,
        (Part.CLOCK,),
        (),
        (Effect(Clock.SUPPLEMENT, Turn.STOP),),
    ),
    *(
        _doing(
            source,
            Move.RETURN,
            State.RETURNED,
            _CENTRE,
            ("contact", "return_founded", "words", "nothing_in_force"),
            _STOP_ALL,
        )
        for source in (State.SENT, State.ACCEPTED, State.RETURN_ALLOWED)
    ),
    _doing(State.ACCEPTED, Move.ASSIGN, State.IN_PROGRESS, _CENTRE, ("handler",)),
    _doing(State.IN_PROGRESS, Move.REASSIGN, State.IN_PROGRESS, _CENTRE, ("handler", "words")),
    _doing(
        State.IN_PROGRESS,
        Move.FEED_BACK,
        State.FED_BACK,
        _HANDLER,
        ("result", "receipts", "act_on_site"),
        (Effect(Clock.DO, Turn.PAUSE), Effect(Clock.CONFIRM, Turn.START)),
    ),
    _asking(State.FED_BACK, Move.CONFIRM, State.CONFIRMED, _AUTHOR, (), _STOP_ALL),
    _asking(State.FED_BACK, Move.CONFIRM_BY_TIME, State.CONFIRMED, (Part.CLOCK,), (), _STOP_ALL),
    _asking(
        State.FED_BACK,
        Move.DISPUTE,
        State.IN_PROGRESS,
        _AUTHOR,
        ("words",),
        (Effect(Clock.CONFIRM, Turn.STOP), Effect(Clock.DO, Turn.RESUME)),
    ),
    *(
        _asking(
            source,
            Move.WITHDRAW,
            State.WITHDRAWN,
            _AUTHOR,
            ("words", "reversible", "release_asked", "withdrawal_unasked"),
            _STOP_ALL,
        )
        for source in _WITHDRAWN_FROM
    ),
    _asking(State.CONFIRMED, Move.RATE, State.CONFIRMED, _AUTHOR, ("unrated",)),
    _asking(State.CONFIRMED, Move.COMPLAIN, State.CONFIRMED, _AUTHOR, ("words", "no_complaint")),
    _asking(State.RETURNED, Move.RESEND, State.RETURNED, _AUTHOR, ("case_open", "not_resent")),
)
"""`resend` makes a new matter; the returned one stays what it is."""

_BY_PLACE = {(row.source, row.move): row for row in TABLE}


def row_of(state: State, move: Move) -> Row | None:
    return _BY_PLACE.get((state, move))


def waits_for(state: State) -> Side | None:
    """Whose step it is; nobody's once it has ended."""
    if state in TERMINAL:
        return None
    return Side.ASKING if state in UNSENT or CURRENT.get(state) in _OF_ASKING else Side.DOING


def rows_from(state: State) -> tuple[Row, ...]:
    return tuple(row for row in TABLE if row.source is state)
