"""A case number that nobody here knows, or not as this officer's: a person says which case is meant.

That gives nobody any right: the act is judged in that case as of its arrival, by the decision of a push, and counts or
waits under its true cause.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.access import case_not_found, cases_visible_to
from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.models import Case, Grant
from server.cases.queries import case_ids_by_no
from server.common.errors import DomainError
from server.field.decide import case_no_of
from server.field.models import ActionSubject
from server.field.operation import Status
from server.field.rejudging import POINTED, Terms
from server.ledger.services import append
from server.people.models import Officer
from server.sync.deciding import (
    POINTED_TO,
    Choice,
    close_review,
    decided,
    hold_review,
    judged_anew,
    numbers_of,
    wait_for,
    write_outcome,
)
from server.sync.models import Operation, Review
from server.sync.rereading import body_of, read_again
from server.sync.reviews import review_draft

SUGGESTED_AT_MOST = 50


@transaction.atomic
def point_review(*, review_id: UUID, by: Officer, typed: str, case_no: str, note: str = "") -> Review:
    """The number `typed` in the act means the case `case_no` of his court. Saying it again changes nothing.

    Raises DomainError 404 `review_not_found`, `case_not_found`; 403 `role_required`, `own_act`; 409 `review_decided`,
    `number_not_in_question`, `handler_fault_stands`; 422 `note_too_long`.
    """
    held = hold_review(review_id, by, note, Choice.BELONGS)
    review, case = held.review, _case(by, case_no)
    if numbers_of(review).get(typed) == case.pk:
        return review
    if review.state != Review.State.OPEN:
        raise decided(review)
    operation = read_again(held.operation, held.log)
    if operation is None or typed not in unknown_numbers(review):
        message = _("This act names no such number that is still in question.")
        raise DomainError("number_not_in_question", 409, message)
    review.details = {**review.details, POINTED_TO: {**review.details.get(POINTED_TO, {}), typed: str(case.pk)}}
    terms = Terms(as_of=held.operation.received_at, numbers=numbers_of(review), entry=POINTED)
    applied = judged_anew(operation, terms)
    outcome = applied.outcomes[operation.seq]
    write_outcome(held, operation, outcome)
    if outcome.status is Status.APPLIED:
        review.subject_id = case.pk
        review.save(update_fields=["details", "subject_id"])
        close_review(review, Review.State.RATIFIED, Choice.BELONGS, by, note or case.case_no)
    else:
        wait_for(review, outcome, Choice.BELONGS, by, note)
    append([*applied.drafts, review_draft(review, "review_pointed", by=by, note=note)])
    return review


def unknown_numbers(review: Review) -> list[str]:
    """Case numbers of the act, as typed, of which it is not known which case of this officer they mean."""
    operation = Operation.objects.get(pk=review.operation_id)
    body = body_of(operation)
    if body is None or review.state != Review.State.OPEN or operation.status == Status.QUARANTINED:
        return []
    subjects = [each for each in body.get("subjects") or [] if each.get("type") == "case_no"]
    known = case_ids_by_no({number for each in subjects if (number := case_no_of(each))})
    rows = ActionSubject.objects.filter(record__operation_hash=operation.hash, subject_id__in=known.values())
    told = set(rows.values_list("subject_id", flat=True))
    pointed = numbers_of(review)
    found = [str(each["id"]) for each in subjects if known.get(case_no_of(each) or "") not in told]
    return [typed for typed in dict.fromkeys(found) if typed not in pointed]


def numbers_suggested(review: Review, reader: Officer) -> list[str]:
    """Of cases the officer who acted holds or held in the reader's court: one of them is meant, perhaps."""
    held = Grant.objects.filter(officer_id=review.operation.device.officer_id).values("subject_id")
    cases = cases_visible_to(reader).filter(pk__in=held, court_id=reader.court_id).order_by("case_no")
    return list(cases.values_list("case_no", flat=True)[:SUGGESTED_AT_MOST])


def _case(by: Officer, case_no: str) -> Case:
    try:
        canonical = parse_case_no(case_no).canonical
    except CaseNoError:
        raise case_not_found() from None
    case = cases_visible_to(by).filter(case_no=canonical, court_id=by.court_id).first()
    if case is None:
        raise case_not_found()
    return case
