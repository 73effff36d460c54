"""What may become of a handover and of a task, and when they are late. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from server.cases.counting import Days
from server.cases.flow import FlowDefinition
from server.cases.limits import Unit
from server.cases.states import HeldNode
from server.cases.work_calendar import WorkCalendar
from server.common.clock import local_date

WAITING = "PROPOSED"
TO_DO = "OPEN"
LEAD_EXECUTOR, STAGED = "LEAD_EXECUTOR", "STAGED"
_TEAM = "_team"
"""How the flow file writes an owner that is a team."""
REPEATED = "repeated"
TAKEN_OVER = "handover_accepted"
"""The flow's event by which the clock of the receiving node starts."""
Source = tuple[str, str]
"""Who said so: `desk` or `operation`, and which."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A handover as a decision about it sees it."""

    state: str
    receivers: frozenset[UUID]
    """Who may take it over at this moment."""
    source: Source = ("", "")
    """Who has decided it, if anybody has."""


@dataclass(frozen=True, slots=True)
class Word:
    """What an officer says of a handover."""

    officer_id: UUID
    is_accepted: bool
    reason: str
    source: Source
    is_director: bool = False
    """Of the case's court: he may send back what nobody takes over."""
    is_ratified: bool = False
    """A leader says that it counts, whoever it was offered to."""


def why_not_decided(offer: Offer, word: Word) -> str:
    """Empty where this counts, `repeated` where it is what counted before; else the code that says why not."""
    if offer.state != WAITING:
        return REPEATED if word.source == offer.source else "handover_decided"
    if not (word.officer_id in offer.receivers or word.is_ratified or (word.is_director and not word.is_accepted)):
        return "not_receiver"
    return "" if word.is_accepted or word.reason.strip() else "note_required"


def due_day(proposed_at: datetime, days: int, calendar: WorkCalendar) -> date:
    """The day of the proposal is not counted; a last day off rolls to the next working day."""
    return Days(days, Unit.DAYS, local_date(proposed_at), calendar, rolls=True).end(0)


def is_overdue(state: str, due_on: date, at: datetime) -> bool:
    """Of a handover that waits, or a task to do."""
    return state in (WAITING, TO_DO) and local_date(at) > due_on


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def is_of_team(owner: str, team_kind: str) -> bool:
    """Whether a node with this owner is for such a team: its own, or one of no team in particular."""
    return not owner.endswith(_TEAM) or owner == f"{team_kind.lower()}{_TEAM}"


def begins_clocks(flow: FlowDefinition, stage: str) -> bool:
    """Whether nodes of this stage start when it is taken over."""
    return any(TAKEN_OVER in node.start for node in flow.nodes.values() if node.stage == stage)


def chains_handed_over(flow: FlowDefinition, nodes: Collection[HeldNode]) -> list[str]:
    """Properties whose own nodes stand in the case, each a chain of the next stage; the case itself where none does."""
    repeated = {key for key, definition in flow.tracked.items() if definition.repeat == "property"}
    chains = {node.chain for node in nodes if node.chain and node.key in repeated}
    return sorted(chains) or [""]


def team_kinds_of(flow: FlowDefinition, stage: str) -> frozenset[str]:
    """Kinds of teams to which the flow gives nodes of this stage; none where judges and leaders do it."""
    owners = {node.owner for node in flow.nodes.values() if node.stage == stage}
    return frozenset(owner.removesuffix(_TEAM).upper() for owner in owners if owner.endswith(_TEAM))


def why_not_offered(model: str, flow: FlowDefinition, stage: str, team_kind: str) -> str:
    """Empty where a court that works in this way lets the stage go to such a team; else the code that says why not."""
    if model == LEAD_EXECUTOR:
        return "handover_not_used"
    kinds = team_kinds_of(flow, stage)
    return "team_not_of_stage" if model == STAGED and kinds and team_kind not in kinds else ""


def stages_to_hand_over(model: str, flow: FlowDefinition, running: Iterable[str], team_kind: str) -> list[str]:
    """Stages that have begun (`running`: keys of nodes) and are another team's, in the order of the flow."""
    if model != STAGED:
        return []
    owners = ((flow.tracked[key].stage, flow.tracked[key].owner) for key in running)
    waiting = {stage for stage, owner in owners if not is_of_team(owner, team_kind)}
    return [stage.key for stage in flow.stages if stage.key in waiting]


class TaskMove(StrEnum):
    """What is said of a task: by whom it was given to, or by whoever is in charge."""

    DONE = "done"
    RETURN = "return"
    AGAIN = "again"
    WITHDRAW = "withdraw"


_MOVES = {
    TaskMove.DONE: ((TO_DO,), "DONE"),
    TaskMove.RETURN: ((TO_DO,), "RETURNED"),
    TaskMove.AGAIN: (("DONE", "RETURNED"), TO_DO),
    TaskMove.WITHDRAW: ((TO_DO, "RETURNED"), "WITHDRAWN"),
}


def task_after(state: str, move: TaskMove) -> str | None:
    """The state this move leads to; None where it is no move from there."""
    starts, end = _MOVES[move]
    return end if state in starts else None
