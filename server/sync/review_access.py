"""Who may look at what waits for a person, and who may decide it (domain 5.6): leaders of the acting officer's court.

The bureau is the director's and the president's; a team leader's is his own team alone.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.people.access import WATCHES_OWN_COURT, courts_watched_by, require_role, roles_of
from server.people.models import GroupMember, Officer, Role
from server.people.queries import team_members_of
from server.sync.models import Review

DECIDES_FOR_COURT = frozenset({Role.DIRECTOR, Role.PRESIDENT})
"""In their own court; a superior court reads and orders, it does not decide here."""
DECIDES = DECIDES_FOR_COURT | {Role.TEAM_LEADER}


class Decider:
    """What one person may decide, asked once for however many acts. One SELECT, two for a team leader."""

    def __init__(self, officer: Officer) -> None:
        roles = roles_of(officer)
        self._officer = officer
        self._has_court = bool(roles & DECIDES_FOR_COURT)
        leads = Role.TEAM_LEADER in roles and not self._has_court
        self._team: list[GroupMember] = team_members_of(officer, now()) if leads else []

    def why_not(self, court_id: UUID, actor_id: UUID, at: datetime) -> str:
        """`role_required`, `own_act`, or "" where he may. `at`: when the act arrived, which says whose team it was."""
        if court_id != self._officer.court_id or not (self._has_court or self._leads(actor_id, at)):
            return "role_required"
        return "own_act" if actor_id == self._officer.pk else ""

    def why_not_review(self, review: Review) -> str:
        operation = review.operation
        return self.why_not(review.court_id, operation.device.officer_id, operation.received_at)

    def _leads(self, actor_id: UUID, at: datetime) -> bool:
        spans = ((each.valid_from, each.valid_to) for each in self._team if each.officer_id == actor_id)
        return any(begins <= at and (ends is None or at < ends) for begins, ends in spans)


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


def require_can_decide(officer: Officer, review: Review) -> None:
    """Raises DomainError 403 `role_required` or `own_act`: nobody decides about what he did himself."""
    refuse_unless_may(Decider(officer).why_not_review(review))


def refuse_unless_may(reason: str) -> None:
    """`reason` as `Decider` gives it."""
    if reason == "own_act":
        raise DomainError("own_act", 403, _("You did this yourself. Another leader of your court decides."))
    if reason:
        message = _("The director or the president decides this, or the leader of the team that acted.")
        raise DomainError("role_required", 403, message, {"roles": sorted(DECIDES)})
