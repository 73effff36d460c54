"""The production pipeline on one file. The limited process is forked instead of started, which is a tenth of its cost.

What runs in it is the same `limited.main` under the same limits, judged by the same `drawing.judge`.
"""

import json
import os
import selectors
import signal
import sys
import time
import traceback
from io import BytesIO
from typing import BinaryIO, NoReturn

from PIL import Image

from server.evidence import drawing, limited
from server.evidence.dimensions import MAX_PIXELS, declared_pixels
from server.evidence.drawing import THUMBNAIL_SIDE, Drawing
from server.evidence.media_types import HEAD_BYTES, PICTURES, detect

ANSWERS = {"", "not_an_image", "no_preview_for_type", "too_many_pixels", "too_costly", "unreadable"}
_STATED = 2000


def headers_read(content: bytes) -> None:
    """What must not raise on any bytes."""
    media_type = detect(content[:HEAD_BYTES])
    if media_type in PICTURES:
        declared_pixels(media_type, content)


def forked(file: BinaryIO) -> Drawing:
    """As `drawing.draw`."""
    output, complaint = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        _be_the_limited_process(file, output[1], complaint[1])
    os.close(output[1])
    os.close(complaint[1])
    is_late, said = _gathered(pid, (output[0], complaint[0]))
    _, status = os.waitpid(pid, 0)
    if is_late:
        return Drawing(reason="too_costly")
    return drawing.judge(os.waitstatus_to_exitcode(status), *said)


def _be_the_limited_process(file: BinaryIO, output: int, complaint: int) -> NoReturn:
    for number, own in enumerate((file.fileno(), output, complaint)):
        os.dup2(own, number)
    try:
        limited.main(THUMBNAIL_SIDE, MAX_PIXELS)
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _gathered(pid: int, pipes: tuple[int, int]) -> tuple[bool, list[bytes]]:
    """(whether it had to be killed, what each pipe gave)."""
    ends, said = time.monotonic() + drawing.SECONDS, {pipe: bytearray() for pipe in pipes}
    is_late = False
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            if time.monotonic() > ends and not is_late:
                os.kill(pid, signal.SIGKILL)
                is_late = True
            for key, _ in selector.select(1):
                block = os.read(key.fd, 1 << 16)
                said[key.fd] += block
                if not block:
                    selector.unregister(key.fd)
                    os.close(key.fd)
    return is_late, [bytes(said[pipe]) for pipe in pipes]


def faults_of(found: Drawing) -> list[str]:
    """What an answer must not be, whatever the file was."""
    faults = []
    if found.reason not in ANSWERS:
        faults.append(f"an unknown answer: {found.reason[:80]}")
    if bool(found.thumbnail) == bool(found.reason):
        faults.append("neither a preview nor a reason, or both")
    if found.thumbnail and not _is_a_thumbnail(found.thumbnail):
        faults.append("a preview that is no small JPEG")
    if any(side is not None and not 0 <= side < 2**31 for side in (found.width, found.height)):
        faults.append("a size no column holds")
    return faults + _faults_stated(found)


def _is_a_thumbnail(content: bytes) -> bool:
    with Image.open(BytesIO(content), formats=["JPEG"]) as image:
        return max(image.size) <= THUMBNAIL_SIDE


def _faults_stated(found: Drawing) -> list[str]:
    try:
        text = json.dumps(found.exif, allow_nan=False)
    except ValueError:
        return ["a statement that is no JSON"]
    return ["a statement no database takes"] if len(text) > _STATED or "\\u0000" in text or "\\ud" in text else []
