"""Due dates computed again, where the rows hear of it from no event: an edit of the calendar, a pause, an extension."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from server.cases.models import Case, Node
from server.cases.queries import case_states, keys_outliving
from server.cases.services.entries import append_case_entry
from server.cases.services.events import write_case_events
from server.cases.states import CaseChange, CaseState, HeldNode, recomputed_nodes
from server.people.models import Officer

_AT_ONCE = 200


def recompute_due_dates() -> int:
    """Bring the running nodes to the calendar as it is now, in closed cases what goes on; how many moved.

    Repeating it is harmless, and so is stopping it: each batch of cases is whole. Called after the edit is committed,
    so that whoever wrote a date by the calendar before it is either seen here or waits and reads the new one.
    """
    return sum(_recompute(batch) for batch in _batches(_cases_running()))


def has_dates_of_earlier_releases() -> bool:
    """Rows that do not say what they were computed with: such as counted a node's own limit alone."""
    running = Node.objects.filter(state=Node.State.RUNNING).exclude(case__status=Case.Status.CLOSED)
    return running.filter(computed_with="").exists()


def _cases_running() -> list[UUID]:
    running = Node.objects.filter(state=Node.State.RUNNING)
    running = running.filter(~Q(case__status=Case.Status.CLOSED) | Q(key__in=keys_outliving()))
    return list(running.order_by("case_id").values_list("case_id", flat=True).distinct())


def _batches(case_ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (case_ids[first : first + _AT_ONCE] for first in range(0, len(case_ids), _AT_ONCE))


@transaction.atomic
def _recompute(case_ids: Collection[UUID]) -> int:
    states = case_states(case_ids, None, lock=True)
    changes = [CaseChange(state.id, (), moved) for state in states.values() if (moved := tuple(_moved(state)))]
    write_case_events(changes)
    cases = Case.objects.in_bulk([change.case_id for change in changes])
    for change in changes:
        view = {"calendar": states[change.case_id].calendar.version}
        append_case_entry(cases[change.case_id], "node_changed", view, nodes=change.nodes)
    return sum(len(change.nodes) for change in changes)


def _moved(state: CaseState) -> Iterator[HeldNode]:
    """Of finished ones the date stands as it stood."""
    return (node for node in recomputed_nodes(state) if node.state == Node.State.RUNNING and state.runs_on(node))


def recompute_and_tell(
    case: Case, kind: str, view: Mapping[str, Any], *, by: Officer | None = None, **facts: Any
) -> tuple[HeldNode, ...]:
    """The last statements of a transaction that changed what the dates of a case hang on; the caller holds the case.

    Every started node, the finished ones too: whether one was late is told by the same clock. One new version.
    """
    moved = tuple(recomputed_nodes(case_states([case.pk], None)[case.pk]))
    write_case_events([CaseChange(case.pk, (), moved)])
    case.refresh_from_db()
    append_case_entry(case, kind, view, nodes=moved, by=by, **facts)
    return moved
