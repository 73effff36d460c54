"""Who may read which case, and which courts' ledgers are told of it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from server.cases.models import Case, Grant, SubjectType
from server.common.clock import now
from server.common.errors import DomainError
from server.people.access import courts_watched_by, current_at, is_suspended
from server.people.models import Officer
from server.people.streams import court_stream


def cases_visible_to(officer: Officer, at: datetime | None = None) -> QuerySet[Case]:
    """What an officer may read on a page: cases granted to him, and those of the courts he watches or lent to them."""
    at = at or now()
    if not _reads_at_all(officer, at):
        return Case.objects.none()
    courts = courts_watched_by(officer, at)
    grants = _standing_grants(at)
    granted = grants.filter(Q(officer=officer) | Q(court_id__in=courts)) if courts else grants.filter(officer=officer)
    held = Q(pk__in=granted.values("subject_id"))
    return Case.objects.filter(held | Q(court_id__in=courts) if courts else held)


def cases_held_by(officer: Officer, at: datetime | None = None) -> QuerySet[Case]:
    """What an officer's device may hold: cases granted to him in person at this moment, nothing by role."""
    at = at or now()
    if not _reads_at_all(officer, at):
        return Case.objects.none()
    return Case.objects.filter(pk__in=_standing_grants(at).filter(officer=officer).values("subject_id"))


def visible_case_ids(officer: Officer, at: datetime | None = None) -> set[UUID]:
    return set(cases_held_by(officer, at).values_list("pk", flat=True))


def can_read_case(officer: Officer, case_id: UUID) -> bool:
    return cases_visible_to(officer).filter(pk=case_id).exists()


def require_can_read_case(officer: Officer, case_id: UUID) -> None:
    """Raises DomainError 404 `case_not_found`, the same for a case that is not yours and for none at all."""
    if not can_read_case(officer, case_id):
        raise case_not_found()


def case_not_found() -> DomainError:
    return DomainError("case_not_found", 404, _("There is no such case among those you may read."))


def audience_of(case_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Streams told of a change: the case's court, and each court it is delegated to now. Two SELECTs."""
    audience: dict[UUID, set[str]] = defaultdict(set)
    for case_id, court_id in Case.objects.filter(pk__in=case_ids).values_list("pk", "court_id"):
        audience[case_id].add(court_stream(court_id))
    lent = _standing_grants(now()).filter(subject_id__in=case_ids, reason=Grant.Reason.DELEGATED, court__isnull=False)
    for subject_id, court in lent.values_list("subject_id", "court_id"):
        if court is not None:
            audience[subject_id].add(court_stream(court))
    return {case_id: tuple(sorted(streams)) for case_id, streams in audience.items()}


def _reads_at_all(officer: Officer, at: datetime) -> bool:
    return officer.is_active and not is_suspended(officer, at)


def _standing_grants(at: datetime) -> QuerySet[Grant]:
    return Grant.objects.filter(current_at(at), subject_type=SubjectType.CASE)
