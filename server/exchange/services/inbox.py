"""The inbox: whatever comes, however often and in whatever order, takes effect once, in the order of its matter."""

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from server.cases.matter_subjects import hold_matters
from server.common.clock import now
from server.common.errors import DomainError
from server.common.signing import SignatureError, text_hash
from server.exchange.models import InMessage, Peer, Thread
from server.exchange.services.effects import INVALID, effect_of
from server.exchange.services.outbox import hold_thread, write_message
from server.exchange.services.peers import learn_keys
from server.exchange.texts import Message, open_message, receipt_text, stored_message
from server.ledger.services import Draft, append
from server.people.certificates import KeyStatement
from server.people.keys import signing_key_of
from server.people.models import Court

logger = logging.getLogger(__name__)
LONGEST_KIND = 20
"""Of what is shown of one that this server does not know; its text has it whole."""
APPLIED, REFUSED, WAITS, REJECTED = "applied", "refused", "waits", "rejected"


def take_in(*, peer: Peer, court: Court, texts: Sequence[str], keys: Sequence[str] = ()) -> list[str]:
    """Messages of a peer to a court of this server; a signed receipt for each, in their order.

    `keys`: statements of the peer's signing keys. Raises SignatureError for one that is not its own.
    """
    known = learn_keys(peer, keys)
    kept = [_keep(peer, court, text, known) for text in texts]
    for matter_id in dict.fromkeys(row.thread.matter_id for row in kept if isinstance(row, InMessage)):
        apply_ready(peer, court, matter_id)
    return [_receipt(court, text, each) for text, each in zip(texts, kept, strict=True)]


def _keep(peer: Peer, court: Court, text: str, keys: Mapping[str, KeyStatement]) -> InMessage | str:
    """Its row, or the code of why it is not kept: nothing of that is stored."""
    try:
        return _stored(peer, court, _opened(peer, court, text, keys), text)
    except DomainError as refused:
        return refused.code


def _opened(peer: Peer, court: Court, text: str, keys: Mapping[str, KeyStatement]) -> Message:
    try:
        message = open_message(text, keys)
    except SignatureError as fault:
        said = _("This is no message that the court signed.")
        raise DomainError("exchange_message_invalid", 422, said, {"fault": str(fault)}) from None
    if (message.from_court, message.to_court) != (peer.remote_id, court.pk):
        raise DomainError("exchange_misdirected", 403, _("The court it is for is none of this server."))
    return message


@transaction.atomic
def _stored(peer: Peer, court: Court, message: Message, text: str) -> InMessage:
    thread, hash_ = _held(peer, court, message.matter), text_hash(text)
    standing = thread.in_messages.filter(number=message.number).first()
    if standing and standing.hash != hash_:
        said = _("Another message came under this number.")
        raise DomainError("exchange_number_taken", 409, said, {"number": message.number})
    return standing or InMessage.objects.create(
        thread=thread, number=message.number, kind=message.kind[:LONGEST_KIND], text=text, hash=hash_
    )


def _held(peer: Peer, court: Court, matter_id: UUID) -> Thread:
    hold_matters([matter_id])
    return hold_thread(peer, court, matter_id)


def apply_ready(peer: Peer, court: Court, matter_id: UUID) -> int:
    """Every message of this matter whose turn it is, each in a transaction of its own; how many."""
    count = 0
    try:
        while _apply_next(peer, court, matter_id):
            count += 1
    except Exception:
        logger.exception("a message about matter %s cannot be taken; it waits", matter_id)
        _note_fault(peer, court, matter_id)
    return count


@transaction.atomic
def _apply_next(peer: Peer, court: Court, matter_id: UUID) -> bool:
    thread = _held(peer, court, matter_id)
    row = thread.in_messages.filter(number=thread.heard + 1, state=InMessage.State.WAITS).first()
    if row is None:
        return False
    message = stored_message(row.text)
    drafts, code = _effect(thread, message)
    thread.heard += 1
    thread.save(update_fields=["heard"])
    row.state = InMessage.State.REFUSED if code else InMessage.State.APPLIED
    row.code, row.settled_at = code, now()
    row.receipt = _signed(court, row.hash, REFUSED if code else APPLIED, code)
    row.save(update_fields=["state", "code", "settled_at", "receipt"])
    append(drafts)
    return True


def _effect(thread: Thread, message: Message) -> tuple[list[Draft], str]:
    """Entries of what it did; or none, with why not, which is answered."""
    try:
        with transaction.atomic():
            return effect_of(thread, message), ""
    except DomainError as refused:
        code, details = refused.code, refused.details
    except (SignatureError, ValidationError):
        code, details = INVALID, {}
    if message.kind != "answer":
        body = {"answers": message.number, "code": code, "details": details}
        write_message(hold_thread(thread.peer, thread.court, thread.matter_id), "answer", body, at=now())
    return [], code


@transaction.atomic
def _note_fault(peer: Peer, court: Court, matter_id: UUID) -> None:
    thread = _held(peer, court, matter_id)
    for row in thread.in_messages.filter(number=thread.heard + 1):
        row.faults += 1
        row.save(update_fields=["faults"])


def _receipt(court: Court, text: str, kept: InMessage | str) -> str:
    """The one that was signed with its effect; before that, that it is kept and waits."""
    if isinstance(kept, str):
        return _signed(court, text_hash(text), REJECTED, kept)
    kept.refresh_from_db(fields=["state", "receipt"])
    heard = 0 if kept.receipt else Thread.objects.values_list("heard", flat=True).get(pk=kept.thread_id)
    return kept.receipt or _signed(court, kept.hash, WAITS, "", heard)


def _signed(court: Court, hash_: str, outcome: str, code: str, heard: int = 0) -> str:
    key = signing_key_of(court)
    return receipt_text(
        court=court.pk,
        hash_=hash_,
        outcome=outcome,
        code=code,
        at=now(),
        kid=key.kid,
        private=key.private_key,
        heard=heard,
    )


def apply_waiting() -> int:
    """Messages whose turn it is, and which a fault of ours held up; how many."""
    waiting = Thread.objects.filter(in_messages__state=InMessage.State.WAITS, peer__cut_off_at=None).distinct()
    rows = list(waiting.select_related("peer__court", "court").order_by("pk")[:100])
    return sum(apply_ready(row.peer, row.court, row.matter_id) for row in rows)
