"""Offering a stage of a case to another team or officer."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.calendars import work_calendar
from server.cases.models import Case, Grant
from server.cases.queries import flow_of
from server.cases.services import open_rights, standing_rights, touch
from server.cases.services.events import locked_case
from server.common.clock import now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import append
from server.people.models import Officer, Team
from server.teamwork.access import handover_not_found, require_can_work_on
from server.teamwork.decide import due_day, team_kinds_of, why_not_offered
from server.teamwork.live import handover_view
from server.teamwork.models import Handover
from server.teamwork.queries import members_of_team, receivers_of, stage_owner_of, team_of
from server.teamwork.services.entries import own_draft
from server.teamwork.services.notes import require_words, write_notes_with


@transaction.atomic
def propose_handover(
    *,
    case: Case,
    stage: str,
    by: Officer,
    to_team: Team | None = None,
    to_officer: Officer | None = None,
    notes: Sequence[str] = (),
    handover_id: UUID | None = None,
) -> Handover:
    """Offer the case, from this stage on, to a team, to an officer, or to an officer of a team.

    Those who may take it over read the case from now on. With the `handover_id` of one there is, nothing is done again.
    Raises DomainError 403 `not_in_charge`; 404 `handover_not_found` for the `handover_id` of another case's; 409
    `case_closed`, `handover_not_used`, `handover_waiting`; 422 `stage_unknown`, `holder_of_another_court`,
    `receiver_unknown`, `team_not_of_stage`, and of notes as `add_note`.
    """
    case = locked_case(case.pk)
    standing = Handover.objects.filter(pk=handover_id).first() if handover_id else None
    if standing is not None and standing.case_id != case.pk:
        raise handover_not_found()
    if standing is not None:
        return standing
    require_can_work_on(by, case)
    to_team = to_team or team_of(to_officer)
    _require_possible(case, stage, to_team, to_officer)
    for text in notes:
        require_words(text)
    handover = _written(case, stage, by, to_team, to_officer, handover_id)
    write_notes_with(handover, notes, by)
    _let_read(handover)
    touch([case.pk])
    case.refresh_from_db()
    append([own_draft(case, "handover_proposed", {"handover": handover_view(handover)}, by=by, notes=list(notes))])
    return handover


def _require_possible(case: Case, stage: str, to_team: Team | None, to_officer: Officer | None) -> None:
    if case.status == Case.Status.CLOSED:
        raise DomainError("case_closed", 409, _("This case is closed; it can no longer be assigned or changed."))
    if stage not in {each.key for each in flow_of(case.flow).stages}:
        raise DomainError("stage_unknown", 422, _("The flow of this case has no such stage."), {"stage": stage})
    _require_receiver(case, to_team, to_officer)
    _require_usual(case, stage, to_team)
    if Handover.objects.filter(case=case, state=Handover.State.PROPOSED).exists():
        message = _("A handover of this case waits already. Wait until it is taken over or sent back.")
        raise DomainError("handover_waiting", 409, message)


def _require_receiver(case: Case, to_team: Team | None, to_officer: Officer | None) -> None:
    receivers = [each for each in (to_team, to_officer) if each is not None]
    if any(each.court_id != case.court_id for each in receivers):
        message = _("A case is assigned within its own court. For another court, delegate it.")
        raise DomainError("holder_of_another_court", 422, message)
    is_outside = to_team and to_officer and to_officer.pk not in members_of_team(to_team)
    if not receivers or is_outside:
        message = _("Name a team, or an officer; of a team and an officer, the officer belongs to the team.")
        raise DomainError("receiver_unknown", 422, message)


def _require_usual(case: Case, stage: str, to_team: Team | None) -> None:
    flow = flow_of(case.flow)
    code = why_not_offered(case.court.assignment_model, flow, stage, to_team.kind if to_team else "")
    if code == "handover_not_used":
        message = _("In this court one group does a case to its end. Assign the case to another group instead.")
        raise DomainError("handover_not_used", 409, message)
    if code:
        kinds = sorted(team_kinds_of(flow, stage))
        message = _("In this court each stage is done by its team. Name a team that does this stage.")
        raise DomainError("team_not_of_stage", 422, message, {"kinds": kinds})


def _written(
    case: Case, stage: str, by: Officer, to_team: Team | None, to_officer: Officer | None, handover_id: UUID | None
) -> Handover:
    moment, owner = now(), stage_owner_of(case)
    return Handover.objects.create(
        id=handover_id or new_id(),
        case=case,
        stage=stage,
        from_team=owner.team,
        from_officer=owner.officer,
        to_team=to_team,
        to_officer=to_officer,
        proposed_by=by,
        proposed_at=moment,
        due_on=due_day(moment, case.court.handover_days, work_calendar()),
    )


def _let_read(handover: Handover) -> None:
    at = handover.proposed_at
    known = {grant.officer_id for grant in standing_rights(handover.case_id, Grant.Reason.values, at)}
    open_rights(handover.case_id, Grant.Reason.RECEIVING, receivers_of(handover, at) - known, at)
