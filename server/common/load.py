"""How many requests wait for a thread of this process, and what follows: who is sent away, who is asked to pause."""

from server.common import spreading

RETRY_LEAST_SECONDS, RETRY_QUIET_SECONDS, RETRY_FULL_SECONDS = 2, 10, 40
MOST_PAUSE_MS = 10_000
# Of the queue. What an officer recorded comes first, then what he reads, then bytes: the order of a sync.
_SHARES = (("/api/v1/uploads/", 0.5), ("/api/v1/papers/", 0.5), ("/api/v1/sync/pull", 0.75))
_ALWAYS = ("/healthz", "/readyz", "/api/v1/sync/sos")


class Load:
    """Of one web process. Read from any thread; changed on the event loop alone."""

    def __init__(self, *, room: int = 0) -> None:
        self.room = room
        """How many may wait; 0 is without end."""
        self.waiting = 0

    def admits(self, path: str) -> bool:
        """Whether one more may wait. Sending away early is cheap; a queue without end answers nobody in time."""
        if not self.room or path in _ALWAYS:
            return True
        share = next((share for prefix, share in _SHARES if path.startswith(prefix)), 1.0)
        return self.waiting < self.room * share

    def retry_after_seconds(self) -> int:
        """For a 503: the fuller the queue, the wider those who must come back are spread."""
        most = RETRY_QUIET_SECONDS + (RETRY_FULL_SECONDS - RETRY_QUIET_SECONDS) * self._filled()
        return spreading.between(RETRY_LEAST_SECONDS, most)

    def pause_ms(self) -> int:
        """Before a device's next request: nothing while few wait, up to ten seconds as the queue fills."""
        filled = self._filled()
        return spreading.around(round(MOST_PAUSE_MS * 0.8 * filled)) if filled > 0.25 else 0

    def _filled(self) -> float:
        return min(1.0, self.waiting / self.room) if self.room else 0.0


load = Load()
"""Of this process; `config.asgi_pool` counts."""
