"""What waits for an officer beside the nodes of his cases: handovers, tasks, alarms. Plain and frozen, as all views."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Handover:
    """A stage of a case that is handed from one team to another; `state` is PROPOSED, ACCEPTED or REJECTED."""

    id: str
    case_id: str
    case_no: str
    stage: str
    state: str
    from_name: str
    to_name: str
    proposed_at: datetime | None = None
    due_on: date | None = None
    days_left: int | None = None
    """Until it should be taken over; negative when overdue."""
    notes: tuple[str, ...] = ()
    """What to look out for."""
    answered_by: str = ""
    """Our own act that takes it over or sends it back, while the court has not answered for it."""


@dataclass(frozen=True)
class Task:
    """Something asked of an officer in a case, as its unit says it."""

    id: str
    case_id: str
    case_no: str
    text: str
    due_on: date | None = None
    days_left: int | None = None
    done_by: str = ""
    """Our own act that says it is done, while the court has not answered for it."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Urge:
    """催办: somebody asks for news of a case or of one node of it, and waits for a reply."""

    id: str
    case_id: str
    case_no: str
    text: str
    by: str = ""
    """Who asks; empty for one that a passed limit made by itself."""
    node_id: str = ""
    asked_at: datetime | None = None
    reply_due_on: date | None = None
    days_left: int | None = None
    """Until a reply is due; negative when it is late."""
    answered_by: str = ""
    """Our own reply, while the court has not answered for it."""


@dataclass(frozen=True)
class Approval:
    """紧急请示: what was asked of the leaders in a case; `state` is UNSENT, WAITING, APPROVED or REFUSED."""

    id: str
    case_id: str
    act_kind: str
    text: str
    state: str
    asked_at: datetime | None = None
    by: str = ""
    act: str = ""
    """The act, where it was done first; `due_at` is then when it must have been decided."""
    due_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    said: str = ""
    paper: str = ""
    """Hash of the signed document: `open_paper` shows it without a network once it is fetched."""


@dataclass(frozen=True)
class Alarm:
    """One moment at which an act recorded here must be looked at again: it never moves to a working day."""

    code: str
    """`compel_6_hours`, `compel_7_hours_30`, `compel_22_hours`, `detention_ends`, `control_expires`, …"""
    action_id: str
    kind: str
    case_ids: tuple[str, ...]
    case_no: str | None
    counted_from: datetime
    """As the act says, by the clock it was recorded by."""
    rings_at: datetime
    """By this device's wall clock as it stands now."""
    in_seconds: float
    """From now on; negative once it has rung."""
    is_certain: bool
    """False where this device was started again since, and its wall clock is all there is to count by."""
    text: str = ""

    @property
    def is_ringing(self) -> bool:
        return self.in_seconds <= 0
