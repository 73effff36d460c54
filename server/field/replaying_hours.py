"""Hours of persons compelled to appear, made anew from what acts and desks said, and compared. Reads only."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from server.cases.differences import Difference
from server.cases.states import CaseState
from server.common.clock import to_wire
from server.field.hour_clocks import began, is_done, may_be_detained, release_in
from server.field.models import ActionRecord, ActionSubject, HourClock
from server.field.operation import TimeBounds
from server.field.rules import alarms_by_kind
from server.ledger.models import Entry

RELEASED = "compelled_released"
"""The entry of a desk that said so."""
Records = Mapping[tuple[UUID, UUID], Sequence[ActionRecord]]


def hour_differences(states: Mapping[UUID, CaseState]) -> Iterator[Difference]:
    """Of what made no act, and began a clock all the same, only what a desk said of it is compared."""
    records, said = _records(states), _said_at_desks(states)
    clocks = {(clock.action_id, clock.case_id): clock for clock in HourClock.objects.filter(case__in=list(states))}
    for place in sorted(records.keys() | clocks.keys(), key=str):
        no, clock, own = states[place[1]].case_no, clocks.get(place), records.get(place, ())
        counted = _since_done(own)
        if clock is None:
            if counted:
                yield Difference(no, str(place[0]), "", "hours", None, str(_began(counted[0])))
            continue
        if own:
            yield from _of_clock(no, clock, counted)
        at = {release_in(each.fields) for each in counted} | said.get(clock.pk, set())
        if clock.released_at not in (at - {None} or {None}) and (own or clock.pk in said):
            told = " ".join(sorted(to_wire(each) for each in at if each)) or None
            yield Difference(no, str(place[0]), "", "released_at", str(clock.released_at), told)


def _of_clock(case_no: str, clock: HourClock, counted: Sequence[ActionRecord]) -> Iterator[Difference]:
    fresh = _began(counted[0]) if counted else None
    if fresh != clock.began_at:
        yield Difference(case_no, str(clock.action_id), "", "began_at", str(clock.began_at), str(fresh))
    detained = any(may_be_detained(each.fields) for each in counted)
    if detained != clock.may_be_detained:
        row, anew = str(clock.may_be_detained), str(detained)
        yield Difference(case_no, str(clock.action_id), "", "may_be_detained", row, anew)


def _records(states: Mapping[UUID, CaseState]) -> Records:
    """Of acts whose hours count, in each case in the order in which they were written."""
    rows = ActionSubject.objects.filter(subject_id__in=list(states), action__kind__in=list(alarms_by_kind()))
    found: dict[tuple[UUID, UUID], list[ActionRecord]] = defaultdict(list)
    for row in rows.select_related("record", "action").order_by("record_id"):
        found[row.action_id, row.subject_id].append(row.record)
    return found


def _since_done(records: Sequence[ActionRecord]) -> Sequence[ActionRecord]:
    """From the first on that says there was somebody: what came to nothing begins no clock."""
    first = next((number for number, each in enumerate(records) if is_done(each.fields)), len(records))
    return records[first:]


def _began(record: ActionRecord) -> datetime:
    latest = record.latest_at or record.action.received_at
    return began(record.fields, TimeBounds(record.earliest_at, latest, record.clock_verdict), record.recorded_at)


def _said_at_desks(states: Mapping[UUID, CaseState]) -> dict[UUID, set[datetime | None]]:
    said: dict[UUID, set[datetime | None]] = defaultdict(set)
    for view in Entry.objects.filter(kind=RELEASED, subject_id__in=list(states)).values_list("view", flat=True):
        told = json.loads(view)["compelled"]
        said[UUID(told["id"])].add(release_in(told))
    return said
