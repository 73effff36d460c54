"""Events of the flow: recorded once per source, folded into nodes by the time they occurred."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.held_rows import EVENT_COLUMNS, NODE_COLUMNS
from server.cases.models import Case, CaseEvent, Node
from server.cases.moves import moved_view
from server.cases.queries import case_states
from server.cases.services.entries import case_draft
from server.cases.states import CaseChange, CaseState, HeldEvent, HeldNode, after_event, merged
from server.common.bulk import Change, count_up, insert_rows, update_rows
from server.common.clock import local_date, now, to_wire
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import Draft, append
from server.people.models import Officer

_MOVED = (
    *("state", "started_on", "due_on", "finished_on", "start_event_id", "stop_event_id", "version"),
    *("due_at", "earliest_on", "is_provisional", "computed_with", "is_paused"),
)


def locked_case(case_id: UUID) -> Case:
    """The row, held to the end of the transaction; rows that refer to it may still be written by others."""
    return Case.objects.select_for_update(no_key=True).get(pk=case_id)


def locked_open_case(case_id: UUID) -> Case:
    """The same. Raises DomainError 409 `case_closed` for one that is closed."""
    case = locked_case(case_id)
    if case.status == Case.Status.CLOSED:
        raise DomainError("case_closed", 409, _("This case is closed; it can no longer be assigned or changed."))
    return case


def touch(case_ids: Collection[UUID]) -> None:
    """A new version of these cases' units. Called in every transaction that changes what they show, once."""
    count_up(Case, "id", "version", case_ids)


def write_case_events(changes: Sequence[CaseChange]) -> None:
    """Write what `after_event` decided, for many cases at once, each with one new version.

    The caller holds the case rows (`case_states(lock=True)`) and appends to the ledger afterwards. Four statements.
    """
    changes = merged(changes)
    update_rows(*insert_events(changes))
    touch([change.case_id for change in changes])


def insert_events(changes: Sequence[CaseChange]) -> Change:
    """The new rows of what `after_event` decided; given back are those to change, and the cases want a new version."""
    received_at = now()
    events = [(change.case_id, received_at, *event[:-1]) for change in changes for event in change.events]
    insert_rows(CaseEvent, ("case_id", "received_at", *EVENT_COLUMNS), events)
    nodes = [(change.case_id, node) for change in changes for node in change.nodes]
    insert_nodes([(case_id, node) for case_id, node in nodes if node.is_unwritten])
    moved = [(node.id, *(getattr(node, name) for name in _MOVED)) for _, node in nodes if not node.is_unwritten]
    return Node, "id", _MOVED, moved


def void_events(ids: Collection[UUID]) -> None:
    """They stay on record and are folded no more; the caller holds the cases and writes the nodes."""
    CaseEvent.objects.filter(pk__in=list(ids)).update(voided_at=now())


def insert_nodes(nodes: Sequence[tuple[UUID, HeldNode]]) -> None:
    insert_rows(Node, ("case_id", *NODE_COLUMNS), [(case_id, *node[:-1]) for case_id, node in nodes])


@transaction.atomic
def record_event(
    *,
    case: Case,
    key: str,
    occurred_at: datetime,
    source_type: str = "desk",
    source_id: str = "",
    chain: str = "",
    by: Officer | None = None,
) -> bool:
    """Record what happened at the desk; False where this source said so before, and nothing changes.

    `occurred_at` may lie before events already recorded. Without a `source_id` each call is a source of its own.
    Raises DomainError 422 `event_unknown` for a key this case's flow does not name, 409 `property_held` for a step that
    disposes of a property while a third party's claim to it is examined.
    """
    state = case_states([case.pk], None, lock=True)[case.pk]
    if key not in state.flow.events:
        raise DomainError("event_unknown", 422, _("The flow of this case has no such event."), {"event": key})
    _require_free(state, key, chain, local_date(occurred_at))
    event_id = new_id()
    event = HeldEvent(event_id, key, occurred_at, source_type, source_id or str(event_id), chain)
    change = write_event(state, event)
    if not change.events:
        return False
    case.refresh_from_db()
    told = {"id": str(event_id), "key": key, "occurred_at": to_wire(occurred_at), "chain": chain}
    view, source = {"event": told, **moved_view(change)}, [source_type, event.source_id]
    own = case_draft(case, "node_changed", view, nodes=change.nodes, by=by, source=source)
    append([own, *followed(change, by.pk if by else None)])
    return True


Follow = Callable[[Case, Officer | None], list[Draft]]
_followers: dict[str, list[Follow]] = {}


def follow_first(key: str, follow: Follow) -> None:
    """For an app's `ready()`: called in the transaction in which a case is first told of this event, by a desk or from
    a device; the entries it gives back are appended with that transaction's own."""
    if follow not in _followers.setdefault(key, []):
        _followers[key].append(follow)


def is_followed(change: CaseChange) -> bool:
    """Whether anything may follow: most changes are asked no more."""
    return any(event.key in _followers for event in change.events)


def followed(change: CaseChange, by: UUID | None) -> list[Draft]:
    """What follows from a change that is written. The caller holds the case, and appends what is given back."""
    if not is_followed(change):
        return []
    told = {event.key for event in change.events} & _followers.keys()
    rows = CaseEvent.objects.filter(case_id=change.case_id, key__in=told, voided_at=None)
    earlier = rows.exclude(pk__in=[event.id for event in change.events]).values_list("key", flat=True)
    follows = dict.fromkeys(each for key in sorted(told - set(earlier)) for each in _followers[key])
    officer = Officer.objects.get(pk=by) if by else None
    return [draft for each in follows for draft in each(Case.objects.get(pk=change.case_id), officer)]


def _require_free(state: CaseState, key: str, chain: str, day: date) -> None:
    ended = (definition for definition in state.flow.touched_by(key) if key in definition.stop)
    holds = (hold for definition in ended for hold in state.rulings.holds_on(definition, chain))
    if any(hold.covers(day) for hold in holds):
        message = _("A third party claims this property: it may not be disposed of until that is decided.")
        raise DomainError("property_held", 409, message)


def write_event(state: CaseState, event: HeldEvent) -> CaseChange:
    """Fold one event into a case whose row is held, and write it."""
    return write_events(state, [event])


def write_events(state: CaseState, events: Sequence[HeldEvent]) -> CaseChange:
    """The same of several, in their order."""
    changes = [CaseChange(state.id)]
    for event in events:
        state, change = after_event(state, event)
        changes.append(change)
    (whole,) = merged(changes)
    if whole.events:
        write_case_events([whole])
    return whole
