"""Rows of supervision as the API tells them, names in the reader's language."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import get_language

from server.cases.models import Case, Node
from server.cases.queries import flow_of, node_definition
from server.common.clock import local_date, now
from server.people.models import Officer
from server.supervision.models import Finding, Urge
from server.supervision.queries import findings_of, silent_devices_of
from server.supervision.schemas import FindingView, SilentDeviceView, UrgeView, WarningView
from server.supervision.silence import SilentDevice, silent_words


def node_name(case: Case, key: str) -> str:
    return node_definition(flow_of(case.flow), key).name(get_language() or "zh")


def finding_views(findings: Sequence[Finding]) -> list[FindingView]:
    """Given with node, case, flow and person."""
    silent = silent_devices_of(findings)
    return [_finding(each, silent[each.pk]) for each in findings]


def warning_views(nodes: Sequence[Node]) -> list[WarningView]:
    views = {view.node_id: view for view in finding_views(findings_of(nodes))}
    return [
        WarningView(
            case_id=node.case_id,
            case_no=node.case.case_no,
            node_id=node.pk,
            node_key=node.key,
            node=node_name(node.case, node.key),
            level=node.level,
            started_on=node.started_on,
            due_on=node.due_on,
            due_at=node.due_at,
            finding=views.get(node.pk),
        )
        for node in nodes
    ]


def urge_views(urges: Sequence[Urge]) -> list[UrgeView]:
    """Given with case and people."""
    today = local_date(now())
    return [
        UrgeView(
            id=each.pk,
            case_id=each.case_id,
            case_no=each.case.case_no,
            node_id=each.node_id,
            asked_by=_name(each.asked_by),
            person=_name(each.person),
            text=each.text,
            asked_at=each.asked_at,
            reply_due_on=each.reply_due_on,
            state=each.state,
            is_late=is_late(each, today),
            reply=each.reply,
            replied_by=_name(each.replied_by),
            replied_at=each.replied_at,
        )
        for each in urges
    ]


def is_late(urge: Urge, today: date) -> bool:
    if urge.state == Urge.State.SETTLED:
        return False
    return (local_date(urge.replied_at) if urge.replied_at else today) > urge.reply_due_on


def _finding(row: Finding, silent: Sequence[SilentDevice]) -> FindingView:
    return FindingView(
        id=row.pk,
        case_id=row.case_id,
        case_no=row.case.case_no,
        node_id=row.node_id,
        node_key=row.node.key,
        node=node_name(row.case, row.node.key),
        due_on=row.due_on,
        due_at=row.due_at,
        level=row.level,
        person=_name(row.person),
        state=row.state,
        cause=row.cause,
        explanation=row.explanation,
        explained_at=row.explained_at,
        conclusion=row.conclusion,
        note=row.note,
        concluded_at=row.concluded_at,
        is_provisional=bool(silent),
        silence=[silent_words(each) for each in silent],
        silent_devices=[SilentDeviceView(**each.as_json()) for each in silent],
    )


def _name(officer: Officer | None) -> str:
    return officer.name if officer else ""
