"""One server process: started so that it cannot outlive us, awaited by asking it, ended by its pid."""

import contextlib
import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_READY_SECONDS = 60.0


class NotReady(Exception):
    """The server ended early or did not answer in time; carries the end of its log."""


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, from below those the kernel hands to every passing connection."""
    ports = set[int]()
    while len(ports) < count:
        port = 10_000 + secrets.randbelow(20_000)  # not `random`: every worker of a test run has the same seed
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            ports.add(port)
    return sorted(ports)


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    *,
    folder: Path,
    is_ready: Callable[[], bool],
    stop_signal: signal.Signals = signal.SIGTERM,
    user: int | None = None,
) -> Iterator[int]:
    """Run `command` in `folder`, wait until `is_ready()`, yield its pid; end it on the way out, whatever happens.

    Must be entered from a thread that lives as long as the server: on Linux the kernel ends the server with it.
    """
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent(stop_signal),
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    try:
        _wait_until_ready(process, is_ready, log)
        yield process.pid
    finally:
        _stop(process, stop_signal)


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask_kernel() -> None:  # runs after the change of user, which would have cleared the wish
        prctl(_PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def _wait_until_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not is_ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            reason = f"ended with {process.returncode}" if ended else f"not ready after {_READY_SECONDS:.0f} s"
            raise NotReady(f"{process.args!r} {reason}\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(stop_signal)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
