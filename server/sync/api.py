"""HTTP of push and of the reviews it leaves behind. No rules here."""

from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from server.common.errors import DomainError
from server.people.access import WATCHES_OWN_COURT, courts_watched_by, require_role
from server.people.auth import SignedIn
from server.people.device_auth import SIGNATURE_HEADER
from server.people.models import Officer, Role
from server.people.schemas import OfficerView
from server.sync.decoding import decoded, too_large
from server.sync.envelope import parse_envelope
from server.sync.faults import is_transient, logger
from server.sync.models import Review
from server.sync.push import push
from server.sync.recovery import authenticate_owing_device
from server.sync.reviews import causes_waiting, reviews_waiting
from server.sync.schemas import CauseGroup, ReviewPage, ReviewView

router = Router(tags=["sync"])
PageSize = Annotated[int, Field(ge=1, le=500)]
RETRY_AFTER_SECONDS = 5
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.post("/sync/push", openapi_extra=_BODY, summary="A device's operations, in the order of its log")
def push_operations(request: HttpRequest) -> HttpResponse:
    """Described byte for byte in docs/reference/protocol.md, section 9. The device signs it; it needs no session."""
    content = _content(request)
    body = decoded(content, request.headers.get("Content-Encoding", ""))
    envelope = parse_envelope(body)
    signature = request.headers.get(SIGNATURE_HEADER)
    try:
        device = authenticate_owing_device(
            certificate=envelope.certificate, nonce=envelope.nonce, body=body, signature=signature
        )
        return JsonResponse(push(device=device, envelope=envelope), json_dumps_params={"ensure_ascii": False})
    except Exception as fault:
        if isinstance(fault, DomainError) or not is_transient(fault):
            raise
        logger.exception("push: nothing was acknowledged")
        raise unavailable() from fault


def unavailable() -> DomainError:
    """A fault of the machine: the same request will do later."""
    message = _("The server cannot answer now. Nothing was changed; try again.")
    return DomainError("unavailable", 503, message, retry_after_seconds=RETRY_AFTER_SECONDS)


def _content(request: HttpRequest) -> bytes:
    """Read once, and never more than a push may be: a length nobody stated is no way around the limit."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    content = request.read(limit + 1)
    if len(content) > limit:
        raise too_large()
    return content


@router.get("/reviews", response=ReviewPage, auth=SignedIn())
def list_reviews(request: HttpRequest, cause: str = "", cursor: UUID | None = None, limit: PageSize = 50) -> ReviewPage:
    """What waits for a person in the courts this officer watches, grouped by cause; `cause` shows one group."""
    assert isinstance(request.user, Officer)
    require_role(request.user, *WATCHES_OWN_COURT, Role.SUPERIOR_SUPERVISOR)
    courts = courts_watched_by(request.user)
    rows = reviews_waiting(courts, cause=cause, after=cursor, limit=limit + 1)
    following = str(rows[limit - 1].pk) if len(rows) > limit else None
    return ReviewPage(
        groups=[CauseGroup(**each) for each in causes_waiting(courts)],
        items=[_view(row) for row in rows[:limit]],
        next=following,
    )


def _view(review: Review) -> ReviewView:
    operation = review.operation
    officer = operation.device.officer
    return ReviewView(
        id=review.pk,
        court_id=review.court_id,
        subject_id=review.subject_id,
        cause=review.cause,
        status=operation.status,
        details=review.details,
        opened_at=review.opened_at,
        operation=operation.hash,
        device=operation.device_id,
        incarnation=operation.incarnation,
        seq=operation.seq,
        officer=OfficerView(id=officer.pk, staff_no=officer.staff_no, name=officer.name),
    )
