"""Who reads which side of a matter, and who moves it: each court its own side, superiors of both courts both sides."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from server.cases.access import acts_in, cases_visible_to
from server.cases.matter_subjects import matter_grants
from server.cases.models import Case
from server.common.clock import now
from server.common.errors import DomainError
from server.matters.decide import Actor
from server.matters.models import Matter
from server.matters.states import Part, Side
from server.matters.turns import awaited_court
from server.people.access import courts_watched_by, roles_of
from server.people.models import Officer, Role

CENTRE = frozenset({Role.COMMAND_CENTRE, Role.DIRECTOR})
"""They send errands out and take them in."""


def asked_near(officer: Officer) -> Q:
    """Matters whose asking side he reads."""
    own = Q(case__in=cases_visible_to(officer), from_court_id=officer.court_id)
    return own | Q(from_court_id__in=courts_watched_by(officer))


def done_near(officer: Officer) -> Q:
    """Matters whose doing side he reads: those sent to a court he watches, or given to him in person in his court."""
    granted = matter_grants(now()).filter(officer_id=officer.pk).values("subject_id")
    near = Q(to_court_id__in=courts_watched_by(officer)) | Q(pk__in=granted, to_court_id=officer.court_id)
    return Q(sent_at__isnull=False) & near


def matters_visible_to(officer: Officer) -> QuerySet[Matter]:
    if not roles_of(officer):
        return Matter.objects.none()
    return Matter.objects.filter(asked_near(officer) | done_near(officer))


def readable_matter(officer: Officer, matter_id: UUID) -> Matter:
    """Raises DomainError 404 `matter_not_found`, the same for one that is not yours to read and for none at all."""
    matter = matters_visible_to(officer).select_related("from_court", "to_court", "case", "handler", "drafted_by")
    found = matter.filter(pk=matter_id).first()
    if found is None:
        raise matter_not_found()
    return found


def matter_not_found() -> DomainError:
    return DomainError("matter_not_found", 404, _("There is no such matter among those you may read."))


def sides_of(officer: Officer, matter: Matter) -> frozenset[Side]:
    """Those he may read."""
    row = Matter.objects.filter(pk=matter.pk)
    sides = {Side.ASKING: asked_near(officer), Side.DOING: done_near(officer)}
    return frozenset(side for side, near in sides.items() if row.filter(near).exists())


def actor_of(officer: Officer, matter: Matter) -> Actor:
    """What he may move: in his own court alone, whatever else he reads."""
    sides, parts, in_centre = set(), set(), bool(roles_of(officer) & CENTRE)
    if officer.court_id == matter.from_court_id:
        sides.add(Side.ASKING)
        parts |= {Part.AUTHOR, Part.APPROVER} if in_centre else set()
        parts |= {Part.AUTHOR} if matter.case_id and acts_in(officer, matter.case_id) else set()
    if officer.court_id == matter.to_court_id and matter.sent_at:
        sides.add(Side.DOING)
        parts |= {Part.CENTRE} if in_centre else set()
        parts |= {Part.HANDLER} if handles(officer, matter.pk) else set()
    return Actor(frozenset(sides), frozenset(parts))


def handles(officer: Officer, matter_id: UUID) -> bool:
    return matter_grants(now()).filter(subject_id=matter_id, officer_id=officer.pk).exists()


def can_ask(officer: Officer, case: Case) -> bool:
    """Whoever has the case in hand asks, or the centre of its court."""
    return officer.court_id == case.court_id and bool(roles_of(officer) & CENTRE or acts_in(officer, case.pk))


def require_can_ask(officer: Officer, case: Case) -> None:
    """Raises DomainError 403 `role_required`."""
    if not can_ask(officer, case):
        message = _("Whoever has this case in hand asks for it, or the command centre or director of its court.")
        raise DomainError("role_required", 403, message, {"roles": sorted(CENTRE)})


def require_side(officer: Officer, matter: Matter, *parts: Part) -> None:
    """Raises DomainError 403 `matter_not_in_charge` for who has none of these parts."""
    if actor_of(officer, matter).parts.isdisjoint(parts):
        message = _("Whoever is in charge of it in your court does this.")
        raise DomainError("matter_not_in_charge", 403, message, {"parts": [part.value for part in parts]})


def can_urge(officer: Officer, matter: Matter) -> bool:
    """Whoever supervises, from a court above, the court whose turn it is."""
    court = awaited_court(matter)
    supervises = Role.SUPERIOR_SUPERVISOR in roles_of(officer)
    return bool(court and supervises and court.pk != officer.court_id and court.pk in courts_watched_by(officer))


def require_can_urge(officer: Officer, matter: Matter) -> None:
    """Raises DomainError 403 `may_not_urge`."""
    if not can_urge(officer, matter):
        message = _("A supervisor of a court above the one whose turn it is urges it.")
        raise DomainError("may_not_urge", 403, message)
