"""Who may enter what moves the clocks of a case, and who may approve it (domain 5.6)."""

from uuid import UUID

from django.utils.translation import gettext as _

from server.cases.access import acts_in, can_read_case, require_can_read_case
from server.cases.models import Case, Extension, Property, PropertyHold
from server.common.errors import DomainError
from server.people.access import roles_of
from server.people.models import Court, Officer, Role

LEADS = frozenset({Role.DIRECTOR, Role.PRESIDENT})
"""Of the bureau, in their own court: they enter in any case of it, and approve."""
_APPROVES = {
    Extension.Level.VICE_PRESIDENT: frozenset({Role.PRESIDENT}),
    Extension.Level.PRESIDENT: frozenset({Role.PRESIDENT}),
    Extension.Level.HIGHER_COURT: frozenset({Role.PRESIDENT, Role.SUPERIOR_SUPERVISOR}),
}


def require_can_enter(officer: Officer, case_id: UUID) -> Case:
    """Who has the case in hand, or leads its bureau. Raises DomainError 404 `case_not_found`, 403 `not_in_charge`."""
    require_can_read_case(officer, case_id)
    case = Case.objects.get(pk=case_id)
    is_led = case.court_id == officer.court_id and bool(roles_of(officer) & LEADS)
    if not is_led and not acts_in(officer, case_id):
        message = _("Whoever has this case in hand does this, or the director of the bureau.")
        raise DomainError("not_in_charge", 403, message)
    return case


def property_of(officer: Officer, property_id: UUID) -> Property:
    """To hold it. Raises DomainError 404 `property_not_found`, 403 `not_in_charge`."""
    found = Property.objects.filter(pk=property_id).first()
    if found is None or not can_read_case(officer, found.case_id):
        raise DomainError("property_not_found", 404, _("There is no such property in a case you may read."))
    require_can_enter(officer, found.case_id)
    return found


def hold_to_lift(officer: Officer, hold_id: UUID) -> PropertyHold:
    """By the side that examines the claim, the review panel of the case's court.

    Raises DomainError 404 `hold_not_found`, 403 `role_required`.
    """
    hold = PropertyHold.objects.filter(pk=hold_id).select_related("property__case").first()
    case = hold.property.case if hold else None
    is_panel = case is not None and case.court_id == officer.court_id and Role.REVIEW_PANEL in roles_of(officer)
    if hold is None or case is None or not (is_panel or can_read_case(officer, case.pk)):
        raise DomainError("hold_not_found", 404, _("There is no such hold on a property you may read of."))
    if not is_panel:
        message = _("The review panel decides the claim, and lifts the hold.")
        raise DomainError("role_required", 403, message, {"roles": [Role.REVIEW_PANEL.value]})
    return hold


def approver_of(case: Case, staff_no: str) -> Officer | None:
    """A leader of the case's court; None where nobody is named. Raises DomainError 422 `approver_unfit`."""
    return _approver(case.court, staff_no, LEADS)


def approver_of_extension(case: Case, staff_no: str, level: Extension.Level) -> Officer | None:
    """The same: a president of the case's court, or for the highest level somebody of the court above."""
    is_above = level == Extension.Level.HIGHER_COURT
    return _approver(case.court.parent if is_above else case.court, staff_no, _APPROVES[level])


def _approver(court: Court | None, staff_no: str, roles: frozenset[Role]) -> Officer | None:
    if not staff_no:
        return None
    officer = Officer.objects.filter(staff_no=staff_no, court=court).first()
    if officer is None or not roles_of(officer) & roles:
        message = _("Whoever is named here cannot approve this: it takes a leader of the court whose matter it is.")
        raise DomainError("approver_unfit", 422, message, {"roles": sorted(roles)})
    return officer
