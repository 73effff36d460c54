"""What a look at one part of the server found, in words, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    FINE = "fine"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    level: Level
    says: str
    do: str = ""

    @property
    def is_fault(self) -> bool:
        return self.level is Level.FAULT


def fine(code: str, says: str) -> Finding:
    return Finding(code, Level.FINE, says)


def note(code: str, says: str, do: str) -> Finding:
    """Worth knowing; the server works as it should."""
    return Finding(code, Level.NOTE, says, do)


def fault(code: str, says: str, do: str) -> Finding:
    return Finding(code, Level.FAULT, says, do)
