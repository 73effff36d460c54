"""What becomes of each kind of operation: one line a kind. Handlers decide, writers write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from server.field.annulling import annul_record
from server.field.case_acts import case_act_kinds
from server.field.decide import record_action
from server.field.operation import Outcome, SignedOperation
from server.field.queries import field_state
from server.field.rejudging import Terms, judged_again
from server.field.rules import action_kinds
from server.field.services import write_effects
from server.ledger.services import Draft


@dataclass(frozen=True, slots=True)
class Handler:
    """`decide` is pure over what `load` read once for a batch, and folds; `write` is one statement per table."""

    load: Callable[[Sequence[SignedOperation]], Any]
    decide: Callable[[SignedOperation, Any], Any]
    """Its effects carry the operation's `outcome`."""
    write: Callable[[Sequence[Any], Any], list[Draft]]
    """The effects, and the state they were decided on."""
    again: Callable[[SignedOperation, Terms, Callable[[SignedOperation, Any], Any]], Any]
    """Loads and decides one that was judged before, on other terms."""
    annul: Callable[[str], list[Draft]]
    """By the operation's hash: what was not applied of it never will be."""


ACT = Handler(field_state, record_action, write_effects, judged_again, annul_record)

HANDLERS: dict[str, Handler] = dict.fromkeys(action_kinds() | case_act_kinds(), ACT)


@dataclass(frozen=True, slots=True)
class Applied:
    """Outcomes by seq, and entries to append."""

    outcomes: dict[int, Outcome]
    drafts: list[Draft]


def apply_together(operations: Sequence[SignedOperation]) -> Applied:
    """Decide all in the order of the log, each seeing what the one before did, and write all effects at once."""
    batches: dict[int, list[SignedOperation]] = {}
    for operation in operations:
        batches.setdefault(id(HANDLERS[operation.kind]), []).append(operation)
    states = {key: HANDLERS[batch[0].kind].load(batch) for key, batch in batches.items()}
    effects: dict[int, list[Any]] = {key: [] for key in batches}
    outcomes: dict[int, Outcome] = {}
    for operation in operations:
        handler = HANDLERS[operation.kind]
        effect = handler.decide(operation, states[id(handler)])
        effects[id(handler)].append(effect)
        outcomes[operation.seq] = effect.outcome
    drafts = [
        draft for key, batch in batches.items() for draft in HANDLERS[batch[0].kind].write(effects[key], states[key])
    ]
    return Applied(outcomes, drafts)


def apply_again(operation: SignedOperation, terms: Terms) -> Applied:
    """One operation that has been judged before, on other terms; written through the same writers."""
    handler = HANDLERS[operation.kind]
    effect = handler.again(operation, terms, handler.decide)
    return Applied({operation.seq: effect.outcome}, handler.write([effect], None))
