"""Answers that carry evidence: byte-exact, by range, and harmless in a browser."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.load import load
from server.evidence import store
from server.evidence.media_types import OCTET_STREAM, extension_of, is_shown_inline
from server.evidence.models import StoredFile
from server.evidence.ranges import Unsatisfiable, parse_range
from server.evidence.store import Area, BlobMissing, Blocks, StoreUnavailable

logger = logging.getLogger(__name__)

HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def storage_unavailable() -> DomainError:
    message = _("Storage does not answer or is full. Nothing was lost; try again later.")
    return DomainError("storage_unavailable", 503, message, retry_after_seconds=load.retry_after_seconds())


def opened(area: Area, sha256: str, span: tuple[int, int] | None) -> Blocks:
    """Raises DomainError 503 `storage_unavailable`."""
    start, end = span or (0, None)
    try:
        return store.current_store().read(area, sha256, start, end)
    except (BlobMissing, StoreUnavailable):
        logger.exception("%s %s cannot be read", area, sha256)
        raise storage_unavailable() from None


def file_headers(file: StoredFile, *, as_download: bool) -> dict[str, str]:
    """Only pictures, films and sound of the allow-lists open in a browser, under the type their own bytes prove."""
    is_inline = is_shown_inline(file.detected_type) and not as_download
    name = f"{file.sha256[:16]}.{extension_of(file.detected_type)}"
    return HARMLESS | {
        "Content-Type": file.detected_type if is_shown_inline(file.detected_type) else OCTET_STREAM,
        "Content-Disposition": f'{"inline" if is_inline else "attachment"}; filename="{name}"',
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.sha256}"',
    }


def wanted_range(request: HttpRequest, file: StoredFile) -> tuple[int, int] | None:
    """A range asked of another version (`If-Range`) is no range. Raises DomainError 416 `range_unsatisfiable`."""
    if request.headers.get("If-Range", f'"{file.sha256}"') != f'"{file.sha256}"':
        return None
    try:
        return parse_range(request.headers.get("Range", ""), file.size)
    except Unsatisfiable:
        message, headers = _("The file ends before that range."), {"Content-Range": f"bytes */{file.size}"}
        raise DomainError("range_unsatisfiable", 416, message, {"size": file.size}, headers=headers) from None


def file_response(
    request: HttpRequest,
    file: StoredFile,
    blocks: Blocks,
    span: tuple[int, int] | None,
    headers: dict[str, str],
) -> HttpResponseBase:
    start, end = span or (0, file.size)
    response = StreamingHttpResponse(_body(request, blocks), status=206 if span else 200, headers=headers)
    response["Content-Length"] = str(end - start)
    if span:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    return response


@contextmanager
def closed_on_fault(blocks: Blocks) -> Iterator[None]:
    """For what must have happened before the first byte is given."""
    try:
        yield
    except BaseException:
        blocks.close()
        raise


def head_response(file: StoredFile, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(headers=headers | {"Content-Length": str(file.size)})


def _body(request: HttpRequest, blocks: Blocks) -> Iterator[bytes] | AsyncIterator[bytes]:
    return _async_body(blocks) if isinstance(request, ASGIRequest) else blocks


async def _async_body(blocks: Blocks) -> AsyncIterator[bytes]:
    """Under ASGI Django would first read a plain iterator to its end, the whole file into memory."""
    step = sync_to_async(lambda: next(blocks, b""), thread_sensitive=False)
    try:
        while block := await step():
            yield block
    finally:
        blocks.close()
