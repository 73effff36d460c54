"""tus 1.0.0 (core, creation, termination) for promised files. HTTP in and out, no rules.

Plain Django views, since bodies are bytes and every answer, errors too, carries the protocol's headers.
"""

import base64
import binascii
import logging
from collections.abc import Callable
from typing import NoReturn

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from server.common.errors import DomainError
from server.evidence import services
from server.evidence.models import Upload
from server.evidence.services.receipts import receipts_of
from server.evidence.services.uploads import CHUNK_BYTES
from server.evidence.serving import storage_unavailable
from server.evidence.store import StoreUnavailable
from server.people.device_budgets import spend

VERSION = "1.0.0"
EXTENSIONS = "creation,termination"
CONTENT_TYPE = "application/offset+octet-stream"
ALWAYS = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
logger = logging.getLogger(__name__)
_SHA256_CHARACTERS = frozenset("0123456789abcdef")

View = Callable[..., HttpResponse]


def _answered(view: View) -> View:
    """The protocol's version on every answer, errors too, and none of it cached."""

    @csrf_exempt
    def answer(request: HttpRequest, **arguments: str) -> HttpResponse:
        try:
            response = _stored(view, request, **arguments)
        except DomainError as error:
            error.headers |= ALWAYS
            if "offset" in error.details:
                error.headers["Upload-Offset"] = str(error.details["offset"])
            raise
        for name, text in ALWAYS.items():
            response[name] = text
        return response

    return answer


def _stored(view: View, request: HttpRequest, **arguments: str) -> HttpResponse:
    try:
        return view(request, **arguments)
    except StoreUnavailable:
        logger.exception("storage does not answer")
        raise storage_unavailable() from None


@_answered
def uploads(request: HttpRequest) -> HttpResponse:
    return _dispatch(request, {"OPTIONS": _options, "POST": _create})


@_answered
def upload(request: HttpRequest, sha256: str) -> HttpResponse:
    methods = {"OPTIONS": _options, "HEAD": _head, "PATCH": _patch, "DELETE": _delete}
    return _dispatch(request, methods, sha256=sha256)


@_answered
def receipt(request: HttpRequest, sha256: str) -> HttpResponse:
    """`{"receipts": ["P.S", …], "keys": [key statements]}` of this device for this hash; empty until verified."""
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    upload = _upload_of(request, sha256)
    receipts, keys = receipts_of(upload.device, sha256)
    return JsonResponse({"receipts": receipts, "keys": keys})


def _dispatch(request: HttpRequest, methods: dict[str, View], **arguments: str) -> HttpResponse:
    method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
    if method not in methods:
        return HttpResponse(status=405, headers={"Allow": ", ".join(sorted(methods))})
    if method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        message = _("Uploads speak tus 1.0.0: send Tus-Resumable: 1.0.0.")
        raise DomainError("tus_version_unsupported", 412, message, headers={"Tus-Version": VERSION})
    return methods[method](request, **arguments)


def _options(request: HttpRequest, sha256: str = "") -> HttpResponse:
    return HttpResponse(status=204, headers={"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS})


def _create(request: HttpRequest) -> HttpResponse:
    sha256, length = _promised_hash(request), _whole_number(request, "Upload-Length")
    services.open_upload(upload=_upload_of(request, sha256, is_opening=length > 0), length=length)
    return HttpResponse(status=201, headers={"Location": f"{request.path}{sha256}"})


def _head(request: HttpRequest, sha256: str) -> HttpResponse:
    upload = _upload_of(request, sha256)
    metadata = f"sha256 {base64.b64encode(sha256.encode()).decode()}"
    numbers = {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length)}
    return HttpResponse(headers={**numbers, "Upload-Metadata": metadata})


def _patch(request: HttpRequest, sha256: str) -> HttpResponse:
    upload = _upload_of(request, sha256)
    if request.content_type != CONTENT_TYPE:
        message = _("The body of a PATCH is application/offset+octet-stream.")
        raise DomainError("content_type_unsupported", 415, message, {"expected": CONTENT_TYPE})
    offset, content = _whole_number(request, "Upload-Offset"), _chunk(request)
    spend(upload.device_id, pieces=1, upload_bytes=len(content))
    offset = services.append_chunk(upload=upload, offset=offset, content=content)
    return HttpResponse(status=204, headers={"Upload-Offset": str(offset)})


def _delete(request: HttpRequest, sha256: str) -> HttpResponse:
    services.end_upload(upload=_upload_of(request, sha256, is_opening=True))
    return HttpResponse(status=204)


def _upload_of(request: HttpRequest, sha256: str, *, is_opening: bool = False) -> Upload:
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    bearer = text.strip() if scheme.lower() == "bearer" else ""
    return services.upload_of(bearer=bearer, sha256=sha256, is_opening=is_opening)


def _chunk(request: HttpRequest) -> bytes:
    if int(request.headers.get("Content-Length") or 0) > CHUNK_BYTES:
        _refuse_chunk()
    content = request.read(CHUNK_BYTES + 1)
    if len(content) > CHUNK_BYTES:
        _refuse_chunk()
    return content


def _refuse_chunk() -> NoReturn:
    message = _("A chunk has at most 1 MiB: send less at a time.")
    raise DomainError("chunk_too_large", 413, message, {"max_bytes": CHUNK_BYTES})


def _promised_hash(request: HttpRequest) -> str:
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _space, encoded = pair.strip().partition(" ")
        if key == "sha256" and (sha256 := _decoded(encoded)):
            return sha256
    message = _("Upload-Metadata has to name the promised file: sha256 and its hash, base64 encoded.")
    raise DomainError("upload_metadata_invalid", 400, message)


def _decoded(encoded: str) -> str:
    try:
        sha256 = base64.b64decode(encoded, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return sha256 if len(sha256) == 64 and set(sha256) <= _SHA256_CHARACTERS else ""


def _whole_number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        message = _("The header %(header)s has to be a whole number.") % {"header": header}
        raise DomainError("upload_header_invalid", 400, message, {"header": header})
    return int(text)
