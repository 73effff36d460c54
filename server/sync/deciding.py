"""What a person says of an act that was not applied: ratified, annulled, or to be supplemented; and replay.

Each says it once, in one transaction: locked in the one order (device, review, cases, actions, heads), decided by the
code that decides a push, written by its writers, told to the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.evidence.services import promise_files
from server.field.operation import Outcome, SignedOperation, Status
from server.field.rejudging import RATIFIED, Terms
from server.ledger.services import append
from server.people.models import Officer
from server.sync.faults import HandlerFault, logger, pinned
from server.sync.logs import locked_log
from server.sync.models import DeviceLog, Operation, Review, ReviewDecision, ReviewSubject
from server.sync.operations import HANDLERS, Applied, apply_again
from server.sync.rereading import body_of, read_again
from server.sync.review_access import readable_review, require_can_decide
from server.sync.reviews import review_draft, waiting_subjects
from server.sync.writing import promise_of, remember_outcome

MAX_NOTE_CHARACTERS = 2000
MAX_AT_ONCE = 200
Choice = ReviewDecision.Choice
POINTED_TO = "pointed_to"


@dataclass(frozen=True, slots=True)
class Held:
    """A review with the log of its device, both locked."""

    review: Review
    log: DeviceLog

    @property
    def operation(self) -> Operation:
        return self.review.operation


@transaction.atomic
def ratify_review(*, review_id: UUID, by: Officer, note: str = "") -> Review:
    """The act counts as if the officer had had the authority; its nodes move now. Saying it again changes nothing.

    Raises DomainError 404 `review_not_found`; 403 `role_required`, `own_act`; 409 `review_decided`,
    `review_not_ratifiable`, `handler_fault_stands`; 422 `note_too_long`.
    """
    held = hold_review(review_id, by, note, Choice.RATIFY)
    if held.review.state != Review.State.OPEN:
        return held.review
    operation = read_again(held.operation, held.log, as_new_act=held.review.cause == "id_reuse")
    if operation is None:
        raise _not_ratifiable(held.review.cause)
    applied = judged_anew(operation, ratifying(held.review, held.review.court_id))
    outcome = applied.outcomes[operation.seq]
    if outcome.status is Status.QUARANTINED or not any(each.status is Status.APPLIED for each in outcome.subjects):
        raise _not_ratifiable(outcome.code)
    write_outcome(held, operation, outcome)
    close_review(held.review, Review.State.RATIFIED, Choice.RATIFY, by, note)
    append([*applied.drafts, review_draft(held.review, "review_ratified", by=by, note=note)])
    return held.review


@transaction.atomic
def annul_review(*, review_id: UUID, by: Officer, note: str) -> Review:
    """The act does not count. What was recorded and photographed stays, and stays readable. Raises as `ratify_review`,
    and 422 `note_required`."""
    held = hold_review(review_id, by, note, Choice.ANNUL)
    if held.review.state != Review.State.OPEN:
        return held.review
    body = body_of(held.operation)
    handler = HANDLERS.get(str(body["kind"])) if body else None
    drafts = handler.annul(held.operation.hash) if handler else []
    close_review(held.review, Review.State.ANNULLED, Choice.ANNUL, by, note)
    append([*drafts, review_draft(held.review, "review_annulled", by=by, note=note)])
    return held.review


@transaction.atomic
def ask_for_supplement(*, review_id: UUID, by: Officer, note: str) -> Review:
    """It stays open; the officer who acted and whoever holds the case now are told what is wanted. Raises as
    `annul_review`."""
    held = hold_review(review_id, by, note, Choice.SUPPLEMENT)
    if held.review.state != Review.State.OPEN:
        raise decided(held.review)
    _say(held.review, Choice.SUPPLEMENT, by, note)
    held.review.version += 1
    held.review.save(update_fields=["version"])
    append([review_draft(held.review, "review_supplement_asked", by=by, note=note)])
    return held.review


@dataclass(frozen=True, slots=True)
class Decided:
    id: UUID
    state: str
    """Of the review now; "" where it is not his to see."""
    code: str
    """"" where it was done, else the code of the error."""


def decide_reviews(*, ids: Sequence[UUID], choice: str, by: Officer, note: str = "") -> list[Decided]:
    """The same said of many, each in a transaction of its own: what cannot be decided does not hold up the rest."""
    deciders = {Choice.RATIFY: ratify_review, Choice.ANNUL: annul_review, Choice.SUPPLEMENT: ask_for_supplement}
    decide = deciders[Choice(choice)]
    done = []
    for review_id in dict.fromkeys(ids):
        try:
            done.append(Decided(review_id, decide(review_id=review_id, by=by, note=note).state, ""))
        except DomainError as error:
            done.append(Decided(review_id, str(error.details.get("state", "")), error.code))
    return done


@dataclass(frozen=True, slots=True)
class Replayed:
    """`status` and `code` of the operation now; `was_judged` where this replay changed that."""

    operation: str
    seq: int
    status: str
    code: str
    was_judged: bool
    trace_id: str = ""
    """Where it failed again."""


def replay_operation(*, operation_id: int) -> Replayed:
    """Judge anew what our own fault had set aside, as of its arrival; once, however often it is called."""
    try:
        return _replay(operation_id)
    except HandlerFault as fault:
        trace_id = str(new_id())
        operation = Operation.objects.defer("body").get(pk=operation_id)
        logger.error("handler fault %s in operation %s", trace_id, operation.hash, exc_info=fault.__cause__)
        return Replayed(operation.hash, operation.seq, operation.status, "handler_fault", False, trace_id)


@transaction.atomic
def _replay(operation_id: int) -> Replayed:
    device = Operation.objects.select_related("device").defer("body").get(pk=operation_id).device
    log = locked_log(device)
    review = Review.objects.select_for_update(of=("self",)).select_related("operation").get(operation_id=operation_id)
    held = Held(review, log)
    operation = read_again(held.operation, log)
    if review.state != Review.State.OPEN or held.operation.status != Status.QUARANTINED or operation is None:
        return Replayed(held.operation.hash, held.operation.seq, held.operation.status, review.cause, False)
    applied = _applied_or_fault(operation, Terms(as_of=held.operation.received_at, numbers=numbers_of(review)))
    outcome = applied.outcomes[operation.seq]
    write_outcome(held, operation, outcome)
    if outcome.status is Status.APPLIED:
        close_review(review, Review.State.REPLAYED, Choice.REPLAY, None, "")
    else:
        wait_for(review, outcome, Choice.REPLAY, None, "")
    append([*applied.drafts, review_draft(review, "review_replayed")])
    return Replayed(operation.hash, operation.seq, outcome.status.value, outcome.code, True)


def hold_review(review_id: UUID, by: Officer, note: str, choice: Choice) -> Held:
    """Asked for before and under the lock: who may see it, who may decide, whether anything is left to decide."""
    require_note(note, is_needed=False)
    review = readable_review(by, review_id)
    require_can_decide(by, review)
    require_note(note, is_needed=choice in (Choice.ANNUL, Choice.SUPPLEMENT))
    log = locked_log(review.operation.device)
    held = Review.objects.select_for_update(of=("self",)).select_related("operation__device__officer").get(pk=review_id)
    ratified = dict.fromkeys((Choice.RATIFY, Choice.BELONGS), Review.State.RATIFIED)
    states = {**ratified, Choice.ANNUL: Review.State.ANNULLED}
    if held.state not in (Review.State.OPEN, states.get(choice)):
        raise decided(held)
    return Held(held, log)


def ratifying(review: Review, court_id: UUID) -> Terms:
    return Terms(courts=frozenset({court_id}), numbers=numbers_of(review), entry=RATIFIED)


def numbers_of(review: Review) -> dict[str, UUID]:
    """By a case number as it was typed: the case a person has said is meant."""
    return {typed: UUID(case) for typed, case in review.details.get(POINTED_TO, {}).items()}


def require_note(note: str, *, is_needed: bool = True) -> None:
    """Raises DomainError 422 `note_too_long`, `note_required`."""
    if len(note) > MAX_NOTE_CHARACTERS:
        message = _("The reason is too long.")
        raise DomainError("note_too_long", 422, message, {"max_characters": MAX_NOTE_CHARACTERS})
    if is_needed and not note.strip():
        raise DomainError("note_required", 422, _("Give a reason: the officer is told, and it stays on record."))


def decided(review: Review) -> DomainError:
    return DomainError("review_decided", 409, _("This has been decided already. Look again."), {"state": review.state})


def _not_ratifiable(reason: str) -> DomainError:
    message = _("This act names nothing here that could be ratified. Ask for a supplement, or annul it.")
    return DomainError("review_not_ratifiable", 409, message, {"reason": reason, "state": Review.State.OPEN.value})


def judged_anew(operation: SignedOperation, terms: Terms) -> Applied:
    try:
        return _applied_or_fault(operation, terms)
    except HandlerFault as fault:
        trace_id = str(new_id())
        logger.error("handler fault %s in operation %s", trace_id, operation.hash, exc_info=fault.__cause__)
        message = _("A fault of the server stands in the way. It must be mended first; nothing was changed.")
        raise DomainError("handler_fault_stands", 409, message, {"trace_id": trace_id}) from fault


def _applied_or_fault(operation: SignedOperation, terms: Terms) -> Applied:
    with pinned():
        return apply_again(operation, terms)


def write_outcome(held: Held, operation: SignedOperation, outcome: Outcome) -> None:
    """The answer remembered from now on (I5 excepts this), and whose the files are."""
    promise_files([promise_of(operation, outcome, item) for item in operation.evidence])
    remember_outcome(held.operation, outcome)


def wait_for(review: Review, outcome: Outcome, choice: Choice, by: Officer | None, note: str) -> None:
    """It is judged anew, and a person must look for another reason now."""
    main, pointed = outcome.main_subject, review.details.get(POINTED_TO)
    review.cause, review.details = outcome.code, {**outcome.details, **({POINTED_TO: pointed} if pointed else {})}
    review.subject_id = main.subject_id if main else None
    review.version += 1
    review.save(update_fields=["cause", "details", "subject_id", "version"])
    rows = [ReviewSubject(review=review, subject_id=case) for case in waiting_subjects(outcome)]
    ReviewSubject.objects.bulk_create(rows, ignore_conflicts=True)
    _say(review, choice, by, note)


def close_review(review: Review, state: Review.State, choice: Choice, by: Officer | None, note: str) -> None:
    review.state, review.decided_at, review.decided_by = state, now(), by
    review.version += 1
    review.save(update_fields=["state", "decided_at", "decided_by", "version"])
    _say(review, choice, by, note)


def _say(review: Review, choice: Choice, by: Officer | None, note: str) -> None:
    ReviewDecision.objects.create(review=review, choice=choice, by=by, note=note.strip())
