"""The life of a delegated case as data: from where, by which move, whose it is, under which guards, what clocks do.

Source: 法释〔2011〕11号 (2020), each row with its article; `docs/reference/delegations.md` shows the same table. Pure.
"""

from enum import StrEnum
from typing import NamedTuple

from server.cases.turns import Turn


class State(StrEnum):
    DRAFT = "DRAFT"
    CHECKED = "CHECKED"
    SENT = "SENT"
    INCOMPLETE = "INCOMPLETE"
    FILED = "FILED"
    TAKEN_OVER = "TAKEN_OVER"
    RUNNING = "RUNNING"
    ESCALATABLE = "ESCALATABLE"
    RETURN_PENDING = "RETURN_PENDING"
    CLOSED = "CLOSED"
    RETURNED = "RETURNED"
    WITHDRAWN = "WITHDRAWN"
    WITHDRAWN_DEEMED = "WITHDRAWN_DEEMED"
    LIFTED = "LIFTED"
    APPOINTED = "APPOINTED"


class Move(StrEnum):
    CHECK = "check"
    REJECT = "reject"
    SEND = "send"
    WITHDRAW = "withdraw"
    FILE = "file"
    ASK_PAPERS = "ask_papers"
    COMPLETE = "complete"
    EXPLAIN = "explain"
    DEEM_WITHDRAWN = "deem_withdrawn"
    SEND_BACK = "send_back"
    TAKE_OVER = "take_over"
    START = "start"
    REPORT = "report"
    TELL_PROPERTY = "tell_property"
    ASK_SUPERIOR = "ask_superior"
    URGE = "urge"
    CLOSE = "close"
    ASK_RETURN = "ask_return"
    CONSENT = "consent"
    REFUSE_RETURN = "refuse_return"
    RETURN = "return"
    AGAIN = "again"
    PASS_SIX_MONTHS = "pass_six_months"
    SET_DEADLINE = "set_deadline"
    LIFT = "lift"
    APPOINT = "appoint"


class Side(StrEnum):
    DELEGATING = "delegating"
    RECEIVING = "receiving"
    ABOVE = "above"
    """A court above the receiving one."""


class Part(StrEnum):
    """Who does it there."""

    AUTHOR = "author"
    """Whoever has the case in hand, or the command centre or director of the delegating court."""
    APPROVER = "approver"
    """Director or command centre of the delegating court."""
    CENTRE = "centre"
    """Command centre or director of the receiving court."""
    HANDLER = "handler"
    """Whoever has the receiving court's case in hand."""
    SUPERIOR = "superior"
    """A supervisor of a court above the receiving one."""
    HIGH_COURT = "high_court"
    """A supervisor of the receiving court's high court."""
    CLOCK = "clock"
    """Nobody: a limit has passed, or its case was closed."""


class Clock(StrEnum):
    FILE = "file"
    """Until the receiving court has filed it."""
    COMPLETE = "complete"
    TELL = "tell"
    """Until the applicant is told and the case here is cancelled."""
    START = "start"
    REPORT = "report"
    RETURN = "return"
    SIX_MONTHS = "six_months"
    DEADLINE = "deadline"
    """Set by a superior."""


class Effect(NamedTuple):
    clock: Clock
    turn: Turn


class Row(NamedTuple):
    source: State
    move: Move
    target: State | None
    """None: where it was before its return was asked for."""
    side: Side
    parts: tuple[Part, ...]
    guards: tuple[str, ...] = ()
    """Names in `decide.GUARDS`, asked in this order."""
    effects: tuple[Effect, ...] = ()


TERMINAL = frozenset(
    {
        State.CLOSED,
        State.RETURNED,
        State.WITHDRAWN,
        State.WITHDRAWN_DEEMED,
        State.LIFTED,
        State.APPOINTED,
    }
)
UNSENT = frozenset({State.DRAFT, State.CHECKED, State.WITHDRAWN})
"""Of these the other court knows nothing."""
WITH_RECEIVER = (State.FILED, State.TAKEN_OVER, State.RUNNING, State.ESCALATABLE)
"""The receiving court has a case of it."""
CURRENT: dict[State, tuple[Clock, ...]] = {
    State.SENT: (Clock.FILE,),
    State.INCOMPLETE: (Clock.COMPLETE,),
    State.FILED: (Clock.TELL, Clock.START, Clock.REPORT),
    State.TAKEN_OVER: (Clock.START, Clock.REPORT, Clock.DEADLINE),
    State.RUNNING: (Clock.REPORT, Clock.DEADLINE, Clock.SIX_MONTHS),
    State.ESCALATABLE: (Clock.REPORT, Clock.DEADLINE),
    State.RETURN_PENDING: (Clock.RETURN,),
}
"""Whose dates run; the next one of them is the delegation's."""

_STOP_ALL = tuple(Effect(clock, Turn.STOP) for clock in Clock)
_RECEIVERS = (Clock.FILE, Clock.START, Clock.REPORT)
_SENT = tuple(Effect(clock, Turn.START) for clock in _RECEIVERS)
"""Start and report count from the receipt of the letter (民诉法240), which is at once here."""
_WAIT = (*(Effect(clock, Turn.PAUSE) for clock in _RECEIVERS), Effect(Clock.COMPLETE, Turn.START))
_GO_ON = (Effect(Clock.COMPLETE, Turn.STOP), *(Effect(clock, Turn.RESUME) for clock in _RECEIVERS))
_FILED = (Effect(Clock.FILE, Turn.STOP), Effect(Clock.TELL, Turn.START), Effect(Clock.SIX_MONTHS, Turn.START))
BEGINNINGS: dict[str, tuple[Effect, ...]] = {
    "draft": (),
    "again": (),
    "lift": tuple(Effect(clock, Turn.START) for clock in (Clock.START, Clock.REPORT, Clock.SIX_MONTHS)),
    "appoint": tuple(Effect(clock, Turn.START) for clock in (Clock.START, Clock.REPORT, Clock.SIX_MONTHS)),
}
"""What the first move of one does, by its name: it comes from no state."""

_AUTHOR, _APPROVER, _CENTRE = (Part.AUTHOR,), (Part.APPROVER,), (Part.CENTRE,)
_HANDLER, _SUPERIOR, _CLOCK = (Part.HANDLER, Part.CENTRE), (Part.SUPERIOR,), (Part.CLOCK,)
_HIGH_COURT = (Part.HIGH_COURT,)
_FIT = ("case_open", "only_one", "not_onward", "court_here", "other_province")
_SOUND = ("none_here", "property_elsewhere", "seals_long")
_D, _R, _A = Side.DELEGATING, Side.RECEIVING, Side.ABOVE
_AT_WORK = (State.RUNNING, State.ESCALATABLE)


def _stop(*clocks: Clock) -> tuple[Effect, ...]:
    return tuple(Effect(clock, Turn.STOP) for clock in clocks)


TABLE: tuple[Row, ...] = (
    # art 1 (no property here, some in another province), art 6 (short seals are renewed first)
    Row(State.DRAFT, Move.CHECK, State.CHECKED, _D, _AUTHOR, (*_FIT, *_SOUND)),
    Row(State.CHECKED, Move.REJECT, State.DRAFT, _D, _APPROVER, ("words",)),
    # art 5 (eight papers), art 4 (record with the own high court)
    Row(
        State.CHECKED,
        Move.SEND,
        State.SENT,
        _D,
        _APPROVER,
        (*_FIT, *_SOUND, "papers_whole", "recorded"),
        _SENT,
    ),
    *(
        Row(source, Move.WITHDRAW, State.WITHDRAWN, _D, _AUTHOR, ("words",), _STOP_ALL)
        for source in (State.DRAFT, State.CHECKED)
    ),
    # art 7: within seven days of the letter, handler and telephone told in writing
    Row(State.SENT, Move.FILE, State.FILED, _R, _CENTRE, ("case_no", "handler", "phone"), _FILED),
    # art 8
    Row(State.SENT, Move.ASK_PAPERS, State.INCOMPLETE, _R, _CENTRE, ("words",), _WAIT),
    Row(State.INCOMPLETE, Move.COMPLETE, State.SENT, _D, _AUTHOR, ("papers_whole",), _GO_ON),
    Row(
        State.INCOMPLETE,
        Move.EXPLAIN,
        State.INCOMPLETE,
        _D,
        _AUTHOR,
        ("unexplained", "words"),
        _stop(Clock.COMPLETE),
    ),
    Row(
        State.INCOMPLETE,
        Move.DEEM_WITHDRAWN,
        State.WITHDRAWN_DEEMED,
        _D,
        _CLOCK,
        ("unexplained", "complete_over"),
        _STOP_ALL,
    ),
    Row(State.WITHDRAWN_DEEMED, Move.SEND_BACK, State.WITHDRAWN_DEEMED, _R, _CENTRE, ("papers_here",)),
    # art 7 (the applicant is told within seven days), art 2 (销案), art 6 (its seals count as the receiver's)
    Row(State.FILED, Move.TAKE_OVER, State.TAKEN_OVER, _D, _AUTHOR, ("case_open", "told"), _stop(Clock.TELL)),
    Row(State.TAKEN_OVER, Move.START, State.RUNNING, _R, (*_HANDLER, Part.CLOCK), (), _stop(Clock.START)),
    *(Row(source, Move.REPORT, source, _R, _HANDLER, ("words",), _stop(Clock.REPORT)) for source in _AT_WORK),
    # art 10
    *(Row(source, Move.TELL_PROPERTY, source, _D, _AUTHOR, ("says_property",)) for source in WITH_RECEIVER),
    # 民诉法240
    *(
        Row(source, Move.ASK_SUPERIOR, source, _D, _AUTHOR, ("idle", "words"))
        for source in (State.SENT, *WITH_RECEIVER)
    ),
    *(
        Row(source, Move.URGE, source, _A, _SUPERIOR, ("words",))
        for source in (State.SENT, *WITH_RECEIVER, State.RETURN_PENDING)
    ),
    *(
        Row(source, Move.CLOSE, State.CLOSED, _R, (*_HANDLER, Part.CLOCK), ("received_closed",), _STOP_ALL)
        for source in _AT_WORK
    ),
    # art 9
    *(
        Row(source, Move.ASK_RETURN, State.RETURN_PENDING, _R, _CENTRE, ("words",))
        for source in (State.FILED, *_AT_WORK)
    ),
    Row(
        State.RETURN_PENDING,
        Move.CONSENT,
        State.RETURN_PENDING,
        _A,
        _HIGH_COURT,
        ("unconsented",),
        (Effect(Clock.RETURN, Turn.START),),
    ),
    Row(State.RETURN_PENDING, Move.REFUSE_RETURN, None, _A, _HIGH_COURT, ("unconsented", "words")),
    Row(State.RETURN_PENDING, Move.RETURN, State.RETURNED, _R, _CENTRE, ("consented", "words"), _STOP_ALL),
    *(
        Row(source, Move.AGAIN, source, _D, _AUTHOR, ("not_again",))
        for source in (State.RETURNED, State.WITHDRAWN_DEEMED)
    ),
    # art 11
    Row(State.RUNNING, Move.PASS_SIX_MONTHS, State.ESCALATABLE, _D, _CLOCK, ("six_months",)),
    Row(
        State.ESCALATABLE,
        Move.SET_DEADLINE,
        State.RUNNING,
        _A,
        _SUPERIOR,
        ("applicant_asked", "deadline"),
        (Effect(Clock.SIX_MONTHS, Turn.STOP), Effect(Clock.DEADLINE, Turn.START)),
    ),
    *(
        Row(
            State.ESCALATABLE,
            move,
            target,
            _A,
            _SUPERIOR,
            ("applicant_asked", "court_fit", "case_no", "handler", "phone"),
            _STOP_ALL,
        )
        for move, target in ((Move.LIFT, State.LIFTED), (Move.APPOINT, State.APPOINTED))
    ),
)
"""`again`, `lift` and `appoint` make a new delegation; this one stays what it has become."""

_BY_PLACE = {(row.source, row.move): row for row in TABLE}


def row_of(state: State, move: Move) -> Row | None:
    return _BY_PLACE.get((state, move))


def rows_from(state: State) -> tuple[Row, ...]:
    return tuple(row for row in TABLE if row.source is state)
