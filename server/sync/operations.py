"""What becomes of each kind of operation: one line a kind. Handlers decide, writers write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from server.field.annulling import annul_record, annul_word
from server.field.case_acts import case_act_kinds
from server.field.decide import record_action
from server.field.operation import Outcome, SignedOperation
from server.field.queries import field_state, hold_named_cases
from server.field.rejudging import Terms, judged_again
from server.field.rules import action_kinds
from server.field.services import write_effects
from server.ledger.services import Draft
from server.safety.said import KINDS as SAFETY_KINDS
from server.safety.said import judge
from server.safety.writing import safety_state, said_again, write_said
from server.supervision.replies import REPLY_URGE, reply_to_urge
from server.supervision.replying import replied_again, reply_state, write_replies
from server.teamwork.answering import answer_state, answered_again, write_answers
from server.teamwork.answers import KINDS as ANSWER_KINDS
from server.teamwork.answers import answer_handover
from server.teamwork.approvals import REQUEST_APPROVAL, request_approval
from server.teamwork.reporting import report_state, reported_again, write_reports
from server.teamwork.reports import COMPLETE_TASK, report_task
from server.teamwork.requesting import request_state, requested_again, write_requests


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

ANSWER = Handler(answer_state, answer_handover, write_answers, answered_again, annul_word)

REPORT = Handler(report_state, report_task, write_reports, reported_again, annul_word)

REQUEST = Handler(request_state, request_approval, write_requests, requested_again, annul_word)

REPLY = Handler(reply_state, reply_to_urge, write_replies, replied_again, annul_word)

SAFETY = Handler(safety_state, judge, write_said, said_again, annul_word)

HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(action_kinds() | case_act_kinds(), ACT),
    **dict.fromkeys(ANSWER_KINDS, ANSWER),
    COMPLETE_TASK: REPORT,
    REPLY_URGE: REPLY,
    REQUEST_APPROVAL: REQUEST,
    **dict.fromkeys(SAFETY_KINDS, SAFETY),
}


@dataclass(frozen=True, slots=True)
class Applied:
    """Outcomes by seq, and entries to append."""

    outcomes: dict[int, Outcome]
    drafts: list[Draft]


def apply_together(operations: Sequence[SignedOperation]) -> Applied:
    """Decide all in the order of the log, each seeing what the one before did, and write their effects.

    What one handler decides in a row is written at once, so that the next one reads it: who takes a stage over and acts
    in it before he is online again acts as its owner.
    """
    runs = [list(run) for _, run in groupby(operations, key=lambda operation: id(HANDLERS[operation.kind]))]
    if len(runs) > 1:
        hold_named_cases(operations)
    applied = Applied({}, [])
    for run in runs:
        handler = HANDLERS[run[0].kind]
        state = handler.load(run)
        effects = [handler.decide(operation, state) for operation in run]
        applied.outcomes.update({each.seq: effect.outcome for each, effect in zip(run, effects, strict=True)})
        applied.drafts.extend(handler.write(effects, state))
    return applied


def apply_again(operation: SignedOperation, terms: Terms) -> Applied:
    """One operation that has been judged before, on other terms; written through the same writers."""
    handler = HANDLERS[operation.kind]
    effect = handler.again(operation, terms, handler.decide)
    return Applied({operation.seq: effect.outcome}, handler.write([effect], None))
