"""Papers as they are read: by devices whose officers hold the case now, by people who may read it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from server.cases.access import cases_held_by, cases_visible_to
from server.cases.matter_subjects import matters_asked_near, matters_done_near, matters_held_by
from server.cases.models import MatterSubject, SubjectType
from server.common.clock import now
from server.common.errors import DomainError
from server.common.statements import GivenMany, Statement
from server.evidence.models import Paper
from server.evidence.store import Area, current_store
from server.people.models import Device, Officer


def _untold() -> Exists:
    """Of the court that asks, added since it last told what it asks: the other knows nothing of it yet."""
    later = MatterSubject.objects.filter(pk=OuterRef("subject_id"), asked_by_id=OuterRef("added_by__court_id"))
    return Exists(later.filter(told_at__lt=OuterRef("added_at")))


_IN_FORCE = Statement(
    lambda: Paper.objects.filter(
        ~_untold(), subject_id__in=GivenMany("case_ids"), superseded_by=None, holder_id=None
    ).order_by("pk")
)


def paper_units(case_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """What the unit of a case or matter lists, oldest first, without those superseded. One SELECT for any number."""
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
    """A paper in force of a case or matter its officer holds now. Raises DomainError 404 `paper_not_found`."""
    at = now()
    held = (cases_held_by(device.officer, at).values("pk"), matters_held_by(device.officer, at).values("pk"))
    return _first(Paper.objects.filter(~_untold(), superseded_by=None), _of_any(held), sha256)


def require_paper_for_officer(officer: Officer, sha256: str) -> Paper:
    """A paper, superseded or not, of a case the officer may read, or of a matter: those of one court the other sees
    once they are sent to it. Raises DomainError 404 `paper_not_found`."""
    cases = cases_visible_to(officer)
    done, asked = matters_done_near(officer), matters_asked_near(officer, cases)
    own = asked.filter(pk=OuterRef("subject_id"), asked_by_id=OuterRef("added_by__court_id"))
    fed_back = asked.filter(pk=OuterRef("subject_id"), fed_back_at__gte=OuterRef("added_at"))
    told = Q(subject_id__in=done.values("pk")) & Q(~_untold())
    near = Q(subject_id__in=cases.values("pk")) | told | Q(Exists(own)) | Q(Exists(fed_back))
    return _first(Paper.objects.all(), near, sha256)


def _of_any(subjects: Iterable[Any]) -> Q:
    return reduce(or_, (Q(subject_id__in=each) for each in subjects))


def _first(papers: QuerySet[Paper], readable: Q, sha256: str) -> Paper:
    paper = papers.filter(readable, sha256=sha256).order_by("pk").first()
    if paper is None:
        raise _unknown()
    return paper


def _unknown() -> DomainError:
    return DomainError("paper_not_found", 404, _("There is no such paper among those you may read."))
