"""One review as a person reads it: the act, its evidence, who recorded it, and whose case it was then and is now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from server.cases.access import cases_visible_to
from server.cases.models import Assignment, Case, Node
from server.cases.queries import assignments_of
from server.field.access import readable_subjects
from server.field.authority import UNKNOWN
from server.field.decide import case_no_of, case_uuid_of
from server.field.details import action_detail
from server.field.effects import PARALLEL, SOURCE
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.operation import plausible_time
from server.field.schemas import ActionDetail
from server.people.models import Officer
from server.people.schemas import OfficerView
from server.sync.models import Operation, Review, ReviewDecision
from server.sync.pointing import unknown_numbers
from server.sync.rereading import body_of
from server.sync.review_access import Decider
from server.sync.reviews import decisions_of
from server.sync.schemas import DecisionView, Holding, ReviewDetail, ReviewedCase, ReviewView


def review_views(reviews: Sequence[Review]) -> list[ReviewView]:
    said = decisions_of(review.pk for review in reviews) if reviews else {}
    return [ReviewView(**_members(review, said[review.pk])) for review in reviews]


def review_detail(review: Review, reader: Officer) -> ReviewDetail:
    operation = review.operation
    body = body_of(Operation.objects.get(pk=operation.pk))
    record = ActionRecord.objects.filter(operation_hash=operation.hash).select_related("action__officer").first()
    recorded_at = plausible_time(body.get("recorded_at")) if body else None
    return ReviewDetail(
        **_members(review, decisions_of([review.pk])[review.pk]),
        recorded_at=recorded_at,
        clock_verdict=operation.clock_verdict,
        received_at=operation.received_at,
        device_name=operation.device.name,
        may_decide=Decider(reader).why_not_review(review),
        stated=dict(body) if body else None,
        cases=reviewed_cases(body or {}, record, recorded_at or operation.received_at, reader),
        act=action_detail(record.action, _subjects(reader, record.action)) if record else None,
        unknown_numbers=unknown_numbers(review),
        other_act=_other_act(reader, body or {}, record) if review.cause == PARALLEL else None,
    )


def _other_act(reader: Officer, body: Mapping[str, Any], record: ActionRecord | None) -> ActionDetail | None:
    """What finished the node that this act names; both stand, and a person may be shown both."""
    named = [each["node_id"] for each in body.get("subjects") or [] if each.get("node_id")]
    told = Node.objects.filter(pk__in=named, stop_event__source_type=SOURCE).values_list(
        "stop_event__source_id", flat=True
    )
    ids = [UUID(source) for source in told]
    actions = FieldAction.objects.filter(pk__in=ids).select_related("officer").order_by("pk")
    for action in actions.exclude(pk=record.action_id) if record else actions:
        if subjects := _subjects(reader, action):
            return action_detail(action, subjects)
    return None


def _subjects(reader: Officer, action: FieldAction) -> list[ActionSubject]:
    return list(readable_subjects(reader, action.pk).order_by("pk"))


def _members(review: Review, said: Sequence[ReviewDecision]) -> dict[str, Any]:
    operation = review.operation
    return {
        "id": review.pk,
        "court_id": review.court_id,
        "subject_id": review.subject_id,
        "cause": review.cause,
        "state": review.state,
        "status": operation.status,
        "details": review.details,
        "opened_at": review.opened_at,
        "decided_at": review.decided_at,
        "operation": operation.hash,
        "device": operation.device_id,
        "incarnation": operation.incarnation,
        "seq": operation.seq,
        "officer": officer_view(operation.device.officer),
        "decisions": [_decision(each) for each in said],
    }


def _decision(said: ReviewDecision) -> DecisionView:
    return DecisionView(choice=said.choice, note=said.note, by=officer_view(said.by) if said.by else None, at=said.at)


def officer_view(officer: Officer) -> OfficerView:
    return OfficerView(id=officer.pk, staff_no=officer.staff_no, name=officer.name)


def reviewed_cases(
    body: Mapping[str, Any], record: ActionRecord | None, acted_at: datetime, reader: Officer
) -> list[ReviewedCase]:
    """The cases it names that the reader may read, in the order of the body; acts told of others say nothing here."""
    subjects = body.get("subjects") or []
    ids = {claimed for each in subjects if (claimed := case_uuid_of(each))}
    numbers = {number for each in subjects if (number := case_no_of(each))}
    visible = cases_visible_to(reader)
    cases = {case.pk: case for case in visible.filter(pk__in=ids) | visible.filter(case_no__in=numbers)}
    by_number = {case.case_no: case for case in cases.values()}
    rows = {row.subject_id: row for row in ActionSubject.objects.filter(record=record)} if record else {}
    named: dict[UUID, ReviewedCase] = {}
    for subject in subjects:
        case = by_number.get(case_no_of(subject) or "") or cases.get(case_uuid_of(subject) or UUID(int=0))
        if case and case.pk not in named:
            named[case.pk] = _case(case, subject.get("assignment_no"), rows.get(case.pk), acted_at)
    pointed = visible.filter(pk__in=[each for each, row in rows.items() if each not in named and row.code != UNKNOWN])
    return [*named.values(), *(_case(case, None, rows[case.pk], acted_at) for case in pointed.order_by("pk"))]


def _case(case: Case, stated: int | None, row: ActionSubject | None, acted_at: datetime) -> ReviewedCase:
    held = assignments_of(case.pk)
    by_number = next((each for each in held if each.number == stated), None)
    at_the_time = next((each for each in reversed(held) if each.assigned_at <= acted_at), None)
    then = by_number if stated is not None else at_the_time
    current = next((each for each in held if each.ended_at is None), None)
    return ReviewedCase(
        case_id=case.pk,
        case_no=case.case_no,
        status=row.status if row else "",
        code=row.code if row else "",
        stated_assignment_no=stated,
        then=_holding(then) if then else None,
        now=_holding(current) if current else None,
    )


def _holding(assignment: Assignment) -> Holding:
    holder = assignment.group or assignment.officer
    return Holding(
        number=assignment.number,
        holder=holder.name if holder else "",
        assigned_at=assignment.assigned_at,
        ended_at=assignment.ended_at,
    )
