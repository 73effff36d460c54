"""Words of devices on safety: loaded once for a batch, judged, written. Calls are taken by ways beside the log, too."""

from collections.abc import Callable, Sequence

from server.field.about_case import named_in
from server.field.live import parked_draft
from server.field.operation import SignedOperation, Status
from server.field.rejudging import Terms
from server.ledger.services import Draft
from server.safety.models import Order, OrderWord
from server.safety.said import (
    ANSWER_ORDER,
    CALLS,
    CHECK_IN,
    CHECK_OUT,
    SOS,
    OrderHeld,
    SafetyState,
    Said,
    judge,
    word_in,
)
from server.safety.services.brief import members_now
from server.safety.services.calls import call_of, write_call, write_withdrawal
from server.safety.services.orders import write_order_word
from server.safety.services.presence import write_check_in, write_check_out

PARKED = "safety_word_parked"
"""Kind of the entry that tells the officer's court of a word that waits."""
Decide = Callable[[SignedOperation, SafetyState], Said]


def safety_state(operations: Sequence[SignedOperation]) -> SafetyState:
    """The orders that a batch answers, held. No SELECT for one that answers none."""
    named = [named_in(operation, "order") for operation in operations if operation.kind == ANSWER_ORDER]
    ids = [each for each in named if each]
    if not ids:
        return SafetyState()
    rows = Order.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk")
    said = list(OrderWord.objects.filter(order__in=ids).values_list("order_id", "operation"))
    return SafetyState({row.pk: _held(row, said) for row in rows})


def _held(row: Order, said: Sequence[tuple[object, str | None]]) -> OrderHeld:
    operations = frozenset(operation for order_id, operation in said if order_id == row.pk and operation)
    return OrderHeld(row.state, frozenset(members_now(row.group_id)), operations)


def write_said(words: Sequence[Said], state: SafetyState | None = None) -> list[Draft]:
    """Inside the caller's transaction, in the order of the log; entries are the caller's to append."""
    return [draft for said in words for draft in _write(said)]


def _write(said: Said) -> list[Draft]:
    if not said.counts:
        is_parked = said.outcome.status is Status.PARKED
        return [parked_draft(said.operation, said.outcome, PARKED)] if is_parked else []
    if said.operation.kind in CALLS:
        return write_any_call(said)
    if said.operation.kind == ANSWER_ORDER:
        return _answered(said)
    return {CHECK_IN: write_check_in, CHECK_OUT: write_check_out}[said.operation.kind](said)


def _answered(said: Said) -> list[Draft]:
    order_id, word = named_in(said.operation, "order"), word_in(said.operation)
    assert order_id
    assert word
    return write_order_word(
        order_id=order_id,
        word=word,
        by_id=said.operation.reporter.officer_id,
        said_at=said.said_at,
        received_at=said.operation.received_at,
        text=said.words("note", 1000),
        operation=said.operation.hash,
    )


def write_any_call(said: Said, *, is_of_revoked: bool = False) -> list[Draft]:
    call = call_of(said, is_of_revoked=is_of_revoked)
    return write_call(call) if said.operation.kind == SOS else write_withdrawal(call)


def write_calls(operations: Sequence[SignedOperation], *, is_of_revoked: bool = False) -> list[Draft]:
    """Calls for help alone, of operations that otherwise take no effect: another history, a sealed quarantine."""
    calls = [judge(operation, SafetyState()) for operation in operations if operation.kind in CALLS]
    return [draft for said in calls for draft in write_any_call(said, is_of_revoked=is_of_revoked)]


def said_again(operation: SignedOperation, terms: Terms, decide: Decide) -> Said:
    """Judged a second time, with a leader's authority or as of its arrival."""
    state = safety_state([operation])
    state.ratified = terms.courts
    return decide(operation, state)
