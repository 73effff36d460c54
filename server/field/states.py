"""An act as decisions see it, and what deciding it yields. Pure: loaded by queries, written by services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from server.cases.states import CaseChange, CaseState
from server.field.events import CausedEvent
from server.field.operation import Outcome, SignedOperation, SubjectOutcome, TimeBounds


@dataclass(frozen=True, slots=True)
class Facts:
    """What completeness and events are judged on: the fields of an act, where it was, and its files."""

    kind: str
    fields: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...] = ()
    position: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Names of the rules that block, and of those that only warn."""

    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Rules(Protocol):
    """The kinds document with one court's overrides."""

    def judge(self, facts: Facts) -> Verdict: ...

    def events(self, facts: Facts) -> Sequence[CausedEvent]: ...

    @property
    def told_on_site(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class ActionState:
    """An action as its applied records make it; until there is one, as its first record does."""

    id: UUID
    court_id: UUID
    officer_id: UUID
    facts: Facts
    recorded_at: datetime
    received_at: datetime
    bounds: TimeBounds
    verdict: Verdict = Verdict()
    subject_ids: frozenset[UUID] = frozenset()
    files_promised: int = 0
    files_verified: int = 0
    withheld: tuple[tuple[UUID, UUID], ...] = ()
    """Subject rows whose nodes wait for completeness, each with its case."""
    told: tuple[tuple[UUID, SubjectOutcome], ...] = ()
    """Rows of earlier records about cases their officers know, in the order they were written."""
    is_founded: bool = False
    """Some record of it was applied."""
    is_new: bool = False
    is_owned: bool = True
    """Some record of it is no contribution to another's act."""

    @property
    def is_complete(self) -> bool:
        return not self.verdict.missing and self.files_verified >= self.files_promised


@dataclass(frozen=True, slots=True)
class Corrected:
    """Whose record an operation is, and of which act: what a correction of it must agree with."""

    officer_id: UUID
    action_id: UUID


@dataclass(slots=True)
class FieldState:
    """Everything `record_action` asks; `cases` and `actions` are folded as it goes."""

    rules: Rules
    cases: dict[UUID, CaseState] = field(default_factory=dict)
    case_ids: Mapping[str, UUID] = field(default_factory=dict)
    """By canonical case number."""
    pointed: Mapping[str, UUID] = field(default_factory=dict)
    """By a number as it was typed: the case that a person says is meant."""
    actions: dict[UUID, ActionState] = field(default_factory=dict)
    verified: frozenset[str] = frozenset()
    """Hashes whose bytes this device has delivered already."""
    doers: Mapping[str, UUID] = field(default_factory=dict)
    """The officer of each action, by its id as text, that finished a node named in the batch."""
    corrected: dict[str, Corrected] = field(default_factory=dict)
    """By operation hash: what the batch corrects, and what it holds itself."""
    ratified: frozenset[UUID] = frozenset()
    """Cases for which a person has given the authority that the officer lacked."""


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One subject judged, as it is written. `subject_id` is the claim where the case is unknown to this officer."""

    id: UUID
    type: str
    subject_id: UUID
    node_id: UUID | None
    outcome: SubjectOutcome
    change: CaseChange

    @property
    def is_known(self) -> bool:
        return self.outcome.subject_id is not None


@dataclass(frozen=True, slots=True)
class ActionEffects:
    """What one operation does. Without `action` it made none: it is quarantined."""

    operation: SignedOperation
    outcome: Outcome
    record_id: UUID
    action: ActionState | None = None
    verdict: Verdict = Verdict()
    """Of this record alone."""
    rows: tuple[SubjectRow, ...] = ()
    released: tuple[tuple[UUID, CaseChange], ...] = ()
    """Rows of earlier records whose nodes move now, each with what moved."""
    claims: tuple[CaseChange, ...] = ()
    """Protective clocks started on cases of which this officer may learn nothing."""
    entry: str = "action_recorded"
    """Kind of the entries that tell of it."""
    is_recorded: bool = False
    """Judged again: its record is written already."""
    standing: frozenset[UUID] = frozenset()
    """Those of `rows` that are written already."""
