"""Units of the replica as cases, and an officer's day from them. Pure: the clock is an argument."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from client_sdk.clock import from_wire
from client_sdk.replica import Unit
from client_sdk.views import Action, Case, CaseAction, DueNode, Node, Paper, Party

RUNNING = "RUNNING"


def case_of(unit: Unit, own: Sequence[Action], complete_seq: int, here: Collection[str] = ()) -> Case:
    """A case as the court sent it, with our acts it cannot know of yet: neither hidden nor doubled.

    `here` are the hashes of the papers this device has whole.
    """
    data = unit.data
    told = [_told(action) for action in _objects(data.get("actions"))]
    known = {action.id for action in told}
    reflected = max(unit.base_seq, complete_seq)
    laid_over: dict[str, CaseAction] = {}
    for act in own:
        if act.seq > reflected and unit.id in act.case_ids:
            laid_over.setdefault(act.id, _laid_over(act))  # a correction is of an act that is shown
    return Case(
        id=unit.id,
        case_no=str(data.get("case_no", "")),
        cause=str(data.get("cause", "")),
        status=str(data.get("status", "")),
        assignment_no=data.get("assignment_no"),
        parties=tuple(_party(party) for party in _objects(data.get("parties"))),
        nodes=tuple(_node(node) for node in _objects(data.get("nodes"))),
        papers=tuple(_paper(paper, here) for paper in _objects(data.get("papers"))),
        actions=(*told, *(action for action in laid_over.values() if action.id not in known)),
        filed_on=_date(data.get("filed_on")),
        priority=data.get("priority"),
        claim_amount=data.get("claim_amount"),
        recovered_amount=data.get("recovered_amount"),
        raw=data,
    )


def due_nodes(cases: Iterable[Case], today: date) -> list[DueNode]:
    """Running nodes with a due date, the most urgent first: of one day those that end within it, by the hour."""
    due = [
        DueNode(case.id, case.case_no, node, (node.due_on - today).days)
        for case in cases
        for node in case.nodes
        if node.state == RUNNING and node.due_on is not None
    ]
    return sorted(due, key=lambda each: (each.days_left, *_hour(each.node), each.case_no, each.node.key))


def _hour(node: Node) -> tuple[bool, float]:
    return (node.due_at is None, node.due_at.timestamp() if node.due_at else 0)


def _told(action: Mapping[str, Any]) -> CaseAction:
    return CaseAction(
        id=str(action.get("id")),
        kind=str(action.get("kind", "")),
        recorded_at=_time(action.get("recorded_at")),
        received_at=_time(action.get("received_at")),
        officer=action.get("officer"),
        status=str(action.get("status", "")),
        is_complete=action.get("complete") is True,
        missing=tuple(action.get("missing") or ()),
    )


def _laid_over(action: Action) -> CaseAction:
    return CaseAction(
        id=action.id,
        kind=action.kind,
        recorded_at=action.recorded_at,
        status=action.status,
        is_complete=False,
        missing=action.missing,
        is_own_unsent=action.status == "unsent",
    )


def _party(party: Mapping[str, Any]) -> Party:
    return Party(str(party.get("role", "")), str(party.get("kind", "")), str(party.get("name", "")))


def _node(node: Mapping[str, Any]) -> Node:
    return Node(
        id=str(node.get("id")),
        key=str(node.get("key", "")),
        stage=str(node.get("stage", "")),
        zh=str(node.get("zh", "")),
        en=str(node.get("en", "")),
        state=str(node.get("state", "")),
        started_on=_date(node.get("started_on")),
        due_on=_date(node.get("due_on")),
        finished_on=_date(node.get("finished_on")),
        limit_kind=str(node.get("limit_kind") or ""),
        due_at=_time(node.get("due_at")),
        is_provisional=node.get("is_provisional") is True,
    )


def _paper(paper: Mapping[str, Any], here: Collection[str]) -> Paper:
    return Paper(
        id=str(paper.get("id")),
        sha256=str(paper.get("sha256", "")),
        size=int(paper.get("size") or 0),
        media_type=str(paper.get("media_type", "")),
        kind=str(paper.get("kind", "")),
        title=str(paper.get("title", "")),
        issued_on=_date(paper.get("issued_on")),
        document_no=str(paper.get("document_no") or ""),
        signer=str(paper.get("signer") or ""),
        is_here=paper.get("sha256") in here,
    )


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _time(text: Any) -> datetime | None:
    try:
        return from_wire(text) if isinstance(text, str) else None
    except ValueError:
        return None
