"""An act that stands, found void later: a leader annuls it, with his reason; and takes that back, by a later word.

Nothing is deleted, and what the device was answered stands. Each record of the act gets its review, or its review a
further decision: that is how both officers are told. Counting again is a judgement like any other (decision 0008).
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.common.errors import DomainError
from server.field.access import readable_action
from server.field.annulling import annul_effects
from server.field.authority import UNKNOWN
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.operation import Status
from server.ledger.services import Draft, append
from server.people.models import Device, Officer
from server.sync.deciding import Choice, Held, close_review, judged_anew, ratifying, require_note, write_outcome
from server.sync.logs import locked_log
from server.sync.models import DeviceLog, Operation, Review, ReviewSubject
from server.sync.rereading import read_again
from server.sync.review_access import Decider, refuse_unless_may
from server.sync.reviews import review_draft

FOUND_VOID = "found_void"
"""Cause of a review that a person opened and closed at once: the act had been applied."""


@dataclass(frozen=True, slots=True)
class HeldAct:
    """An act whose devices' logs are held, with its operations in the order of its records."""

    action: FieldAction
    logs: dict[UUID, DeviceLog]
    operations: list[Operation]


@transaction.atomic
def annul_act(*, action_id: UUID, by: Officer, note: str) -> FieldAction:
    """It counts no more in the cases of his court; their nodes stand as if it had never been told. Saying it again
    changes nothing.

    Raises DomainError 404 `action_not_found`; 403 `role_required`, `own_act`; 409 `act_elsewhere`; 422 `note_required`,
    `note_too_long`.
    """
    held = _held(action_id, by)
    require_note(note)
    annulled = annul_effects(action_id, by.court_id)
    drafts = list(annulled.drafts)
    for operation in held.operations:
        if cases := annulled.cases.get(operation.hash):
            review = _review_of(operation, cases)
            close_review(review, Review.State.ANNULLED, Choice.ANNUL, by, note)
            drafts.append(review_draft(review, "review_annulled", by=by, note=note))
    append(drafts)
    return held.action


@transaction.atomic
def reinstate_act(*, action_id: UUID, by: Officer, note: str = "") -> FieldAction:
    """What was annulled of it in the cases of his court counts, judged again as a ratification is. Saying it again
    changes nothing. Raises as `annul_act`, and 409 `handler_fault_stands`."""
    held = _held(action_id, by)
    require_note(note, is_needed=False)
    drafts: list[Draft] = []
    for operation in held.operations:
        review = _annulled_review(operation, by)
        if review is not None:
            drafts += _reinstated(Held(review, held.logs[operation.device_id]), by, note)
    append(drafts)
    return held.action


def why_not_annulling(by: Officer, action: FieldAction) -> str:
    """`role_required`, `own_act`, `act_elsewhere`, or "" where he may."""
    if reason := Decider(by).why_not(by.court_id, action.officer_id, action.received_at):
        return reason
    if ActionRecord.objects.filter(action=action, officer=by).exists():
        return "own_act"
    named = ActionSubject.objects.filter(action=action).exclude(code=UNKNOWN).values("subject_id")
    return "" if Case.objects.filter(pk__in=named, court_id=by.court_id).exists() else "act_elsewhere"


def _held(action_id: UUID, by: Officer) -> HeldAct:
    """Who may, before anything is locked; then the devices in the order of their ids."""
    action = readable_action(by, action_id)
    reason = why_not_annulling(by, action)
    if reason == "act_elsewhere":
        message = _("This act stands in no case of your court. The court whose case it is decides.")
        raise DomainError("act_elsewhere", 409, message)
    refuse_unless_may(reason)
    hashes = list(ActionRecord.objects.filter(action=action).order_by("pk").values_list("operation_hash", flat=True))
    devices = Device.objects.filter(actionrecord__action=action).distinct().order_by("pk")
    logs = {device.pk: locked_log(device) for device in devices}
    rows = Operation.objects.filter(hash__in=hashes).select_related("device__officer")
    return HeldAct(action, logs, sorted(rows, key=lambda row: hashes.index(row.hash)))


def _review_of(operation: Operation, cases: list[UUID]) -> Review:
    review = Review.objects.select_for_update(of=("self",)).filter(operation=operation).first()
    if review is None:
        review = Review.objects.create(
            operation=operation,
            court_id=operation.device.court_id,
            subject_id=cases[0],
            cause=FOUND_VOID,
            version=0,
        )
    review.operation = operation
    rows = [ReviewSubject(review=review, subject_id=case) for case in cases]
    ReviewSubject.objects.bulk_create(rows, ignore_conflicts=True)
    return review


def _annulled_review(operation: Operation, by: Officer) -> Review | None:
    rows = ActionSubject.objects.filter(record__operation_hash=operation.hash, status=Status.ANNULLED.value)
    ours = Case.objects.filter(court_id=by.court_id, pk__in=rows.exclude(code=UNKNOWN).values("subject_id"))
    if not ours.exists():
        return None
    review = Review.objects.select_for_update(of=("self",)).get(operation=operation)
    review.operation = operation
    return review


def _reinstated(held: Held, by: Officer, note: str) -> list[Draft]:
    operation = read_again(held.operation, held.log, as_new_act=held.review.cause == "id_reuse")
    assert operation is not None  # it made a record of an act
    applied = judged_anew(operation, ratifying(held.review, by.court_id))
    write_outcome(held, operation, applied.outcomes[operation.seq])
    close_review(held.review, Review.State.RATIFIED, Choice.RATIFY, by, note)
    return [*applied.drafts, review_draft(held.review, "review_ratified", by=by, note=note)]
