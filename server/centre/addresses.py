"""Addresses of the desk: what its list is narrowed to, and where it goes on, stand in the address and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from server.centre.desk import CaseList, Filters
from server.centre.states import level_name

DESK = "/centre/"


@dataclass(frozen=True, slots=True)
class Token:
    """One thing the list is narrowed to, and the address without it."""

    text: str
    without: str


@dataclass(frozen=True, slots=True)
class Addresses:
    query: str
    """What every link from this desk carries along, so that the list stays as it is."""
    first: str
    next: str
    tokens: list[Token]

    @classmethod
    def of(cls, filters: Filters, listed: CaseList) -> "Addresses":
        narrowed = filters.address
        place = {"after": filters.after.text} if filters.after else {}
        following = {"after": listed.next.text} if listed.next else {}
        texts = {"level": level_name(filters.level) if filters.level else ""}
        texts |= {"stage": listed.stage_name, "q": filters.words}
        return cls(
            query=urlencode(narrowed | place),
            first=_desk(narrowed),
            next=_desk(narrowed | following) if listed.next else "",
            tokens=[Token(texts[name], _desk(_without(narrowed, name))) for name in narrowed],
        )


def _without(values: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if key != name}


def _desk(values: Mapping[str, str]) -> str:
    return f"{DESK}?{urlencode(values)}" if values else DESK
