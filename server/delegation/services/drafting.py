"""Drafts: of a case to be delegated, of one delegated again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case, Party, Property
from server.cases.services.events import locked_case
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.delegation.access import require_can_delegate, require_part
from server.delegation.eight_papers import CURRENT
from server.delegation.models import CaseDelegation, DelegationCounter, DelegationMove
from server.delegation.queries import came_by_delegation, open_ones
from server.delegation.services.entries import delegation_draft, moved_draft
from server.delegation.services.holding import held_delegation
from server.delegation.states import Part, State
from server.delegation.wording import refused_as
from server.ledger.services import Draft, append
from server.people.models import Court, Officer

MOST_TARGETS = 100
_PARTY = ("part", "kind", "name", "id_no", "phone", "address")


@dataclass(frozen=True, slots=True)
class Target:
    """A property elsewhere: one of the case by its id, or one in words."""

    place: str
    property: UUID | None = None
    kind: str = ""
    name: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the draft says of the case."""

    is_none_here: bool = False
    statement: str = ""
    targets: Sequence[Target] = ()
    contact: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def draft_delegation(
    *, case: Case, to_court: Court, asked: Asked, by: Officer, delegation_id: UUID | None = None
) -> CaseDelegation:
    """Draft the delegation of a whole case. Asked twice with the same `delegation_id` it is one.

    Raises DomainError 403 `role_required`; 409 `delegation_case_closed`, `delegation_open_already`,
    `delegation_onward`; 422 `delegation_court_unfit`, `delegation_request_invalid`.
    """
    require_can_delegate(by, case)
    case = locked_case(case.pk)
    standing = CaseDelegation.objects.filter(pk=delegation_id).first() if delegation_id else None
    if standing is not None:
        return _same(standing, case)
    _require_possible(case, to_court)
    delegation, draft = write_draft(case=case, to_court=to_court, asked=asked, by=by, delegation_id=delegation_id)
    append([draft])
    return delegation


def _same(standing: CaseDelegation, case: Case) -> CaseDelegation:
    if standing.case_id != case.pk:
        message = _("This id is that of something else. Make a new one.")
        raise DomainError("delegation_request_invalid", 422, message, {"fields": ["id"]})
    return standing


def _require_possible(case: Case, to_court: Court) -> None:
    if case.status == Case.Status.CLOSED:
        raise refused_as("delegation_case_closed")
    if open_ones(case.pk).exists():
        raise refused_as("delegation_open_already")
    if came_by_delegation(case.pk):
        raise refused_as("delegation_onward")
    if to_court.pk == case.court_id:
        raise refused_as("delegation_court_unfit")


def write_draft(
    *,
    case: Case,
    to_court: Court,
    asked: Asked,
    by: Officer,
    delegation_id: UUID | None = None,
    again: CaseDelegation | None = None,
) -> tuple[CaseDelegation, Draft]:
    """The same inside a transaction of the caller's, whose last statement appends the draft."""
    delegation = CaseDelegation.objects.create(
        id=delegation_id or new_id(),
        number=next_number(case.court),
        paper_list=CURRENT,
        from_court=case.court,
        to_court=to_court,
        case=case,
        people=people_of(case),
        drafted_by=by,
        **_columns(case, asked, by),
        previous=again,
        relation=CaseDelegation.Relation.AGAIN if again else CaseDelegation.Relation.NONE,
    )
    move = DelegationMove.objects.create(
        delegation=delegation,
        number=1,
        move="again" if again else "draft",
        target=State.DRAFT,
        by=by,
        court_id=delegation.from_court_id,
    )
    return delegation, moved_draft(delegation, move)


@transaction.atomic
def revise_draft(*, delegation: CaseDelegation, to_court: Court, asked: Asked, by: Officer) -> CaseDelegation:
    """Say anew what a draft says. Raises DomainError 403 `delegation_not_in_charge`; 409 `delegation_not_in_state`, and
    as above."""
    delegation = held_delegation(delegation.pk)
    require_part(by, delegation, Part.AUTHOR)
    if delegation.state != State.DRAFT:
        raise refused_as("delegation_not_in_state", state=delegation.state, move="revise")
    if to_court.pk == delegation.from_court_id:
        raise refused_as("delegation_court_unfit")
    delegation.to_court, delegation.people = to_court, people_of(delegation.case)
    for name, value in _columns(delegation.case, asked, by).items():
        setattr(delegation, name, value)
    delegation.save()
    append([delegation_draft(delegation, "delegation_revised", by=by, facts={})])
    return delegation


def people_of(case: Case) -> list[dict[str, str]]:
    rows = Party.objects.filter(case=case).order_by("pk").values_list(*_PARTY)
    return [dict(zip(_PARTY, row, strict=True)) for row in rows]


def _columns(case: Case, asked: Asked, by: Officer) -> dict[str, Any]:
    statement = asked.statement.strip()
    wrong = [name for name, text in (("statement", statement), *asked.contact.items()) if not _is_sayable(text)]
    if wrong or len(asked.contact) > 10:
        raise refused_as("delegation_request_invalid", fields=sorted(wrong or ["contact"]))
    return {
        "is_none_here": asked.is_none_here,
        "statement": statement,
        "targets": targets_of(case, asked.targets),
        "contact": dict(asked.contact) or {"name": by.name},
    }


def _is_sayable(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= 2000 and "\0" not in text


def targets_of(case: Case, targets: Sequence[Target]) -> list[dict[str, str]]:
    """As they are kept and told. Raises DomainError 422 `delegation_request_invalid` for one without a place or name,
    or a property of another case."""
    if len(targets) > MOST_TARGETS:
        raise refused_as("delegation_request_invalid", fields=["targets"])
    known = {row.pk: row for row in Property.objects.filter(case=case)}
    return [_target(each, known) for each in targets]


def _target(target: Target, known: Mapping[UUID, Property]) -> dict[str, str]:
    row = known.get(target.property) if target.property else None
    kind, name, ref = (row.kind, row.name, row.ref) if row else (target.kind, target.name.strip(), target.ref.strip())
    said = {"kind": str(kind or Property.Kind.OTHER), "name": name, "ref": ref, "place": target.place.strip()}
    is_known = said["kind"] in Property.Kind.values and (row is not None or target.property is None)
    if not (is_known and name and said["place"]) or not all(map(_is_sayable, said.values())):
        raise refused_as("delegation_request_invalid", fields=["targets"])
    return {**said, **({"property": str(row.pk)} if row else {})}


def next_number(court: Court) -> str:
    year = local_date(now()).year
    DelegationCounter.objects.get_or_create(court=court, year=year)
    counter = DelegationCounter.objects.select_for_update().get(court=court, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"（{year}）{court.code}委执{counter.last}号"
