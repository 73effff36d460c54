"""The eight papers as data: which go with a whole case, and how many of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CURRENT = "delegation@2026.11-1"
FILES = Path(__file__).parent / "lists"


@dataclass(frozen=True, slots=True)
class Slot:
    key: str
    names: tuple[str, str]
    """Chinese, English."""
    count: int


@dataclass(frozen=True, slots=True)
class PaperList:
    version: str
    slots: Mapping[str, Slot]

    def missing(self, counts: Mapping[str, int]) -> tuple[str, ...]:
        return tuple(slot.key for slot in self.slots.values() if counts.get(slot.key, 0) < slot.count)


@cache
def paper_list(version: str = CURRENT) -> PaperList:
    return compiled(yaml.safe_load((FILES / f"{version}.yaml").read_text(encoding="utf-8")))


def compiled(file: Mapping[str, Any]) -> PaperList:
    """From a file in which `mistakes_in` finds none."""
    slots = {key: Slot(key, (str(row["names"][0]), str(row["names"][1])), row["count"]) for key, row in _rows(file)}
    return PaperList(file["version"], slots)


def _rows(file: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from file["papers"].items()


def mistakes_in(file: Any) -> list[str]:
    """What is wrong with a file of papers, as `place: fault`; nothing for one that may be used."""
    try:
        slots = compiled(file).slots
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as fault:
        return [f"file: {type(fault).__name__} {fault}"]
    wrong = [slot.key for slot in slots.values() if type(slot.count) is not int or not 0 <= slot.count <= 20]
    return [
        *(f"papers.{key}: count" for key in wrong),
        *([] if any(s.count for s in slots.values() if s.key not in wrong) else ["papers: none wanted"]),
    ]
