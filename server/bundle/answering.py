"""A bundle as the answer to a request: made in a file without a name, which nothing can leave behind."""

import contextlib
import logging
import os
import tempfile
from typing import IO
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from server.bundle.access import exportable_case
from server.bundle.matter import Matter
from server.bundle.services import export_bundle
from server.cases.models import Case
from server.common.errors import DomainError
from server.evidence.models import StoredFile
from server.evidence.serving import HARMLESS, file_response, storage_unavailable
from server.evidence.store import Blocks, StoreUnavailable
from server.people.models import Officer

MOST_BYTES = 2 * 1024 * 1024 * 1024
"""A larger one keeps a thread and a browser busy for too long: the command makes it."""
logger = logging.getLogger(__name__)


def bundle_answer(request: HttpRequest, officer: Officer, case_id: UUID, reason: str) -> HttpResponseBase:
    """Raises DomainError 404 `case_not_found`, 403 `role_required`, 413 `bundle_too_large`, 422
    `bundle_reason_missing`, 409 `bundle_not_whole`, 503 `storage_unavailable`."""
    case = exportable_case(officer, case_id)
    _require_small(case)
    try:
        with contextlib.ExitStack() as unless_answered:
            file = unless_answered.enter_context(tempfile.TemporaryFile(dir=settings.DATA_DIR))
            export_bundle(case=case, out=file, by=officer, reason=reason)
            unless_answered.pop_all()
            return _answer(request, case, file)
    except (OSError, StoreUnavailable):
        logger.exception("the bundle of %s was not made", case.pk)
        raise storage_unavailable() from None


def _require_small(case: Case) -> None:
    size = Matter(case).bytes()
    if size > MOST_BYTES:
        says = _("The bundle of this case is too large for a page: %s. Have it made with manage.py export_bundle.")
        raise DomainError("bundle_too_large", 413, says % f"{size // 2**20} MiB", {"bytes": size, "max": MOST_BYTES})


def _answer(request: HttpRequest, case: Case, file: IO[bytes]) -> HttpResponseBase:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    named = f"{case.case_no}.zip"
    headers = HARMLESS | {
        "Content-Type": "application/zip",
        "Content-Disposition": f"attachment; filename=\"bundle.zip\"; filename*=UTF-8''{quote(named)}",
    }
    blocks = Blocks(file, contextlib.nullcontext)
    return file_response(request, StoredFile(size=size), blocks, None, headers)
