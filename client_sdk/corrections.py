"""An act as its records make it together. Pure."""

from collections.abc import Mapping
from typing import Any

SIGNATURES = "signatures"


def together(members: Mapping[str, Any], original: Mapping[str, Any]) -> dict[str, Any]:
    """The act as both records make it, as the court judges it: what was said first stands, files add up (R67, R115)."""
    return {
        **members,
        "fields": joined(original["fields"], members["fields"]),
        "evidence": [*original.get("evidence", ()), *members["evidence"]],
        "position": original.get("position") or members.get("position"),
    }


def joined(first: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """People sign one after the other: signatures add up, each name's filling in what it left open."""
    both = (first.get(SIGNATURES), later.get(SIGNATURES))
    fields = {**later, **first}
    if all(isinstance(signatures, list | tuple) for signatures in both):
        fields[SIGNATURES] = _by_name([each for signatures in both for each in signatures or ()])
    return fields


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
