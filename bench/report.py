"""What a measurement says: one object, printed last."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Report:
    """`figure` in `unit`, beside the `floor` of the same run. CPU per 1,000 of whatever `unit` counts."""

    name: str
    figure: float
    unit: str
    floor: float
    aim: float
    cpu_s_per_1000: float
    db_cpu_s_per_1000: float
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def members(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "figure": rounded(self.figure),
            "unit": self.unit,
            "floor": rounded(self.floor),
            "ratio": rounded(self.figure / self.floor) if self.floor else None,
            "aim": self.aim,
            "met": self.figure <= self.aim,
            "cpu_s_per_1000": rounded(self.cpu_s_per_1000),
            "db_cpu_s_per_1000": rounded(self.db_cpu_s_per_1000),
            **self.more,
            "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}",
        }

    def as_json(self) -> str:
        return json.dumps(self.members, ensure_ascii=False)


def rounded(number: float) -> float:
    """Four significant digits: more would pretend."""
    return float(f"{number:.4g}")


def table(members: Mapping[str, Any]) -> str:
    return "\n".join(f"{name:>20}  {_shown(value)}" for name, value in members.items())


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
