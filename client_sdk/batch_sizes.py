"""How much to push and to pull at once: what the court wishes, and no more than the line bears. Pure."""

from collections.abc import Mapping
from typing import Any

from client_sdk import wire
from client_sdk.errors import NotSent

PAGE_BYTES = 256 * 1024
MIN_PAGE_BYTES = 16 * 1024
FIRST_PUSH_BYTES = 1024 * 1024
MIN_PUSH_BYTES = 16 * 1024
# A push never starts above this, so that signing, compressing and a cut line stay cheap.
MAX_PUSH_BYTES = 4 * 1024 * 1024
# So that the four attempts of one sync come down from the first to the least.
CUT_TO = 4


class BatchSizes:
    """Of one sync: what was once too much is not tried again in it."""

    def __init__(self) -> None:
        self.operations = self.most_operations = wire.MAX_OPERATIONS
        self.push_bytes = FIRST_PUSH_BYTES
        self.thumbnail_bytes = wire.MAX_THUMBNAILS_BYTES
        self.page_bytes = PAGE_BYTES
        self._bearable = MAX_PUSH_BYTES

    def take(self, wishes: Mapping[str, Any]) -> None:
        """The court's wishes for the next push, which do not know how large our operations are."""
        self.operations = clamp(wishes.get("max_operations"), 1, self.most_operations, self.operations)
        self.push_bytes = clamp(wishes.get("max_bytes"), MIN_PUSH_BYTES, self._bearable, self.push_bytes)

    def halve(self, operations: int, *, has_thumbnails: bool) -> None:
        """After a 413. Raises NotSent where nothing is left to leave out."""
        if operations > 1:
            self.operations = self.most_operations = operations // 2
        elif has_thumbnails:
            self.thumbnail_bytes = 0
        else:
            raise NotSent("server_fault", status=413)

    def cut(self) -> None:
        """The line went away in the middle: a smaller push or page may pass between two cuts."""
        self.push_bytes = self._bearable = max(MIN_PUSH_BYTES, self.push_bytes // CUT_TO)
        self.thumbnail_bytes //= CUT_TO
        self.page_bytes = max(MIN_PAGE_BYTES, self.page_bytes // CUT_TO)


def clamp(value: Any, lowest: int, highest: int, otherwise: int) -> int:
    return max(lowest, min(value, highest)) if type(value) is int else otherwise
