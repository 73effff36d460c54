"""Addresses of the desk: what its list is narrowed to, and where it goes on, stand in the address and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from server.centre.care import Place
from server.centre.desk_filters import Choices, Filters
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

    whole: str
    """The same list, narrowed to nothing."""

    @classmethod
    def of(cls, filters: Filters, names: Mapping[str, str], choices: Choices, following: Place | None) -> "Addresses":
        """`names`: of the stage and the cause the list is narrowed to."""
        narrowed = filters.address
        place = {"after": filters.after.text} if filters.after else {}
        texts = {"level": level_name(filters.level) if filters.level else "", "mine": _("In my hands"), **names}
        return cls(
            query=urlencode(narrowed | place),
            first=_desk(narrowed),
            next=_desk(narrowed | {"after": following.text}) if following else "",
            tokens=[
                Token(texts.get(name) or choices.name_of(name, value), _desk(_without(narrowed, name)))
                for name, value in filters.narrowed.items()
            ],
            whole=_desk({"by": filters.by} if filters.by else {}),
        )


def _without(values: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if key != name}


def _desk(values: Mapping[str, str]) -> str:
    return f"{DESK}?{urlencode(values)}" if values else DESK
