"""Who may read a file: whoever may read a subject it was promised for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from server.cases.access import cases_visible_to
from server.cases.matter_subjects import matters_asked_near, matters_done_near
from server.cases.models import Case, MatterSubject, SubjectType
from server.common.errors import DomainError
from server.evidence.models import Promise, Recording
from server.people.access import courts_watched_by, roles_of
from server.people.models import Officer, Role

DIRECTS_DEVICES = frozenset({Role.COMMAND_CENTRE, Role.DIRECTOR, Role.PRESIDENT, Role.TEAM_LEADER})
"""In their own court; a superior court and inspection read, they tell no phone what to send first."""


@dataclass(frozen=True, slots=True)
class Readable:
    """Why an officer may read a file: these promises of it, through these cases (id: court)."""

    promises: list[Promise]
    cases: dict[UUID, UUID]
    """And matters, with the court that does each."""
    recordings: list[Recording] = field(default_factory=list)
    """Films of that hash that came from a camera, by no promise."""

    @property
    def is_verified(self) -> bool:
        """Only bytes delivered for a promise he may read are his to read: a known hash alone opens nothing."""
        return bool(self.recordings) or any(promise.state == Promise.State.VERIFIED for promise in self.promises)

    @property
    def courts(self) -> set[UUID]:
        own = {promise.device.court_id for promise in self.promises}
        return set(self.cases.values()) or own | {recording.court_id for recording in self.recordings}


def require_can_read_file(officer: Officer, sha256: str) -> Readable:
    """Raises DomainError 404 `evidence_not_found`, the same for a file that is not yours and for none at all."""
    readable = readable_promises(officer, sha256)
    if not readable.promises and not readable.recordings:
        raise DomainError("evidence_not_found", 404, _("There is no such file among those you may read."))
    return readable


def can_read_file(officer: Officer, sha256: str) -> bool:
    readable = readable_promises(officer, sha256)
    return bool(readable.promises or readable.recordings)


def wantable_by(officer: Officer, promises: Collection[Promise]) -> set[UUID]:
    """Of promises he may read, those he may tell their devices to send first: he acts for the court of the device, or
    for that of the case, which may be lent to another. Two SELECTs at most."""
    if not promises or not roles_of(officer) & DIRECTS_DEVICES:
        return set()
    asked = {case_id for promise in promises for case_id in case_ids_of(promise)}
    own = set(Case.objects.filter(pk__in=asked, court_id=officer.court_id).values_list("pk", flat=True))
    return {
        promise.pk
        for promise in promises
        if promise.device.court_id == officer.court_id or not own.isdisjoint(case_ids_of(promise))
    }


def require_can_want(officer: Officer, readable: Readable) -> set[UUID]:
    """Which of these promises he may. Raises DomainError 403 `role_required` for none."""
    wantable = wantable_by(officer, readable.promises)
    if not wantable:
        message = _("Your role does not include this. Ask the administrator of your court.")
        raise DomainError("role_required", 403, message, {"roles": sorted(DIRECTS_DEVICES)})
    return wantable


def readable_promises(officer: Officer, sha256: str) -> Readable:
    """The promises of this hash the officer may look behind. What stands for no subject yet (an act under review, on
    a case nobody knows) is for those who watch the device's court."""
    promises = list(Promise.objects.filter(sha256=sha256).select_related("device"))
    films = list(Recording.objects.filter(sha256=sha256))
    asked = {case_id for promise in promises for case_id in case_ids_of(promise)}
    asked |= {film.case_id for film in films if film.case_id}
    matters = _matters_open_to(officer, promises)
    cases = dict(cases_visible_to(officer).filter(pk__in=asked).values_list("pk", "court_id")) if asked else {}
    is_loose = any(promise.subject_id is None for promise in promises) or any(film.case_id is None for film in films)
    watched = courts_watched_by(officer) if is_loose else frozenset()
    shown = [film for film in films if (film.case_id in cases if film.case_id else film.court_id in watched)]
    opened = [promise for promise in promises if _is_open(promise, cases, watched) or promise.pk in matters]
    return Readable(opened, cases | {row.pk: row.court_id for row in matters.values()}, shown)


def _is_open(promise: Promise, cases: Iterable[UUID], watched: Iterable[UUID]) -> bool:
    if promise.subject_id is None:
        return promise.device.court_id in watched
    return not case_ids_of(promise).isdisjoint(cases)


def _matters_open_to(officer: Officer, promises: Collection[Promise]) -> dict[UUID, MatterSubject]:
    """By promise the matter through which he may look at its file: the court that asked, once it was fed back."""
    named = {matter for promise in promises for matter in matter_ids_of(promise)}
    if not named:
        return {}
    done = matters_done_near(officer).in_bulk(named)
    told = matters_asked_near(officer, cases_visible_to(officer)).in_bulk(named)
    opened: dict[UUID, MatterSubject] = {}
    for promise in promises:
        for matter in matter_ids_of(promise):
            asked = told.get(matter)
            if asked and asked.fed_back_at and promise.promised_at <= asked.fed_back_at:
                opened[promise.pk] = asked
            if matter in done:
                opened[promise.pk] = done[matter]
    return opened


def case_ids_of(promise: Promise) -> set[UUID]:
    return _ids_of(promise, SubjectType.CASE)


def matter_ids_of(promise: Promise) -> set[UUID]:
    return _ids_of(promise, SubjectType.MATTER)


def _ids_of(promise: Promise, type_: SubjectType) -> set[UUID]:
    own = {promise.subject_id} if promise.subject_id and promise.subject_type == type_ else set()
    return own | {UUID(other["id"]) for other in promise.other_subjects if other["type"] == type_}
