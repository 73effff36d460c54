"""Until when this device may show what it holds: the court's time, carried on by clocks nobody has to trust. Pure.

Within a boot the time since boot counts, suspend included; the wall clock may say what it likes. After a restart the
wall clock counts as far as it has moved since the lease was given, and never less than what was seen before.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from client_sdk.clock import Clock, from_wire, to_wire

# Written down at most so often by reading alone.
NOTE_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Lease:
    """`until` is the court's word; `highest` its time as far as this device has ever seen it come."""

    until: datetime
    highest: datetime
    wall_ahead: timedelta
    """How far the wall clock was ahead of the court when the lease was given."""
    boot_ms: int
    boot_id: str

    @classmethod
    def given(cls, until: datetime, at: datetime, clock: Clock) -> "Lease":
        return cls(until, at, clock.now() - at, clock.boot_ms(), clock.boot_id())

    def time_by(self, clock: Clock) -> datetime:
        """The court's time now, never less than was ever seen."""
        if clock.boot_id() == self.boot_id:
            return self.highest + timedelta(milliseconds=max(0, clock.boot_ms() - self.boot_ms))
        # Another boot: at least what has passed since it began, and what the wall clock has moved.
        by_boot = self.highest + timedelta(milliseconds=clock.boot_ms())
        return max(by_boot, clock.now() - self.wall_ahead)

    def seen(self, clock: Clock, at_least: datetime | None = None) -> "Lease":
        """Carried on to now; `at_least` is what the court has said the time is."""
        highest = self.time_by(clock)
        if at_least is not None:
            highest = max(highest, at_least)
        return replace(self, highest=highest, boot_ms=clock.boot_ms(), boot_id=clock.boot_id())

    def is_over(self, clock: Clock) -> bool:
        return self.time_by(clock) > self.until

    def as_members(self) -> dict[str, Any]:
        return {
            "until": to_wire(self.until),
            "highest": to_wire(self.highest),
            "wall_ahead_ms": self.wall_ahead // timedelta(milliseconds=1),
            "boot_ms": self.boot_ms,
            "boot_id": self.boot_id,
        }

    @classmethod
    def of(cls, members: dict[str, Any]) -> "Lease":
        return cls(
            until=from_wire(members["until"]),
            highest=from_wire(members["highest"]),
            wall_ahead=timedelta(milliseconds=members["wall_ahead_ms"]),
            boot_ms=members["boot_ms"],
            boot_id=members["boot_id"],
        )
