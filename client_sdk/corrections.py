"""An act as its records make it together. Pure."""

import json
from collections.abc import Mapping
from typing import Any

SIGNATURES, RECORDINGS = "signatures", "recordings"
CONTRIBUTES_TO = "contributes_to"


def together(members: Mapping[str, Any], original: Mapping[str, Any]) -> dict[str, Any]:
    """The act as both records make it, as the court judges it: what was said first stands, files add up (R67, R115)."""
    return {
        **members,
        "fields": joined(counted(original["fields"]), counted(members["fields"])),
        "evidence": [*original.get("evidence", ()), *members["evidence"]],
        "position": original.get("position") or members.get("position"),
    }


def joined(first: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """Signatures add up, each name's filling in what it left open; recordings add up, the same one once."""
    fields = {**later, **first}
    for name, of_both in ((SIGNATURES, _by_name), (RECORDINGS, _different)):
        both = [said.get(name) for said in (first, later)]
        if all(isinstance(listed, list | tuple) for listed in both):
            fields[name] = of_both([each for listed in both for each in listed or ()])
    return fields


def is_contribution(fields: Mapping[str, Any]) -> bool:
    return isinstance(fields.get(CONTRIBUTES_TO), Mapping)


def counted(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a contribution (R116) the words stand beside the act; signatures and recordings count for it."""
    if is_contribution(fields):
        return {name: said for name, said in fields.items() if name in (SIGNATURES, RECORDINGS)}
    return fields


def _different(recordings: list[Any]) -> list[Any]:
    """Told apart by their JSON, in time that grows with their number alone."""
    out: dict[str, Any] = {}
    for each in recordings:
        out.setdefault(json.dumps(each, sort_keys=True), each)
    return list(out.values())


def _by_name(signatures: list[Any]) -> list[Any]:
    named: dict[str, int] = {}
    out: list[Any] = []
    for signature in signatures:
        name = signature.get("name") if isinstance(signature, Mapping) else None
        name = name.strip() if isinstance(name, str) else ""
        if not name or name not in named:
            named.setdefault(name, len(out))
            out.append(signature)
            continue
        standing = out[named[name]]
        out[named[name]] = {**signature, **{key: said for key, said in standing.items() if said not in (None, "")}}
    return out
