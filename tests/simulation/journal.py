"""What truly happened on one device, kept apart from its store: the measure of "nothing lost"."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from client_sdk.outbox import LoggedOperation
from tests.simulation.findings import require


@dataclass(frozen=True)
class Recorded:
    """One operation that reached the device's disk. `body` is None where it is not JSON."""

    seq: int
    hash: str
    raw: bytes
    signature: bytes
    body: dict[str, Any] | None

    @property
    def files(self) -> list[str]:
        return [item["sha256"] for item in (self.body or {}).get("evidence") or () if isinstance(item, dict)]

    @property
    def action_id(self) -> str:
        return str((self.body or {}).get("action_id"))

    @property
    def case_ids(self) -> list[str]:
        subjects = (self.body or {}).get("subjects") or ()
        return [subject["id"] for subject in subjects if subject.get("type") == "case"]


@dataclass
class Journal:
    operations: list[Recorded] = field(default_factory=list)
    bodies: set[bytes] = field(default_factory=set)
    """Of all that was recorded since the phone was copied, under whichever log it goes up."""
    photos: dict[str, bytes] = field(default_factory=dict)
    """Every file whose sealing is known to have reached the disk, by its hash."""
    _aimed_at: dict[str, bytes] = field(default_factory=dict)
    _of_cases: defaultdict[str, list[Recorded]] = field(default_factory=lambda: defaultdict(list))

    @property
    def head_seq(self) -> int:
        return len(self.operations)

    def hash_of(self, seq: int) -> str | None:
        return self.operations[seq - 1].hash if 0 < seq <= self.head_seq else None

    def absorb(self, logged: list[LoggedOperation]) -> None:
        """What the outbox holds above our end: committed, whether or not the call returned before a crash."""
        for each in logged:
            require(each.seq == self.head_seq + 1, "I1", f"number {each.seq} follows {self.head_seq} in the outbox")
            self.operations.append(Recorded(each.seq, each.hash, each.body, each.signature, parsed(each.body)))
            self.bodies.add(each.body)
            for sha256 in self.operations[-1].files:
                self.photograph(sha256)
            for case_id in dict.fromkeys(self.operations[-1].case_ids):
                self._of_cases[case_id].append(self.operations[-1])

    def begin_anew(self) -> None:
        """The device goes on under another log: its operations are counted again, what is known of them stays."""
        self.operations, self._of_cases = [], defaultdict(list)
        self._aimed_at |= self.photos

    def aim_at(self, content: bytes) -> None:
        """About to be taken: whether it is sealed before a crash only the store can tell."""
        self._aimed_at[hashlib.sha256(content).hexdigest()] = content

    def photograph(self, sha256: str) -> None:
        self.photos[sha256] = self._aimed_at[sha256]

    def of_case(self, case_id: str) -> list[Recorded]:
        return self._of_cases[case_id]


def parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
