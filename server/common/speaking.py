"""Commands that speak to an operator: Chinese first, English where the locale says so."""

import os
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

LANGUAGES = ("zh-hans", "en")


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
