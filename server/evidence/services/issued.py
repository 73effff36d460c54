"""Papers that were made of acts, kept like any other: bytes first, then the row, with an entry for each one issued."""

import io
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from server.cases.models import Case
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_case
from server.evidence.models import Paper
from server.evidence.papers import made_of
from server.evidence.services.papers import paper_view, store_paper, stored_sm3
from server.people.models import Officer


@dataclass(frozen=True, slots=True)
class Made:
    """What a paper was made of; `key` says which of the act's papers it is."""

    holder_id: UUID
    key: str
    title: str
    made_from: str
    code: str
    standing: str
    on: date


def keep_issued(*, case: Case, made: Made, content: bytes, by: Officer | None) -> Paper:
    """The paper in force of this act from now on; the one before it stays, superseded. Of the same bytes there is one
    paper of a case, whoever asks: said twice at once it is entered once. Raises StoreUnavailable."""
    sha256, size, media_type = store_paper(io.BytesIO(content))
    with transaction.atomic():
        locked_case(case.pk)
        older = made_of(case.pk, made.holder_id).get(made.key)
        if older and older.sha256 == sha256:
            return _noted(older, made)
        paper = _row(case, sha256, made, by)
        if paper.holder_id != made.holder_id:  # somebody has put this very file on the case
            return paper
        _describe(paper, made)
        paper.size, paper.media_type, paper.sm3 = size, media_type, stored_sm3(sha256)
        paper.save()
        Paper.objects.filter(pk=older.pk).update(superseded_by=paper) if older else None
        _enter(case, paper, older, by)
    return paper


def _noted(paper: Paper, made: Made) -> Paper:
    """What decided it changed, and not a byte of it: so that it is not set again for that."""
    paper.made_from = made.made_from
    paper.save(update_fields=["made_from"])
    return paper


def _row(case: Case, sha256: str, made: Made, by: Officer | None) -> Paper:
    """A new one, or one that was superseded and is what the act says again."""
    known = Paper.objects.filter(subject_id=case.pk, sha256=sha256).first()
    return known or Paper(
        subject_id=case.pk, sha256=sha256, kind=Paper.Kind.RECORD, holder_id=made.holder_id, added_by=by
    )


def _describe(paper: Paper, made: Made) -> None:
    paper.superseded_by, paper.title, paper.issued_on = None, made.title, made.on
    paper.made_as, paper.made_from, paper.code = made.key, made.made_from, made.code
    paper.standing = made.standing


def _enter(case: Case, paper: Paper, replaces: Paper | None, by: Officer | None) -> None:
    view = {**paper_view(paper, replaces), "action": str(paper.holder_id), "made_as": paper.made_as}
    case.refresh_from_db()
    append_case_entry(case, "paper_issued", {"paper": {**view, "standing": paper.standing}}, by=by, title=paper.title)
