"""Snapshots: what one court tells the other, signed by it and numbered; the last one of each side counts."""

import json
from typing import Any
from uuid import UUID

from server.common.clock import local_date, now, to_wire
from server.common.signing import sign_text, split_text
from server.delegation.models import CaseDelegation, DelegationPaper, DelegationSnapshot
from server.delegation.seals import standing_in
from server.matters.snapshot_content import changes
from server.people.keys import signing_key_of
from server.people.models import Court

TYPE = "delegation"
"""Signed over `zhixing-delegation-1`."""


def told(snapshot: DelegationSnapshot | None) -> dict[str, Any]:
    """What it says; nothing of none."""
    if snapshot is None:
        return {}
    content: dict[str, Any] = json.loads(split_text(snapshot.text)[0])
    return content


def last_of(delegation: CaseDelegation, court_id: UUID) -> DelegationSnapshot | None:
    return delegation.snapshots.filter(court_id=court_id).order_by("-version").first()


def tell_request(delegation: CaseDelegation) -> list[dict[str, Any]]:
    """A new version where it says something new; what changed since the last one."""
    return _write(delegation, delegation.from_court, request_of(delegation))


def tell_answer(delegation: CaseDelegation) -> list[dict[str, Any]]:
    return _write(delegation, delegation.to_court, answer_of(delegation))


def _write(delegation: CaseDelegation, court: Court, content: dict[str, Any]) -> list[dict[str, Any]]:
    last = last_of(delegation, court.pk)
    changed = changes(told(last), content) if last else []
    if last and not changed:
        return []
    key, at, version = signing_key_of(court), now(), last.version + 1 if last else 1
    members = {**content, "kid": key.kid, "version": version, "made_at": to_wire(at)}
    text = sign_text(TYPE, members, key.private_key)
    DelegationSnapshot.objects.create(delegation=delegation, court=court, version=version, text=text, made_at=at)
    return changed


def request_of(delegation: CaseDelegation) -> dict[str, Any]:
    """Of the file of the case what the other court needs to file and enforce it, and nothing else."""
    case = delegation.case
    return {
        "of": "request",
        "id": str(delegation.pk),
        "number": delegation.number,
        "paper_list": delegation.paper_list,
        "from": _court(delegation.from_court),
        "to": _court(delegation.to_court),
        "case_no": case.case_no,
        "cause": case.cause,
        "claim_amount": str(case.claim_amount),
        "recovered_amount": str(case.recovered_amount),
        "flow_facts": case.flow_facts,
        "statement": delegation.statement,
        "people": delegation.people,
        "targets": [told_target(each) for each in delegation.targets],
        "measures": measures_of(delegation),
        "papers": papers_of(delegation),
        "contact": delegation.contact,
        "record_no": delegation.record_no,
        "previous": delegation.previous.number if delegation.previous else None,
    }


def told_target(target: dict[str, str]) -> dict[str, str]:
    """Without the id that it has in the file here."""
    return {name: value for name, value in target.items() if name != "property"}


def measures_of(delegation: CaseDelegation) -> list[dict[str, Any]]:
    """As they were taken over, once they were; before that, as they stand."""
    names = ("chain", "kind", "taken_on", "rank", "expires_on", "property_class", "refs")
    rows = list(delegation.measures.order_by("taken_on", "chain").values(*names))
    if not rows:
        return [each.as_json() for each in standing_in(delegation.case, local_date(now()))]
    return [
        {**row, **{name: row[name].isoformat() if row[name] else None for name in ("taken_on", "expires_on")}}
        for row in rows
    ]


def answer_of(delegation: CaseDelegation) -> dict[str, Any]:
    """What the receiving court tells in writing: its number, who handles it, how it stands, how it ended."""
    case = delegation.received_case
    reports = delegation.moves.filter(move="report").order_by("number")
    return {
        "of": "answer",
        "id": str(delegation.pk),
        "number": delegation.number,
        "state": str(delegation.state),
        "case_no": case.case_no if case else None,
        "filed_on": case.filed_on.isoformat() if case else None,
        "handler": {"name": delegation.handler.name if delegation.handler else "", "phone": delegation.handler_phone},
        "reports": [{"at": to_wire(row.at), "text": row.words} for row in reports],
        "closing_mode": case.closing_mode or None if case else None,
        "closed_on": case.closed_on.isoformat() if case and case.closed_on else None,
        "recovered_amount": str(case.recovered_amount) if case else None,
    }


def papers_of(delegation: CaseDelegation) -> list[dict[str, Any]]:
    rows = DelegationPaper.objects.filter(delegation=delegation, paper__superseded_by=None)
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


def _court(court: Court) -> dict[str, str]:
    return {"id": str(court.pk), "code": court.code, "name": court.name}
