"""What a device says of its officer's safety and of orders to his team. Pure: whether it counts, never what it does.

A call for help counts whatever stands against it: a forked log, an id used before, an officer suspended. A check-in is
a sign of life and so must be his own: of a log with two histories a person says which of them he wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from server.field.about_case import named_in, unknown, words_in
from server.field.authority import UNKNOWN
from server.field.decide import case_uuid_of, recorded_at_of
from server.field.operation import Outcome, SignedOperation, Status, SubjectOutcome, set_aside
from server.safety.moves import NEEDS_WORDS, OF_TEAMS, Word, order_after

CHECK_IN, CHECK_OUT, SOS, CANCEL_SOS, ANSWER_ORDER = "check_in", "check_out", "sos", "cancel_sos", "answer_order"
KINDS = frozenset({CHECK_IN, CHECK_OUT, SOS, CANCEL_SOS, ANSWER_ORDER})
CALLS = frozenset({SOS, CANCEL_SOS})
ORDER_MOVED, REASON_MISSING = "order_moved", "reason_missing"
LONGEST_NOTE, LONGEST_PLACE = 500, 200


@dataclass(frozen=True, slots=True)
class OrderHeld:
    state: str
    receivers: frozenset[UUID]
    operations: frozenset[str]
    """By which words of it came already."""


@dataclass(slots=True)
class SafetyState:
    orders: dict[UUID, OrderHeld] = field(default_factory=dict)
    ratified: frozenset[UUID] = frozenset()
    """Courts for which a person has said that it counts."""


@dataclass(frozen=True, slots=True)
class Said:
    """One operation: `counts` where something is to be done about it."""

    operation: SignedOperation
    outcome: Outcome
    counts: bool = False

    @property
    def said_at(self) -> datetime:
        """As stated, where that can be true."""
        return self.operation.bounds.clamp(recorded_at_of(self.operation))

    @property
    def named(self) -> str:
        """The id that its device gave it."""
        return str(self.operation.body.get("id") or "")

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.operation.body["fields"]  # type: ignore[no-any-return]

    @property
    def position(self) -> Mapping[str, Any] | None:
        return self.operation.body.get("position")

    @property
    def cases(self) -> list[UUID]:
        return [case for each in self.operation.subjects if (case := case_uuid_of(each))]

    def words(self, member: str, at_most: int = LONGEST_NOTE) -> str:
        return words_in(self.operation, member, at_most=at_most)


def judge(operation: SignedOperation, state: SafetyState) -> Said:
    if operation.kind in CALLS:
        return Said(operation, set_aside("id_reuse") if operation.is_id_reused else _taken(), counts=True)
    if operation.is_id_reused:
        return Said(operation, set_aside("id_reuse"))
    code = "" if operation.reporter.court_id in state.ratified else _why_not_his(operation)
    if operation.kind == ANSWER_ORDER:
        return _answer(operation, state, code)
    return Said(operation, _parked(code)) if code else Said(operation, _taken(), counts=True)


def _why_not_his(operation: SignedOperation) -> str:
    stated = operation.body.get("officer_id")
    if stated is not None and stated != str(operation.reporter.officer_id):
        return "officer_mismatch"
    return "log_forked" if operation.is_disputed else ""


def _answer(operation: SignedOperation, state: SafetyState, code: str) -> Said:
    order_id, word = named_in(operation, "order"), word_in(operation)
    held = state.orders.get(order_id) if order_id else None
    if order_id is None or held is None or operation.reporter.officer_id not in held.receivers:
        return Said(operation, unknown())
    if operation.hash in held.operations:
        return Said(operation, _taken())
    code = code or _why_unanswered(operation, held, word)
    if code or word is None:
        return Said(operation, _parked(code))
    following = order_after(held.state, word) or held.state
    state.orders[order_id] = replace(held, state=following, operations=held.operations | {operation.hash})
    return Said(operation, _taken(), counts=True)


def _why_unanswered(operation: SignedOperation, held: OrderHeld, word: Word | None) -> str:
    if word is None or order_after(held.state, word) is None:
        return ORDER_MOVED
    return REASON_MISSING if word in NEEDS_WORDS and not words_in(operation, "note") else ""


def word_in(operation: SignedOperation) -> Word | None:
    said = operation.body["fields"].get("word")
    return next((word for word in OF_TEAMS if word == said), None)


def _taken() -> Outcome:
    return Outcome(Status.APPLIED, "ok", (SubjectOutcome(Status.APPLIED, code="ok"),))


def _parked(code: str) -> Outcome:
    return Outcome(Status.PARKED, code or UNKNOWN, (SubjectOutcome(Status.PARKED, code=code or UNKNOWN),))
