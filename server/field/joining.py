"""Several records of one act: what was said first stands; signatures and recordings add up. Pure.

People sign one after the other, on one phone or on two, and some only when an act is supplemented: a signature that
comes later joins those before it, and fills in what the one in the same name left open. Who only helped, by filming
perhaps, contributes: his files, signatures and recordings count for the act, his words stand beside it.
"""

from collections.abc import Mapping
from typing import Any

from server.common.hashing import canonical_json

SIGNATURES, RECORDINGS = "signatures", "recordings"
CONTRIBUTES_TO = "contributes_to"


def is_contribution(fields: Mapping[str, Any]) -> bool:
    """Whether its officer says that it is part of another's act."""
    return isinstance(fields.get(CONTRIBUTES_TO), Mapping)


def counted(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a record says for the act; its owner alone takes more of a contribution over, in a record of his own."""
    if not is_contribution(fields):
        return fields
    return {name: fields[name] for name in (SIGNATURES, RECORDINGS) if name in fields}


def joined(first: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an act as an earlier and a later record of it make them together."""
    fields = {**later, **first}
    for name, joining in ((SIGNATURES, _signatures), (RECORDINGS, _once_each)):
        ours, theirs = first.get(name), later.get(name)
        if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
            fields[name] = joining([*ours, *theirs])
    return fields


def _once_each(all_: list[Any]) -> list[Any]:
    """Told apart by their JSON: a record may list tens of thousands, which nobody compares each with each."""
    first: dict[bytes, Any] = {}
    for each in all_:
        first.setdefault(canonical_json(each), each)
    return list(first.values())


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
