"""What a device holds of a case. Content of the rows alone: nothing here asks the clock."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from server.cases.models import Case, Node, Party
from server.cases.queries import flow_of
from server.common.statements import GivenMany, Statement

_NODE = ("case_id", "id", "key", "chain", "stage", "state", "started_on", "due_on", "finished_on")
_CASES = Statement(
    lambda: Case.objects.filter(pk__in=GivenMany("case_ids")).select_related("flow").defer("flow__document")
)
_PARTIES = Statement(
    lambda: (
        Party.objects.filter(case_id__in=GivenMany("case_ids"))
        .order_by("pk")
        .values_list("case_id", "part", "kind", "name")
    )
)
_NODES = Statement(
    lambda: Node.objects.filter(case_id__in=GivenMany("case_ids")).order_by("ordinal", "chain").values_list(*_NODE)
)


def case_units(case_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Unit data by case, `papers` and `actions` still empty. Three SELECTs whatever the number."""
    cases = {case.pk: case for case in _CASES.rows(case_ids=case_ids)}
    parties, nodes = _parties_of(cases), _nodes_of(cases)
    return {pk: _case_unit(case) | {"parties": parties[pk], "nodes": nodes[pk]} for pk, case in cases.items()}


def _case_unit(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.pk),
        "case_no": case.case_no,
        "court_id": str(case.court_id),
        "cause": case.cause,
        "status": case.status,
        "filed_on": case.filed_on.isoformat(),
        "claim_amount": str(case.claim_amount),
        "recovered_amount": str(case.recovered_amount),
        "assignment_no": case.assignment_no,
        "priority": case.priority,
        "papers": [],
        "actions": [],
    }


def _parties_of(cases: Collection[UUID]) -> dict[UUID, list[dict[str, str]]]:
    parties: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for case_id, part, kind, name in _PARTIES.rows(case_ids=cases):
        parties[case_id].append({"role": part, "kind": kind, "name": name})
    return parties


def _nodes_of(cases: dict[UUID, Case]) -> dict[UUID, list[dict[str, Any]]]:
    nodes: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    flows = {case.flow_id: flow_of(case.flow) for case in cases.values()}
    tracked = {pk: flows[case.flow_id].tracked for pk, case in cases.items()}
    rows = _NODES.rows(case_ids=cases)
    for case_id, node_id, key, chain, stage, state, started_on, due_on, finished_on in rows:
        definition = tracked[case_id][key]
        nodes[case_id].append(
            {
                "id": str(node_id),
                "key": key,
                "chain": chain,
                "stage": stage,
                "zh": definition.zh,
                "en": definition.en,
                "state": state,
                "started_on": started_on and started_on.isoformat(),
                "due_on": due_on and due_on.isoformat(),
                "finished_on": finished_on and finished_on.isoformat(),
                "limit_kind": definition.kind,
            }
        )
    return nodes
