"""How long to try and when to give up: full jitter, the server's Retry-After as the least, bounded in all. Pure."""

from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

BASE_SECONDS = 0.5
CAP_SECONDS = 20.0
ATTEMPTS = 4
# Of a sync for which nobody says how much.
PATIENCE_SECONDS = 60.0


class Patience:
    """Of one sync. `random` gives numbers from 0 to 1; `seconds` is all it may spend waiting."""

    def __init__(self, random: Callable[[], float], seconds: float = PATIENCE_SECONDS) -> None:
        self._random = random
        self._left = seconds
        self._failures = 0

    def reset(self) -> None:
        """Something went well."""
        self._failures = 0

    def spend(self, seconds: float) -> bool:
        """Wait so long for what was asked before the first attempt; False where that is too long."""
        if seconds > self._left:
            return False
        self._left -= seconds
        return True

    def next_wait(self, retry_after: float | None = None) -> float | None:
        """Seconds to wait before the next attempt, None when it is time to give up."""
        self._failures += 1
        window = min(CAP_SECONDS, BASE_SECONDS * 2.0 ** (self._failures - 1))
        # Above the stated wait, so that a thousand phones told "30 s" do not come back in the same instant.
        wait: float = (retry_after or 0.0) + self._random() * window
        return wait if self._failures < ATTEMPTS and self.spend(wait) else None


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header; a date counts from the reply's own Date, never from our clock."""
    text = headers.get("retry-after", "")
    if text.isdecimal():
        return float(text)
    try:
        asked, sent = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (asked - sent).total_seconds())
    except (TypeError, ValueError):
        return None
