"""Units of the replica as cases, and an officer's day from them. Pure: the clock is an argument."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from client_sdk.case_acts import COMPLETE_NODE, said_in
from client_sdk.day import approvals_of, handovers_of, tasks_of, urges_of
from client_sdk.members import date_of as _date
from client_sdk.members import objects as _objects
from client_sdk.members import time_of as _time
from client_sdk.related import related_of
from client_sdk.replica import Unit
from client_sdk.views import Action, Case, CaseAction, Contribution, DueNode, Node, Paper, Party

RUNNING, CLOSED = "RUNNING", "CLOSED"
PENDING = ("unsent", "sent", "applied")
"""Of our own act while the case does not show what it did; what was parked does nothing yet."""


def case_of(unit: Unit, own: Sequence[Action], complete_seq: int, here: Collection[str] = ()) -> Case:
    """A case as the court sent it, with our acts it cannot know of yet: neither hidden nor doubled.

    `here` are the hashes of the papers this device has whole.
    """
    data = unit.data
    ours = [act for act in own if unit.id in act.case_ids]
    pending = [act for act in ours if act.seq > _reflected(unit, complete_seq) and act.status in PENDING]
    completed = {place_of(act.said): act.id for act in pending if act.kind == COMPLETE_NODE}
    case_no = str(data.get("case_no", ""))
    related, related_more = related_of(data)
    return Case(
        id=unit.id,
        case_no=case_no,
        cause=str(data.get("cause", "")),
        status=str(data.get("status", "")),
        assignment_no=data.get("assignment_no"),
        parties=tuple(_party(party) for party in _objects(data.get("parties"))),
        nodes=tuple(_node(node, completed, data.get("claimed_nodes") or ()) for node in _objects(data.get("nodes"))),
        papers=tuple(paper_of(paper, here) for paper in _objects(data.get("papers"))),
        actions=actions_of(unit, ours, complete_seq),
        filed_on=_date(data.get("filed_on")),
        priority=data.get("priority"),
        claim_amount=data.get("claim_amount"),
        recovered_amount=data.get("recovered_amount"),
        handovers=handovers_of(data, unit.id, case_no, pending),
        tasks=tasks_of(data, unit.id, case_no, pending),
        urges=urges_of(data, unit.id, case_no, pending),
        approvals=approvals_of(data, unit.id, pending),
        related=related,
        related_more=related_more,
        raw=data,
    )


def actions_of(unit: Unit, ours: Iterable[Action], complete_seq: int) -> tuple[CaseAction, ...]:
    """The acts the court told of it, and those of ours about it that it cannot know of yet."""
    told = [_told(action) for action in _objects(unit.data.get("actions"))]
    known = {action.id for action in told}
    laid_over: dict[str, CaseAction] = {}
    for act in ours:
        if act.seq > _reflected(unit, complete_seq):
            laid_over.setdefault(act.id, _laid_over(act))  # a correction is of an act that is shown
    return (*told, *(action for action in laid_over.values() if action.id not in known))


def _reflected(unit: Unit, complete_seq: int) -> int:
    """Up to which of our operations the unit shows what they did."""
    return max(unit.base_seq, complete_seq)


def place_of(said: Mapping[str, str]) -> tuple[str, str]:
    return said.get("node", ""), said.get("chain", "")


def due_nodes(cases: Iterable[Case], today: date) -> list[DueNode]:
    """Running nodes with a due date, the most urgent first: of one day those that end within it, by the hour.

    Those that this device has said are done stand last, until the court has answered. Of a closed case
    only what goes on.
    """
    due = [
        DueNode(case.id, case.case_no, node, (node.due_on - today).days)
        for case in cases
        for node in case.nodes
        if node.state == RUNNING and node.due_on is not None and (node.goes_on or case.status != CLOSED)
    ]
    return sorted(due, key=_urgency)


def _urgency(due: DueNode) -> tuple[Any, ...]:
    return (bool(due.node.completed_by), due.days_left, *_hour(due.node), due.case_no, due.node.key)


def _hour(node: Node) -> tuple[bool, float]:
    return (node.due_at is None, node.due_at.timestamp() if node.due_at else 0)


def _told(action: Mapping[str, Any]) -> CaseAction:
    return CaseAction(
        id=str(action.get("id")),
        kind=str(action.get("kind", "")),
        recorded_at=_time(action.get("recorded_at")),
        received_at=_time(action.get("received_at")),
        verified_at=_time(action.get("verified_at")),
        officer=action.get("officer"),
        status=str(action.get("status", "")),
        is_complete=action.get("complete") is True,
        missing=tuple(action.get("missing") or ()),
        said=said_in(action),
        contributions=tuple(_contribution(each) for each in _objects(action.get("contributions"))),
    )


def _contribution(told: Mapping[str, Any]) -> Contribution:
    return Contribution(str(told.get("officer", "")), _time(told.get("recorded_at")), str(told.get("status", "")))


def _laid_over(action: Action) -> CaseAction:
    return CaseAction(
        id=action.id,
        kind=action.kind,
        recorded_at=action.recorded_at,
        status=action.status,
        is_complete=False,
        missing=action.missing,
        is_own_unsent=action.status == "unsent",
        said=action.said,
    )


def _party(party: Mapping[str, Any]) -> Party:
    return Party(str(party.get("role", "")), str(party.get("kind", "")), str(party.get("name", "")))


def _node(node: Mapping[str, Any], completed: Mapping[tuple[str, str], str], claimed: Collection[Any]) -> Node:
    key, chain = str(node.get("key", "")), str(node.get("chain") or "")
    return Node(
        id=str(node.get("id")),
        key=key,
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
        chain=chain,
        is_claimed=node.get("id") in claimed,
        completed_by=completed.get((key, chain), ""),
        is_paused=node.get("is_paused") is True,
        goes_on=node.get("goes_on") is True,
    )


def paper_of(paper: Mapping[str, Any], here: Collection[str]) -> Paper:
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
