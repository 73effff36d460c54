"""Papers as they are read: by devices whose officers hold the case now, by people who may read it."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from server.cases.access import cases_held_by, cases_visible_to
from server.cases.models import SubjectType
from server.common.errors import DomainError
from server.common.statements import GivenMany, Statement
from server.evidence.models import Paper
from server.evidence.store import Area, current_store
from server.people.models import Device, Officer

_IN_FORCE = Statement(
    lambda: Paper.objects.filter(
        subject_type=SubjectType.CASE, subject_id__in=GivenMany("case_ids"), superseded_by=None, holder_id=None
    ).order_by("pk")
)


def paper_units(case_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """What a case's unit lists, oldest first, without those superseded. One SELECT whatever the number."""
    listed: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for paper in _IN_FORCE.rows(case_ids=case_ids):
        listed[paper.subject_id].append(_unit(paper))
    return listed


def _unit(paper: Paper) -> dict[str, Any]:
    return {
        "id": str(paper.pk),
        "sha256": paper.sha256,
        "size": paper.size,
        "media_type": paper.media_type,
        "kind": paper.kind,
        "title": paper.title,
        "document_no": paper.document_no,
        "signer": paper.signer,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
    }


def papers_of(case_id: UUID) -> QuerySet[Paper]:
    """Every paper of a case, the newest first, those superseded too. Asks nobody: the caller judged access."""
    return Paper.objects.filter(subject_type=SubjectType.CASE, subject_id=case_id).order_by("-pk")


def made_of(case_id: UUID, holder_id: UUID) -> dict[str, Paper]:
    """The papers in force that were made of an act in a case, by which of its papers each is."""
    rows = Paper.objects.filter(subject_id=case_id, holder_id=holder_id, superseded_by=None)
    return {paper.made_as: paper for paper in rows.order_by("pk")}


def is_stored(paper: Paper) -> bool:
    """Whether its bytes lie in storage, by their size. Raises StoreUnavailable."""
    return current_store().size_of(Area.PAPERS, paper.sha256) == paper.size


def paper_of_code(officer: Officer, code: str) -> Paper:
    """The newest paper with this code on its pages, of a case the officer may read. Raises DomainError 404
    `paper_not_found`."""
    readable = Paper.objects.filter(subject_id__in=cases_visible_to(officer).values("pk")).exclude(code="")
    paper = readable.filter(code=code).order_by(F("superseded_by").desc(nulls_first=True), "-pk").first()
    if paper is None:
        raise _unknown()
    return paper


def require_paper_for_device(device: Device, sha256: str) -> Paper:
    """A paper in force of a case its officer holds now. Raises DomainError 404 `paper_not_found`."""
    return _first(Paper.objects.filter(superseded_by=None), cases_held_by(device.officer).values("pk"), sha256)


def require_paper_for_officer(officer: Officer, sha256: str) -> Paper:
    """A paper, superseded or not, of a case the officer may read. Raises DomainError 404 `paper_not_found`."""
    return _first(Paper.objects.all(), cases_visible_to(officer).values("pk"), sha256)


def _first(papers: QuerySet[Paper], cases: Any, sha256: str) -> Paper:
    readable = papers.filter(sha256=sha256, subject_type=SubjectType.CASE, subject_id__in=cases)
    paper = readable.order_by("pk").first()
    if paper is None:
        raise _unknown()
    return paper


def _unknown() -> DomainError:
    return DomainError("paper_not_found", 404, _("There is no such paper among those you may read."))
