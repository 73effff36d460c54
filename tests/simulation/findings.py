"""What a run found, and what it did: violations of invariants, faults by kind, the trace."""

import hashlib
from collections import Counter, deque
from dataclasses import dataclass, field

TAIL = 80


class Violation(AssertionError):
    """An invariant of docs/reference/proof.md does not hold. `kind` is its number, `I1`."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(f"{kind}: {what}")
        self.kind, self._what = kind, what

    def __reduce__(self) -> tuple[type["Violation"], tuple[str, str]]:
        return Violation, (self.kind, self._what)


def require(holds: object, kind: str, what: str) -> None:
    if not holds:
        raise Violation(kind, what)


class Trace:
    """Everything that happened, as one hash; the end of it in words."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.tail: deque[str] = deque(maxlen=TAIL)
        self.steps = 0

    def add(self, line: str, *contents: bytes) -> None:
        for content in contents:
            line += " " + hashlib.sha256(content).hexdigest()[:12]
        self._digest.update(line.encode() + b"\n")
        self.tail.append(line)
        self.steps += 1

    def hash(self) -> str:
        return self._digest.hexdigest()


@dataclass
class Findings:
    """The sum over seeds."""

    seeds: int = 0
    operations: int = 0
    uploads: int = 0
    let_go: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[int, Violation]] = field(default_factory=list)

    def add(self, others: "Findings") -> None:
        self.seeds += others.seeds
        self.operations += others.operations
        self.uploads += others.uploads
        self.let_go += others.let_go
        self.faults += others.faults
        self.violations += others.violations

    def count(self, *kinds: str) -> int:
        return sum(violation.kind in kinds for _, violation in self.violations)

    def summary(self, seconds: float) -> dict[str, object]:
        named = {
            "lost": ("I1", "I3"),
            "doubled": ("I2",),
            "false_receipts": ("I7", "I16"),
            "unexplained_reviews": ("I15",),
        }
        return {
            "seeds": self.seeds,
            "operations": self.operations,
            "uploads": self.uploads,
            "let_go": self.let_go,
            "faults": dict(sorted(self.faults.items())),
            **{name: self.count(*kinds) for name, kinds in named.items()},
            "invariant_violations": len(self.violations),
            "seconds": round(seconds, 1),
        }
