"""What a joint operation came to, from the acts themselves. Pure: nobody types a figure here."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ACHIEVED = frozenset({"DONE", "PARTIAL"})
MONEY = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Act:
    kind: str
    fields: Mapping[str, Any]
    """Of all its records; what was said first stands."""
    counts: bool
    """False while a person must look at it."""


@dataclass(slots=True)
class Tally:
    by_kind: Counter[str] = field(default_factory=Counter)
    persons_found: int = 0
    persons_compelled: int = 0
    persons_detained: int = 0
    sum_effected: Decimal = Decimal(0)
    """Frozen or deducted at counters, as the acts say."""
    waiting: int = 0
    """Acts that count nowhere yet."""


def tally_of(acts: Iterable[Act]) -> Tally:
    tally = Tally()
    for act in acts:
        if not act.counts:
            tally.waiting += 1
            continue
        tally.by_kind[act.kind] += 1
        if act.fields.get("result") in ACHIEVED:
            tally.persons_found += act.kind == "LOCATE" and act.fields.get("target") == "PERSON"
            tally.persons_compelled += act.kind == "COMPEL"
            tally.persons_detained += act.kind == "DETAIN"
            tally.sum_effected += _sum(act.fields.get("amount_effected"))
    return tally


def _sum(stated: Any) -> Decimal:
    """0 for what is no sum of money (docs/reference/kinds.md): a device may write anything there."""
    return Decimal(stated) if isinstance(stated, str) and MONEY.fullmatch(stated) else Decimal(0)
