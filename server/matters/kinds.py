"""Kinds of matters as data: what each needs of papers and words, how long it takes, what may come of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from server.common.hashing import canonical_json, sha256_hex

CURRENT = "matters@2026.11-1"
FILES = Path(__file__).parent / "kinds"
LISTS = ("papers", "result_papers", "members", "reasons")
AMOUNT, RANK, EXPIRES = "amount", "rank", "expires_on"
NEEDS = frozenset({AMOUNT, RANK, EXPIRES})

Names = tuple[str, str]
"""Chinese, English."""


@dataclass(frozen=True, slots=True)
class ResultCode:
    key: str
    names: Names
    needs: tuple[str, ...]
    is_measure: bool
    is_irreversible: bool


@dataclass(frozen=True, slots=True)
class Kind:
    key: str
    names: Names
    family: str
    days: int | None
    """None: the asking court states how many."""
    weight: float
    papers: Mapping[str, int]
    asks: tuple[str, ...]
    results: tuple[str, ...]
    property: tuple[str, ...]
    """Members that together say which property it is about."""
    release: str

    def missing_papers(self, counts: Mapping[str, int]) -> tuple[str, ...]:
        return tuple(slot for slot, wanted in self.papers.items() if counts.get(slot, 0) < wanted)

    def missing_members(self, request: Mapping[str, Any], *, days: int | None) -> tuple[str, ...]:
        missing = [name for name in self.asks if not str(request.get(name) or "").strip()]
        return (*missing, *(["limit_days"] if self.days is None and days is None else []))

    def property_of(self, request: Mapping[str, Any]) -> str:
        """The same for the same property, whatever is asked about it; empty where the kind is about none."""
        named = ["".join(str(request.get(name) or "").split()).upper() for name in self.property]
        return sha256_hex(canonical_json([self.family, *named])) if named and all(named) else ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    version: str
    names: Mapping[str, Mapping[str, Names]]
    """Of papers, result papers, members and reasons of a return, by list."""
    results: Mapping[str, ResultCode]
    kinds: Mapping[str, Kind]


@cache
def catalogue(version: str = CURRENT) -> Catalogue:
    return compiled(yaml.safe_load((FILES / f"{version}.yaml").read_text(encoding="utf-8")))


def is_known(version: str) -> bool:
    """Whether this server has that file of kinds: another may be ahead of it."""
    return bool(version) and (FILES / f"{version}.yaml").is_file()


def compiled(file: Mapping[str, Any]) -> Catalogue:
    """From a file in which `kinds_check.mistakes_in` finds none."""
    return Catalogue(
        version=file["version"],
        names={each: {key: _names(names) for key, names in file[each].items()} for each in LISTS},
        results={key: _result(key, row) for key, row in file["results"].items()},
        kinds={key: _kind(key, row) for key, row in file["kinds"].items()},
    )


def _names(names: Any) -> Names:
    zh, en = names
    return str(zh), str(en)


def _result(key: str, row: Mapping[str, Any]) -> ResultCode:
    flags = (bool(row.get("measure")), bool(row.get("irreversible")))
    return ResultCode(key, _names(row["names"]), tuple(row["needs"]), *flags)


def _kind(key: str, row: Mapping[str, Any]) -> Kind:
    lists = (tuple(row["asks"]), tuple(row["results"]), tuple(row["property"]))
    papers = dict(row["papers"])
    return Kind(
        key, _names(row["names"]), row["family"], row.get("days"), row["weight"], papers, *lists, row.get("release", "")
    )


def said(names: Names, language: str) -> str:
    return names[1] if language.startswith("en") else names[0]
