"""What a court on another server did, as its message tells it: judged by the same table, written and told here.

Inside a transaction of the caller's, who proved the message, holds its place in the order, and appends what comes back.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.ledger.services import Draft
from server.matters.decide import GUARDS, ON_ARRIVAL, Actor, Moved, Refused, Saying, decide
from server.matters.kinds import Kind, catalogue, is_known
from server.matters.models import Matter, MatterAsked, MatterMove, MatterResult, MatterSnapshot, MatterTalk
from server.matters.queries import facts_of, kind_of, last_of, told
from server.matters.services.across import tell_move
from server.matters.services.drafting import require_free
from server.matters.services.entries import matter_draft
from server.matters.services.moving import follow, held_matter
from server.matters.services.rights import mark_subject, open_subject
from server.matters.services.snapshots import result_view
from server.matters.services.steps import Done, Who, finish_step, take_step
from server.matters.services.telling import tell_refused
from server.matters.snapshot_content import changes
from server.matters.states import Move, Part, Side, State
from server.matters.told import FeedbackTold, MoveTold, RequestTold, ResultTold, TalkTold
from server.matters.wording import refusal
from server.people.models import Court

UNKNOWN_THERE = "exchange_matter_unknown"
"""The other server never took the errand: nothing stands against taking it back."""


class Sender(NamedTuple):
    """Whose word it is: a court that is party to the matter, somebody there, and when."""

    court: Court
    name: str
    at: datetime

    @property
    def moment(self) -> datetime:
        """By the sender's clock, and never later than it came."""
        return min(self.at, now())

    @property
    def who(self) -> Who:
        return Who(None, self.name, self.moment)


class Proved(NamedTuple):
    """A snapshot whose signature was verified."""

    text: str
    content: Mapping[str, Any]


def take_request(snapshot: Proved, sender: Sender, to_court: Court) -> list[Draft]:
    """A new errand for this court. Raises DomainError 422 `matter_kind_unknown`, `matter_request_invalid`, and
    pydantic's ValidationError, as everything here that reads a snapshot."""
    request = RequestTold.model_validate(snapshot.content)
    _require_ours(request, sender, to_court)
    matter = Matter(
        id=request.id,
        number=request.number,
        from_court=sender.court,
        to_court=to_court,
        state=State.SENT.value,
        drafted_at=sender.moment,
        sent_at=sender.moment,
        **_columns(request),
    )
    matter.property_key = _kind(matter).property_of(request.request)
    matter.save(force_insert=True)
    open_subject(matter)
    _keep(matter, sender.court, request.version, snapshot)
    return _sent(matter, sender)


def _sent(matter: Matter, sender: Sender) -> list[Draft]:
    row = MatterMove.objects.create(
        matter=matter,
        number=1,
        move=Move.APPROVE.value,
        source=State.PENDING_APPROVAL.value,
        target=State.SENT.value,
        by_name=sender.name,
        court=sender.court,
        at=sender.moment,
    )
    done = Done(matter)
    finish_step(done, row)
    return done.drafts


def _require_ours(request: RequestTold, sender: Sender, to_court: Court) -> None:
    """From this court to that one, under a number of its own, and no number or id of something else."""
    is_ours = (request.from_.code, request.to.code) == (sender.court.code, to_court.code)
    is_ours = is_ours and f"）{sender.court.code}委" in request.number
    if not is_ours or Matter.objects.filter(number=request.number).exists():
        message = _("This request is not one of that court to this one.")
        raise DomainError("matter_request_invalid", 422, message, {"fields": ["from", "to", "number"]})
    require_free(request.id)


def _columns(request: RequestTold) -> dict[str, Any]:
    names = ("kind", "catalogue", "request", "people", "contact", "limit_days", "valid_until", "is_urgent")
    return {name: getattr(request, name) for name in (*names, "duty_phone", "papers_due_on")}


def _kind(matter: Matter) -> Kind:
    kinds = catalogue(matter.catalogue).kinds if is_known(matter.catalogue) else {}
    if matter.kind not in kinds:
        raise DomainError("matter_kind_unknown", 422, _("There is no such kind of matter."), {"kinds": sorted(kinds)})
    return kinds[matter.kind]


def _keep(matter: Matter, court: Court, version: int, snapshot: Proved) -> list[dict[str, Any]]:
    """What changed since the last one; nothing of one that is no newer."""
    last = last_of(matter, court.pk)
    if last and version <= last.version:
        return []
    MatterSnapshot.objects.create(matter=matter, court=court, version=version, text=snapshot.text)
    return changes(told(last), snapshot.content) if last else []


def take_move(matter_id: UUID, said: MoveTold, snapshot: Proved | None, sender: Sender) -> list[Draft]:
    """One step of the other court. Raises DomainError with what stands against it by the same table."""
    matter = held_matter(matter_id)
    side, sender = side_of(matter, sender.court), _in_turn(matter, sender)
    if said.move is Move.TIME_OUT:
        _require_passed(matter)
    if said.move is Move.WITHDRAW:
        return _withdrawal_asked(matter, said, sender) if side is Side.ASKING else _withdrawn_there(matter, said)
    decided, done = _decided(matter, said, {side}, ON_ARRIVAL), Done(matter)
    row = take_step(matter, decided, sender.who, words=said.words, reason=said.reason)
    _EFFECTS.get(said.move, _nothing)(done, said, snapshot)
    finish_step(done, row)
    return done.drafts


def _in_turn(matter: Matter, sender: Sender) -> Sender:
    """No step was made before the last one."""
    last = matter.moves.order_by("-number").values_list("at", flat=True).first()
    return sender._replace(at=max(sender.at, last)) if last else sender


def _require_passed(matter: Matter) -> None:
    """The other court's clock may be ahead of ours, not a day. Raises DomainError 409 `matter_not_in_state`."""
    if matter.due_on and local_date(now()) < matter.due_on:
        raise refusal(Refused("matter_not_in_state", {"state": matter.state, "move": Move.TIME_OUT.value}))


def side_of(matter: Matter, court: Court) -> Side:
    return Side.ASKING if court.pk == matter.from_court_id else Side.DOING


def _decided(matter: Matter, said: MoveTold, sides: Collection[Side], guards: Collection[str]) -> Moved:
    saying = Saying(said.words, said.reason, asks_release=said.asks_release)
    decided = decide(said.move, facts_of(matter), Actor(frozenset(sides), frozenset(Part)), saying, guards)
    if isinstance(decided, Refused):
        raise refusal(decided)
    return decided


def _nothing(done: Done, said: MoveTold, snapshot: Proved | None) -> None:
    pass


def _supplemented(done: Done, said: MoveTold, snapshot: Proved | None) -> None:
    done.facts["changed"] = _request_again(done.matter, snapshot) if snapshot else []


def _request_again(matter: Matter, snapshot: Proved) -> list[dict[str, Any]]:
    request = RequestTold.model_validate(snapshot.content)
    changed = _keep(matter, matter.from_court, request.version, snapshot)
    for name, value in _columns(request).items() if changed else ():
        if name not in ("kind", "catalogue"):
            setattr(matter, name, value)
    return changed


def _assigned(done: Done, said: MoveTold, snapshot: Proved | None) -> None:
    done.matter.handler_name = said.handler.name if said.handler else ""
    done.matter.handler_phone = said.handler.phone if said.handler else ""


def _fed_back(done: Done, said: MoveTold, snapshot: Proved | None) -> None:
    if snapshot:
        feedback = FeedbackTold.model_validate(snapshot.content)
        done.facts["changed"] = _keep(done.matter, done.matter.to_court, feedback.version, snapshot)


def _by_time(done: Done, said: MoveTold, snapshot: Proved | None) -> None:
    done.matter.is_confirmed_by_time = True


def _disputed(done: Done, said: MoveTold, snapshot: Proved | None) -> None:
    done.matter.disputes += 1


def _rated(done: Done, said: MoveTold, snapshot: Proved | None) -> None:
    done.matter.rating, done.matter.rating_text = said.rating, said.words.strip()[:500]


def _complained(done: Done, said: MoveTold, snapshot: Proved | None) -> None:
    done.matter.complaint = said.words.strip()[:1000]


_EFFECTS: Mapping[Move, Callable[[Done, MoveTold, Proved | None], None]] = {
    Move.SUPPLEMENT: _supplemented,
    Move.ASSIGN: _assigned,
    Move.REASSIGN: _assigned,
    Move.FEED_BACK: _fed_back,
    Move.CONFIRM_BY_TIME: _by_time,
    Move.DISPUTE: _disputed,
    Move.RATE: _rated,
    Move.COMPLAIN: _complained,
}


def _withdrawal_asked(matter: Matter, said: MoveTold, sender: Sender) -> list[Draft]:
    """Here it is known what was done for it: this answers by the step, or by what stands against it."""
    facts = facts_of(matter)
    done = Done(matter)
    row = take_step(matter, _decided(matter, said, {Side.ASKING}, GUARDS), sender.who, words=said.words)
    finish_step(done, row)
    tell_move(matter, row, in_force=list(facts.in_force))
    return done.drafts


def _withdrawn_there(matter: Matter, said: MoveTold) -> list[Draft]:
    asked = _pending(matter)
    if asked is None:
        raise refusal(Refused("matter_of_other_court", {"side": Side.ASKING.value}))
    return _withdraw(matter, asked, said.in_force)


def _pending(matter: Matter) -> MatterAsked | None:
    return matter.asked_across.select_related("by").filter(move=Move.WITHDRAW, answered_at=None).first()


def _withdraw(matter: Matter, asked: MatterAsked, in_force: Collection[str]) -> list[Draft]:
    said, done = MoveTold(move=Move.WITHDRAW, words=asked.words), Done(matter)
    decided = _decided(matter, said, {Side.ASKING}, ())
    asked.answered_at = now()
    asked.save(update_fields=["answered_at"])
    row = take_step(matter, decided, Who(asked.by), words=asked.words)
    if in_force and asked.by:
        follow(done, Matter.Relation.RELEASE, kind_of(matter).release, asked.by)
    finish_step(done, row)
    return done.drafts


def take_talk(matter_id: UUID, said: TalkTold, sender: Sender) -> list[Draft]:
    matter = held_matter(matter_id)
    row = MatterTalk.objects.create(
        matter=matter, court=sender.court, by_name=sender.name, at=sender.moment, **said.model_dump()
    )
    facts = {"text": row.text, "spoke_with": row.spoke_with, "phone": row.phone, "by_name": row.by_name}
    return [matter_draft(matter, "matter_talked", by=None, facts=facts, court=str(sender.court.pk))]


def take_result(matter_id: UUID, said: ResultTold, sender: Sender) -> list[Draft]:
    """Raises DomainError 422 `matter_result_invalid`, 403 `matter_of_other_court`."""
    matter = held_matter(matter_id)
    if side_of(matter, sender.court) is not Side.DOING:
        raise refusal(Refused("matter_of_other_court", {"side": Side.DOING.value}))
    if said.code not in kind_of(matter).results or MatterResult.objects.filter(pk=said.id).exists():
        message = _("This result is not one of this kind of matter, or lacks what it must say.")
        raise DomainError("matter_result_invalid", 422, message, {"fields": ["code", "id"]})
    number = matter.results.count() + 1
    row = MatterResult.objects.create(
        matter=matter, number=number, by_name=sender.name, at=sender.moment, **said.model_dump()
    )
    mark_subject(matter)
    view = {name: value for name, value in result_view(row).items() if name not in ("text", "at")}
    facts = {"text": row.text, "by_name": row.by_name}
    return [matter_draft(matter, "matter_result", by=None, facts=facts, result=view)]


def take_snapshot(matter_id: UUID, snapshot: Proved, sender: Sender) -> list[Draft]:
    """Papers that follow an urgent errand."""
    matter = held_matter(matter_id)
    if side_of(matter, sender.court) is not Side.ASKING:
        raise refusal(Refused("matter_of_other_court", {"side": Side.ASKING.value}))
    changed = _request_again(matter, snapshot)
    matter.save()
    mark_subject(matter)
    return [matter_draft(matter, "matter_told", by=None, facts={"changed": changed, "by_name": sender.name})]


def take_answer(matter_id: UUID, move: str, code: str, details: Mapping[str, Any], sender: Sender) -> list[Draft]:
    """The other server would not take what was told: a person hears of it, and a withdrawal stands as it was."""
    matter = held_matter(matter_id)
    asked = _pending(matter) if move == Move.WITHDRAW else None
    if asked and code == UNKNOWN_THERE:
        return _withdraw(matter, asked, ())
    asked = asked or MatterAsked(matter=matter, move=move)
    asked.answered_at, asked.code, asked.details = now(), code, dict(details)
    asked.save()
    mark_subject(matter)
    tell_refused(matter, asked)
    own = matter.from_court_id if sender.court.pk == matter.to_court_id else matter.to_court_id
    facts = {"details": dict(details)}
    return [matter_draft(matter, "matter_refused", by=None, facts=facts, only=own, move=move, code=code)]
