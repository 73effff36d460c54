"""The papers of a case as its page lists them, and those of one act, which are made where they are wanted."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from server.centre.language import chinese_first
from server.common.errors import DomainError
from server.evidence.models import Paper
from server.evidence.papers import made_of, papers_of
from server.evidence.store import StoreUnavailable
from server.field.models import ActionRecord, FieldAction
from server.field.papers import case_of_paper, issue_paper
from server.field.sheets import paper_titles
from server.people.models import Officer


@dataclass(frozen=True, slots=True)
class PaperLine:
    sha256: str
    kind: str
    title: str
    document_no: str
    issued_on: date | None
    signer: str
    is_superseded: bool
    action_id: UUID | None
    """The act it was made of."""
    standing: str
    added_at: datetime


def paper_lines(case_id: UUID) -> list[PaperLine]:
    """Rulings and the like; and papers made of acts, which are on no phone."""
    return [
        PaperLine(
            sha256=paper.sha256,
            kind=paper.get_kind_display(),
            title=paper.title,
            document_no=paper.document_no,
            issued_on=paper.issued_on,
            signer=paper.signer,
            is_superseded=paper.superseded_by_id is not None,
            action_id=paper.holder_id,
            standing=standing_words(paper),
            added_at=paper.added_at,
        )
        for paper in papers_of(case_id)
    ]


def standing_words(paper: Paper) -> str:
    """What the act was when this was made; empty for a paper that no act made, and for one of an act that counts."""
    words = {"draft": _("Draft: incomplete"), "parked": _("Parked for review"), "annulled": _("Annulled")}
    return words.get(paper.standing, "")


@dataclass(frozen=True, slots=True)
class ActPaperLine:
    key: str
    title: str
    made: Paper | None
    standing: str


def act_paper_lines(action: FieldAction, case_id: UUID) -> list[ActPaperLine]:
    """What papers an act has, and how each was made last. Two SELECTs."""
    is_corrected = ActionRecord.objects.filter(action=action).exclude(corrects="").exists()
    made = made_of(case_id, action.pk)
    return [
        ActPaperLine(key, title, made.get(key), standing_words(made[key]) if key in made else "")
        for key, title in paper_titles(action.kind, is_corrected=is_corrected).items()
    ]


@never_cache
@login_required
@chinese_first
@require_POST
def paper_word(request: HttpRequest, action_id: UUID, key: str) -> HttpResponse:
    """Make one as the act stands now, and open it; where that fails, back to the act, which says why."""
    assert isinstance(request.user, Officer)
    try:
        action, case = case_of_paper(request.user, action_id, None)
        made = issue_paper(action=action, case=case, key=key, by=request.user)
    except DomainError as refused:
        return HttpResponseRedirect(f"/centre/actions/{action_id}?paper={refused.code}")
    except StoreUnavailable:
        return HttpResponseRedirect(f"/centre/actions/{action_id}?paper=storage_unavailable")
    return HttpResponseRedirect(f"/api/v1/papers/{made.sha256}")


def fault_words(code: str) -> str:
    return {
        "papers_busy": _("Other papers are being set: try again."),
        "paper_not_set": _("This paper could not be set. The act and its files are as they were."),
        "storage_unavailable": _("Storage does not answer or is full. Nothing was lost; try again later."),
    }.get(code, "")
