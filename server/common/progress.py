"""A bar for long work that is counted in advance; silent unless a person is looking."""

import sys
from typing import TextIO

_WIDTH = 30


class Bar:
    def __init__(self, doing: str, stream: TextIO | None = None) -> None:
        self._doing, self._stream = doing, stream or sys.stderr
        self._is_seen = self._stream.isatty()

    def __call__(self, done: int, total: int) -> None:
        if self._is_seen:
            filled = "#" * (_WIDTH * done // max(total, 1))
            self._stream.write(f"\r{self._doing} [{filled:<{_WIDTH}}] {done}/{total}\033[K")
            self._stream.flush()

    def end(self) -> None:
        if self._is_seen:
            self._stream.write("\r\033[K")
            self._stream.flush()
