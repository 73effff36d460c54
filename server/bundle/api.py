"""A case's bundle over HTTP, for people with their session."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from ninja import Router, Schema

from server.bundle.answering import bundle_answer
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["bundles"], auth=SignedIn())


class Purpose(Schema):
    reason: str


@router.post("/cases/{uuid:case_id}/bundle", url_name="bundle", summary="The whole case with its proofs, as one zip")
def export(request: HttpRequest, case_id: UUID, purpose: Purpose) -> HttpResponseBase:
    """A zip that verifies itself. The export is entered with the case: who, when, and this reason."""
    assert isinstance(request.user, Officer)
    return bundle_answer(request, request.user, case_id, purpose.reason)
