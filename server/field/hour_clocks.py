"""Clocks by the hour, kept from acts as they are written: what the first record says stands, a later one adds to it.

民诉法解释482: eight hours of questioning, twenty-four where detention may follow. When which alarm rings is the
kinds' data.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from server.field.decide import action_id_of, case_id_of, is_matter, recorded_at_of
from server.field.effects import bounded
from server.field.kinds import NOT_DONE
from server.field.models import HourClock
from server.field.operation import SignedOperation, TimeBounds, plausible_time
from server.field.rules import alarms_by_kind
from server.field.states import ActionEffects, FieldState

SHORT, LONG = timedelta(hours=8), timedelta(hours=24)
FAILED = frozenset(NOT_DONE["one_of"]["values"])


class Ring(NamedTuple):
    code: str
    at: datetime


def rings_of(clock: HourClock) -> list[Ring]:
    """In order; released or not."""
    alarms = alarms_by_kind().get(clock.kind, ())
    return [Ring(each["code"], clock.began_at + timedelta(minutes=each["minutes"])) for each in alarms]


def ends_at(clock: HourClock) -> datetime:
    """When the person must be free at the latest."""
    return clock.began_at + (LONG if clock.may_be_detained else SHORT)


def next_ring(clock: HourClock) -> datetime | None:
    """Of those not told yet; None once released."""
    if clock.released_at is not None:
        return None
    codes = [ring.code for ring in rings_of(clock)]
    told = codes.index(clock.rung) + 1 if clock.rung in codes else 0
    return next((ring.at for ring in rings_of(clock)[told:]), None)


def keep_clocks(effects: Sequence[ActionEffects], state: FieldState | None) -> None:
    """Inside the caller's transaction, which holds the cases. Nothing is asked where no act has hours to count."""
    said = [each for effect in effects if effect.operation.kind in alarms_by_kind() for each in _said(effect, state)]
    if not said:
        return
    rows = HourClock.objects.filter(action_id__in={each.action_id for each in said})
    known = {(row.action_id, row.case_id): row for row in rows}
    for each in said:
        clock = known.get((each.action_id, each.case_id))
        if clock is not None:
            _add(clock, each)
        elif is_done(each.fields):
            known[each.action_id, each.case_id] = _begin(each)


class _Said(NamedTuple):
    """What one record says of the hours of a person in a case."""

    action_id: UUID
    case_id: UUID
    operation: SignedOperation

    @property
    def fields(self) -> Mapping[str, Any]:
        fields: Mapping[str, Any] = self.operation.body["fields"]
        return fields


def is_done(fields: Mapping[str, Any]) -> bool:
    return fields.get("result") not in FAILED


def began(fields: Mapping[str, Any], bounds: TimeBounds, recorded_at: datetime) -> datetime:
    at = _moment(fields.get("arrived_at")) or _moment(fields.get("started_at"))
    return bounded(at, bounds, recorded_at)


def may_be_detained(fields: Mapping[str, Any]) -> bool:
    return fields.get("may_be_detained") is True


def release_in(fields: Mapping[str, Any]) -> datetime | None:
    return _moment(fields.get("released_at"))


def _said(effect: ActionEffects, state: FieldState | None) -> Iterator[_Said]:
    operation = effect.operation
    is_another = effect.action is None and effect.outcome.code == "id_reuse"
    action_id = UUID(operation.hash[:32]) if is_another else action_id_of(operation)
    cases = {row.subject_id for row in effect.rows if row.is_known and not is_matter({"type": row.type})}
    if state is not None:
        cases |= {case for each in operation.subjects if not is_matter(each) and (case := case_id_of(each, state))}
    return (_Said(action_id, case, operation) for case in sorted(cases))


def _begin(said: _Said) -> HourClock:
    name = said.fields.get("person_name")
    clock = HourClock(
        action_id=said.action_id,
        case_id=said.case_id,
        officer_id=said.operation.reporter.officer_id,
        kind=said.operation.kind,
        person=name[:100] if isinstance(name, str) else "",
        began_at=began(said.fields, said.operation.bounds, recorded_at_of(said.operation)),
        may_be_detained=may_be_detained(said.fields),
        released_at=release_in(said.fields),
    )
    clock.next_alarm_at = next_ring(clock)
    clock.save(force_insert=True)
    return clock


def _add(clock: HourClock, said: _Said) -> None:
    """A release, or that detention may follow; said again nothing changes."""
    before = (clock.released_at, clock.may_be_detained)
    clock.released_at = clock.released_at or release_in(said.fields)
    clock.may_be_detained = clock.may_be_detained or may_be_detained(said.fields)
    if before != (clock.released_at, clock.may_be_detained):
        clock.next_alarm_at = next_ring(clock)
        clock.save(update_fields=["released_at", "may_be_detained", "next_alarm_at"])


def _moment(stated: Any) -> datetime | None:
    try:
        return plausible_time(stated) if isinstance(stated, str) else None
    except ValueError:
        return None
