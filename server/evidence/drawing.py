"""Has a picture, film or sound examined by a limited process, and survives whatever the file does to it."""

import json
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from server.evidence.dimensions import MAX_PIXELS

SECONDS = 60
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
    command = [sys.executable, "-I", "-c", _PROGRAM, str(_ROOT), str(side), str(max_pixels)]
    try:
        # An empty environment: the process needs none of our secrets.
        done = subprocess.run(command, stdin=file, capture_output=True, timeout=SECONDS, env={}, cwd="/", check=False)
    except subprocess.TimeoutExpired:
        return Drawing(reason="too_costly")
    return judge(done.returncode, done.stdout, done.stderr)


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
