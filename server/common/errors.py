"""One error for everything a client may be told; codes are promises, listed in docs/reference/errors.md."""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """`message` is translated and says what to do; `details` are extra members of the problem document,
    `headers` extra headers of its answer."""

    def __init__(
        self,
        code: str,
        status: int,
        message: str,
        details: Mapping[str, Any] | None = None,
        *,
        retry_after_seconds: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.message = message
        self.details = dict(details or {})
        self.retry_after_seconds = retry_after_seconds
        self.headers = dict(headers or {})
