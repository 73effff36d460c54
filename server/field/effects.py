"""What an act does to the nodes of a case: credit once it is complete, protection on any claim. Pure."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from uuid import UUID

from server.cases.states import CaseChange, CaseState, HeldEvent, after_event, merged
from server.common.clock import SHANGHAI, local_date
from server.common.ids import new_id
from server.field.case_acts import told_of_case
from server.field.events import CausedEvent
from server.field.operation import PLAUSIBLE_YEARS, NodeEffect, TimeBounds
from server.field.states import ActionState, FieldState

SOURCE = "operation"
CLAIM = "claim"
"""Source of an event that only starts a protective clock, with no credit to anybody."""
PARALLEL = "parallel"
SKEWED = "skewed"


def release_withheld(action: ActionState, state: FieldState) -> tuple[tuple[UUID, CaseChange], ...]:
    """Once an action is complete, the nodes that waited for it."""
    if not action.is_complete:
        return ()
    return tuple((row, tell(action, case, state)) for row, case in action.withheld if case in state.cases)


def node_effect(action: ActionState, code: str, case_id: UUID, state: FieldState) -> tuple[NodeEffect, CaseChange]:
    concerned = any(event.event in state.cases[case_id].flow.events for event in _told_by(action, case_id, state))
    if code == PARALLEL or not concerned:
        return NodeEffect.NONE, CaseChange(case_id)
    if not code and action.is_complete:
        return NodeEffect.APPLIED, tell(action, case_id, state)
    return NodeEffect.WITHHELD, claim_only(action, case_id, state)


def tell(action: ActionState, case_id: UUID, state: FieldState) -> CaseChange:
    """Fold what the act tells the flow."""
    return _fold(action, case_id, state, _told_by(action, case_id, state), SOURCE)


def _told_by(action: ActionState, case_id: UUID, state: FieldState) -> Sequence[CausedEvent]:
    return told_of_case(action.facts, state.rules.events(action.facts), action.id, state.cases[case_id])


def claim_only(action: ActionState, case_id: UUID, state: FieldState) -> CaseChange:
    """Fold only what protects people and property: such clocks start on any claim, credit waits."""
    events = [event for event in _told_by(action, case_id, state) if event.is_protective]
    return _fold(action, case_id, state, events, CLAIM)


def tell_again(
    action: ActionState, case_id: UUID, state: FieldState, struck: Collection[tuple[str, date]]
) -> CaseChange:
    """What an act told too, and was not written since another, annulled now, had told the same of that day."""
    events = [
        event
        for event in _told_by(action, case_id, state)
        if (event.event, local_date(moment_of(event, action))) in struck
    ]
    return _fold(action, case_id, state, events, SOURCE)


def _fold(
    action: ActionState, case_id: UUID, state: FieldState, events: Sequence[CausedEvent], source: str
) -> CaseChange:
    changes = [CaseChange(case_id)]
    case = state.cases[case_id]
    for event in events:
        if event.event in case.flow.events:
            acted_on = done_on(action, state) if event.is_forecast else None
            told = (event.event, moment_of(event, action), source, str(action.id), event.chain, acted_on)
            held = HeldEvent(new_id(), *told)
            if not _is_told(held, case):
                case, change = after_event(case, held)
                changes.append(change)
    state.cases[case_id] = case
    return merged(changes)[0]


def done_on(action: ActionState, state: FieldState) -> date:
    """The day of an act: as it tells of what it did, no later than it was recorded."""
    recorded = local_date(bounded(None, action.bounds, action.recorded_at))
    told = (each for each in state.rules.events(action.facts) if each.at and not each.is_forecast)
    return min((recorded, *(local_date(moment_of(each, action)) for each in told)))


def _is_told(event: HeldEvent, case: CaseState) -> bool:
    """The same was told of that day before. Nodes count days, so it moves nothing; the act itself is on record.

    Not of measures: two that are renewed on one day are two.
    """
    day, is_of_measure = local_date(event.occurred_at), any(event.key in node.moved_by for node in case.flow.measured)
    same = (e for e in case.events if (e.key, e.chain) == (event.key, event.chain))
    return any(local_date(e.occurred_at) == day and (e.source_id == event.source_id or not is_of_measure) for e in same)


def moment_of(event: CausedEvent, action: ActionState) -> datetime:
    """When it counts from. Days are typed by people and stand; moments come from the device's clock and are bounded."""
    if isinstance(event.at, datetime) and event.is_forecast and action.bounds.verdict != SKEWED:
        return event.at if event.at.year in PLAUSIBLE_YEARS else action.bounds.clamp(action.recorded_at)
    return bounded(event.at, action.bounds, action.recorded_at)


def bounded(at: date | datetime | None, bounds: TimeBounds, recorded_at: datetime) -> datetime:
    """A moment no later than the record's arrival; the record's own where none is stated, or its clock was wrong."""
    is_trusted = not isinstance(at, datetime) or bounds.verdict != SKEWED
    if at is None or at.year not in PLAUSIBLE_YEARS or not is_trusted:
        return bounds.clamp(recorded_at)
    return min(at, bounds.latest_at) if isinstance(at, datetime) else datetime.combine(at, time(12), SHANGHAI)
