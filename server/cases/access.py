"""Who may read which case, and which courts' ledgers are told of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from server.cases.matter_models import MatterSubject
from server.cases.matter_streams import matter_streams
from server.cases.models import Case, Grant, SubjectType
from server.cases.states import CaseState
from server.common.clock import now
from server.common.errors import DomainError
from server.common.statements import Given, GivenMany, Statement, UuidText
from server.people.access import courts_watched_by, current_at, is_suspended, require_role
from server.people.models import Officer
from server.people.streams import court_stream

ACTING = (Grant.Reason.ASSIGNED, Grant.Reason.ASSISTING, Grant.Reason.STAGE)
"""Rights of those who have a case in hand; others read it, or are yet to take it over."""


def acts_in(officer: Officer, case_id: UUID) -> bool:
    """Whether he has the case in hand at this moment."""
    return _standing_grants(now()).filter(subject_id=case_id, officer=officer, reason__in=ACTING).exists()


def acting_in(case_ids: Collection[UUID]) -> dict[UUID, dict[UUID, str]]:
    """By case who has it in hand at this moment, id and name, in the order of staff numbers. One SELECT."""
    acting: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    rows = _standing_grants(now()).filter(subject_id__in=list(case_ids), reason__in=ACTING)
    for case_id, officer_id, name in rows.order_by("officer__staff_no").values_list(
        "subject_id", "officer_id", "officer__name"
    ):
        acting[case_id][officer_id] = name
    return acting


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
    return _held_by(officer.pk, at) if _reads_at_all(officer, at) else Case.objects.none()


def versions_held_by(officer: Officer, at: datetime) -> list[tuple[str, str, int, str]]:
    """Of cases and matters his device may hold at this moment: type, id as text, version of the unit, priority. One
    SELECT."""
    return _VERSIONS_HELD.rows(officer_id=officer.pk, at=at) if _reads_at_all(officer, at) else []


def visible_case_ids(officer: Officer, at: datetime | None = None) -> set[UUID]:
    return set(cases_held_by(officer, at).values_list("pk", flat=True))


def can_read_case(officer: Officer, case_id: UUID) -> bool:
    return cases_visible_to(officer).filter(pk=case_id).exists()


def require_can_read_case(officer: Officer, case_id: UUID) -> None:
    """Raises DomainError 404 `case_not_found`, the same for a case that is not yours and for none at all."""
    if not can_read_case(officer, case_id):
        raise case_not_found()


def readable_case(officer: Officer, case_id: UUID) -> Case:
    """The case with its flow. Raises DomainError 404 `case_not_found` as above."""
    rows = cases_visible_to(officer).select_related("flow").defer("flow__document")
    case = rows.filter(pk=case_id).first()
    if case is None:
        raise case_not_found()
    return case


def require_can_direct(officer: Officer, case: Case, *roles: str) -> None:
    """For who has one of these roles in the case's own court. Raises DomainError 403 `role_required`."""
    require_role(officer, *roles)
    if officer.court_id != case.court_id:
        message = _("Your role does not include this. Ask the administrator of your court.")
        raise DomainError("role_required", 403, message, {"roles": sorted(roles)})


def case_not_found() -> DomainError:
    return DomainError("case_not_found", 404, _("There is no such case among those you may read."))


def audience_of(case_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Streams told of a change: the case's court, and each court it is delegated to now; of a matter, both its courts.

    Two SELECTs, three where some of these are no cases.
    """
    audience: dict[UUID, set[str]] = defaultdict(set)
    for case_id, court_id in _COURTS.rows(case_ids=case_ids):
        audience[case_id].add(court_stream(court_id))
    for case_id, court_id in _LENT.rows(case_ids=case_ids, at=now()):
        audience[case_id].add(court_stream(court_id))
    others = set(case_ids) - audience.keys()
    for matter_id, streams in matter_streams(others).items() if others else ():
        audience[matter_id].update(streams)
    return {case_id: tuple(sorted(streams)) for case_id, streams in audience.items()}


def audience_of_states(states: Iterable[CaseState]) -> dict[UUID, tuple[str, ...]]:
    """The same of cases that are held, with their loans as they were read under the lock."""
    at = now()
    return {
        state.id: tuple(sorted({court_stream(court_id) for court_id in (state.court_id, *_lent_to(state, at))}))
        for state in states
    }


def _lent_to(state: CaseState, at: datetime) -> list[UUID]:
    return [loan.court_id for loan in state.loans if loan.covers(at)]


def is_lent(subject_id: OuterRef, at: Given) -> Exists:
    """Beside rows about cases: whether another court is told of the case, too."""
    return Exists(_lent(at).filter(subject_id=subject_id))


def _lent(at: Given) -> QuerySet[Grant]:
    return _standing_grants(at).filter(reason=Grant.Reason.DELEGATED, court__isnull=False)


def _reads_at_all(officer: Officer, at: datetime) -> bool:
    return officer.is_active and not is_suspended(officer, at)


def _standing_grants(at: datetime | Given) -> QuerySet[Grant]:
    return Grant.objects.filter(current_at(at), subject_type=SubjectType.CASE)


def _held_by(officer_id: UUID | Given, at: datetime | Given) -> QuerySet[Case]:
    return Case.objects.filter(pk__in=_standing_grants(at).filter(officer_id=officer_id).values("subject_id"))


def _versions_held() -> Any:
    cases = _held_by(Given("officer_id"), Given("at"))
    granted = Grant.objects.filter(
        current_at(Given("at")), subject_type=SubjectType.MATTER, officer_id=Given("officer_id")
    )
    matters = MatterSubject.objects.filter(pk__in=granted.values("subject_id"))
    urgent, usual = (Value(each.value, TextField()) for each in (Case.Priority.HIGH, Case.Priority.NORMAL))
    priority = When(is_urgent=True, then=urgent)
    return cases.values_list(_type(SubjectType.CASE), UuidText("pk"), "version", Cast("priority", TextField())).union(
        matters.values_list(_type(SubjectType.MATTER), UuidText("pk"), "version", Choice(priority, default=usual)),
        all=True,
    )


def _type(subject_type: SubjectType) -> Cast:
    return Cast(Value(subject_type.value), TextField())


_VERSIONS_HELD: Statement[tuple[str, str, int, str]] = Statement(_versions_held)
_COURTS = Statement(lambda: Case.objects.filter(pk__in=GivenMany("case_ids")).values_list("pk", "court_id"))
_LENT: Statement[tuple[UUID, UUID]] = Statement(
    lambda: _lent(Given("at")).filter(subject_id__in=GivenMany("case_ids")).values_list("subject_id", "court_id")
)
