"""What acts say that a guard of the case asks for: an eviction notice posted, resistance, the applicant heard."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from server.cases.guards import APPLICANT_HEARD, EVICTION_NOTICE, RESISTANCE, VIOLENCE, WARRANT, Exhibit
from server.common.clock import local_date
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.operation import Status


def acts_on_file(case_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Exhibit]]:
    """Acts that count in these cases; one that is not complete proves nothing, but for resistance. One SELECT."""
    rows = ActionSubject.objects.filter(subject_id__in=list(case_ids), status=Status.APPLIED.value)
    found: dict[UUID, list[Exhibit]] = defaultdict(list)
    for row in rows.select_related("action", "record").order_by("action_id", "pk"):
        known = {(each.kind, each.id) for each in found[row.subject_id]}
        shown = _shown(row.action, row.record)
        found[row.subject_id] += [each for each in shown if (each.kind, each.id) not in known]
    return found


def _shown(action: FieldAction, record: ActionRecord) -> Iterator[Exhibit]:
    fields, on = record.fields, local_date(action.recorded_at)
    if isinstance(fields.get("obstruction"), dict) and fields["obstruction"]:
        yield Exhibit(RESISTANCE, "action", str(action.pk), on)
        if fields["obstruction"].get("kind") == VIOLENCE:
            yield Exhibit(VIOLENCE, "action", str(action.pk), on)
    if not action.is_complete:
        return
    if action.kind in ("POST_NOTICE", "SERVE") and "EVICTION_NOTICE" in _kinds(fields.get("documents_left")):
        yield Exhibit(EVICTION_NOTICE, "action", str(action.pk), _day(fields.get("leave_by")))
    if action.kind == "SEARCH" and "SEARCH_WARRANT" in _kinds(fields.get("authority_docs")):
        yield Exhibit(WARRANT, "action", str(action.pk), on)
    if action.kind == "INTERVIEW" and _is_heard(fields):
        yield Exhibit(APPLICANT_HEARD, "action", str(action.pk), on)


def _is_heard(fields: Mapping[str, Any]) -> bool:
    return fields.get("interviewee_role") == "APPLICANT" and fields.get("result") in ("DONE", "PARTIAL")


def _kinds(papers: Any) -> set[Any]:
    return {paper.get("kind") for paper in papers if isinstance(paper, dict)} if isinstance(papers, list) else set()


def _day(said: Any) -> date | None:
    try:
        return date.fromisoformat(said)
    except (TypeError, ValueError):
        return None
