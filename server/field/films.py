"""Films of body cameras that found no act by themselves: listed at the station, and given to one by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.cases.access import cases_visible_to
from server.cases.models import SubjectType
from server.common.errors import DomainError
from server.evidence.models import Recording
from server.field.models import ActionRecord, ActionSubject
from server.field.recordings import give_to_act
from server.people.access import require_role, roles_of
from server.people.models import Officer, Role

MATCHES = frozenset({Role.COMMAND_CENTRE, Role.DIRECTOR, Role.PRESIDENT, Role.TEAM_LEADER})
"""Of their own court."""
AROUND = timedelta(days=1)
MOST_ACTS = 50


@dataclass(frozen=True, slots=True)
class ActNear:
    """An act that a film may show, as a person tells it from others."""

    action_id: UUID
    case_no: str
    kind: str
    recorded_at: datetime
    officer: str
    is_candidate: bool
    """It names this camera at this time, as others do."""


def matches_films(officer: Officer) -> bool:
    return bool(roles_of(officer) & MATCHES)


def waiting_films(officer: Officer) -> QuerySet[Recording]:
    """Those of his court without an act, the newest first. Raises DomainError 403 `role_required`."""
    require_role(officer, *MATCHES)
    return Recording.objects.filter(court_id=officer.court_id, action_id=None).order_by("-pk")


def acts_near(officer: Officer, film: Recording) -> list[ActNear]:
    """Acts in cases he may read from about its time, or the newest where nothing tells it; candidates first."""
    rows = ActionSubject.objects.filter(action__court_id=film.court_id, subject_type=SubjectType.CASE)
    rows = rows.filter(subject_id__in=cases_visible_to(officer).values("pk"))
    rows = rows.select_related("record__officer", "record__action")
    if film.starts_at and film.ends_at:
        rows = rows.filter(record__recorded_at__range=(film.starts_at - AROUND, film.ends_at + AROUND))
    found = [*rows.filter(action_id__in=film.candidates), *rows.order_by("-record__recorded_at")[:MOST_ACTS]]
    cases = cases_visible_to(officer).filter(pk__in={row.subject_id for row in found})
    numbers = dict(cases.values_list("pk", "case_no"))
    near = {row.action_id: _near(row.record, film, numbers[row.subject_id]) for row in reversed(found)}
    return sorted(near.values(), key=lambda act: (not act.is_candidate, act.recorded_at))


def _near(record: ActionRecord, film: Recording, case_no: str) -> ActNear:
    return ActNear(
        record.action_id,
        case_no,
        record.action.kind,
        record.recorded_at,
        record.officer.name,
        str(record.action_id) in film.candidates,
    )


@transaction.atomic
def give_by_hand(*, film_id: UUID, action_id: UUID, reason: str, by: Officer) -> Recording:
    """The film belongs to this act: an entry of its case says so, with who and why.

    Raises DomainError 403 `role_required`, 404 `film_not_found` or `action_not_found`, 409 `film_matched`, 422
    `note_required`.
    """
    require_role(by, *MATCHES)
    if not reason.strip():
        raise DomainError("note_required", 422, _("Say by what you know it: it stays on record with the case."))
    film = Recording.objects.select_for_update().filter(pk=film_id, court_id=by.court_id).first()
    if film is None:
        raise DomainError("film_not_found", 404, _("There is no such film of your court."))
    if film.action_id:
        raise DomainError("film_matched", 409, _("This film has its act already."), {"action": str(film.action_id)})
    if not _in_his_cases(by, film, action_id):
        raise DomainError("action_not_found", 404, _("There is no such action among those you may read."))
    return give_to_act(film, action_id, by=by, reason=reason.strip())


def _in_his_cases(by: Officer, film: Recording, action_id: UUID) -> bool:
    rows = ActionSubject.objects.filter(action_id=action_id, action__court_id=film.court_id)
    return rows.filter(subject_id__in=cases_visible_to(by).values("pk")).exists()
