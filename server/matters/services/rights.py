"""Whose officers may act for a matter and until when: grants of its subject, and the end of them."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from server.cases.matter_subjects import touch_matters
from server.cases.models import Assignment, Grant, MatterSubject, SubjectType
from server.common.clock import SHANGHAI, now
from server.matters.models import Matter
from server.people.models import Officer


def open_subject(matter: Matter) -> None:
    MatterSubject.objects.create(
        id=matter.pk,
        number=matter.number,
        court_id=matter.to_court_id,
        asked_by_id=matter.from_court_id,
        case_id=matter.case_id,
        is_urgent=matter.is_urgent,
    )


def give_to(matter: Matter, handler: Officer, others: Collection[Officer]) -> None:
    """The handler and who helps him, from now on, to the last day it is good for; those before have it no more."""
    at, ends = now(), end_of(matter.valid_until)
    end_rights(matter.pk, at)
    subject = MatterSubject.objects.get(pk=matter.pk)
    number = subject.assignment_no + 1
    MatterSubject.objects.filter(pk=matter.pk).update(assignment_no=number)
    Assignment.objects.create(
        subject_type=SubjectType.MATTER, subject_id=matter.pk, number=number, officer=handler, assigned_at=at
    )
    helpers = {officer.pk for officer in others} - {handler.pk}
    reasons = {handler.pk: Grant.Reason.ASSIGNED, **dict.fromkeys(helpers, Grant.Reason.ASSISTING)}
    Grant.objects.bulk_create(
        Grant(
            subject_type=SubjectType.MATTER,
            subject_id=matter.pk,
            officer_id=officer_id,
            reason=reason,
            assignment_no=number,
            valid_from=at,
            valid_to=ends,
        )
        for officer_id, reason in reasons.items()
    )


def end_rights(matter_id: UUID, at: datetime) -> None:
    """Of whoever has it now."""
    Assignment.objects.filter(subject_id=matter_id, ended_at=None).update(ended_at=at)
    standing = Grant.objects.filter(subject_type=SubjectType.MATTER, subject_id=matter_id)
    standing.filter(valid_to=None).update(valid_to=at)
    standing.filter(valid_to__gt=at).update(valid_to=at)


def mark_subject(matter: Matter, **columns: datetime) -> None:
    """`sent_at`, `fed_back_at` or `ended_at`; a new version of its unit in any case."""
    if columns:
        MatterSubject.objects.filter(pk=matter.pk).update(**columns)
    touch_matters([matter.pk])


def end_of(day: date | None) -> datetime | None:
    """The first moment after this day in Asia/Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI) if day else None
