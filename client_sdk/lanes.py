"""What goes under the conditions of the moment, what waits, and in which order. Pure.

Operations and their thumbnails always go: they are small, and an act is visible with them. This is about originals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

METERED, BATTERY = "metered", "battery"
LOW_SPACE_BYTES = 512 * 1024 * 1024
# Of a hash, so much names a file among those of one device; and so many a push names (R79).
NAMED_CHARACTERS = 16
MAX_NAMED = 200


@dataclass(frozen=True)
class PendingFile:
    """A promised file that the court has not been given in its present life."""

    sha256: str
    size: int
    priority: int = 0
    """Above 0: the court wants it now."""


@dataclass(frozen=True)
class SyncPolicy:
    """What the app knows of this moment, for one sync; a library cannot read a phone's battery or its network.

    Held back are originals alone, and never one that the court wants now. Without a policy everything goes, the oldest
    first.
    """

    metered: bool = False
    """The network costs money: originals above `metered_file_bytes` wait for another."""
    battery_percent: int | None = None
    """Not above `low_battery_percent` and not `charging`: originals wait."""
    charging: bool = False
    free_bytes: int | None = None
    """None: as the store finds it. Below `low_space_bytes` the largest originals go first, and previews of photographs
    that the court has are dropped."""
    send_all: bool = False
    """The officer insists: nothing is held back."""
    metered_file_bytes: int = 256 * 1024
    low_battery_percent: int = 20
    low_space_bytes: int = LOW_SPACE_BYTES

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> "SyncPolicy":
        """As it was noted, perhaps by an SDK that knew other conditions."""
        return cls(**{each.name: members[each.name] for each in fields(cls) if each.name in members})

    @property
    def is_battery_low(self) -> bool:
        return (
            not self.charging and self.battery_percent is not None and self.battery_percent <= self.low_battery_percent
        )

    def is_space_low(self, free_bytes: int) -> bool:
        """`free_bytes` as the store finds it."""
        return (free_bytes if self.free_bytes is None else self.free_bytes) < self.low_space_bytes

    def why_held_back(self, file: PendingFile) -> str | None:
        """`battery`, `metered`, or None for what goes."""
        if self.send_all or file.priority > 0:
            return None
        if self.is_battery_low:
            return BATTERY
        return METERED if self.metered and file.size > self.metered_file_bytes else None


@dataclass(frozen=True)
class Lanes:
    """The files a device owes: those that go, in their order, and those that wait, by reason."""

    going: tuple[PendingFile, ...] = ()
    held_back: Mapping[str, tuple[PendingFile, ...]] = field(default_factory=dict)

    def told(self, bytes_per_second: int | None) -> dict[str, Any]:
        """`uploads` of a push's status (R79)."""
        waiting = sum(map(len, self.held_back.values()))
        room = MAX_NAMED - min(MAX_NAMED // 2, waiting)
        queue = _lane(self.going, room)
        room = MAX_NAMED - len(queue["named"])
        held_back = {}
        for reason, files in self.held_back.items():
            held_back[reason] = _lane(files, room)
            room -= len(held_back[reason]["named"])
        return {"queue": queue, "held_back": held_back, "bytes_per_second": bytes_per_second}


def lanes_of(pending: Sequence[PendingFile], policy: SyncPolicy | None, free_bytes: int) -> Lanes:
    """`pending` comes in the common order: what the court wants first, then the oldest."""
    if policy is None:
        return Lanes(tuple(pending))
    going: list[PendingFile] = []
    held_back: dict[str, list[PendingFile]] = {}
    for file in pending:
        reason = policy.why_held_back(file)
        (going if reason is None else held_back.setdefault(reason, [])).append(file)
    if policy.is_space_low(free_bytes):
        going.sort(key=lambda file: (-file.priority, -file.size))
    return Lanes(tuple(going), {reason: tuple(files) for reason, files in held_back.items()})


def _lane(files: Sequence[PendingFile], room: int) -> dict[str, Any]:
    named = [file.sha256[:NAMED_CHARACTERS] for file in files[:room]]
    return {"files": len(files), "bytes": sum(file.size for file in files), "named": named}
