"""Named moments of a write at which a test may end the process, so that "kill -9 at any moment" can be proved."""

from collections.abc import Callable

_watcher: Callable[[str], None] | None = None


def reached(moment: str) -> None:
    """Called where a power cut would hurt most: "after fsync", "before commit" and so on."""
    if _watcher:
        _watcher(moment)


def watch(watcher: Callable[[str], None] | None) -> None:
    """For tests only; None stops watching."""
    global _watcher
    _watcher = watcher
