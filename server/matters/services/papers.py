"""Papers of a matter: what goes with it, what came of it. Stored as papers of cases are, and read by the same rules."""

from datetime import datetime
from typing import IO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import SubjectType
from server.common.errors import DomainError
from server.common.ids import new_id
from server.evidence.models import Paper
from server.evidence.services.papers import insert_paper, paper_of_bytes, stored_paper, stored_sm3
from server.ledger.services import append
from server.matters.access import require_side
from server.matters.crossing import tell_across
from server.matters.kinds import catalogue
from server.matters.models import Matter, MatterPaper
from server.matters.queries import missing_papers, told_text
from server.matters.services.entries import matter_draft
from server.matters.services.moving import held_matter
from server.matters.services.rights import mark_subject
from server.matters.services.snapshots import tell_request
from server.matters.states import TERMINAL, Part, State
from server.matters.told import PaperTold
from server.people.models import Officer

_ASKED_FOR = (State.DRAFT, State.SUPPLEMENT_WAIT, State.RETURN_ALLOWED)


def add_file(*, matter: Matter, slot: str, title: str, content: IO[bytes], is_result: bool, by: Officer) -> MatterPaper:
    """A file from the desk as one of its papers. Raises DomainError 403 `matter_not_in_charge`; 409
    `matter_not_in_state`, `paper_exists`; 422 `matter_paper_unknown`, and as `add_paper`; StoreUnavailable."""
    _require_place(matter, slot, is_result, by)
    kind = Paper.Kind.ASSISTANCE if slot == "assistance_notice" else Paper.Kind.OTHER
    paper = paper_of_bytes(
        content, subject_id=matter.pk, subject_type=SubjectType.MATTER, kind=kind, title=title, by=by
    )
    return _add(matter, paper, slot, is_result, by)


def add_case_paper(*, matter: Matter, slot: str, paper_id: UUID, by: Officer) -> MatterPaper:
    """A paper of the case as one of the matter's: its bytes go across, never the case. Raises as `add_file`, and 404
    `paper_not_found`."""
    _require_place(matter, slot, False, by)
    assert matter.case_id, "its author has the case"
    found = Paper.objects.filter(pk=paper_id, subject_id=matter.case_id, superseded_by=None).first()
    if found is None:
        raise DomainError("paper_not_found", 404, _("There is no such paper among those you may read."))
    names = ("kind", "title", "document_no", "issued_on", "signer", "sha256", "sm3", "size", "media_type")
    columns = {name: getattr(found, name) for name in names}
    paper = Paper(pk=new_id(), subject_type=SubjectType.MATTER, subject_id=matter.pk, added_by=by, **columns)
    return _add(matter, paper, slot, False, by)


def take_arrived(matter_id: UUID, told: PaperTold, *, is_result: bool, added_at: datetime) -> None:
    """A paper of the other court's, whose bytes lie in storage: from now on it is read and carried like our own.

    In a transaction of the caller's. Taken twice it is one.
    """
    matter = held_matter(matter_id)
    if matter.papers.filter(paper__sha256=told.sha256).exists():
        return
    size, media_type = stored_paper(told.sha256)
    kind = Paper.Kind.ASSISTANCE if told.slot == "assistance_notice" else Paper.Kind.OTHER
    paper = Paper.objects.create(
        subject_type=SubjectType.MATTER.value,
        subject_id=matter.pk,
        kind=kind,
        title=told.title,
        document_no=told.document_no,
        sha256=told.sha256,
        sm3=stored_sm3(told.sha256),
        size=size,
        media_type=media_type,
        added_at=added_at,
    )
    MatterPaper.objects.create(matter=matter, paper=paper, slot=told.slot, is_result=is_result)
    mark_subject(matter)


def _require_place(matter: Matter, slot: str, is_result: bool, by: Officer) -> None:
    known = catalogue(matter.catalogue).names["result_papers" if is_result else "papers"]
    require_side(by, matter, *((Part.HANDLER, Part.CENTRE) if is_result else (Part.AUTHOR,)))
    if slot not in known:
        message = _("A matter has no such paper.")
        raise DomainError("matter_paper_unknown", 422, message, {"slots": sorted(known)})


def takes_papers(matter: Matter, *, is_result: bool) -> bool:
    """What goes with it: in the draft, when asked for, and of an urgent one as long as some are to follow."""
    state = State(matter.state)
    if is_result:
        return state is State.IN_PROGRESS
    is_following = matter.is_urgent and bool(matter.sent_at) and state not in TERMINAL and bool(missing_papers(matter))
    return state in _ASKED_FOR or is_following


@transaction.atomic
def _add(matter: Matter, paper: Paper, slot: str, is_result: bool, by: Officer) -> MatterPaper:
    matter = held_matter(matter.pk)
    if not takes_papers(matter, is_result=is_result):
        message = _("As this matter stands, that cannot be done. Look again.")
        raise DomainError("matter_not_in_state", 409, message, {"state": matter.state, "move": "paper"})
    insert_paper(paper)
    row = MatterPaper.objects.create(matter=matter, paper=paper, slot=slot, is_result=is_result)
    is_following = not is_result and State(matter.state) not in _ASKED_FOR
    changed = tell_request(matter) if is_following else []
    if changed:
        tell_across(matter, "snapshot", {"snapshot": told_text(matter, matter.from_court_id)}, by=by)
    mark_subject(matter)
    court_id = matter.to_court_id if is_result else matter.from_court_id
    view = {"paper": {"id": str(paper.pk), "slot": slot, "sha256": paper.sha256, "is_result": is_result}}
    # The other court hears of it with the next snapshot.
    facts = {"title": paper.title, **({"changed": changed} if changed else {})}
    only = None if is_following else court_id
    append([matter_draft(matter, "matter_paper_added", by=by, facts=facts, only=only, **view)])
    return row


@transaction.atomic
def remove_paper(*, matter: Matter, sha256: str, by: Officer) -> None:
    """Take a paper off a draft, where it was put by mistake; that it was there stays in the own court's ledger. Raises
    DomainError 403 `matter_not_in_charge`; 404 `paper_not_found`; 409 `matter_not_in_state` once it is submitted."""
    require_side(by, matter, Part.AUTHOR)
    matter = held_matter(matter.pk)
    if matter.state != State.DRAFT:
        message = _("As this matter stands, that cannot be done. Look again.")
        raise DomainError("matter_not_in_state", 409, message, {"state": matter.state, "move": "paper"})
    row = matter.papers.select_related("paper").filter(paper__sha256=sha256).first()
    if row is None:
        raise DomainError("paper_not_found", 404, _("There is no such paper among those you may read."))
    paper = row.paper
    said = {"id": str(paper.pk), "slot": row.slot, "sha256": sha256, "is_result": False}
    row.delete()
    paper.delete()
    mark_subject(matter)
    only, facts = matter.from_court_id, {"title": paper.title}
    append([matter_draft(matter, "matter_paper_removed", by=by, facts=facts, only=only, paper=said)])
