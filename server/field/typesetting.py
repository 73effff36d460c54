"""Has a paper set by a limited process, a few at a time, so that no request waits long and none takes the machine."""

import base64
import hashlib
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.evidence.services.papers import MAX_PAPER_BYTES

SECONDS = 60
AT_ONCE = 2
WAIT_SECONDS = 10
TEMPLATE = Path(__file__).parent / "typeset"
_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from server.field.set_paper import main; main()"
_turns = threading.BoundedSemaphore(AT_ONCE)
logger = logging.getLogger(__name__)


@cache
def engine() -> str:
    """What besides its content decides a paper's bytes: the template, the typesetter, the fonts."""
    files = b"".join(path.read_bytes() for path in sorted(TEMPLATE.iterdir()))
    return f"{hashlib.sha256(files).hexdigest()} {version('typst')} {version('pylopdf-fonts-zh-cn')}"


def typeset(sheet: str, terms: str, pictures: Mapping[str, bytes]) -> bytes:
    """The PDF. Raises DomainError 503 `papers_busy`, 422 `paper_not_set` (it was too long to set, or too large)."""
    texts = {sha256: base64.b64encode(content).decode() for sha256, content in pictures.items()}
    given = json.dumps({"sheet": sheet, "terms": terms, "pictures": texts}).encode()
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise DomainError("papers_busy", 503, _("Other papers are being set: try again."), retry_after_seconds=5)
    try:
        return _set(given)
    finally:
        _turns.release()


def _set(given: bytes) -> bytes:
    command = [sys.executable, "-I", "-c", _PROGRAM, str(_ROOT)]
    try:
        # An empty environment: the process needs none of our secrets.
        done = subprocess.run(command, input=given, capture_output=True, timeout=SECONDS, env={}, cwd="/", check=False)
    except subprocess.TimeoutExpired:
        raise _not_set() from None
    if done.returncode or not 0 < len(done.stdout) <= MAX_PAPER_BYTES:
        logger.error("a paper could not be set: %s", done.stderr[-2000:].decode(errors="replace"))
        raise _not_set()
    return done.stdout


def _not_set() -> DomainError:
    return DomainError("paper_not_set", 422, _("This paper could not be set. The act and its files are as they were."))
