"""An operation as handlers see it, and what they answer. Pure: what every kind of operation has in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.common.clock import from_wire


class Status(StrEnum):
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    ANNULLED = "annulled"
    """Of a subject alone, once a person has said that the act does not count; no answer to a device."""
    PARKED = "parked"
    QUARANTINED = "quarantined"


class NodeEffect(StrEnum):
    APPLIED = "applied"
    WITHHELD = "withheld"
    NONE = "none"


PLAUSIBLE_YEARS = range(1949, 2999)
"""Beyond them a stated time is only text in the body: date arithmetic and time zones end somewhere."""

_GRAVITY = {status: gravity for gravity, status in enumerate(Status)}


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who pushes: the device and its officer, read under the lock of the device's log."""

    device_id: UUID
    incarnation: int
    court_id: UUID
    officer_id: UUID
    is_active: bool = True
    suspended_from: datetime | None = None
    suspended_until: datetime | None = None
    kind_rules: Mapping[str, str] = field(default_factory=dict)
    """The court's overrides of completeness rules."""

    def is_suspended(self, earliest_at: datetime | None, latest_at: datetime) -> bool:
        """Was the officer suspended at any moment at which the act may have happened?"""
        if not self.is_active:
            return True
        if self.suspended_from is None or self.suspended_from > latest_at:
            return False
        return self.suspended_until is None or earliest_at is None or earliest_at < self.suspended_until


@dataclass(frozen=True, slots=True)
class TimeBounds:
    """Between which moments of the server's clock an act happened; `earliest_at` may be unknown."""

    earliest_at: datetime | None
    latest_at: datetime
    verdict: str

    def clamp(self, moment: datetime | None) -> datetime:
        """The stated moment where it can be true, else the nearest that can: a wrong clock moves no deadline."""
        if moment is None or moment > self.latest_at:
            return self.latest_at
        return max(moment, self.earliest_at or moment)


@dataclass(frozen=True, slots=True)
class SignedOperation:
    """One stored operation whose body has the common shape. `hash` is h_n in hex."""

    reporter: Reporter
    seq: int
    hash: str
    body: Mapping[str, Any]
    received_at: datetime
    bounds: TimeBounds
    is_id_reused: bool = False
    is_disputed: bool = False
    """Its log has another history: it takes effect when a person says so."""

    @property
    def kind(self) -> str:
        return str(self.body["kind"])

    @property
    def subjects(self) -> list[Mapping[str, Any]]:
        return self.body.get("subjects") or []

    @property
    def evidence(self) -> list[Mapping[str, Any]]:
        """Each file once, as first listed."""
        return list({item["sha256"]: item for item in reversed(self.body.get("evidence") or [])}.values())[::-1]


@dataclass(frozen=True, slots=True)
class SubjectOutcome:
    """What became of an operation for one subject; `subject_id` only where it is known and this officer may know it."""

    status: Status
    node_effect: NodeEffect = NodeEffect.NONE
    code: str = ""
    subject_type: str = ""
    subject_id: UUID | None = None

    def answer(self) -> dict[str, str]:
        return {"status": self.status.value, "node_effect": self.node_effect.value, "code": self.code}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an operation: the gravest of its subjects, and why."""

    status: Status
    code: str
    subjects: tuple[SubjectOutcome, ...] = ()
    missing: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    """For the people who review it; no part of the answer to the device."""
    holder_id: UUID | None = None
    """The action that its files belong to."""

    @property
    def main_subject(self) -> SubjectOutcome | None:
        """Where its review and its files are kept: the first subject known."""
        return next((each for each in self.subjects if each.subject_id), None)


def gravest(subjects: Iterable[SubjectOutcome]) -> SubjectOutcome:
    """The outcome that names the whole; the first of equals."""
    return max(subjects, key=lambda subject: _GRAVITY[subject.status])


def plausible_time(stated: str | None) -> datetime | None:
    """The moment a checked body states, where calendars can hold it."""
    moment = from_wire(stated) if stated else None
    return moment if moment and moment.year in PLAUSIBLE_YEARS else None


def set_aside(code: str, **details: Any) -> Outcome:
    """Quarantined: stored as it came, without effect, until a person or a mended handler takes it up."""
    return Outcome(Status.QUARANTINED, code, details=details)
