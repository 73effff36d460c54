"""Which track a case takes: judged at filing, again after the network's first feedback, or said by the director."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.flow import FlowDefinition
from server.cases.guarding import exhibits_of
from server.cases.guards import VIOLENCE
from server.cases.models import Case, Party, Triage
from server.cases.parties import PartyDraft
from server.cases.queries import case_states
from server.cases.services.entries import case_draft
from server.cases.services.events import locked_case, write_case_events
from server.cases.states import CaseChange, CaseState, HeldEvent, moved_anew
from server.cases.triage import Verdict, judged
from server.cases.triage_file import triage_rules
from server.common.clock import now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import Draft, append
from server.people.models import Officer

TRACK_SET, SOURCE = "track_set", "triage"
FEEDBACK = frozenset({"inquiry_feedback_received", "feedback_reviewed"})
_OF_THE_CASE = frozenset(
    {
        *("claim_amount", "debtors", "third_parties", "basis", "claim_kind"),
        *("urgent_kind", "violent_resistance", "fed_back"),
    }
)
"""Facts that the case says itself; all others are the desk's to say."""
MAX_REASON_CHARACTERS = 500


def triage_at_filing(
    case: Case, parties: Sequence[Party | PartyDraft], flow: FlowDefinition, said: Mapping[str, Any] | None = None
) -> Triage | None:
    """The judgement of a case not yet written, which takes its track and priority; the caller writes both.

    None where somebody has set the track already, or the flow knows none. Raises DomainError 422 `flow_fact_unknown`.
    """
    _require_known(said or {})
    if "track" in case.flow_facts or "track" not in flow.facts:
        return None
    verdict = judged(triage_rules(), {**(said or {}), **_facts_of(case, parties)})
    case.flow_facts = {**case.flow_facts, "track": verdict.track}
    if verdict.is_urgent:
        case.priority = Case.Priority.HIGH
    return _row(case, verdict, said or {})


def track_event(triage: Triage, at: datetime) -> HeldEvent:
    """What the flow is told of a judgement; the one at filing is as of that day."""
    return HeldEvent(new_id(), TRACK_SET, at, SOURCE, str(triage.pk))


@transaction.atomic
def triage_case(*, case: Case, said: Mapping[str, Any] | None = None, by: Officer | None = None) -> Triage:
    """Judge it again, with what the desk says of it now and said before; a person's word for the track is left behind.

    Raises DomainError 409 `case_closed`, 422 `flow_fact_unknown`.
    """
    _require_known(said or {})
    triage, draft = _judge_again(case, said or {}, by)
    append([draft])
    return triage


def _judge_again(case: Case, said: Mapping[str, Any], by: Officer | None) -> tuple[Triage, Draft]:
    state = _held_open(case)
    last = last_triage(case)
    known = {**(last.facts if last else {}), **said}
    verdict = judged(triage_rules(), {**known, **_facts_of(case, list(case.parties.all()), state)})
    return _write(state, case, _row(case, verdict, known, by), is_urgent=verdict.is_urgent, by=by)


@transaction.atomic
def override_track(*, case: Case, track: str, reason: str, by: Officer) -> Triage:
    """The director sets the track, whatever the rules say; who may is asked before (`triage_rights`).

    Raises DomainError 409 `case_closed`, 422 `note_required` or `note_too_long`.
    """
    require_reason(reason)
    state, last = _held_open(case), last_triage(case)
    facts = last.facts if last else {}
    triage = Triage(case=case, track=track, source=Triage.Source.OVERRIDE, facts=facts, reason=reason, by=by)
    triage, draft = _write(state, case, triage, is_urgent=state.is_urgent, by=by)
    append([draft])
    return triage


def require_reason(reason: str) -> None:
    """Raises DomainError 422 `note_required` or `note_too_long`."""
    if not reason.strip():
        raise DomainError("note_required", 422, _("Give a reason: the officer is told, and it stays on record."))
    if len(reason) > MAX_REASON_CHARACTERS:
        message = _("The reason is too long.")
        raise DomainError("note_too_long", 422, message, {"max_characters": MAX_REASON_CHARACTERS})


def triage_after_feedback(case: Case, by: Officer | None) -> list[Draft]:
    """After the first feedback of the network: what the rules set, they set again; what a person set stays."""
    last = last_triage(case)
    if last is None or last.source != Triage.Source.RULES or case.status == Case.Status.CLOSED:
        return []
    return [_judge_again(case, {}, by)[1]]


def last_triage(case: Case) -> Triage | None:
    return Triage.objects.filter(case=case).order_by("-at", "-pk").first()


def _held_open(case: Case) -> CaseState:
    held = locked_case(case.pk)
    if held.status == Case.Status.CLOSED:
        raise DomainError("case_closed", 409, _("This case is closed; it can no longer be assigned or changed."))
    case.refresh_from_db()
    return case_states([case.pk], None)[case.pk]


def _row(case: Case, verdict: Verdict, said: Mapping[str, Any], by: Officer | None = None) -> Triage:
    reasons, facts = list(verdict.reasons), dict(said)
    return Triage(case=case, track=verdict.track, reasons=reasons, facts=facts, rules=triage_rules().id, by=by)


def _write(
    state: CaseState, case: Case, triage: Triage, *, is_urgent: bool, by: Officer | None
) -> tuple[Triage, Draft]:
    """The row, the event, and every node as the facts make it now; the entry is the caller's to append."""
    triage.at = now()
    triage.save(force_insert=True)
    case.flow_facts = {**case.flow_facts, "track": triage.track}
    case.priority = Case.Priority.HIGH if is_urgent or state.is_urgent else case.priority
    case.save(update_fields=["flow_facts", "priority"])
    event = track_event(triage, triage.at)
    is_urgent = case.priority == Case.Priority.HIGH
    after = replace(state, events=(*state.events, event), flow_facts=case.flow_facts, is_urgent=is_urgent)
    moved = moved_anew(after)
    write_case_events([CaseChange(case.pk, (event,), moved)])
    case.refresh_from_db()
    view = {"track": triage.track, "source": triage.source, "reasons": triage.reasons}
    facts = {"reason": triage.reason, "facts": triage.facts}
    return triage, case_draft(case, "case_triaged", view, nodes=moved, by=by, **facts)


def _facts_of(case: Case, parties: Sequence[Party | PartyDraft], state: CaseState | None = None) -> dict[str, Any]:
    parts = [party.part for party in parties]
    urgent = triage_rules().urgent_kind(case.cause)
    told = {event.key for event in state.events} if state else set[str]()
    shown = {exhibit.kind for exhibit in exhibits_of(case.pk)} if state else set[str]()
    return {
        "claim_amount": case.claim_amount,
        "debtors": parts.count(Party.Part.DEBTOR),
        "third_parties": parts.count(Party.Part.THIRD_PARTY),
        **{name: case.flow_facts[name] for name in ("basis", "claim_kind") if name in case.flow_facts},
        **({"urgent_kind": urgent} if urgent else {}),
        "violent_resistance": VIOLENCE in shown,
        "fed_back": bool(told & FEEDBACK),
    }


def _require_known(said: Mapping[str, Any]) -> None:
    known = triage_rules().facts
    unknown = sorted(name for name, value in said.items() if name in _OF_THE_CASE or value not in known.get(name, ()))
    if unknown:
        message = _("The flow does not know these facts, or not these values of them.")
        raise DomainError("flow_fact_unknown", 422, message, {"facts": unknown})
