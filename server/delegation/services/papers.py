"""The eight papers: papers of the case, each named as one of them. Their bytes go across, never the case."""

from collections.abc import Collection
from typing import IO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.delegation.access import require_part
from server.delegation.eight_papers import paper_list
from server.delegation.models import CaseDelegation, DelegationPaper
from server.delegation.services.entries import delegation_draft
from server.delegation.services.holding import held_delegation
from server.delegation.states import Part, State
from server.delegation.wording import refused_as
from server.evidence.models import Paper
from server.evidence.papers import papers_of
from server.evidence.services.papers import add_paper
from server.ledger.services import append
from server.people.models import Officer

DROPS_PAPERS = frozenset({State.DRAFT, State.CHECKED})
"""What was sent stays sent."""
TAKES_PAPERS = DROPS_PAPERS | {State.INCOMPLETE}


def add_file(*, delegation: CaseDelegation, slot: str, title: str, content: IO[bytes], by: Officer) -> DelegationPaper:
    """A file from the desk: a paper of the case, and one of the eight. Raises DomainError 403
    `delegation_not_in_charge`; 409 `delegation_not_in_state`, `paper_exists`; 422 `delegation_paper_unknown`, and as
    `add_paper`; StoreUnavailable."""
    _require_place(delegation, slot, by)
    paper = add_paper(subject=delegation.case, kind=Paper.Kind.OTHER, title=title, content=content, by=by)
    return name_paper(delegation=delegation, slot=slot, paper_id=paper.pk, by=by)


@transaction.atomic
def name_paper(*, delegation: CaseDelegation, slot: str, paper_id: UUID, by: Officer) -> DelegationPaper:
    """A paper of the case is one of the eight. Raises as above, and 404 `paper_not_found`."""
    delegation = held_delegation(delegation.pk)
    _require_place(delegation, slot, by)
    paper = papers_of(delegation.case_id).filter(pk=paper_id, superseded_by=None).first()
    if paper is None:
        raise _no_paper()
    row, _is_new = DelegationPaper.objects.update_or_create(delegation=delegation, paper=paper, defaults={"slot": slot})
    _tell(delegation, paper, slot, by)
    return row


@transaction.atomic
def drop_paper(*, delegation: CaseDelegation, paper_id: UUID, by: Officer) -> None:
    """It is none of the eight any more, and stays a paper of the case. Raises as above."""
    delegation = held_delegation(delegation.pk)
    require_part(by, delegation, Part.AUTHOR)
    _require_state(delegation, DROPS_PAPERS)
    row = DelegationPaper.objects.filter(delegation=delegation, paper_id=paper_id).select_related("paper").first()
    if row is None:
        raise _no_paper()
    row.delete()
    _tell(delegation, row.paper, "", by)


def _tell(delegation: CaseDelegation, paper: Paper, slot: str, by: Officer) -> None:
    """The other court hears of it with the next snapshot."""
    view = {"paper": {"id": str(paper.pk), "slot": slot, "sha256": paper.sha256}}
    facts, only = {"title": paper.title}, delegation.from_court_id
    append([delegation_draft(delegation, "delegation_paper", by=by, facts=facts, only=only, **view)])


def _require_place(delegation: CaseDelegation, slot: str, by: Officer) -> None:
    require_part(by, delegation, Part.AUTHOR)
    _require_state(delegation, TAKES_PAPERS)
    known = paper_list(delegation.paper_list).slots
    if slot not in known:
        raise refused_as("delegation_paper_unknown", slots=list(known))


def _require_state(delegation: CaseDelegation, states: Collection[State]) -> None:
    if State(delegation.state) not in states:
        raise refused_as("delegation_not_in_state", state=delegation.state, move="paper")


def _no_paper() -> DomainError:
    return DomainError("paper_not_found", 404, _("There is no such paper among those you may read."))
