"""What a device holds of a case. Content of the rows alone: nothing here asks the clock.

It is written as text, since pulls send nothing else: of forty nodes a case all but the id is the same as in any other
case at that point of its flow, and is worded once.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from server.cases.flow import FlowDefinition
from server.cases.models import Case, Node, Party
from server.cases.queries import flow_by_sha256, node_definition
from server.common.clock import to_wire
from server.common.statements import GivenMany, Statement, UuidText

_CASE = ("case_no", "cause", "status", "filed_on", "claim_amount", "recovered_amount", "assignment_no", "priority")
_CASES = Statement(
    lambda: Case.objects.filter(pk__in=GivenMany("case_ids")).values_list("pk", "court_id", "flow__sha256", *_CASE)
)
_PARTIES = Statement(
    lambda: (
        Party.objects.filter(case_id__in=GivenMany("case_ids"))
        .order_by("pk")
        .values_list("case_id", "part", "kind", "name")
    )
)
_NODES = Statement(
    lambda: (
        Node.objects.filter(case_id__in=GivenMany("case_ids"))
        .order_by("ordinal", "chain")
        .values_list(
            *(UuidText("case_id"), UuidText("pk")),
            *("key", "chain", "stage", "state", "started_on", "due_on", "finished_on", "due_at", "is_provisional"),
            "is_paused",
        )
    )
)

Listed = dict[str, Any]
Claimed = Callable[[Collection[UUID]], Mapping[UUID, Sequence[Node]]]
"""By case, of nodes by their ids."""


def case_units(case_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Unit data by case, `papers` and `actions` still empty. Three SELECTs whatever the number."""
    return {pk: json.loads(text) for pk, text in case_texts(case_ids, {}).items()}


def case_texts(
    case_ids: Collection[UUID], listed: dict[UUID, Listed], claimed: Claimed = lambda ids: {}
) -> dict[UUID, str]:
    """The same as JSON; `listed` are the papers and actions of each case, and who works on it.

    `claimed` is asked, where such nodes run at all, which of those that never roll run by a claim alone.
    """
    parties = _parties_of(case_ids)
    cases = {pk: (flow, _case(pk, *row)) for pk, row, flow in _cases_of(case_ids)}
    closed = {str(pk) for pk, (_, case) in cases.items() if case["status"] == Case.Status.CLOSED}
    nodes, protecting = _nodes_of(case_ids, {str(pk): flow for pk, (flow, _) in cases.items()}, closed)
    claims = claimed(protecting) if protecting else {}
    further = {pk: {**listed.get(pk, {}), **_claims(claims.get(pk))} for pk in cases}
    return {
        pk: _whole({**case, "parties": parties[pk], "papers": [], "actions": [], **further[pk]}, nodes[str(pk)])
        for pk, (_, case) in cases.items()
    }


def _claims(nodes: Sequence[Node] | None) -> Listed:
    return {"claimed_nodes": [str(node.pk) for node in nodes]} if nodes else {}


def _whole(unit: dict[str, Any], nodes: list[str]) -> str:
    return f'{_text(unit)[:-1]},"nodes":[{",".join(nodes)}]}}'


def _cases_of(case_ids: Collection[UUID]) -> list[tuple[UUID, tuple[Any, ...], FlowDefinition]]:
    rows = _CASES.rows(case_ids=case_ids)
    return [(pk, (court_id, *columns), flow_by_sha256(sha256)) for pk, court_id, sha256, *columns in rows]


def _case(pk: UUID, court_id: UUID, *columns: Any) -> dict[str, Any]:
    unit = {"id": str(pk), "court_id": str(court_id), **dict(zip(_CASE, columns, strict=True))}
    for name in ("filed_on", "claim_amount", "recovered_amount"):
        unit[name] = str(unit[name])
    return unit


def _parties_of(case_ids: Collection[UUID]) -> dict[UUID, list[dict[str, str]]]:
    parties: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for case_id, part, kind, name in _PARTIES.rows(case_ids=case_ids):
        parties[case_id].append({"role": part, "kind": kind, "name": name})
    return parties


def _nodes_of(
    case_ids: Collection[UUID], flows: dict[str, FlowDefinition], closed: Collection[str]
) -> tuple[dict[str, list[str]], list[UUID]]:
    """The nodes of each case as text, and the ids of those that run and never roll."""
    nodes: dict[str, list[str]] = defaultdict(list)
    protecting = []
    for case_id, node_id, key, *columns in _NODES.rows(case_ids=case_ids):
        flow, is_untouched = flows[case_id], columns[2] == Node.State.NOT_STARTED
        if is_untouched and key not in flow.tracked:
            continue
        node = node_definition(flow, key)
        goes_on = case_id in closed and node.outlives_closing
        nodes[case_id].append(f'{{"id":"{node_id}",{_standing(node.zh, node.en, node.kind, goes_on, key, *columns)}')
        if not node.rolls and columns[2] == Node.State.RUNNING:
            protecting.append(UUID(node_id))
    return nodes, protecting


@lru_cache(maxsize=8192)
def _standing(
    zh: str,
    en: str,
    kind: str,
    goes_on: bool,
    key: str,
    chain: str,
    stage: str,
    state: str,
    started_on: date | None,
    due_on: date | None,
    finished_on: date | None,
    due_at: datetime | None,
    is_provisional: bool,
    is_paused: bool,
) -> str:
    """A node at this point of its flow: everything after its id."""
    further: dict[str, Any] = {"due_at": due_at and to_wire(due_at), "is_provisional": is_provisional}
    further |= {"is_paused": is_paused, "goes_on": goes_on}
    return _text(
        {
            "key": key,
            "chain": chain,
            "stage": stage,
            "zh": zh,
            "en": en,
            "state": state,
            "started_on": started_on and started_on.isoformat(),
            "due_on": due_on and due_on.isoformat(),
            "finished_on": finished_on and finished_on.isoformat(),
            "limit_kind": kind,
            **{name: value for name, value in further.items() if value},
        }
    )[1:]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
