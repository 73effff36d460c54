"""A DomainError as the problem document clients get (RFC 9457)."""

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse

from server.common.errors import DomainError
from server.common.ids import new_id


def problem_response(request: HttpRequest, error: DomainError) -> JsonResponse:
    """`application/problem+json` with the request's id, which finds it in the server's log."""
    document = {
        "type": f"/api/errors#{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": str(error.message),
        "request_id": getattr(request, "request_id", None) or str(new_id()),
        **error.details,
    }
    response = JsonResponse(document, status=error.status, content_type="application/problem+json")
    if error.retry_after_seconds is not None:
        response["Retry-After"] = str(error.retry_after_seconds)
    return response
