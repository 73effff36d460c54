"""What protects, and nothing else, of operations that take no effect: clocks that start on any claim received."""

from collections.abc import Collection, Sequence
from uuid import UUID

from server.cases.models import Node
from server.field.decide import claims_alone
from server.field.effects import CLAIM
from server.field.models import ActionSubject
from server.field.operation import NodeEffect, SignedOperation
from server.field.queries import field_state
from server.field.rules import protective_kinds
from server.field.services import write_effects
from server.ledger.services import Draft


def write_claims(operations: Sequence[SignedOperation]) -> list[Draft]:
    """Inside the caller's transaction, which appends the entries. Said again nothing changes."""
    protecting = [operation for operation in operations if operation.kind in protective_kinds()]
    if not protecting:
        return []
    state = field_state(protecting)
    return write_effects([claims_alone(operation, state, "claim") for operation in protecting], state)


def claimed_nodes(node_ids: Collection[UUID]) -> dict[UUID, list[Node]]:
    """By case, of these nodes, those that run by a claim alone: no act that counts there stands behind it.

    Two SELECTs at most.
    """
    by_claim = Node.objects.filter(pk__in=list(node_ids), start_event__source_type=CLAIM)
    nodes = list(by_claim.select_related("start_event").order_by("ordinal", "chain"))
    acts = {UUID(node.start_event.source_id) for node in nodes if node.start_event}
    rows = ActionSubject.objects.filter(action_id__in=acts, node_effect=NodeEffect.APPLIED.value) if nodes else ()
    counted = {(row.action_id, row.subject_id) for row in rows}
    claimed: dict[UUID, list[Node]] = {}
    for node in nodes:
        if node.start_event and (UUID(node.start_event.source_id), node.case_id) not in counted:
            claimed.setdefault(node.case_id, []).append(node)
    return claimed


def claims_in(case_id: UUID) -> list[Node]:
    """Every node of a case that runs by a claim alone."""
    running = Node.objects.filter(case_id=case_id, state=Node.State.RUNNING, start_event__source_type=CLAIM)
    return claimed_nodes(running.values_list("pk", flat=True)).get(case_id, [])
