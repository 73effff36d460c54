"""The papers of a case as its page lists them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from server.evidence.papers import papers_of


@dataclass(frozen=True, slots=True)
class PaperLine:
    sha256: str
    kind: str
    title: str
    document_no: str
    issued_on: date | None
    signer: str
    is_superseded: bool


def paper_lines(case_id: UUID) -> list[PaperLine]:
    return [
        PaperLine(
            sha256=paper.sha256,
            kind=paper.get_kind_display(),
            title=paper.title,
            document_no=paper.document_no,
            issued_on=paper.issued_on,
            signer=paper.signer,
            is_superseded=paper.superseded_by_id is not None,
        )
        for paper in papers_of(case_id)
    ]
