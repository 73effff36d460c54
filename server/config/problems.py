"""Every error of the API as a problem document (RFC 9457); `docs/reference/errors.md` lists the codes."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError

from server.common.errors import DomainError
from server.common.load import load
from server.config import request_id

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


def problem_response(fault: Exception) -> JsonResponse:
    """The answer to this exception; what is not foreseen is logged with its request id and told to nobody."""
    error = domain_error_of(fault)
    if error.code == "internal_error":
        logger.error("Unexpected fault, request %s", request_id.current.get(), exc_info=fault)
    response = JsonResponse(
        _document(error),
        status=error.status,
        content_type=MEDIA_TYPE,
        headers=error.headers,
        json_dumps_params={"ensure_ascii": False},
    )
    if error.retry_after_seconds is not None:
        response["Retry-After"] = str(error.retry_after_seconds)
    return response


def _document(error: DomainError) -> dict[str, Any]:
    return {
        **error.details,
        "type": f"/api/errors#{error.code}",
        "title": _titles().get(error.status, _("Error")),
        "status": error.status,
        "code": error.code,
        "detail": str(error.message),
        "request_id": request_id.current.get(),
    }


def domain_error_of(fault: Exception) -> DomainError:
    match fault:
        case DomainError():
            return fault
        case ValidationError():
            return _validation_failed(fault)
        case HttpError():
            return error_of_status(fault.status_code)
        case Http404():
            return error_of_status(404)
        case PermissionDenied():
            return error_of_status(403)
        case RequestDataTooBig():
            return error_of_status(413)
        case BadRequest() | SuspiciousOperation() | UnreadablePostError():
            return error_of_status(400)
        case OperationalError() | InterfaceError():
            logger.error("Database fault, request %s", request_id.current.get(), exc_info=fault)
            return error_of_status(503)
        case _:
            return error_of_status(500)


def error_of_status(status: int) -> DomainError:
    """The error for an answer that comes without a code: from Django, from a framework's own check."""
    return _PLAIN.get(status, _bad_request if 400 <= status < 500 else _internal_error)()


def _validation_failed(fault: ValidationError) -> DomainError:
    # The loc of a body member begins with "body" and the name of our own parameter.
    fields = [
        {
            "in": str(error["loc"][0]),
            "field": ".".join(str(step) for step in error["loc"][2 if error["loc"][0] == "body" else 1 :]),
            "reason": str(error["type"]),
        }
        for error in fault.errors
    ]
    message = _("Some fields are missing or not of the right form; they are named in “fields”.")
    return DomainError("validation_failed", 422, message, {"fields": fields})


def _bad_request() -> DomainError:
    return DomainError("bad_request", 400, _("The request could not be read; its body must be JSON in UTF-8."))


def _forbidden() -> DomainError:
    return DomainError("forbidden", 403, _("You may not do this."))


def _not_found() -> DomainError:
    return DomainError("not_found", 404, _("There is nothing here, or nothing you may see."))


def _method_not_allowed() -> DomainError:
    return DomainError("method_not_allowed", 405, _("This address does not take this method; see the Allow header."))


def too_large(max_bytes: int | None = None) -> DomainError:
    message = _("The request's body is larger than this address takes.")
    return DomainError("body_too_large", 413, message, {"max_bytes": max_bytes} if max_bytes else {})


def _unavailable() -> DomainError:
    message = _("The server cannot answer now. Nothing was changed; try again.")
    return DomainError("unavailable", 503, message, retry_after_seconds=load.retry_after_seconds())


def _internal_error() -> DomainError:
    message = _("Something went wrong on the server. Tell the administrator the request id.")
    return DomainError("internal_error", 500, message)


def _not_signed_in() -> DomainError:
    return DomainError("not_signed_in", 401, _("Sign in first."))


_PLAIN: dict[int, Callable[[], DomainError]] = {
    400: _bad_request,
    401: _not_signed_in,
    403: _forbidden,
    404: _not_found,
    405: _method_not_allowed,
    413: too_large,
    500: _internal_error,
    503: _unavailable,
}


def _titles() -> dict[int, str]:
    return {
        400: _("Bad request"),
        401: _("Not signed in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Method not allowed"),
        409: _("Conflict"),
        410: _("Gone"),
        412: _("Version not spoken"),
        413: _("Too large"),
        415: _("Unsupported form"),
        416: _("Range not satisfiable"),
        422: _("Not acceptable"),
        426: _("Update required"),
        429: _("Too many requests"),
        500: _("Server error"),
        503: _("Unavailable"),
    }


def answer(request: HttpRequest, fault: Any) -> JsonResponse:
    """Ninja's handler for every exception; the language is the request's."""
    return problem_response(fault)
