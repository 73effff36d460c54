"""What must hold before anything is planned or asked in a case."""

from django.utils.translation import gettext as _

from server.cases.models import Case
from server.common.errors import DomainError
from server.people.models import Officer
from server.teamwork.access import leads
from server.teamwork.queries import lead_officer_of, stage_owner_of


def require_open_and_in_charge(officer: Officer, case: Case) -> None:
    """Raises DomainError 409 `case_closed`; 403 `not_in_charge` for all but lead officer, stage owner and director."""
    if case.status == Case.Status.CLOSED:
        raise DomainError("case_closed", 409, _("This case is closed; it can no longer be assigned or changed."))
    require_in_charge(officer, case)


def is_in_charge(officer: Officer, case: Case) -> bool:
    return officer in (lead_officer_of(case.pk), stage_owner_of(case).officer) or leads(officer, case.court_id)


def require_in_charge(officer: Officer, case: Case) -> None:
    if not is_in_charge(officer, case):
        message = _("The lead officer does this, or the owner of the stage, or the director of the bureau.")
        raise DomainError("not_in_charge", 403, message)
