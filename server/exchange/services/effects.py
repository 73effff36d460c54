"""What a message does here, by its kind: everything is judged and written by `matters`."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.hashing import canonical_json
from server.common.signing import SignatureError
from server.exchange.models import Thread, WantedFile
from server.exchange.services.files import want_evidence, want_papers
from server.exchange.services.peers import keys_of
from server.exchange.texts import Message, open_by_kid
from server.ledger.services import Draft
from server.matters.models import Matter
from server.matters.services.arriving import (
    Proved,
    Sender,
    take_answer,
    take_move,
    take_request,
    take_result,
    take_snapshot,
    take_talk,
)
from server.matters.services.snapshots import TYPE
from server.matters.states import Move
from server.matters.told import (
    AnswerTold,
    FeedbackTold,
    MoveTold,
    RequestTold,
    ResultTold,
    SnapshotTold,
    TalkTold,
)

INVALID = "exchange_message_invalid"
MOST_DETAILS = 4000


def effect_of(thread: Thread, message: Message) -> list[Draft]:
    """Entries to be appended. Raises DomainError with why it has no effect, SignatureError and ValidationError for a
    body that is none of its kind."""
    taken = _KINDS.get(message.kind)
    if taken is None:
        raise DomainError("exchange_kind_unknown", 422, _("This server does not know that kind of message yet."))
    return taken(thread, message, Sender(thread.peer.court, message.name, message.at))


def _move(thread: Thread, message: Message, sender: Sender) -> list[Draft]:
    said = MoveTold.model_validate(message.body)
    snapshot = _proved(thread, said.snapshot) if said.snapshot else None
    if said.move is Move.APPROVE and snapshot and not Matter.objects.filter(pk=message.matter).exists():
        _require_about(message, snapshot)
        drafts = take_request(snapshot, sender, thread.court)
        _want(thread, message, snapshot)
        return drafts
    _require_shared(thread)
    if snapshot:
        _require_about(message, snapshot)
    drafts = take_move(message.matter, said, snapshot, sender)
    if snapshot:
        _want(thread, message, snapshot)
    if said.move is Move.FEED_BACK:
        want_evidence(thread, message, said.files)
    return drafts


def _want(thread: Thread, message: Message, snapshot: Proved) -> None:
    """The papers that a snapshot lists."""
    if snapshot.content.get("of") == "feedback":
        told, part = FeedbackTold.model_validate(snapshot.content).papers, WantedFile.Part.RESULT
    else:
        told, part = RequestTold.model_validate(snapshot.content).papers, WantedFile.Part.REQUEST
    want_papers(thread, message, told, part)


def _talk(thread: Thread, message: Message, sender: Sender) -> list[Draft]:
    _require_shared(thread)
    return take_talk(message.matter, TalkTold.model_validate(message.body), sender)


def _result(thread: Thread, message: Message, sender: Sender) -> list[Draft]:
    _require_shared(thread)
    return take_result(message.matter, ResultTold.model_validate(message.body), sender)


def _snapshot(thread: Thread, message: Message, sender: Sender) -> list[Draft]:
    _require_shared(thread)
    snapshot = _proved(thread, SnapshotTold.model_validate(message.body).snapshot)
    _require_about(message, snapshot)
    drafts = take_snapshot(message.matter, snapshot, sender)
    _want(thread, message, snapshot)
    return drafts


def _answer(thread: Thread, message: Message, sender: Sender) -> list[Draft]:
    """Of what we said: the other server would not do it."""
    said = AnswerTold.model_validate(message.body)
    ours = thread.out_messages.filter(number=said.answers).first()
    if ours is None:
        raise SignatureError("answers a message that there is not")
    ours.code = said.code
    ours.save(update_fields=["code"])
    _require_shared(thread)
    details = said.details if len(canonical_json(said.details)) <= MOST_DETAILS else {}
    return take_answer(message.matter, ours.move, said.code, details, sender)


_KINDS: Mapping[str, Callable[[Thread, Message, Sender], list[Draft]]] = {
    "move": _move,
    "talk": _talk,
    "result": _result,
    "snapshot": _snapshot,
    "answer": _answer,
}


def _proved(thread: Thread, text: str) -> Proved:
    """Raises SignatureError for one that the peer did not sign."""
    return Proved(text, open_by_kid(TYPE, text, keys_of(thread.peer)))


def _require_about(message: Message, snapshot: Proved) -> None:
    if snapshot.content.get("id") != str(message.matter):
        raise SignatureError("the snapshot is of another matter")


def _require_shared(thread: Thread) -> None:
    """A matter that this peer and this court have between them; any other is none, whoever's it is."""
    courts: dict[str, Any] = {"from_court": thread.peer.court_id, "to_court": thread.court_id}
    turned = {"from_court": thread.court_id, "to_court": thread.peer.court_id}
    rows = Matter.objects.filter(pk=thread.matter_id, sent_at__isnull=False)
    if not (rows.filter(**courts) | rows.filter(**turned)).exists():
        message = _("There is no such matter between these two courts.")
        raise DomainError("exchange_matter_unknown", 404, message)
