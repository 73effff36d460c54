"""Whether the process lives, and whether it can serve."""

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
    """The database answers and has been migrated; 503 otherwise, naming the part and never a secret."""
    try:
        connection.ensure_connection()
        current_server_epoch()
    except (DatabaseError, IndexError):
        return JsonResponse({"status": "unready", "database": "unavailable"}, status=503)
    return JsonResponse({"status": "ready", "database": "ok"})
