"""What one person asks for and another allows. Each word is an entry; nobody allows what he asked for himself."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.ledger.services import append
from server.people.device_rights import require_can_allow, require_can_ask
from server.people.models import Device, Officer, TwoPersonAct
from server.people.services.entries import court_entry


@transaction.atomic
def ask_two_persons(
    *, kind: str, device: Device, reason: str, by: Officer, asked: Mapping[str, Any] | None = None
) -> TwoPersonAct:
    """Raises DomainError 403 `role_required`."""
    require_can_ask(by, device)
    act = TwoPersonAct.objects.create(
        court_id=device.court_id,
        device=device,
        kind=kind,
        reason=reason[:200],
        asked=dict(asked or {}),
        requested_by=by,
    )
    append([court_entry(device.court_id, f"{kind}_asked", _view(act), by=by, reason=reason)])
    return act


@transaction.atomic
def decide_as_second(*, act_id: UUID, by: Officer, is_allowed: bool) -> TwoPersonAct:
    """The second person's word. Saying the same again changes nothing and finds the act as it stands.

    Raises DomainError 403 `role_required` or `second_person_needed`, 409 `act_decided`.
    """
    rows = TwoPersonAct.objects.select_for_update(of=("self",)).select_related("device__court", "device__officer")
    act = rows.get(pk=act_id)
    require_can_allow(by, act.device)
    if act.requested_by_id == by.pk:
        message = _("You asked for this yourself: another person has to allow it.")
        raise DomainError("second_person_needed", 403, message)
    state = TwoPersonAct.State.APPROVED if is_allowed else TwoPersonAct.State.REFUSED
    if act.state == state:
        return act
    if act.state != TwoPersonAct.State.OPEN:
        raise DomainError("act_decided", 409, _("This has been decided already."), {"state": act.state})
    act.state, act.decided_by, act.decided_at = state, by, now()
    act.save(update_fields=["state", "decided_by", "decided_at"])
    append([court_entry(act.court_id, f"{act.kind}_{state.value}", _view(act), by=by)])
    return act


def note_outcome(*, act: TwoPersonAct, outcome: Mapping[str, Any]) -> None:
    """What came of an approved act, for the two to read."""
    act.outcome = dict(outcome)
    act.save(update_fields=["outcome"])


def _view(act: TwoPersonAct) -> dict[str, Any]:
    asked_by = str(act.requested_by_id)
    return {"act": str(act.pk), "device": str(act.device_id), "officer": str(act.device.officer_id), "asked": asked_by}
