"""Originals and thumbnails for people at desks; uploads of devices stand in `tus.py`."""

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from server.common.errors import DomainError
from server.custody.services import require_reason
from server.evidence import queries, services
from server.evidence.access import Readable
from server.evidence.models import StoredFile
from server.evidence.serving import (
    HARMLESS,
    closed_on_fault,
    file_headers,
    file_response,
    head_response,
    opened,
    wanted_range,
)
from server.evidence.store import Area
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["evidence"], auth=SignedIn())
Purpose = Literal["view", "download", "print"]
Reason = Annotated[str, Field(max_length=200)]


@router.api_operation(["GET", "HEAD"], "/evidence/{sha256}", url_name="evidence", summary="The original, byte for byte")
def original(
    request: HttpRequest, sha256: str, download: bool = False, purpose: Purpose = "view", reason: Reason = ""
) -> HttpResponseBase:
    """The file as it was delivered, whole or one byte range of it; entered with the court's inspection before the first
    byte, once for the reader, purpose and half-hour. To take it away, `download` or `print`, wants a `reason`.

    Pictures come under the type their bytes prove, everything else as a download.
    """
    purpose = "download" if download else purpose
    readable = services.require_readable(_officer(request), sha256)
    file = _verified_file(sha256, readable)
    headers = file_headers(file, as_download=purpose == "download")
    if request.method == "HEAD":
        return head_response(file, headers)
    span = wanted_range(request, file)
    reason = require_reason(purpose, reason)
    blocks = opened(Area.ORIGINALS, sha256, span or (0, file.size))
    with closed_on_fault(blocks):
        services.record_access(
            officer=_officer(request), sha256=sha256, purpose=purpose, readable=readable, reason=reason
        )
    return file_response(request, file, blocks, span, headers)


@router.get("/evidence/{sha256}/thumbnail", url_name="thumbnail", summary="A small upright JPEG of it")
def thumbnail(request: HttpRequest, sha256: str) -> HttpResponse:
    """Ours once the original was examined; before that the device's own, re-encoded: `Zhixing-Preview: provisional`."""
    readable = services.require_readable(_officer(request), sha256)
    preview = queries.preview_of(sha256, readable)
    if not preview.stored_sha256:
        message = _("There is no preview of this file. Open or download the original.")
        raise DomainError("preview_unavailable", 404, message, {"reason": preview.reason})
    content = b"".join(opened(Area.DERIVED, preview.stored_sha256, None))
    services.record_glance(officer=_officer(request), sha256=sha256, readable=readable)
    kind = "provisional" if preview.is_provisional else "final"
    return HttpResponse(content, content_type="image/jpeg", headers=HARMLESS | {"Zhixing-Preview": kind})


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


def _verified_file(sha256: str, readable: Readable) -> StoredFile:
    if not readable.is_verified:
        raise DomainError("evidence_not_arrived", 404, _("This file was promised, but has not arrived whole yet."))
    return StoredFile.objects.get(pk=sha256)
