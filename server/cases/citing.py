"""A basis cited by the version of the law in force on the day of the act: article numbers moved, the rule did not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from server.cases.located_yaml import SafeLoader

_FILE = Path(__file__).parent / "law" / "civil_procedure_law.yaml"
_UNKNOWN = ""


@dataclass(frozen=True)
class Law:
    name: str
    versions: tuple[tuple[date, str], ...]
    """Each with its first day, the oldest first."""
    articles: tuple[Mapping[str, str], ...]
    """By version, of one rule each."""

    @property
    def newest(self) -> str:
        return self.versions[-1][1]

    def version_on(self, day: date) -> str:
        """Empty before the oldest one known here."""
        return next((version for begun, version in reversed(self.versions) if begun <= day), _UNKNOWN)

    def article(self, number: str, version: str) -> str | None:
        """The number, in `version`, of what the newest version calls `number`; None where nobody looked it up."""
        if version == self.newest:
            return number
        return next((each.get(version) for each in self.articles if each[self.newest] == number), None)


@dataclass(frozen=True)
class Citation:
    text: str
    """The basis with the article numbers of that day."""
    law_version: str = ""
    """Of 民诉法, where the basis cites it: 2012, 2021, 2023."""
    newer_numbers: tuple[str, ...] = ()
    """Articles left as the newest version numbers them: how they were numbered then is not known here."""


@cache
def civil_procedure_law() -> Law:
    document = yaml.load(_FILE.read_text(encoding="utf-8"), SafeLoader)
    versions = tuple((each["from"], each["version"]) for each in document["versions"])
    keys = {version for _, version in versions}
    articles = tuple({key: text for key, text in each.items() if key in keys} for each in document["articles"])
    return Law(document["law"], versions, articles)


def cited(basis: str, acted_on: date) -> Citation:
    """`basis` as a flow file has it (the newest numbers), for an act of that day: `民诉法237` was 233 in 2023."""
    law = civil_procedure_law()
    places = re.compile(rf"(?P<law>{law.name})(?P<numbers>\d+(?:[,、-]\d+)*)")
    if not places.search(basis):
        return Citation(basis)
    version = law.version_on(acted_on)
    left: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        article = law.article(match[0], version) if version else None
        if article is None:
            left.append(match[0])
        return article or match[0]

    text = places.sub(lambda place: place["law"] + re.sub(r"\d+", numbered, place["numbers"]), basis)
    return Citation(text, version, tuple(left))
