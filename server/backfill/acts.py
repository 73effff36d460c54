"""Acts as rows: what their last account says, and what they told the flow."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from server.cases.models import CaseEvent
from server.common.bulk import among
from server.common.clock import from_wire, local_date
from server.field.case_acts import case_document
from server.field.effects import SOURCE
from server.field.kinds import kinds_document
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.queries import proved_at


@dataclass(frozen=True, slots=True)
class ActRow:
    id: UUID
    case_id: UUID
    what: str
    day: date
    result: str
    document: str
    persons: tuple[str, ...]
    events: tuple[CaseEvent, ...]
    verified_at: datetime | None


def act_rows(ids: Collection[UUID]) -> list[ActRow]:
    """One for each act and case. Two SELECTs."""
    subjects = ActionSubject.objects.filter(action__pk__in=among(ids), subject_type="case").order_by("pk")
    rows = subjects.select_related("action__officer", "record").annotate(proved=proved_at())
    last = {(row.action_id, row.subject_id): row for row in rows}
    events, words = _events(ids), _Words()
    return [
        replace(_row(row.action, row.record, case_id, events, words), verified_at=row.proved)
        for (_id, case_id), row in last.items()
    ]


def _row(
    action: FieldAction, record: ActionRecord, case_id: UUID, events: Mapping[Any, list[CaseEvent]], words: "_Words"
) -> ActRow:
    fields, told = record.fields, events[str(action.pk), case_id]
    return ActRow(
        id=action.pk,
        case_id=case_id,
        what=words.kinds.get(action.kind, action.kind),
        day=local_date(told[0].occurred_at) if told else _day(fields, action),
        result=" ".join(words.results_in(fields)),
        document=next(_documents(fields), ""),
        persons=tuple(dict.fromkeys([action.officer.name, *_names(fields)])),
        events=tuple(told),
        verified_at=None,
    )


def _events(ids: Collection[UUID]) -> dict[tuple[str, UUID], list[CaseEvent]]:
    found: dict[tuple[str, UUID], list[CaseEvent]] = defaultdict(list)
    told = CaseEvent.objects.filter(source_type=SOURCE, source_id__in=among({str(each) for each in ids}))
    for event in told.order_by("occurred_at", "pk"):
        found[event.source_id, event.case_id].append(event)
    return found


class _Words:
    """Names of kinds and results, in the reader's language."""

    def __init__(self) -> None:
        on_site, of_case = kinds_document(), case_document()
        self._language = "en" if (get_language() or "").startswith("en") else "zh"
        self.kinds = {kind["key"]: kind[self._language] for kind in (*on_site["kinds"], *of_case["kinds"])}
        self._results = {each["key"]: each[self._language] for each in on_site["code_lists"]["result"]}

    def results_in(self, fields: Mapping[str, Any]) -> Iterator[str]:
        result = fields.get("result")
        if isinstance(result, str):
            yield self._results.get(result, result)
        yield from (fields[name] for name in ("result_reason", "note", "text") if isinstance(fields.get(name), str))


def _day(fields: Mapping[str, Any], action: FieldAction) -> date:
    """On which it ended, by its own words, else that of its record."""
    for name in ("finished_at", "occurred_at", "started_at"):
        try:
            return local_date(from_wire(fields[name]))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return local_date(action.recorded_at)


def _names(fields: Mapping[str, Any]) -> Iterator[str]:
    for members in (fields.get("officers"), fields.get("attendees")):
        for member in members if isinstance(members, list) else ():
            name = member.get("name") if isinstance(member, dict) else None
            if isinstance(name, str) and name:
                yield name


def _documents(fields: Mapping[str, Any]) -> Iterator[str]:
    papers = fields.get("authority_docs")
    for paper in papers if isinstance(papers, list) else ():
        number = paper.get("doc_no") if isinstance(paper, dict) else None
        if isinstance(number, str) and number:
            yield number
