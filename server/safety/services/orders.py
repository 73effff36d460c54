"""Orders: a tip-off given to a group, answered from the field, moved on by the desk. Each word is kept as said."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.access import acts_in
from server.cases.models import Case
from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import Draft, append
from server.people.models import Group, Officer
from server.safety.access import require_can_command, require_own_id
from server.safety.live import order_view, told
from server.safety.models import Alarm, Order, OrderWord
from server.safety.moves import NEEDS_WORDS, Word, order_after
from server.safety.services.alarms import end_alarm
from server.safety.services.brief import members_now, write_briefs
from server.safety.timers import ORDER_ANSWER_WITHIN

MOST_WORDS = 1000


@transaction.atomic
def give_order(
    *,
    group: Group,
    text: str,
    place: str,
    by: Officer,
    case: Case | None = None,
    source: str = Order.Source.HOTLINE,
    order_id: UUID | None = None,
) -> Order:
    """Send a group to where the debtor or a property is said to be. With the id of one there is, nothing is done again.

    Raises DomainError 403 `may_not_command`; 409 `id_taken`; 422 `note_required`, `note_too_long`, `group_not_working`,
    `not_working_on_it` where nobody of the group acts in the case.
    """
    require_can_command(by, group.court_id)
    standing = Order.objects.filter(pk=order_id).first() if order_id else None
    if standing is not None:
        require_own_id(by, standing.court_id)
        return standing
    require_words(text)
    require_words(place, at_most=200)
    _require_receivers(group, case)
    at = now()
    row = Order.objects.create(
        id=order_id or new_id(),
        court_id=group.court_id,
        case=case,
        source=source,
        text=text.strip(),
        place=place.strip(),
        group=group,
        given_by=by,
        given_at=at,
        moved_at=at,
        answer_due_at=at + ORDER_ANSWER_WITHIN,
    )
    append(_told(row, Word.GIVE, by.pk, at, at, "", None, members_now(group.pk)))
    return row


@transaction.atomic
def move_order(*, order_id: UUID, word: Word, by: Officer, text: str = "", group: Group | None = None) -> Order:
    """By the desk, which hears over the radio too: any word; `GIVE` to another `group`, or to the same once more.

    Raises DomainError 404 `order_not_found`; 403 `may_not_command`; 409 `order_moved`; 422 `note_required` (to decline,
    finish or withdraw), `note_too_long`, `group_not_working`, `not_working_on_it`.
    """
    row = _held(order_id)
    require_can_command(by, row.court_id)
    following = order_after(row.state, word)
    if following is None:
        message = _("This order is not in the state for that. Look again.")
        raise DomainError("order_moved", 409, message, {"state": str(row.state)})
    if word in NEEDS_WORDS or text.strip():
        require_words(text)
    before = members_now(row.group_id)
    if word is Word.GIVE:
        group = group or row.group
        if group.court_id != row.court_id:
            raise group_not_working()
        _require_receivers(group, row.case)
        row.group, row.answer_due_at = group, now() + ORDER_ANSWER_WITHIN
    append(_moved(row, word, by.pk, now(), now(), text.strip(), None, before))
    return row


def write_order_word(
    *, order_id: UUID, word: Word, by_id: UUID, said_at: datetime, received_at: datetime, text: str, operation: str
) -> list[Draft]:
    """As a device of the group brings it, judged already; inside the caller's transaction, which appends."""
    row = _held(order_id)
    return _moved(row, word, by_id, said_at, received_at, text, operation, members_now(row.group_id))


def _moved(
    row: Order,
    word: Word,
    by_id: UUID,
    said_at: datetime,
    received_at: datetime,
    text: str,
    operation: str | None,
    before: list[UUID],
) -> list[Draft]:
    following = order_after(row.state, word)
    assert following
    if following != row.state or word is Word.GIVE:
        row.state, row.moved_at = following, max(row.given_at, said_at)
        row.save()
    drafts = _told(row, word, by_id, said_at, received_at, text, operation, [*before, *members_now(row.group_id)])
    alarm = Alarm.objects.filter(order=row, ended_at=None).first()
    is_answer = word is not Word.DECLINE  # given anew, it has its ten minutes anew, and an alarm of its own after them
    return [*drafts, end_alarm(alarm, Alarm.End.ANSWERED)] if alarm and is_answer else drafts


def _told(
    row: Order,
    word: Word,
    by_id: UUID,
    said_at: datetime,
    received_at: datetime,
    text: str,
    operation: str | None,
    officers: list[UUID],
) -> list[Draft]:
    OrderWord.objects.create(
        order=row, word=word, by_id=by_id, said_at=said_at, received_at=received_at, text=text, operation=operation
    )
    write_briefs(officers)
    facts = {"said": text, "said_at": to_wire(said_at), "by": str(by_id), "operation": operation}
    kind = "order_given" if word is Word.GIVE else "order_moved"
    return [told(row.court_id, kind, {"order": order_view(row), "word": word.value}, **facts)]


def _held(order_id: UUID) -> Order:
    row = Order.objects.select_for_update(of=("self",), no_key=True).filter(pk=order_id).first()
    if row is None:
        raise order_not_found()
    return row


def order_not_found() -> DomainError:
    return DomainError("order_not_found", 404, _("There is no such order among those you may read."))


def group_not_working() -> DomainError:
    return DomainError("group_not_working", 422, _("Nobody stands in this group now, or it is of another court."))


def _require_receivers(group: Group, case: Case | None) -> None:
    """What an order says of a case may only be told to who may know of it."""
    members = list(Officer.objects.filter(pk__in=members_now(group.pk), is_active=True))
    if not members:
        raise group_not_working()
    if case is not None and not all(acts_in(each, case.pk) for each in members):
        message = _("Not everybody of this group works on the case. Give it without the case, or assign them first.")
        raise DomainError("not_working_on_it", 422, message)


def require_words(text: str, *, at_most: int = MOST_WORDS) -> None:
    if not text.strip():
        raise DomainError("note_required", 422, _("Say it in words."))
    if "\0" in text:
        raise DomainError("validation_failed", 422, _("Say it in words."))
    if len(text.strip()) > at_most:
        message = _("At most %(count)s characters, please.") % {"count": at_most}
        raise DomainError("note_too_long", 422, message, {"characters": at_most})
