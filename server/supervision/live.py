"""What watchers are told of urges and findings: codes, ids and dates, no words."""

from typing import Any

from server.supervision.models import Finding, Urge


def urge_view(urge: Urge) -> dict[str, Any]:
    return {
        "id": str(urge.pk),
        "node": str(urge.node_id) if urge.node_id else None,
        "person": str(urge.person_id) if urge.person_id else None,
        "is_automatic": urge.asked_by_id is None,
        "reply_due_on": urge.reply_due_on.isoformat(),
        "state": urge.state,
    }


def finding_view(finding: Finding) -> dict[str, Any]:
    return {
        "id": str(finding.pk),
        "node": str(finding.node_id),
        "due": finding.due,
        "level": finding.level,
        "person": str(finding.person_id) if finding.person_id else None,
        "state": finding.state,
        "cause": finding.cause,
        "conclusion": finding.conclusion,
    }
