"""Planted faults: each patched into both servers of one run, which has to find it.

A run that does not find them proves nothing by finding nothing else.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from django.apps import AppConfig


def doubled_effect() -> None:
    """A talk of the other court is taken down twice."""
    from server.exchange.services import effects

    real = effects._KINDS["talk"]
    twice: Any = lambda *given: [*real(*given), *real(*given)]  # noqa: E731
    effects._KINDS = {**effects._KINDS, "talk": twice}


def lost_message() -> None:
    """A result of the other court is confirmed, and not taken down."""
    from server.exchange.services import effects

    effects._KINDS = {**effects._KINDS, "result": lambda *given: []}


def missing_photo() -> None:
    """A photograph is said to have arrived, and was not kept."""
    from server.exchange.services import arriving_files

    arriving_files._keep_evidence = lambda wanted, blobs: arriving_files._note_arrival(wanted)


PLANTS: Mapping[str, Callable[[], None]] = {
    each.__name__: each for each in (doubled_effect, lost_message, missing_photo)
}


class Planted(AppConfig):
    name, label = "tests.exchange", "planted"

    def ready(self) -> None:
        PLANTS[os.environ["EXCHANGE_PLANT"]]()
