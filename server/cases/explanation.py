"""How a date came about, step by step: codes and values, worded elsewhere. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from server.common.clock import SHANGHAI


@dataclass(frozen=True)
class Step:
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, **{name: _plain(value) for name, value in self.values.items()}}


@dataclass(frozen=True)
class Due:
    """The last day of a limit, which ends with it at midnight in Asia/Shanghai; for hours, the moment.

    Neither where nothing is due: there is no period, or the clock stands still (`is_running` False).
    """

    due_on: date | None = None
    due_at: datetime | None = None
    is_provisional: bool = False
    """It hangs on a year whose notice is not loaded; weekends were assumed."""
    is_running: bool = True
    is_wait: bool = False
    """A party's window: nobody is late; the next node opens on the day after."""
    steps: tuple[Step, ...] = ()

    def explained(self, *steps: Step) -> "Due":
        return replace(self, steps=(*self.steps, *steps))


def step(code: str, **values: Any) -> Step:
    return Step(code, values)


def steps_as_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    return [each.as_json() for each in steps]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return value
