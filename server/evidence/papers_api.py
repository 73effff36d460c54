"""Papers over HTTP, for devices with their bearer and for people with their session."""

from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from ninja import Router, Schema

from server.cases.access import require_can_read_case
from server.custody.services import require_reason
from server.evidence.api import Purpose, Reason
from server.evidence.bearer import device_of_bearer
from server.evidence.models import Paper, StoredFile
from server.evidence.papers import papers_of, require_paper_for_device, require_paper_for_officer
from server.evidence.services.papers import record_paper_access
from server.evidence.serving import (
    closed_on_fault,
    file_headers,
    file_response,
    head_response,
    opened,
    wanted_range,
)
from server.evidence.store import Area
from server.people.auth import SignedIn
from server.people.models import Device, Officer
from server.people.services import require_confirmed

router = Router(tags=["papers"])
_signed_in = SignedIn()


class PaperView(Schema):
    id: UUID
    kind: str
    title: str
    document_no: str
    issued_on: date | None
    signer: str
    sha256: str
    size: int
    media_type: str
    added_at: datetime
    superseded_by: UUID | None


@router.get("/cases/{uuid:case_id}/papers", response=list[PaperView], auth=_signed_in, url_name="papers")
def list_papers(request: HttpRequest, case_id: UUID) -> list[PaperView]:
    """The papers of one case, the newest first, those superseded too; 404 also for a case not yours to read."""
    assert isinstance(request.user, Officer)
    require_can_read_case(request.user, case_id)
    return [_view(paper) for paper in papers_of(case_id)]


def _view(paper: Paper) -> PaperView:
    own = {name: getattr(paper, name) for name in PaperView.model_fields if name != "superseded_by"}
    return PaperView(**own, superseded_by=paper.superseded_by_id)


def device_or_officer(request: HttpRequest) -> Device | Officer:
    """A bearer stands for a device; without one, the session for an officer. Raises DomainError 401, 403."""
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        device = device_of_bearer(text.strip())
        require_confirmed(device)
        return device
    officer = _signed_in(request)
    assert isinstance(officer, Officer)
    return officer


@router.api_operation(
    ["GET", "HEAD"], "/papers/{sha256}", auth=device_or_officer, url_name="paper", summary="A paper, byte for byte"
)
def read_paper(request: HttpRequest, sha256: str, purpose: Purpose = "view", reason: Reason = "") -> HttpResponseBase:
    """The file, whole or one byte range of it: papers in force to devices whose officer holds the case, all of a
    case to people who may read it. Entered with the court's inspection before the first byte, once a half-hour; to
    take it away, `download` or `print`, wants a `reason`."""
    paper, officer, device = _readable(request, sha256)
    return paper_response(request, paper, officer, device, purpose=purpose, reason=reason)


def paper_response(
    request: HttpRequest, paper: Paper, officer: Officer, device: Device | None, *, purpose: Purpose, reason: str
) -> HttpResponseBase:
    """The bytes of a paper to somebody who was judged to read it. Entered as `read_paper` says."""
    file = StoredFile(sha256=paper.sha256, size=paper.size, detected_type=paper.media_type)  # never saved
    headers = file_headers(file, as_download=purpose == "download")
    if request.method == "HEAD":
        return head_response(file, headers)
    span = wanted_range(request, file)
    reason = require_reason(purpose, reason)
    blocks = opened(Area.PAPERS, paper.sha256, span or (0, paper.size))
    with closed_on_fault(blocks):
        record_paper_access(paper=paper, officer=officer, device=device, purpose=purpose, reason=reason)
    return file_response(request, file, blocks, span, headers)


def _readable(request: HttpRequest, sha256: str) -> tuple[Paper, Officer, Device | None]:
    reader: Device | Officer = request.auth  # type: ignore[attr-defined]
    if isinstance(reader, Device):
        return require_paper_for_device(reader, sha256), reader.officer, reader
    return require_paper_for_officer(reader, sha256), reader, None
