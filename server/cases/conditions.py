"""The conditions a flow file may put on a node: one fact, `fact == VALUE` or `fact != VALUE`; never run as code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_CONDITION = re.compile(r"\s*(?P<fact>[a-z][a-z0-9_]*)\s*(?:(?P<operator>==|!=)\s*(?P<value>[A-Za-z0-9_]+)\s*)?")


@dataclass(frozen=True)
class Condition:
    fact: str
    value: str | bool = True
    is_negated: bool = False

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """A fact that is not known equals nothing: `a == X` and `a` do not hold, `a != X` does."""
        known = facts.get(self.fact)
        equal = type(known) is type(self.value) and known == self.value
        return equal is not self.is_negated


def parse_condition(text: str) -> Condition:
    """Raises ValueError for anything beyond the three forms."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is none of: fact, fact == VALUE, fact != VALUE")
    if match["operator"] is None:
        return Condition(match["fact"])
    value = {"true": True, "false": False}.get(match["value"], match["value"])
    return Condition(match["fact"], value, match["operator"] == "!=")
