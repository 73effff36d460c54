"""Who reads which side of a delegation, and who moves it: each court its own side, superiors what is below them."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from server.cases.access import acts_in, cases_visible_to
from server.cases.models import Case
from server.common.errors import DomainError
from server.delegation.decide import Actor
from server.delegation.models import CaseDelegation
from server.delegation.states import Part, Side
from server.people.access import courts_below, courts_watched_by, roles_of
from server.people.models import Court, Officer, Role

CENTRE = frozenset({Role.COMMAND_CENTRE, Role.DIRECTOR})
"""They approve what goes out and file what comes in."""


def delegated_near(officer: Officer) -> Q:
    """Delegations whose delegating side he reads."""
    own = Q(case__in=cases_visible_to(officer), from_court_id=officer.court_id)
    return own | Q(from_court_id__in=courts_watched_by(officer))


def received_near(officer: Officer) -> Q:
    """Delegations whose receiving side he reads: sent to a court he watches, or a case of his court he may read."""
    own = Q(received_case__in=cases_visible_to(officer), to_court_id=officer.court_id)
    return Q(sent_at__isnull=False) & (Q(to_court_id__in=courts_watched_by(officer)) | own)


def delegations_visible_to(officer: Officer) -> QuerySet[CaseDelegation]:
    if not roles_of(officer):
        return CaseDelegation.objects.none()
    return CaseDelegation.objects.filter(delegated_near(officer) | received_near(officer))


def readable_delegation(officer: Officer, delegation_id: UUID) -> CaseDelegation:
    """Raises DomainError 404 `delegation_not_found`, the same for one that is not yours to read and for none at all."""
    rows = delegations_visible_to(officer).select_related("from_court", "to_court", "case", "received_case", "handler")
    found = rows.filter(pk=delegation_id).first()
    if found is None:
        raise delegation_not_found()
    return found


def delegation_not_found() -> DomainError:
    return DomainError("delegation_not_found", 404, _("There is no such delegation among those you may read."))


def sides_of(officer: Officer, delegation: CaseDelegation) -> frozenset[Side]:
    """Those he may read."""
    row = CaseDelegation.objects.filter(pk=delegation.pk)
    sides = {Side.DELEGATING: delegated_near(officer), Side.RECEIVING: received_near(officer)}
    return frozenset(side for side, near in sides.items() if row.filter(near).exists())


def actor_of(officer: Officer, delegation: CaseDelegation) -> Actor:
    """What he may move: in his own court, and as a superior of the receiving one what the law leaves to it."""
    sides, parts, roles = set[Side](), set[Part](), roles_of(officer)
    in_centre = bool(roles & CENTRE)
    if officer.court_id == delegation.from_court_id:
        sides.add(Side.DELEGATING)
        parts |= {Part.AUTHOR, Part.APPROVER} if in_centre else set()
        parts |= {Part.AUTHOR} if acts_in(officer, delegation.case_id) else set()
    if officer.court_id == delegation.to_court_id and delegation.sent_at:
        sides.add(Side.RECEIVING)
        parts |= {Part.CENTRE} if in_centre else set()
        parts |= {Part.HANDLER} if _handles(officer, delegation) else set()
    if delegation.sent_at and Role.SUPERIOR_SUPERVISOR in roles and _is_above(officer, delegation):
        sides.add(Side.ABOVE)
        parts |= {Part.SUPERIOR, *([Part.HIGH_COURT] if officer.court.level == Court.Level.HIGH else [])}
    return Actor(frozenset(sides), frozenset(parts))


def _handles(officer: Officer, delegation: CaseDelegation) -> bool:
    return bool(delegation.received_case_id and acts_in(officer, delegation.received_case_id))


def _is_above(officer: Officer, delegation: CaseDelegation) -> bool:
    return delegation.to_court_id in courts_below(officer.court_id)


def can_delegate(officer: Officer, case: Case) -> bool:
    """Whoever has the case in hand, or the centre of its court."""
    return officer.court_id == case.court_id and bool(roles_of(officer) & CENTRE or acts_in(officer, case.pk))


def require_can_delegate(officer: Officer, case: Case) -> None:
    """Raises DomainError 403 `role_required`."""
    if not can_delegate(officer, case):
        message = _("Whoever has this case in hand delegates it, or the command centre or director of its court.")
        raise DomainError("role_required", 403, message, {"roles": sorted(CENTRE)})


def require_part(officer: Officer, delegation: CaseDelegation, *parts: Part) -> None:
    """Raises DomainError 403 `delegation_not_in_charge` for who has none of these parts."""
    if actor_of(officer, delegation).parts.isdisjoint(parts):
        message = _("Whoever is in charge of it in your court does this.")
        raise DomainError("delegation_not_in_charge", 403, message, {"parts": [part.value for part in parts]})
