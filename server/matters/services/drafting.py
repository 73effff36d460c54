"""Drafts: of a new errand, of one sent again, of the release that a withdrawal asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.matter_subjects import hold_matters
from server.cases.models import Case, Party
from server.cases.services.events import locked_case
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.evidence.models import Paper
from server.ledger.services import Draft, append
from server.matters.access import require_can_ask, require_side
from server.matters.kinds import CURRENT, Kind, catalogue
from server.matters.models import Matter, MatterCounter, MatterMove, MatterPaper
from server.matters.queries import others_on_property
from server.matters.services.entries import matter_draft, moved_draft
from server.matters.services.rights import open_subject
from server.matters.states import Part, State
from server.people.models import Court, Officer

LONGEST_MEMBER, MOST_MEMBERS = 2000, 40


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the other court."""

    kind: str
    request: Mapping[str, Any] = field(default_factory=dict)
    parties: Sequence[UUID] | None = None
    """Ids of parties of the case that are needed for it; without it, its debtors."""
    contact: Mapping[str, str] = field(default_factory=dict)
    limit_days: int | None = None
    valid_until: date | None = None
    is_urgent: bool = False
    duty_phone: str = ""
    papers_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    matter: Matter
    duplicates: list[Matter]
    """Open ones of this court about the same property: a warning, no refusal."""


@transaction.atomic
def draft_matter(*, case: Case, to_court: Court, asked: Asked, by: Officer, matter_id: UUID | None = None) -> Drafted:
    """Draft an errand for another court. Asked twice with the same `matter_id` it is one.

    Raises DomainError 403 `role_required`; 409 `matter_case_closed`; 422 `matter_kind_unknown`, `matter_court_unfit`,
    `matter_request_invalid`.
    """
    require_can_ask(by, case)
    case = locked_case(case.pk)
    standing = Matter.objects.filter(pk=matter_id, case=case).first() if matter_id else None
    if standing is not None:
        return Drafted(standing, list(others_on_property(standing, standing.from_court_id)))
    if matter_id:
        require_free(matter_id)
    matter, draft = write_draft(case=case, to_court=to_court, asked=asked, by=by, matter_id=matter_id)
    append([draft])
    return Drafted(matter, list(others_on_property(matter, matter.from_court_id)))


def require_free(matter_id: UUID) -> None:
    """Rights and papers hang on the id of a subject: none is two."""
    if Matter.objects.filter(pk=matter_id).exists() or Case.objects.filter(pk=matter_id).exists():
        message = _("This id is that of something else. Make a new one.")
        raise DomainError("matter_request_invalid", 422, message, {"fields": ["id"]})


def write_draft(
    *, case: Case, to_court: Court, asked: Asked, by: Officer, matter_id: UUID | None = None, releases: bool = False
) -> tuple[Matter, Draft]:
    """The same inside a transaction of the caller's, whose last statement appends the draft. `releases`: in a closed
    case, too."""
    kind = _required_kind(asked)
    _require_possible(case, to_court, asked, releases=releases)
    matter = Matter.objects.create(
        id=matter_id or new_id(),
        number=_next_number(case.court, local_date(now()).year),
        kind=kind.key,
        catalogue=CURRENT,
        from_court=case.court,
        to_court=to_court,
        case=case,
        people=_people(case, asked.parties),
        drafted_by=by,
        property_key=kind.property_of(asked.request),
        **_columns(asked, by),
    )
    return matter, _begun(matter, by)


def _begun(matter: Matter, by: Officer) -> Draft:
    open_subject(matter)
    move = MatterMove.objects.create(
        matter=matter, number=1, move="draft", target=State.DRAFT, by=by, court_id=matter.from_court_id
    )
    return moved_draft(matter, move)


@transaction.atomic
def revise_draft(*, matter: Matter, asked: Asked, by: Officer) -> Matter:
    """Say anew what is asked, as long as it is a draft. Raises DomainError 403 `matter_not_in_charge`; 409
    `matter_not_in_state` and as above."""
    kind = _required_kind(asked)
    hold_matters([matter.pk])
    matter.refresh_from_db()
    require_side(by, matter, Part.AUTHOR)
    if matter.state != State.DRAFT:
        message = _("As this matter stands, that cannot be done. Look again.")
        raise DomainError("matter_not_in_state", 409, message, {"state": matter.state, "move": "revise"})
    case = _case_of(matter)
    _require_possible(case, matter.to_court, asked, releases=matter.relation == Matter.Relation.RELEASE)
    matter.kind, matter.property_key = kind.key, kind.property_of(asked.request)
    matter.people = _people(case, asked.parties)
    for name, value in _columns(asked, by).items():
        setattr(matter, name, value)
    matter.save()
    append([matter_draft(matter, "matter_revised", by=by, facts={})])
    return matter


def _case_of(matter: Matter) -> Case:
    assert matter.case, "its author has the case"
    return matter.case


def copy_of(matter: Matter) -> Asked:
    """What was asked, to be asked again; its people and papers are copied by `draft_after`."""
    return Asked(
        kind=matter.kind,
        request=matter.request,
        contact=matter.contact,
        limit_days=matter.limit_days,
        is_urgent=matter.is_urgent,
        duty_phone=matter.duty_phone,
        papers_due_on=matter.papers_due_on,
    )


def draft_after(matter: Matter, relation: Matter.Relation, kind: str, by: Officer) -> tuple[Matter, list[Draft]]:
    """A draft that follows another: sent again with its papers, or the release of what was taken for it."""
    asked = Asked(kind=kind, request=matter.request, contact=matter.contact)
    asked = copy_of(matter) if relation is Matter.Relation.RESENT else asked
    releases = relation is Matter.Relation.RELEASE
    following, draft = write_draft(
        case=_case_of(matter), to_court=matter.to_court, asked=asked, by=by, releases=releases
    )
    following.previous, following.relation, following.people = matter, relation.value, matter.people
    following.save(update_fields=["previous", "relation", "people"])
    if relation is Matter.Relation.RESENT:
        _copy_papers(matter, following)
    return following, [draft]


def _copy_papers(matter: Matter, following: Matter) -> None:
    rows = matter.papers.filter(is_result=False, paper__superseded_by=None).select_related("paper").order_by("pk")
    for row in rows:
        paper = Paper.objects.get(pk=row.paper_id)
        paper.pk, paper.subject_id, paper.added_at, paper.added_by_id = (
            new_id(),
            following.pk,
            now(),
            row.paper.added_by_id,
        )
        paper.save(force_insert=True)
        MatterPaper.objects.create(matter=following, paper=paper, slot=row.slot)


def _required_kind(asked: Asked) -> Kind:
    kind = catalogue().kinds.get(asked.kind)
    if kind is None:
        message = _("There is no such kind of matter.")
        raise DomainError("matter_kind_unknown", 422, message, {"kinds": sorted(catalogue().kinds)})
    return kind


def _require_possible(case: Case, to_court: Court, asked: Asked, *, releases: bool = False) -> None:
    if case.status == Case.Status.CLOSED and not releases:
        raise DomainError("matter_case_closed", 409, _("The case is closed; nothing more is asked for it."))
    if to_court.pk == case.court_id:
        raise DomainError("matter_court_unfit", 422, _("An errand goes to another court."))
    _require_sayable(asked.request)
    _require_sayable(asked.contact)
    if asked.is_urgent and not (asked.duty_phone.strip() and asked.papers_due_on):
        message = _("An urgent matter names the telephone on duty, and the day by which its papers follow.")
        raise DomainError("matter_request_invalid", 422, message, {"fields": ["duty_phone", "papers_due_on"]})


def _require_sayable(members: Mapping[str, Any]) -> None:
    wrong = [name for name, value in members.items() if not isinstance(value, str) or len(value) > LONGEST_MEMBER]
    if wrong or len(members) > MOST_MEMBERS or any("\0" in f"{name}{value}" for name, value in members.items()):
        message = _("What is asked is said in texts of at most %d characters.") % LONGEST_MEMBER
        raise DomainError("matter_request_invalid", 422, message, {"fields": sorted(wrong)})


def _columns(asked: Asked, by: Officer) -> dict[str, Any]:
    return {
        "request": dict(asked.request),
        "contact": dict(asked.contact) or {"name": by.name},
        "limit_days": asked.limit_days,
        "valid_until": asked.valid_until,
        "is_urgent": asked.is_urgent,
        "duty_phone": asked.duty_phone.strip()[:40],
        "papers_due_on": asked.papers_due_on,
    }


def _people(case: Case, parties: Sequence[UUID] | None) -> list[dict[str, str]]:
    """Of this case alone, whatever ids are named."""
    rows = Party.objects.filter(case=case).order_by("pk")
    chosen = rows.filter(part=Party.Part.DEBTOR) if parties is None else rows.filter(pk__in=list(parties))
    names = ("part", "kind", "name", "id_no")
    return [dict(zip(names, row, strict=True)) for row in chosen.values_list(*names)]


def _next_number(court: Court, year: int) -> str:
    MatterCounter.objects.get_or_create(court=court, year=year)
    counter = MatterCounter.objects.select_for_update().get(court=court, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"（{year}）{court.code}委{counter.last}号"
