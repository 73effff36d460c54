"""Several records of one act: what was said first stands, and signatures add up. Pure.

People sign one after the other, on one phone or on two, and some only when an act is supplemented: a signature that
comes later joins those before it, and fills in what the one in the same name left open.
"""

from collections.abc import Mapping
from typing import Any

SIGNATURES = "signatures"


def joined(first: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an act as an earlier and a later record of it make them together."""
    fields = {**later, **first}
    ours, theirs = first.get(SIGNATURES), later.get(SIGNATURES)
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        fields[SIGNATURES] = _signatures([*ours, *theirs])
    return fields


def _signatures(all_: list[Any]) -> list[Any]:
    places: dict[str, int] = {}
    found: list[Any] = []
    for each in all_:
        name = each.get("name") if isinstance(each, Mapping) else None
        place = places.get(name.strip()) if isinstance(name, str) else None
        if place is None:
            places |= {name.strip(): len(found)} if isinstance(name, str) and name.strip() else {}
            found.append(each)
        else:
            found[place] = {**each, **{key: said for key, said in found[place].items() if said not in (None, "")}}
    return found
