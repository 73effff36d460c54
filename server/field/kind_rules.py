"""Rules of kinds that a court tightens or loosens, by their names. Pure; `people` keeps them and enters each change."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from server.field.kinds import Document

LEVELS = ("block", "warn", "off")


def rules_of(document: Document) -> dict[str, Mapping[str, Any]]:
    """Every rule by its name, those of the kinds too; and that of the shape."""
    listed = [document["shape"], *document["rules"], *(rule for kind in document["kinds"] for rule in kind["rules"])]
    return {rule["rule"]: rule for rule in listed}


def rule_named(document: Document, name: str) -> Mapping[str, Any] | None:
    """`common.officers_two`, `SEAL.shot:ITEM`, or for one kind alone `SEARCH/common.filmed`."""
    kind, slash, rest = name.partition("/")
    if slash and kind not in {each["key"] for each in document["kinds"]}:
        return None
    return rules_of(document).get(rest if slash else name)


def near(document: Document, name: str) -> list[str]:
    return get_close_matches(name.rpartition("/")[2], list(rules_of(document)), 3, 0.5)


def unknown_in(document: Document, overrides: Mapping[str, str]) -> Iterator[str]:
    """What a court changed and no rule is called any more."""
    return (name for name in overrides if rule_named(document, name) is None)
