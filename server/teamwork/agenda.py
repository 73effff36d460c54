"""What a team is to talk about in its weekly meeting: notes of the week, and what is late in its cases."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from server.cases.flow import CASE_CLOCK
from server.cases.models import Assignment, Case, Node
from server.cases.queries import flow_of, keys_outliving
from server.common.clock import SHANGHAI, local_date, now
from server.field.case_acts import ADD_NOTE
from server.field.models import ActionRecord, ActionSubject
from server.people.models import Court, Team
from server.teamwork.decide import is_of_team
from server.teamwork.models import Handover, Meeting, MeetingItem, Note
from server.teamwork.queries import overdue_handovers

_Kind = MeetingItem.Kind
_APPLIED = ActionSubject.Status.APPLIED


class AgendaLine(NamedTuple):
    kind: str
    case_id: UUID
    about: UUID
    due_on: date | None = None


def agenda_of(court: Court, team: Team | None, week_of: date) -> list[AgendaLine]:
    """Handovers and nodes that are late now, the longest first, then the notes of the week from this Monday on.

    Of a team: its cases, handovers it gives or is offered, and no nodes that are for another team. Without a team, all
    of the court.
    """
    ids = cases_of_team(court, team)
    return [*_handovers(court, team), *_nodes(court, ids, team), *_notes(ids, week_of)]


def cases_of_team(court: Court, team: Team | None) -> set[UUID]:
    """Open cases whose stage the team does now; without a team, all of the court."""
    cases = set(Case.objects.filter(court=court).exclude(status=Case.Status.CLOSED).values_list("pk", flat=True))
    return _of_team(cases, court, team)


def _of_team(cases: set[UUID], court: Court, team: Team | None) -> set[UUID]:
    if team is None:
        return cases
    accepted = Handover.objects.filter(case__court=court, state=Handover.State.ACCEPTED)
    owners = dict(accepted.order_by("decided_at", "received_at").values_list("case_id", "to_team_id"))
    assigned = Assignment.objects.filter(ended_at=None, group__team=team).values_list("subject_id", flat=True)
    taken = {case_id for case_id, owner in owners.items() if owner == team.pk}
    return cases & (taken | (set(assigned) - owners.keys()))


def _handovers(court: Court, team: Team | None) -> Iterator[AgendaLine]:
    rows = overdue_handovers().filter(case__court=court)
    if team is not None:
        rows = rows.filter(Q(from_team=team) | Q(to_team=team))
    return (AgendaLine(_Kind.HANDOVER, row.case_id, row.pk, row.due_on) for row in rows)


def _nodes(court: Court, case_ids: Collection[UUID], team: Team | None) -> Iterator[AgendaLine]:
    """Of these cases, and what goes on in closed ones."""
    closed = Q(case__court=court, case__status=Case.Status.CLOSED, key__in=keys_outliving())
    late = Node.objects.filter(state=Node.State.RUNNING, due_on__lt=local_date(now()))
    late = late.filter(Q(case_id__in=case_ids) | closed)
    rows = list(late.select_related("case__flow").defer("case__flow__document").order_by("due_on", "pk"))
    left = _of_team({node.case_id for node in rows if node.case_id not in case_ids}, court, team)
    for node in rows:
        flow = flow_of(node.case.flow)
        if node.case_id not in case_ids and not (node.case_id in left and node.key in flow.outliving):
            continue
        definition = flow.tracked[node.key]
        if team is None or node.stage == CASE_CLOCK or is_of_team(definition.owner, team.kind):
            yield AgendaLine(_Kind.NODE, node.case_id, node.pk, node.due_on)


def _notes(case_ids: Collection[UUID], week_of: date) -> list[AgendaLine]:
    """Of that week, from the desk and from phones, in the order they were made."""
    begins = datetime.combine(week_of, time(), SHANGHAI)
    ends = begins + timedelta(days=7)
    notes = Note.objects.filter(case_id__in=case_ids, noted_at__gte=begins, noted_at__lt=ends)
    acts = ActionSubject.objects.filter(subject_id__in=case_ids, action__kind=ADD_NOTE, status=_APPLIED)
    acts = acts.filter(action__recorded_at__gte=begins, action__recorded_at__lt=ends)
    made = [
        *notes.values_list("noted_at", "pk", "case_id"),
        *acts.values_list("action__recorded_at", "action_id", "subject_id").distinct(),
    ]
    return [AgendaLine(_Kind.NOTE, case_id, about) for _, about, case_id in sorted(made)]


def item_rows(meeting: Meeting) -> list[tuple[MeetingItem, str]]:
    """The items in their order, each with what it is about: a note's words, a stage's or a node's key."""
    rows = list(meeting.items.select_related("case", "task__case", "task__to", "task__by").order_by("ordinal"))
    about = {item.about for item in rows if item.about}
    texts: dict[UUID, str] = dict(Note.objects.filter(pk__in=about).values_list("pk", "text"))
    texts |= _said_in_acts(about)
    texts |= dict(Handover.objects.filter(pk__in=about).values_list("pk", "stage"))
    texts |= dict(Node.objects.filter(pk__in=about).values_list("pk", "key"))
    return [(item, texts.get(item.about, "") if item.about else "") for item in rows]


def _said_in_acts(action_ids: Collection[UUID]) -> dict[UUID, str]:
    """Words of notes made on phones, by their act."""
    records = ActionRecord.objects.filter(action_id__in=action_ids).order_by("recorded_at", "pk")
    return {action_id: str(said.get("text", "")) for action_id, said in records.values_list("action_id", "fields")}
