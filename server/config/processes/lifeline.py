"""A child of `serve` dies with it, also when `serve` is killed with -9."""

import ctypes
import os
import signal
import sys
import threading
from typing import Literal

PARENT = "ZHIXING_SERVED_BY"
_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 1.0


def is_served() -> bool:
    return PARENT in os.environ


def system_checks() -> list[str] | Literal["__all__"]:
    """For `requires_system_checks`: `serve` has made them for its children, and only web need load the whole API."""
    return [] if is_served() else "__all__"


def die_with_parent() -> None:
    """For a child of `serve`: SIGTERM to us when it is gone. Alone it does nothing."""
    if not is_served():
        return
    parent = int(os.environ[PARENT])
    # Ctrl-C in a terminal reaches the whole group; the parent alone decides, and tells us once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # gone before we asked to be told
            os.kill(os.getpid(), signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    gone = threading.Event()
    while os.getppid() == parent:
        gone.wait(_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
