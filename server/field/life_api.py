"""A file's life over HTTP, for whoever may read the file."""

from django.http import HttpRequest
from ninja import Router

from server.evidence.services import record_glance, require_readable
from server.field.file_life import FileLife, file_life
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["evidence"], auth=SignedIn())


@router.get("/evidence/{sha256}/life", response=FileLife, url_name="evidence_life", summary="A file's whole life")
def life(request: HttpRequest, sha256: str) -> FileLife:
    """Captured, promised, verified, kept, copied, scrubbed, and who read it: everybody for who watches a court
    concerned, else the officer's own readings. `alike`: other cases with the same or a like picture, a hint."""
    assert isinstance(request.user, Officer)
    readable = require_readable(request.user, sha256)
    record_glance(officer=request.user, sha256=sha256, readable=readable)
    return file_life(request.user, sha256, readable)
