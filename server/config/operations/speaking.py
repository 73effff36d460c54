"""What commands of an operator have in common: a refusal in words, progress on a terminal, sizes."""

import sys
import time
from typing import TextIO

from django.utils.translation import gettext as _


class Refused(Exception):
    """The operation was not begun, or was given up and left everything as it was; says why and what to do."""


class Progress:
    """One line that counts files and bytes; silent unless a person is looking."""

    _EVERY_SECONDS = 0.2

    def __init__(self, doing: str, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._doing, self._files, self._bytes, self._told_at = doing, 0, 0, 0.0
        self._is_seen = self._stream.isatty()

    def count(self, size: int) -> None:
        self._files, self._bytes = self._files + 1, self._bytes + size
        if self._is_seen and time.monotonic() - self._told_at > self._EVERY_SECONDS:
            self._told_at = time.monotonic()
            self._stream.write(f"\r{self._line()}\033[K")
            self._stream.flush()

    def end(self) -> None:
        if self._is_seen:
            self._stream.write("\r\033[K")

    def _line(self) -> str:
        figures = {"doing": self._doing, "files": self._files, "bytes": size_in_words(self._bytes)}
        return _("%(doing)s: %(files)d files, %(bytes)s") % figures


def size_in_words(size: int) -> str:
    figure = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if figure < 1024:
            return f"{figure:.1f} {unit}" if unit != "B" else f"{size} B"
        figure /= 1024
    return f"{figure:.1f} TiB"
