"""Snapshots: what one court tells the other, signed by it and numbered; the last one of each side counts."""

from typing import Any

from server.cases.models import MatterSubject
from server.common.clock import now, to_wire
from server.common.signing import sign_text
from server.matters.models import Matter, MatterPaper, MatterSnapshot
from server.matters.queries import acts_for, last_of, told
from server.matters.snapshot_content import changes
from server.people.keys import signing_key_of
from server.people.models import Court

TYPE = "matter"
"""Signed over `zhixing-matter-1`."""


def tell_request(matter: Matter) -> list[dict[str, Any]]:
    """A new version where it says something new; what changed since the last one."""
    MatterSubject.objects.filter(pk=matter.pk).update(told_at=now())
    return _write(matter, matter.from_court, request_of(matter))


def tell_feedback(matter: Matter) -> list[dict[str, Any]]:
    return _write(matter, matter.to_court, feedback_of(matter))


def _write(matter: Matter, court: Court, content: dict[str, Any]) -> list[dict[str, Any]]:
    last = last_of(matter, court.pk)
    changed = changes(told(last), content) if last else []
    if last and not changed:
        return []
    key, at, version = signing_key_of(court), now(), last.version + 1 if last else 1
    members = {**content, "kid": key.kid, "version": version, "made_at": to_wire(at)}
    text = sign_text(TYPE, members, key.private_key)
    MatterSnapshot.objects.create(matter=matter, court=court, version=version, text=text, made_at=at)
    return changed


def request_of(matter: Matter) -> dict[str, Any]:
    """Of the file of the case what the errand needs, and nothing else."""
    return {
        "of": "request",
        "id": str(matter.pk),
        "number": matter.number,
        "kind": matter.kind,
        "catalogue": matter.catalogue,
        "from": _court(matter.from_court),
        "to": _court(matter.to_court),
        "case_no": matter.case.case_no if matter.case else "",
        "request": matter.request,
        "people": matter.people,
        "papers": papers_of(matter, is_result=False),
        "contact": matter.contact,
        "limit_days": matter.limit_days,
        "valid_until": matter.valid_until.isoformat() if matter.valid_until else None,
        "is_urgent": matter.is_urgent,
        "duty_phone": matter.duty_phone,
        "papers_due_on": matter.papers_due_on.isoformat() if matter.papers_due_on else None,
        "previous": matter.previous.number if matter.previous else None,
    }


def feedback_of(matter: Matter) -> dict[str, Any]:
    acts = acts_for(matter.pk).order_by("action__received_at", "action_id").select_related("action")
    return {
        "of": "feedback",
        "id": str(matter.pk),
        "number": matter.number,
        "results": [result_view(each) for each in matter.results.order_by("number")],
        "papers": papers_of(matter, is_result=True),
        "handler": {"name": matter.handled_by, "phone": matter.handler_phone},
        "acts": list(
            {
                row.action_id: {
                    "id": str(row.action_id),
                    "kind": row.action.kind,
                    "recorded_at": to_wire(row.action.recorded_at),
                }
                for row in acts
            }.values()
        ),
    }


def papers_of(matter: Matter, *, is_result: bool) -> list[dict[str, Any]]:
    rows = MatterPaper.objects.filter(matter=matter, is_result=is_result, paper__superseded_by=None)
    return [
        {
            "slot": row.slot,
            "title": row.paper.title,
            "document_no": row.paper.document_no,
            "sha256": row.paper.sha256,
            "size": row.paper.size,
            "media_type": row.paper.media_type,
        }
        for row in rows.select_related("paper").order_by("pk")
    ]


def result_view(result: Any) -> dict[str, Any]:
    """No null member: only what was said."""
    said = {
        "amount": str(result.amount) if result.amount is not None else None,
        "rank": result.rank,
        "expires_on": result.expires_on.isoformat() if result.expires_on else None,
        "text": result.text or None,
    }
    known = {name: value for name, value in said.items() if value is not None}
    return {"number": result.number, "code": result.code, "at": to_wire(result.at), **known}


def _court(court: Court) -> dict[str, str]:
    return {"id": str(court.pk), "code": court.code, "name": court.name}
