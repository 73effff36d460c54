"""The same debtor elsewhere (关联查询), as a case's unit tells it. Pure: the day is an argument."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from client_sdk.members import date_of, objects


@dataclass(frozen=True)
class RelatedSeal:
    """A seal, seizure or freeze in another case of the same debtor."""

    kind: str
    """Of the act: SEAL, SEIZE, FREEZE_COUNTER."""
    on: date | None
    expires_on: date | None = None
    property: str = ""
    """Class of what is held, as the kind of the act has it: REAL_ESTATE, …"""
    refs: tuple[str, ...] = ()
    """Numbers in a register: plate, title."""
    is_waiting: bool = False
    """It waits its turn behind another (轮候)."""
    may_be_released: bool = False
    """Something was released in that case later: ask its court what."""

    def stands_on(self, day: date) -> bool:
        """In force on that day, the last one included, as far as the court told; without an end until it says so."""
        return self.expires_on is None or self.expires_on >= day


@dataclass(frozen=True)
class Resistance:
    """Resistance on record; `kind` is VIOLENCE, CROWD, REFUSES_ENTRY, …"""

    kind: str
    on: date | None


@dataclass(frozen=True)
class RelatedCase:
    """Another case of the same debtor, in any court: no id, no names, no sums. More is asked of its court."""

    case_no: str
    court: str
    status: str
    stage: str = ""
    seals: tuple[RelatedSeal, ...] = ()
    """All that were told, those that have run out too: see `seals_on`."""
    resistance: tuple[Resistance, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def seals_on(self, day: date) -> tuple[RelatedSeal, ...]:
        """Those in force on that day."""
        return tuple(seal for seal in self.seals if seal.stands_on(day))


def related_of(data: Mapping[str, Any]) -> tuple[tuple[RelatedCase, ...], int]:
    """What a unit tells, those with resistance first, and how many cases more there are."""
    told = data.get("related")
    members = told if isinstance(told, Mapping) else {}
    more = members.get("more")
    return tuple(map(_case, objects(members.get("cases")))), more if isinstance(more, int) else 0


def _case(each: Mapping[str, Any]) -> RelatedCase:
    return RelatedCase(
        case_no=str(each.get("case_no", "")),
        court=str(each.get("court", "")),
        status=str(each.get("status", "")),
        stage=str(each.get("stage", "")),
        seals=tuple(map(_seal, objects(each.get("seals")))),
        resistance=tuple(
            Resistance(str(told.get("kind", "")), date_of(told.get("on"))) for told in objects(each.get("resistance"))
        ),
        raw=each,
    )


def _seal(each: Mapping[str, Any]) -> RelatedSeal:
    refs = each.get("refs")
    return RelatedSeal(
        kind=str(each.get("kind", "")),
        on=date_of(each.get("on")),
        expires_on=date_of(each.get("expires_on")),
        property=str(each.get("property", "")),
        refs=tuple(map(str, refs)) if isinstance(refs, list) else (),
        is_waiting=each.get("order") == "WAITING",
        may_be_released=each.get("may_be_released") is True,
    )
