"""Filing: a case with its parties, the flow it is frozen under, and that flow's nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.models import Case, FlowVersion, Party
from server.cases.nodes import initial_nodes
from server.cases.parties import PartyDraft
from server.cases.queries import case_states, flow_of
from server.cases.services.entries import case_draft
from server.cases.services.events import insert_nodes, write_events
from server.cases.services.identities import party_of
from server.cases.services.triaging import track_event, triage_at_filing
from server.cases.states import HeldEvent, unstarted
from server.common.clock import SHANGHAI
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import Draft, append
from server.people.models import Court, Officer

FIRST_ENFORCEMENT = "enforcement_implementation"


@transaction.atomic
def file_case(
    *,
    court: Court,
    case_no: str,
    cause: str,
    filed_on: date,
    parties: Sequence[PartyDraft] = (),
    claim_amount: Decimal | int = 0,
    flow_facts: Mapping[str, Any] | None = None,
    triage_facts: Mapping[str, Any] | None = None,
    priority: str = Case.Priority.NORMAL,
    by: Officer | None = None,
) -> Case:
    """A new case under the newest flow, its clocks running from `filed_on`; nobody holds it yet.

    Unless `flow_facts` name its track, the rules set it, by what `triage_facts` say of the case and by itself.

    Raises DomainError 422 `case_no_invalid`, 409 `case_no_taken`, 422 `flow_fact_unknown`.
    """
    case, draft = write_filing(
        court=court,
        case_no=case_no,
        cause=cause,
        filed_on=filed_on,
        parties=parties,
        claim_amount=claim_amount,
        flow_facts=flow_facts,
        triage_facts=triage_facts,
        priority=priority,
        by=by,
    )
    append([draft])
    return case


def write_filing(
    *,
    court: Court,
    case_no: str,
    cause: str,
    filed_on: date,
    parties: Sequence[PartyDraft],
    claim_amount: Decimal | int,
    flow_facts: Mapping[str, Any] | None,
    by: Officer | None,
    triage_facts: Mapping[str, Any] | None = None,
    priority: str = Case.Priority.NORMAL,
) -> tuple[Case, Draft]:
    """The same inside a transaction of the caller's, whose last statement appends the draft."""
    flow = newest_flow()
    facts = dict(flow_facts or {})
    _require_known(facts, flow)
    case = Case(
        court=court,
        case_no=_canonical(case_no),
        cause=cause,
        filed_on=filed_on,
        claim_amount=claim_amount,
        flow=flow,
        flow_facts=facts,
        priority=priority,
    )
    definition = flow_of(flow)
    triage = triage_at_filing(case, parties, definition, triage_facts)
    _insert(case)
    Party.objects.bulk_create([party_of(case, party) for party in parties])
    keys = initial_nodes(definition, case.flow_facts)
    insert_nodes([(case.pk, unstarted(definition.tracked[key])) for key in keys])
    filed_at = datetime.combine(filed_on, time(), SHANGHAI)
    events = [HeldEvent(new_id(), "case_filed", filed_at, "desk", str(case.pk))]
    if triage:
        triage.save(force_insert=True)
        events.append(track_event(triage, filed_at))
    change = write_events(case_states([case.pk], None)[case.pk], events)
    case.refresh_from_db()
    told = filed_facts(case, parties)
    return case, case_draft(case, "case_filed", {"flow": definition.id}, nodes=change.nodes, by=by, **told)


def newest_flow() -> FlowVersion:
    """What new cases are filed under."""
    return FlowVersion.objects.filter(key=FIRST_ENFORCEMENT).defer("document").latest("pk")


def _canonical(case_no: str) -> str:
    try:
        return parse_case_no(case_no).canonical
    except CaseNoError as fault:
        message = _("This is not a case number. Write it as on the case file, such as （2026）闽9821执123号.")
        raise DomainError("case_no_invalid", 422, message, {"reason": fault.reason}) from None


def _require_known(facts: Mapping[str, Any], flow: FlowVersion) -> None:
    known = flow_of(flow).facts
    unknown = sorted(name for name, value in facts.items() if value not in known.get(name, ()))
    if unknown:
        message = _("The flow does not know these facts, or not these values of them.")
        raise DomainError("flow_fact_unknown", 422, message, {"facts": unknown})


def _insert(case: Case) -> None:
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        message = _("This case number is taken. Look for the case instead of filing it again.")
        raise DomainError("case_no_taken", 409, message) from None


def filed_facts(case: Case, parties: Sequence[PartyDraft]) -> dict[str, Any]:
    return {
        "cause": case.cause,
        "claim_amount": str(case.claim_amount),
        "flow_facts": case.flow_facts,
        "parties": [asdict(party) for party in parties],
    }
