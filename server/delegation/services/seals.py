"""Seals go along with the case: their clocks run in the other court's case, their first day and rank stay (art 6)."""

from collections.abc import Collection, Iterator

from server.cases.flow import NodeDefinition
from server.cases.measures import renewals, taken_since
from server.cases.models import Case
from server.cases.queries import case_states
from server.cases.services.entries import case_draft
from server.cases.services.events import write_events
from server.cases.states import CaseState, HeldEvent
from server.common.clock import local_date, now
from server.common.ids import new_id
from server.delegation.models import CaseDelegation, DelegatedMeasure
from server.delegation.seals import Standing, standing_in
from server.ledger.services import Draft
from server.people.models import Officer

SOURCE = "delegation"
"""Source of an event that another court's case told this one; its `source_id` is the chain, or the act that renewed."""


def take_along(delegation: CaseDelegation, source: Case, target: Case, by: Officer | None) -> list[Draft]:
    """Every seal that stands in `source` counts in `target` from now on. The caller holds both cases."""
    state = case_states([source.pk], None)[source.pk]
    standing = standing_in(source, local_date(now()), state)
    DelegatedMeasure.objects.bulk_create(
        DelegatedMeasure(delegation=delegation, **{**each._asdict(), "refs": list(each.refs)}) for each in standing
    )
    chains = {each.chain for each in standing}
    return _told(target, list(_starts(state, chains)), standing, by)


def bring_back(source: Case, target: Case, by: Officer | None) -> list[Draft]:
    """What was taken and renewed in `source` since is told to `target`, which had the case before it."""
    state, before = (case_states([case.pk], None)[case.pk] for case in (source, target))
    known = {chain for node in before.flow.measured for chain in taken_since(node, before.events)}
    acts = {each.act for node in before.flow.measured for each in renewals(node, before.events)}
    new = {chain for node in state.flow.measured for chain in taken_since(node, state.events)} - known
    events = [*_starts(state, new), *_ends(state, acts)]
    return _told(target, events, standing_in(source, local_date(now()), state), by)


def _told(target: Case, events: list[HeldEvent], standing: Collection[Standing], by: Officer | None) -> list[Draft]:
    if not standing and not events:
        return []
    change = write_events(case_states([target.pk], None)[target.pk], events)
    target.refresh_from_db()
    said = [{"chain": each.chain, "rank": each.rank, "taken_on": _text(each)} for each in standing]
    return [case_draft(target, "measures_taken_over", {"measures": said}, nodes=change.nodes, by=by)]


def _text(each: Standing) -> str | None:
    return each.taken_on.isoformat() if each.taken_on else None


def _starts(state: CaseState, chains: Collection[str]) -> Iterator[HeldEvent]:
    """The expiry of each, once, as it was first told."""
    for node in state.flow.measured:
        for chain in sorted(chains):
            found = _first(node, state, chain)
            if found:
                told = (found.key, found.occurred_at, SOURCE, chain, chain, found.acted_on)
                yield HeldEvent(new_id(), *told)


def _first(node: NodeDefinition, state: CaseState, chain: str) -> HeldEvent | None:
    told = [event for event in state.events if event.key in node.start and event.chain == chain]
    return min(told, key=lambda event: event.occurred_at, default=None)


def _ends(state: CaseState, acts: Collection[str]) -> Iterator[HeldEvent]:
    """Renewals, each of the chain that it ended there."""
    keys = {event.id: event.key for event in state.events}
    for node in state.flow.measured:
        for each in renewals(node, state.events):
            if each.chain and each.act not in acts:
                yield HeldEvent(new_id(), keys[each.event], each.at, SOURCE, each.act, each.chain)
