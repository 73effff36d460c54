"""Whether the process lives, and whether it can serve."""

import os

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from server.ledger.queries import current_server_epoch


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and has been migrated, files can be stored; otherwise 503, naming the part."""
    parts = {"database": _database(), "storage": _storage()}
    is_ready = set(parts.values()) == {"ok"}
    return JsonResponse({"status": "ready" if is_ready else "unready", **parts}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        connection.ensure_connection()
        current_server_epoch()
    except (DatabaseError, IndexError):
        return "unavailable"
    return "ok"


def _storage() -> str:
    """The folder of the embedded default, which a fault of its disk makes read-only; S3 is for the doctor to ask."""
    if settings.ENVIRONMENT.s3_endpoint_url or os.access(settings.DATA_DIR, os.W_OK | os.X_OK):
        return "ok"
    return "not_writable"
