"""Has a picture, film or sound examined by a limited process, and survives whatever the file does to it."""

import json
import os
import selectors
import struct
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE
from typing import Any, BinaryIO

from server.evidence.dimensions import MAX_PIXELS

SECONDS = 60
MOST_SAID = 8 * 1024 * 1024
"""Bytes; an answer has a few hundred thousand at most."""
THUMBNAIL_SIDE = 512
PROVISIONAL_PIXELS = 1024 * 1024
_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from server.evidence.limited import main; main(int(sys.argv[2]), int(sys.argv[3]))"
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """`reason` says why there is no `thumbnail`."""

    thumbnail: bytes = b""
    reason: str = ""
    width: int | None = None
    height: int | None = None
    exif: dict[str, Any] = field(default_factory=dict)
    dhash: str = ""


def draw(file: BinaryIO, *, side: int = THUMBNAIL_SIDE, max_pixels: int = MAX_PIXELS) -> Drawing:
    """An upright JPEG of at most `side` pixels, and what the file states of itself. `file` is a real, open file.

    A process that dies, hangs or babbles is the picture's fault: `too_costly` or `unreadable`. OSError where none could
    be started is not.
    """
    ended = _run([sys.executable, "-I", "-c", _PROGRAM, str(_ROOT), str(side), str(max_pixels)], file)
    return judge(*ended) if ended else Drawing(reason="too_costly")


def _run(command: list[str], file: BinaryIO) -> tuple[int, bytes, bytes] | None:
    """Its end and what it said; None where it had to be ended, because it took too long or said more than an answer."""
    # An empty environment: the process needs none of our secrets.
    with subprocess.Popen(command, stdin=file, stdout=PIPE, stderr=PIPE, env={}, cwd="/") as process:
        try:
            said = _said_by(process, time.monotonic() + SECONDS)
        finally:
            process.kill()  # of one that has ended nothing more ends
    return (process.returncode, *said) if said else None


def _said_by(process: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes] | None:
    assert process.stdout
    assert process.stderr
    output, complaint = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, output)
        selector.register(process.stderr, selectors.EVENT_READ, complaint)
        while selector.get_map():
            found = selector.select(until - time.monotonic())
            if not found or len(output) + len(complaint) > MOST_SAID:
                return None
            for key, _events in found:
                block = os.read(key.fd, 1 << 16)
                key.data.extend(block)
                if not block:
                    selector.unregister(key.fileobj)
    try:
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        return None
    return bytes(output), bytes(complaint)


def judge(returncode: int, output: bytes, complaint: bytes) -> Drawing:
    """What the way a limited process ended says of its file."""
    if returncode < 0 or b"MemoryError" in complaint:
        return Drawing(reason="too_costly")
    return _parse(output) if returncode == 0 else Drawing(reason="unreadable")


def _parse(output: bytes) -> Drawing:
    try:
        (length,) = struct.unpack(">I", output[:4])
        found = json.loads(output[4 : 4 + length])
        return Drawing(
            output[4 + length :],
            str(found.get("reason", "")),
            found.get("width"),
            found.get("height"),
            dict(found.get("exif", {})),
            str(found.get("dhash", ""))[:16],
        )
    except (struct.error, ValueError, TypeError, AttributeError):
        return Drawing(reason="unreadable")
