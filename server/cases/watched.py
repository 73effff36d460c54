"""What a pass over the levels reads: nodes that moved since their level was found, and those whose level rises now."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from server.cases.counting import as_moment
from server.cases.flow import FlowDefinition
from server.cases.levels import Term
from server.cases.models import Case, Node
from server.common.bulk import among

MOVED = ~Q(level_version=F("version"))


def cases_to_look_at(at: datetime) -> list[UUID]:
    """Their ids in the order in which cases are held. Two SELECTs, each by an index that holds nothing else."""
    moved = Node.objects.filter(MOVED).values_list("case_id", flat=True)
    rising = Node.objects.filter(next_level_at__isnull=False, next_level_at__lte=at).values_list("case_id", flat=True)
    return sorted({*moved, *rising})


def held_cases(case_ids: Collection[UUID]) -> dict[UUID, Case]:
    """The rows, held to the end of the transaction: no node of theirs moves meanwhile."""
    rows = Case.objects.select_for_update(of=("self",), no_key=True).select_related("flow").defer("flow__document")
    wanted = rows.filter(pk__in=among(case_ids)).order_by("pk")
    held = {case.pk: case for case in wanted}
    if len(held) < len(set(case_ids)):
        held = {case.pk: case for case in wanted.all()}  # one was moved to another flow meanwhile (`queries.py`)
    return held


def nodes_to_look_at(case_ids: Collection[UUID], at: datetime) -> QuerySet[Node]:
    """Those of held cases, with what started and what ended them."""
    rows = Node.objects.filter(MOVED | Q(next_level_at__lte=at), case_id__in=among(case_ids))
    return rows.select_related("start_event", "stop_event").order_by("case_id", "ordinal", "chain")


def term_of(node: Node, flow: FlowDefinition) -> Term | None:
    """None for a node that does not run, or that the case's flow does not know (any more)."""
    if node.key not in flow.tracked or node.state != Node.State.RUNNING or node.started_on is None:
        return None
    return Term(
        started_at=node.start_event.occurred_at if node.start_event else as_moment(node.started_on),
        started_on=node.started_on,
        due_on=node.due_on,
        due_at=node.due_at,
        is_statutory=flow.tracked[node.key].kind == "statutory",
    )
