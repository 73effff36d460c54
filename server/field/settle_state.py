"""What settling evidence is judged on, read under its locks: cases, then actions, then all else."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, QuerySet

from server.cases.access import audience_of, is_lent
from server.cases.matter_streams import matter_streams
from server.cases.models import Case, MatterSubject, SubjectType
from server.cases.queries import case_rows
from server.common.clock import now
from server.common.statements import Given, GivenMany, Statement
from server.evidence.models import Promise
from server.evidence.settlement import Overtaken
from server.field.authority import UNKNOWN
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.queries import ACTIONS_HELD, founded, without_facts
from server.field.services import Audience
from server.field.states import ActionState
from server.people.streams import court_stream

_CASES_HELD = Statement(
    lambda: (
        case_rows()
        .filter(
            pk__in=ActionSubject.objects.filter(action_id__in=GivenMany("action_ids"))
            .exclude(code=UNKNOWN)
            .values("subject_id")
        )
        .select_for_update(of=("self",), no_key=True)
    )
)
_MATTERS_HELD = Statement(
    lambda: (
        MatterSubject.objects.filter(
            pk__in=ActionSubject.objects.filter(
                action_id__in=GivenMany("action_ids"), subject_type=SubjectType.MATTER
            ).values("subject_id")
        )
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
)
_SUBJECTS = Statement(
    lambda: (
        ActionSubject.objects.filter(action_id__in=GivenMany("action_ids"))
        .select_related("record", "action__court")
        .only(
            *(
                "action_id",
                "record_id",
                "subject_type",
                "subject_id",
                "status",
                "code",
                "node_effect",
                "action__court__kind_rules",
            ),
            *("record__action_id", "record__operation_hash", "record__device_id", "record__earliest_at"),
            *("record__latest_at", "record__clock_verdict", "record__position", "record__fields"),
        )
        .annotate(is_lent=is_lent(OuterRef("subject_id"), Given("at")))
        .order_by("pk")
    )
)


class _File(NamedTuple):
    """A promise that counts for an action, or that one of its records made."""

    id: UUID
    holder_id: UUID | None
    operation_hash: str
    evidence_id: str
    shot_code: str
    origin: str
    state: str

    def as_evidence(self) -> dict[str, Any]:
        """As completeness sees it."""
        return {"id": self.evidence_id, "shot_code": self.shot_code, "origin": self.origin}


def _files(**filters: Any) -> QuerySet[Promise, Any]:
    return Promise.objects.filter(**filters).values_list(*_File._fields)


_FILES = Statement(
    lambda: (
        _files(holder_id__in=GivenMany("action_ids"))
        .union(_files(device_id__in=GivenMany("devices"), operation_hash__in=GivenMany("operations", "text")))
        .order_by("id")
    )
)


@dataclass(frozen=True, slots=True)
class HeldAction:
    state: ActionState
    """With its files counted anew: two deliveries may end at the same moment."""
    overrides: Mapping[str, str]
    """Of the rules of its kind, by its court."""


@dataclass(frozen=True, slots=True)
class Held:
    """Everything a settlement asks, held to the end of the transaction."""

    actions: tuple[HeldAction, ...]
    cases: Mapping[UUID, Case]
    matters: Collection[UUID]
    audience: Audience


def hold(action_ids: Collection[UUID], verified: Collection[UUID], *, has_matters: bool) -> Held:
    """Lock the cases of these actions, then the actions. `verified`: promises that count, whatever their rows say yet.
    `has_matters`: some are known to be for matters, whose rows are held after those of cases.

    Raises Overtaken where an action has come to concern a case that was not held in time.
    """
    cases = {row.pk: row for row in _CASES_HELD.rows(action_ids=action_ids)}
    if has_matters:
        _MATTERS_HELD.rows(action_ids=action_ids)
    rows = ACTIONS_HELD.rows(ids=action_ids)
    subjects: list[Any] = _SUBJECTS.rows(action_ids=action_ids, at=now())
    _require_held(cases, subjects)
    files = _files_of(action_ids, {subject.record_id: subject.record for subject in subjects}.values())
    actions = tuple(
        _held(row, [each for each in subjects if each.action_id == row.pk], files, verified) for row in rows
    )
    known = (subject for subject in subjects if subject.code != UNKNOWN)
    matters = {subject.subject_id for subject in known if subject.subject_type == SubjectType.MATTER}
    audience = _audience(cases, is_lent=any(subject.is_lent for subject in subjects))
    return Held(actions, cases, matters, {**audience, **matter_streams(matters)} if matters else audience)


def _require_held(cases: Mapping[UUID, Case], subjects: Sequence[ActionSubject]) -> None:
    """Another device may have added a case between our look at the action and its lock; or what is named is no case."""
    named = {subject.subject_id for subject in subjects if subject.code != UNKNOWN} - cases.keys()
    if named and Case.objects.filter(pk__in=named).exists():
        raise Overtaken


def _files_of(action_ids: Collection[UUID], records: Collection[ActionRecord]) -> list[_File]:
    devices, operations = {record.device_id for record in records}, [record.operation_hash for record in records]
    return [_File._make(row) for row in _FILES.rows(action_ids=action_ids, devices=devices, operations=operations)]


def _held(
    row: FieldAction, subjects: Sequence[ActionSubject], files: Sequence[_File], verified: Collection[UUID]
) -> HeldAction:
    own = [file for file in files if file.holder_id == row.pk]
    arrived = sum(file.id in verified or file.state == Promise.State.VERIFIED for file in own)
    state = replace(without_facts(row), files_promised=len(own), files_verified=arrived)
    evidence: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in files:
        evidence[file.operation_hash].append(file.as_evidence())
    records = {subject.record_id: subject.record for subject in subjects}
    state = founded(state, subjects, [records[key] for key in sorted(records)], evidence)
    return HeldAction(state, subjects[0].action.court.kind_rules if subjects else {})


def _audience(cases: Mapping[UUID, Case], *, is_lent: bool) -> Audience:
    return audience_of(cases) if is_lent else {key: (court_stream(case.court_id),) for key, case in cases.items()}
