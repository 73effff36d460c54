"""Commands that speak to an operator: Chinese first, English where the locale says so; progress on a terminal."""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, TextIO

from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

LANGUAGES = ("zh-hans", "en")


class Refused(Exception):
    """The operation was not begun, or was given up and left everything as it was; says why and what to do."""


def language_of(environment: Mapping[str, str]) -> str:
    """English where the locale says English, otherwise Chinese: also for `C`, which says nothing."""
    said = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "en" if said.lower().startswith("en") else "zh-hans"


class SpokenCommand(BaseCommand):
    requires_system_checks = []  # they are for servers; this runs when something is wrong

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", choices=LANGUAGES, help="otherwise as LANG says")

    def execute(self, *args: Any, **options: Any) -> str | None:
        with translation.override(options.get("language") or language_of(os.environ)):
            return super().execute(*args, **options)


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
