"""Moving a matter: judged by the table, written with its clocks and rights, told to both courts in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from server.cases.matter_subjects import hold_matters
from server.common.clock import now
from server.ledger.services import append
from server.matters.access import actor_of, matter_not_found
from server.matters.decide import CLOCK, Moved, Refused, Saying, decide
from server.matters.models import Matter
from server.matters.queries import facts_of, kind_of
from server.matters.services.across import ask_withdrawal, tell_move
from server.matters.services.drafting import draft_after
from server.matters.services.rights import give_to
from server.matters.services.snapshots import tell_feedback, tell_request
from server.matters.services.steps import Done, Who, finish_step, take_step
from server.matters.states import Move
from server.matters.wording import refusal
from server.people.access import is_suspended
from server.people.models import Court, Officer

HIGHEST_RATING = 5


@dataclass(frozen=True, slots=True)
class Said:
    """What comes with a move; which of it counts is the move's."""

    words: str = ""
    reason: str = ""
    """Code of the reason of a return."""
    handler: UUID | None = None
    handler_phone: str = ""
    helpers: Sequence[UUID] = ()
    was_on_site: bool = False
    asks_release: bool = False
    rating: int = 0


@transaction.atomic
def move_matter(*, matter_id: UUID, move: Move, by: Officer, said: Said | None = None) -> Done:
    """One move by a person. Raises DomainError 404 `matter_not_found`, and what stands against it as `docs/reference/
    matters.md` lists it: 403 of the wrong court or person, 409 or 422 of a guard."""
    done = write_move(matter_id=matter_id, move=move, by=by, said=said or Said())
    append(done.drafts)
    return done


def write_move(*, matter_id: UUID, move: Move, by: Officer | None, said: Said) -> Done:
    """The same inside a transaction of the caller's, which appends `drafts` last. `by` None: a limit has passed."""
    matter = held_matter(matter_id)
    actor = actor_of(by, matter) if by else CLOCK
    decided = decide(move, facts_of(matter), actor, _saying(matter, said))
    if isinstance(decided, Refused):
        raise refusal(decided)
    return _write(matter, move, decided, by, said)


def held_matter(matter_id: UUID) -> Matter:
    """Locked in the one order: its subject, then itself."""
    hold_matters([matter_id])
    rows = Matter.objects.select_for_update(of=("self",), no_key=True)
    matter = rows.select_related("from_court", "to_court", "case__court", "handler").filter(pk=matter_id).first()
    if matter is None:
        raise matter_not_found()
    return matter


def _saying(matter: Matter, said: Said) -> Saying:
    handler = _handler(matter, said)
    return Saying(said.words, said.reason, handler is not None, said.was_on_site, said.asks_release)


def _handler(matter: Matter, said: Said) -> Officer | None:
    """Of the court that does it, and at work."""
    if said.handler is None:
        return None
    officer = Officer.objects.filter(pk=said.handler, court_id=matter.to_court_id, is_active=True).first()
    return officer if officer and not is_suspended(officer) else None


def _write(matter: Matter, move: Move, decided: Moved, by: Officer | None, said: Said) -> Done:
    if move is Move.WITHDRAW and matter.sent_at and matter.to_court.reach == Court.Reach.PEER:
        return ask_withdrawal(matter, by=by, words=said.words, asks_release=said.asks_release)
    done = Done(matter)
    row = take_step(matter, decided, Who(by), words=said.words, reason=said.reason)
    _EFFECTS.get(move, _nothing)(done, by, said)
    finish_step(done, row)
    tell_move(matter, row, rating=matter.rating, asks_release=said.asks_release)
    return done


def _nothing(done: Done, by: Officer | None, said: Said) -> None:
    pass


def _approved(done: Done, by: Officer | None, said: Said) -> None:
    done.matter.sent_at = now()
    tell_request(done.matter)


def _supplemented(done: Done, by: Officer | None, said: Said) -> None:
    done.facts["changed"] = tell_request(done.matter)


def _assigned(done: Done, by: Officer | None, said: Said) -> None:
    handler = _handler(done.matter, said)
    assert handler
    courts = (done.matter.to_court_id, done.matter.from_court_id)  # where both act together, officers of both
    helpers = Officer.objects.filter(pk__in=list(said.helpers), court_id__in=courts, is_active=True)
    done.matter.handler, done.matter.handler_phone = handler, said.handler_phone.strip()[:40]
    give_to(done.matter, handler, list(helpers))


def _fed_back(done: Done, by: Officer | None, said: Said) -> None:
    done.facts["changed"] = tell_feedback(done.matter)


def _by_time(done: Done, by: Officer | None, said: Said) -> None:
    done.matter.is_confirmed_by_time = True


def _disputed(done: Done, by: Officer | None, said: Said) -> None:
    done.matter.disputes += 1


def _withdrawn(done: Done, by: Officer | None, said: Said) -> None:
    if by and facts_of(done.matter).in_force:
        follow(done, Matter.Relation.RELEASE, kind_of(done.matter).release, by)


def _resent(done: Done, by: Officer | None, said: Said) -> None:
    assert by
    follow(done, Matter.Relation.RESENT, done.matter.kind, by)


def follow(done: Done, relation: Matter.Relation, kind: str, by: Officer) -> None:
    """A draft that comes of a step."""
    done.following, drafts = draft_after(done.matter, relation, kind, by)
    done.drafts.extend(drafts)
    done.facts["following"] = str(done.following.pk)


def _rated(done: Done, by: Officer | None, said: Said) -> None:
    done.matter.rating = min(max(said.rating, 1), HIGHEST_RATING)
    done.matter.rating_text = said.words.strip()[:500]


def _complained(done: Done, by: Officer | None, said: Said) -> None:
    done.matter.complaint = said.words.strip()[:1000]


_EFFECTS: Mapping[Move, Callable[[Done, Officer | None, Said], None]] = {
    Move.APPROVE: _approved,
    Move.SUPPLEMENT: _supplemented,
    Move.ASSIGN: _assigned,
    Move.REASSIGN: _assigned,
    Move.FEED_BACK: _fed_back,
    Move.CONFIRM_BY_TIME: _by_time,
    Move.DISPUTE: _disputed,
    Move.WITHDRAW: _withdrawn,
    Move.RESEND: _resent,
    Move.RATE: _rated,
    Move.COMPLAIN: _complained,
}
