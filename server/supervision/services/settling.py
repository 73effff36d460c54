"""What a late act, a new date or a finished node undoes: findings of no breach, urges that nobody need answer."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from server.cases.models import Case, Node
from server.cases.services import touch
from server.common.clock import local_date
from server.supervision.entries import Told
from server.supervision.live import finding_view, urge_view
from server.supervision.models import Finding, Urge
from server.supervision.raised import due_text


def settle(nodes: Sequence[Node], cases: Mapping[UUID, Case]) -> list[Told]:
    """Of nodes just looked at; the caller holds their cases and appends what is given back."""
    by_id = {node.pk: node for node in nodes}
    findings = Finding.objects.filter(node__in=list(by_id)).exclude(state=Finding.State.CLEARED)
    cleared = [each for each in findings if _is_cleared(each, by_id[each.node_id])]
    _set_state(Finding, cleared, Finding.State.CLEARED)
    urges = Urge.objects.filter(node__in=list(by_id), asked_by=None, state=Urge.State.OPEN)
    settled = [each for each in urges if each.node_id and _is_settled(each, by_id[each.node_id])]
    _set_state(Urge, settled, Urge.State.SETTLED)
    touch({each.case_id for each in settled})
    return [
        *(Told(cases[each.case_id], "finding_cleared", {"finding": finding_view(each)}, {}) for each in cleared),
        *(Told(cases[each.case_id], "urge_settled", {"urge": urge_view(each)}, {}) for each in settled),
    ]


def _set_state(model: type[Finding] | type[Urge], rows: Sequence[Finding] | Sequence[Urge], state: str) -> None:
    for row in rows:
        row.state = state
    if rows:
        model._default_manager.filter(pk__in=[row.pk for row in rows]).update(state=state)


def _is_cleared(finding: Finding, node: Node) -> bool:
    """Done in time after all, whatever was concluded; or due on another date now, while nothing is concluded."""
    if due_text(node) != finding.due:
        return finding.state != Finding.State.CONCLUDED and not _has_gone_round(finding, node)
    return is_done_in_time(node)


def _has_gone_round(finding: Finding, node: Node) -> bool:
    """What recurs is due again, after it was done too late for this finding: the breach stands."""
    if node.state != Node.State.RUNNING or node.stop_event is None or node.due_on is None:
        return False
    return node.due_on > finding.due_on and local_date(node.stop_event.occurred_at) > finding.due_on


def is_done_in_time(node: Node) -> bool:
    if node.state != Node.State.DONE or node.finished_on is None or node.due_on is None:
        return False
    if node.due_at is not None and node.stop_event is not None:
        return node.stop_event.occurred_at <= node.due_at
    return node.finished_on <= node.due_on


def _is_settled(urge: Urge, node: Node) -> bool:
    return node.state != Node.State.RUNNING or due_text(node) != urge.due
