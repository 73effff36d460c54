"""Taking a stage over, or sending it back: from the desk, or from a device that was offline when it was decided."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.cases.queries import case_states
from server.cases.services import touch, write_case_events
from server.cases.states import CaseState, HeldEvent, HeldNode, after_event, merged
from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import Draft, append
from server.people.models import Officer
from server.teamwork.access import handover_not_found, leads
from server.teamwork.decide import (
    REPEATED,
    TAKEN_OVER,
    Source,
    Word,
    begins_clocks,
    chains_handed_over,
    why_not_decided,
)
from server.teamwork.live import handover_view
from server.teamwork.models import Handover
from server.teamwork.queries import group_in_team, offer_of
from server.teamwork.services.entries import drafts_of_lent, own_draft
from server.teamwork.services.notes import require_words
from server.teamwork.services.rights import pass_rights, withdraw_offer


@dataclass(frozen=True, slots=True)
class Decided:
    """`is_repeated`: this source had said so before, and nothing was done again."""

    handover: Handover
    drafts: tuple[Draft, ...] = ()
    is_repeated: bool = False


@transaction.atomic
def decide_handover(
    *,
    handover_id: UUID,
    officer: Officer,
    is_accepted: bool,
    reason: str = "",
    occurred_at: datetime | None = None,
    received_at: datetime | None = None,
    source: Source | None = None,
) -> Decided:
    """Accept a handover, or send it back with a reason; the clock of the stage starts at `occurred_at`.

    Said again by the same `source` it changes nothing. Raises DomainError 404 `handover_not_found`; 403 `not_receiver`;
    409 `handover_decided` with its `state`, `case_closed`; 422 `note_required`, `note_too_long`.
    """
    word = _word(handover_id, officer, is_accepted, reason, source)
    decided = write_decision(handover_id=handover_id, word=word, occurred_at=occurred_at, received_at=received_at)
    append(decided.drafts)
    return decided


def write_decision(
    *, handover_id: UUID, word: Word, occurred_at: datetime | None = None, received_at: datetime | None = None
) -> Decided:
    """The same inside a transaction of the caller's, whose last statement appends `drafts`. Holds the case."""
    handover, state = _held(handover_id)
    code = why_not_decided(offer_of(handover), word)
    if code == REPEATED:
        return Decided(handover, is_repeated=True)
    _refuse(code, handover)
    if state.closed_at is not None:
        raise DomainError("case_closed", 409, _("This case is closed; it can no longer be assigned or changed."))
    received_at = received_at or now()
    officer = _decide(handover, word, occurred_at or received_at, received_at)
    nodes = _accept(handover, state) if word.is_accepted else _send_back(handover)
    case = Case.objects.get(pk=handover.case_id)
    return Decided(handover, tuple(_drafts(case, handover, nodes, officer)))


def _word(handover_id: UUID, officer: Officer, is_accepted: bool, reason: str, source: Source | None) -> Word:
    if reason.strip():
        require_words(reason)
    court_id = Handover.objects.filter(pk=handover_id).values_list("case__court_id", flat=True).first()
    is_director = court_id is not None and leads(officer, court_id)
    return Word(officer.pk, is_accepted, reason, source or ("desk", str(new_id())), is_director)


def _held(handover_id: UUID) -> tuple[Handover, CaseState]:
    """Locked in the one order: the case, then what hangs on it."""
    case_id = Handover.objects.filter(pk=handover_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise handover_not_found()
    state = case_states([case_id], None, lock=True)[case_id]
    return Handover.objects.get(pk=handover_id), state


def _refuse(code: str, handover: Handover) -> None:
    if code == "handover_decided":
        message = _("This has been decided already. Look again.")
        raise DomainError("handover_decided", 409, message, {"state": str(handover.state)})
    if code == "not_receiver":
        message = _("Only whom it is offered to takes a case over; the director may send it back.")
        raise DomainError("not_receiver", 403, message)
    if code:
        require_words("")


def _decide(handover: Handover, word: Word, occurred_at: datetime, received_at: datetime) -> Officer:
    officer = Officer.objects.get(pk=word.officer_id)
    handover.state = Handover.State.ACCEPTED if word.is_accepted else Handover.State.REJECTED
    handover.decided_by, handover.reason = officer, word.reason.strip()
    # It was offered before it was decided, and decided before we heard of it, whatever a device's clock says.
    handover.decided_at = max(handover.proposed_at, min(occurred_at, received_at))
    handover.received_at = received_at
    handover.source_type, handover.source_id = word.source
    handover.group = group_in_team(officer, handover.to_team_id) if word.is_accepted else None
    handover.save()
    return officer


def _accept(handover: Handover, state: CaseState) -> list[HeldNode]:
    pass_rights(handover)
    assert handover.decided_at
    changes = []
    if begins_clocks(state.flow, handover.stage):
        for number, chain in enumerate(chains_handed_over(state.flow, state.nodes.values())):
            source_id = f"{handover.pk.hex}:{number}"
            event = HeldEvent(new_id(), TAKEN_OVER, handover.decided_at, "handover", source_id, chain)
            state, change = after_event(state, event)
            changes.append(change)
    if not changes:
        touch([handover.case_id])
        return []
    write_case_events(changes)
    return list(merged(changes)[0].nodes)


def _send_back(handover: Handover) -> list[HeldNode]:
    withdraw_offer(handover)
    touch([handover.case_id])
    return []


def _drafts(case: Case, handover: Handover, nodes: list[HeldNode], officer: Officer) -> list[Draft]:
    assert handover.decided_at
    assert handover.received_at
    kind = "handover_accepted" if handover.state == Handover.State.ACCEPTED else "handover_rejected"
    facts = {
        "reason": handover.reason,
        "occurred_at": to_wire(handover.decided_at),
        "received_at": to_wire(handover.received_at),
        "source": [handover.source_type, handover.source_id],
    }
    own = own_draft(case, kind, {"handover": handover_view(handover)}, nodes=nodes, by=officer, **facts)
    return [own, *drafts_of_lent(case, nodes)]
