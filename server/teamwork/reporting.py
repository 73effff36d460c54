"""Tasks as devices report them done: loaded, and written by the service of the desk."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from server.cases.queries import case_states
from server.field.about_case import named_in
from server.field.decide import recorded_at_of
from server.field.live import parked_draft
from server.field.operation import SignedOperation, Status
from server.field.rejudging import Terms, case_as_of
from server.ledger.services import Draft
from server.people.models import Officer
from server.teamwork.decide import TaskMove
from server.teamwork.models import Task
from server.teamwork.reports import GivenTask, Report, ReportState
from server.teamwork.services.tasks import write_move

PARKED = "task_report_parked"
"""Kind of the entry that tells the officer's court of a report that waits."""
Decide = Callable[[SignedOperation, ReportState], Report]


def report_state(operations: Sequence[SignedOperation]) -> ReportState:
    """The tasks that a batch names. Holds their cases, in the order of their ids."""
    ids = {named for operation in operations if (named := named_in(operation, "task"))}
    cases = set(Task.objects.filter(pk__in=ids).values_list("case_id", flat=True)) if ids else set()
    if not cases:
        return ReportState()
    held = case_states(cases, operations[0].reporter.officer_id, lock=True)
    return ReportState(
        {
            row.pk: GivenTask(held[row.case_id], row.state, row.to_id, (row.source_type, row.source_id))
            for row in Task.objects.filter(pk__in=ids)
        }
    )


def write_reports(reports: Sequence[Report], state: ReportState | None = None) -> list[Draft]:
    """Inside the caller's transaction, in the order in which they were decided; entries are the caller's to append."""
    drafts: list[Draft] = []
    for report in reports:
        operation = report.operation
        if report.task_id and report.said is not None:
            _, made = write_move(
                task_id=report.task_id,
                move=TaskMove.DONE,
                by=Officer.objects.get(pk=operation.reporter.officer_id),
                said=report.said,
                occurred_at=operation.bounds.clamp(recorded_at_of(operation)),
                received_at=operation.received_at,
                source=("operation", operation.hash),
            )
            drafts += made
        elif report.outcome.status is Status.PARKED:
            drafts.append(parked_draft(operation, report.outcome, PARKED, task=report.task_id))
    return drafts


def reported_again(operation: SignedOperation, terms: Terms, decide: Decide) -> Report:
    """Judged a second time, with a leader's authority or as of its arrival."""
    state = report_state([operation])
    if as_of := terms.as_of:
        state.tasks = {key: replace(task, case=case_as_of(task.case, as_of)) for key, task in state.tasks.items()}
    state.ratified = frozenset(task.case.id for task in state.tasks.values() if task.case.court_id in terms.courts)
    return decide(operation, state)
