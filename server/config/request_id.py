"""One id per request, in its answer, its problem document and every log line it causes."""

import logging
import re
from contextvars import ContextVar

from server.common.ids import new_id

HEADER = "X-Request-Id"
current: ContextVar[str] = ContextVar("request_id", default="-")
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id_from(header: str | None) -> str:
    """The caller's own id when it is harmless in a log, otherwise a fresh one."""
    return header if header and _ACCEPTED.fullmatch(header) else str(new_id())


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True
