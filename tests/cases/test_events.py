"""Events move nodes by the time they occurred, once per source, whatever order they arrive in."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from server.cases.models import Case, CaseEvent
from server.cases.queries import case_states
from server.cases.services import (
    assign_subject,
    close_case,
    end_grant,
    grant_subject,
    record_event,
    resume_case,
    suspend_case,
    touch,
    write_case_events,
)
from server.cases.states import CaseChange, CaseState, HeldEvent, HeldNode, after_event, node_views
from server.cases.units import case_units
from server.common.clock import SHANGHAI
from server.common.errors import DomainError
from server.common.hashing import canonical_json
from server.common.ids import new_id
from server.ledger.queries import head_of
from tests.actors import Cast
from tests.cases.conftest import file_one


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI)


def node_of(case: Case, key: str, chain: str = "") -> tuple[str, date | None, date | None]:
    node = case.nodes.get(key=key, chain=chain)
    return node.state, node.started_on, node.finished_on


def test_an_event_starts_one_node_and_stops_another(case: Case) -> None:
    record_event(case=case, key="materials_received_by_handler", occurred_at=at(4))
    record_event(case=case, key="execution_notice_sent", occurred_at=at(5))
    assert node_of(case, "execution_notice") == ("DONE", date(2026, 11, 4), date(2026, 11, 5))
    assert node_of(case, "notice_service") == ("RUNNING", date(2026, 11, 5), None)


def test_field_time_counts_whatever_order_events_arrive_in(case: Case) -> None:
    record_event(case=case, key="notice_served", occurred_at=at(9))
    assert node_of(case, "notice_service") == ("NOT_STARTED", None, None)
    record_event(case=case, key="execution_notice_sent", occurred_at=at(7))
    assert node_of(case, "notice_service") == ("DONE", date(2026, 11, 7), date(2026, 11, 9))
    record_event(case=case, key="execution_notice_sent", occurred_at=at(6))
    assert node_of(case, "notice_service") == ("DONE", date(2026, 11, 6), date(2026, 11, 9))
    started_by = case.nodes.get(key="notice_service").start_event
    assert started_by
    assert started_by.occurred_at == at(6)


def test_a_source_records_an_event_once(case: Case) -> None:
    first = record_event(case=case, key="notice_served", occurred_at=at(9), source_id="paper-1")
    version = case.version
    again = record_event(case=case, key="notice_served", occurred_at=at(10), source_id="paper-1")
    case.refresh_from_db()
    assert (first, again) == (True, False)
    assert case.version == version
    assert CaseEvent.objects.filter(case=case, key="notice_served").count() == 1


def test_an_event_the_flow_does_not_name_is_refused_at_the_desk(case: Case) -> None:
    with pytest.raises(DomainError, match="event_unknown"):
        record_event(case=case, key="coffee_served", occurred_at=at(9))


def test_each_chain_of_a_repeated_node_has_its_own_clock(case: Case) -> None:
    record_event(case=case, key="property_confirmed", occurred_at=at(5), chain="house-1")
    record_event(case=case, key="property_confirmed", occurred_at=at(6), chain="house-2")
    record_event(case=case, key="control_effective", occurred_at=at(8), chain="house-2")
    assert node_of(case, "control_measure", "house-1") == ("RUNNING", date(2026, 11, 5), None)
    assert node_of(case, "control_measure", "house-2") == ("DONE", date(2026, 11, 6), date(2026, 11, 8))
    assert node_of(case, "handover_to_disposal")[0] == "RUNNING"


def test_two_events_of_one_chain_in_one_batch_make_its_node_once(case: Case) -> None:
    with transaction.atomic():
        state = case_states([case.pk], None, lock=True)[case.pk]
        changes = []
        for key, day in (("property_confirmed", 5), ("control_effective", 7)):
            event = HeldEvent(new_id(), key, at(day), "operation", "a" * 64, "house-1")
            state, change = after_event(state, event)
            changes.append(change)
        write_case_events(changes)
    assert node_of(case, "control_measure", "house-1") == ("DONE", date(2026, 11, 5), date(2026, 11, 7))
    written = case_states([case.pk], None)[case.pk]
    assert node_views(case.pk, written.nodes.values()) == node_views(case.pk, _by(written.nodes, state.nodes))


def _by(order: Iterable[tuple[str, str]], nodes: Mapping[tuple[str, str], HeldNode]) -> list[HeldNode]:
    return [nodes[place] for place in order]


def test_the_cost_of_a_batch_does_not_grow_with_its_cases(cast: Cast) -> None:
    costs = []
    for first, count in ((1, 2), (10, 6)):
        ids = [file_one(cast, number).pk for number in range(first, first + count)]
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            states = case_states(ids, cast.holder.pk, lock=True)
            write_case_events([_change(state) for state in states.values()])
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 8


def _change(state: CaseState) -> CaseChange:
    event = HeldEvent(new_id(), "materials_received_by_handler", at(4), "operation", uuid4().hex)
    return after_event(state, event)[1]


def suspended(cast: Cast, case: Case) -> Case:
    return suspend_case(case=case, reason="ruling", document="（2026）闽0924执123号之一", approved_by=cast.director)


CHANGES: dict[str, Callable[[Cast, Case], object]] = {
    "assigned": lambda cast, case: assign_subject(case=case, officer=cast.bystander),
    "event": lambda cast, case: record_event(case=case, key="track_set", occurred_at=at(3)),
    "suspended": lambda cast, case: suspended(cast, case),
    "resumed": lambda cast, case: [suspended(cast, case), resume_case(case=case, reason="b")],
    "closed": lambda cast, case: close_case(case=case, closing_mode="COMPLETED", recovered_amount=5),
    "granted": lambda cast, case: grant_subject(case=case, officer=cast.bystander, reason="ASSISTING"),
    "grant ended": lambda cast, case: end_grant(
        grant=grant_subject(case=case, officer=cast.bystander, reason="ASSISTING")
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_service_gives_the_unit_a_new_version_and_tells_the_ledger(
    cast: Cast, held_case: Case, name: str
) -> None:
    """I13: content changed means version changed, in the same transaction."""
    stream = f"court:{cast.court.pk}"
    before, content, position = held_case.version, _content(held_case), head_of(stream).position
    CHANGES[name](cast, held_case)
    held_case.refresh_from_db()
    assert held_case.version > before
    assert head_of(stream).position > position
    if name not in ("granted", "grant ended", "resumed"):
        assert _content(held_case) != content


def _content(case: Case) -> bytes:
    return canonical_json(case_units([case.pk])[case.pk])


def test_touching_gives_each_case_one_new_version(cast: Cast, held_case: Case) -> None:
    other = file_one(cast, 124)
    before = {held_case.pk: held_case.version, other.pk: other.version}
    touch([held_case.pk, other.pk])
    assert {case.pk: case.version for case in Case.objects.all()} == {pk: v + 1 for pk, v in before.items()}


def test_a_state_loaded_for_some_events_folds_them_as_a_whole_one_does(case: Case) -> None:
    record_event(case=case, key="notice_served", occurred_at=at(9))
    record_event(case=case, key="track_set", occurred_at=at(3))
    told = HeldEvent(new_id(), "execution_notice_sent", at(7), "operation", "a")
    whole, part = (case_states([case.pk], None, told=keys)[case.pk] for keys in (None, {told.key}))
    assert len(part.nodes) < len(whole.nodes)
    assert node_views(case.pk, after_event(part, told)[1].nodes) == node_views(
        case.pk, after_event(whole, told)[1].nodes
    )


def test_a_state_loaded_for_some_events_knows_which_of_them_were_recorded(case: Case) -> None:
    """Also of an event that tells this flow nothing: a second account of the same act brings it again."""
    event = HeldEvent(new_id(), "told_nothing", at(7), "operation", "a")
    write_case_events([after_event(case_states([case.pk], None)[case.pk], event)[1]])
    state = case_states([case.pk], None, told={event.key})[case.pk]
    assert after_event(state, event._replace(id=new_id()))[1].events == ()


def test_of_cases_there_are_none_there_is_nothing_to_load_or_write(cast: Cast) -> None:
    assert case_states([new_id()], cast.holder.pk, lock=True, told={"notice_served"}) == {}
    assert case_states([], cast.holder.pk) == {}
    touch([])
    write_case_events([])
