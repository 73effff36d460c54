"""An act as its first record and a correction make it together. Pure."""

from collections.abc import Mapping
from typing import Any


def together(members: Mapping[str, Any], original: Mapping[str, Any]) -> dict[str, Any]:
    """The act as both records make it, as the court judges it: what was said first stands, files add up."""
    return {
        **members,
        "fields": {**members["fields"], **original["fields"]},
        "evidence": [*original.get("evidence", ()), *members["evidence"]],
        "position": original.get("position") or members.get("position"),
    }
