"""Who may look at what waits for a person, and who may decide it (domain: leaders of the court whose officer acted)."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.people.access import WATCHES_OWN_COURT, courts_watched_by, require_role, roles_of
from server.people.models import Officer, Role
from server.sync.models import Review

DECIDES = frozenset({Role.DIRECTOR, Role.TEAM_LEADER, Role.PRESIDENT})
"""In their own court; a superior court reads and orders, it does not decide here."""


def reviews_visible_to(officer: Officer) -> QuerySet[Review]:
    """Those of the courts he watches. Raises DomainError 403 `role_required` where he watches none."""
    require_role(officer, *WATCHES_OWN_COURT, Role.SUPERIOR_SUPERVISOR)
    return Review.objects.filter(court_id__in=courts_watched_by(officer))


def readable_review(officer: Officer, review_id: UUID) -> Review:
    """Raises DomainError 404 `review_not_found`, the same for one of another court and for none at all."""
    found = Review.objects.filter(pk=review_id, court_id__in=courts_watched_by(officer))
    review = found.select_related("operation__device__officer", "court").defer("operation__body").first()
    if review is None:
        raise DomainError("review_not_found", 404, _("There is no such review among those you may read."))
    return review


def can_decide(officer: Officer, review: Review) -> bool:
    return why_not_deciding(officer, review) == ""


def why_not_deciding(officer: Officer, review: Review) -> str:
    """`role_required`, `own_act`, or "" where he may."""
    if not roles_of(officer) & DECIDES or review.court_id != officer.court_id:
        return "role_required"
    return "own_act" if review.operation.device.officer_id == officer.pk else ""


def require_can_decide(officer: Officer, review: Review) -> None:
    """Raises DomainError 403 `role_required` or `own_act`: nobody decides about what he did himself."""
    reason = why_not_deciding(officer, review)
    if reason == "own_act":
        raise DomainError("own_act", 403, _("You did this yourself. Another leader of your court decides."))
    if reason:
        message = _("Your role does not include this. Ask the administrator of your court.")
        raise DomainError("role_required", 403, message, {"roles": sorted(DECIDES)})
