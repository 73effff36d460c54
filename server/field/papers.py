"""Papers of acts: listed, set from what was recorded, kept as evidence. The same state of an act is the same paper."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from server.cases.access import cases_visible_to
from server.cases.models import Case
from server.common.clock import local_date
from server.common.errors import DomainError
from server.common.hashing import canonical_json, sha256_hex
from server.evidence.models import Paper
from server.evidence.papers import is_stored, made_of
from server.evidence.services.issued import Made, keep_issued
from server.evidence.store import Area, BlobMissing, StoreUnavailable, current_store
from server.field.access import readable_subjects
from server.field.models import FieldAction
from server.field.sheets import ANNULLED, DRAFT, PARKED, SIGNED, Sheets, sheets_of
from server.field.typesetting import engine, typeset
from server.people.models import Officer

logger = logging.getLogger(__name__)
_WITHHELD = {
    DRAFT: gettext_lazy("the act is not complete"),
    PARKED: gettext_lazy("the act waits for a review"),
    ANNULLED: gettext_lazy("the act was annulled"),
}


@dataclass(frozen=True, slots=True)
class ActPaper:
    """One paper that an act has: as it may be made now, and as it was made last."""

    key: str
    title: str
    code: str
    standing: str
    made: Paper | None
    is_current: bool
    """What was made last says what there is to say now."""


@dataclass(frozen=True, slots=True)
class _Making:
    """All that decides the bytes of one paper."""

    key: str
    sheets: Sheets

    @property
    def sheet(self) -> dict[str, object]:
        return self.sheets.sheet(self.key)

    @property
    def made_from(self) -> str:
        deciding = [self.sheet, self.sheets.terms, dict(self.sheets.pictures), engine()]
        return sha256_hex(canonical_json(deciding))


def case_of_paper(officer: Officer, action_id: UUID, case_id: UUID | None) -> tuple[FieldAction, Case]:
    """The act, and the case whose paper is meant: of several the first, unless one is named.

    Raises DomainError 404 `action_not_found`, the same for what is not the officer's and for what is not.
    """
    named = readable_subjects(officer, action_id).filter(subject_type="case")
    named = named.filter(subject_id=case_id) if case_id else named
    subject = named.select_related("action__court").order_by("pk").first()
    case = cases_visible_to(officer).filter(pk=subject.subject_id).first() if subject else None
    if subject is None or case is None:
        raise DomainError("action_not_found", 404, _("There is no such action among those you may read."))
    return subject.action, case


def papers_of_act(action: FieldAction, case: Case) -> list[ActPaper]:
    sheets, made = sheets_of(action, case), made_of(case.pk, action.pk)
    return [_listed(_Making(key, sheets), made.get(key)) for key in sheets.titles]


def _listed(making: _Making, made: Paper | None) -> ActPaper:
    sheets, key = making.sheets, making.key
    is_current = made is not None and made.made_from == making.made_from
    return ActPaper(key, sheets.titles[key], sheets.code(key), sheets.standing, made, is_current)


@dataclass(frozen=True, slots=True)
class NotIssued:
    """A paper that an act should have and has not, and why."""

    title: str
    why: str


def issue_missing(*, action: FieldAction, case: Case, by: Officer | None) -> list[NotIssued]:
    """Each paper of a complete act that says what was recorded last; one that does is left as it is, whatever pictures
    came after it. What cannot be had is told with its reason. Raises StoreUnavailable."""
    sheets, made = sheets_of(action, case), made_of(case.pk, action.pk)
    lacking = [key for key in sheets.titles if not _says_all(made.get(key), sheets, key)]
    if lacking and sheets.standing != SIGNED:
        return [NotIssued(sheets.titles[key], str(_WITHHELD[sheets.standing])) for key in lacking]
    refused = []
    for key in lacking:
        try:
            issue_paper(action=action, case=case, key=key, by=by)
        except DomainError as error:
            refused.append(NotIssued(sheets.titles[key], str(error.message)))
    return refused


def _says_all(made: Paper | None, sheets: Sheets, key: str) -> bool:
    return made is not None and (made.code, made.standing) == (sheets.code(key), sheets.standing)


def issue_paper(*, action: FieldAction, case: Case, key: str, by: Officer | None) -> Paper:
    """The paper as the act stands now; where one says just that already, that one.

    Raises DomainError 404 `paper_kind_unknown`, 503 `papers_busy` and `storage_unavailable`, 422 `paper_not_set`.
    """
    sheets = sheets_of(action, case)
    if key not in sheets.titles:
        known = {"known": list(sheets.titles)}
        raise DomainError("paper_kind_unknown", 404, _("An act of this kind has no such paper."), known)
    making = _Making(key, sheets)
    listed = _listed(making, made_of(case.pk, action.pk).get(key))
    if listed.made and listed.is_current and is_stored(listed.made):
        return listed.made
    content = typeset(_text(making.sheet), _text(sheets.terms), _pictures(sheets.pictures))
    on = local_date(action.recorded_at)
    made = Made(action.pk, key, listed.title, making.made_from, listed.code, listed.standing, on)
    return keep_issued(case=case, made=made, content=content, by=by)


def _text(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _pictures(previews: Mapping[str, str]) -> dict[str, bytes]:
    """Previews that can be had; a paper without one says so in its place."""
    found = {}
    for sha256, preview in previews.items():
        try:
            found[sha256] = b"".join(current_store().read(Area.DERIVED, preview))
        except (BlobMissing, StoreUnavailable):
            logger.warning("the preview of %s cannot be read for a paper", sha256)
    return found
