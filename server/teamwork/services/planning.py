"""The plan of a case, written by whoever is in charge."""

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.cases.services import touch
from server.cases.services.events import locked_case
from server.common.errors import DomainError
from server.ledger.services import append
from server.people.models import Officer
from server.teamwork.models import Plan
from server.teamwork.services.entries import own_draft
from server.teamwork.services.notes import require_words
from server.teamwork.services.standing import require_open_and_in_charge

MAX_PLAN_CHARACTERS = 5000


@transaction.atomic
def write_plan(*, case: Case, text: str, by: Officer) -> Plan:
    """A new plan; the earlier ones stay on record. The same words again change nothing.

    Raises DomainError 403 `not_in_charge`, 409 `case_closed`, 422 `note_required`, `plan_too_long`.
    """
    case = locked_case(case.pk)
    require_open_and_in_charge(by, case)
    if len(text) > MAX_PLAN_CHARACTERS:
        message = _("The plan is too long.")
        raise DomainError("plan_too_long", 422, message, {"max_characters": MAX_PLAN_CHARACTERS})
    require_words(text.strip()[:1])
    last = Plan.objects.filter(case=case).order_by("-number").first()
    if last is not None and last.text == text.strip():
        return last
    plan = Plan.objects.create(case=case, number=last.number + 1 if last else 1, text=text.strip(), by=by)
    touch([case.pk])
    case.refresh_from_db()
    view = {"plan": {"id": str(plan.pk), "number": plan.number}}
    append([own_draft(case, "plan_written", view, by=by, text=plan.text)])
    return plan
