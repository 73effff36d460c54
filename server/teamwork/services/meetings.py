"""Weekly meetings: opened with what there is to talk about; what is said of it is written down, and becomes tasks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.common.clock import now
from server.common.errors import DomainError
from server.ledger.services import Draft, append
from server.people.models import Court, Officer, Team
from server.people.services.entries import court_entry
from server.teamwork.access import require_chairs
from server.teamwork.agenda import agenda_of
from server.teamwork.decide import monday_of
from server.teamwork.models import Meeting, MeetingItem, Task
from server.teamwork.services.notes import require_words
from server.teamwork.services.tasks import write_task


@dataclass(frozen=True, slots=True)
class Asked:
    """A task that follows from what was said. `id` is made by whoever asks."""

    text: str
    to: Officer
    due_on: date
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """What was said of an item, by its id, or of another matter of a case."""

    said: str
    item: UUID | None = None
    case: UUID | None = None
    task: Asked | None = None


@transaction.atomic
def open_meeting(*, court: Court, team: Team | None, day: date, by: Officer) -> Meeting:
    """The meeting of the week of this day, with its agenda as of now; the one there is, if it was opened before.

    Raises DomainError 403 `role_required`, 422 `receiver_unknown` for a team of another court.
    """
    if team is not None and team.court_id != court.pk:
        raise DomainError("receiver_unknown", 422, _("There is no such team in this court."))
    require_chairs(by, court, team)
    # The row of the court is held: two who open at once make one meeting.
    Court.objects.select_for_update(no_key=True).get(pk=court.pk)
    week_of = monday_of(day)
    standing = Meeting.objects.filter(court=court, team=team, week_of=week_of).first()
    if standing is not None:
        return standing
    meeting = Meeting.objects.create(court=court, team=team, week_of=week_of, opened_by=by)
    lines = agenda_of(court, team, week_of)
    MeetingItem.objects.bulk_create(
        MeetingItem(meeting=meeting, ordinal=number, **line._asdict()) for number, line in enumerate(lines, 1)
    )
    append([_entry(meeting, "meeting_opened", by)])
    return meeting


@transaction.atomic
def write_minutes(*, meeting: Meeting, sayings: Sequence[Saying], by: Officer) -> None:
    """Write down what was said; tasks go to those who work on the cases. Said again, the later words count.

    An item makes one task: asked for once more, it stays the one it was. Raises DomainError 403 `role_required`;
    409 `meeting_closed`; 422 `meeting_item_unknown`, and of tasks as `give_task`.
    """
    meeting = _held(meeting, by)
    items = {item.pk: item for item in meeting.items.all()}
    cases = _held_cases(meeting, items, sayings)
    drafts = [draft for each in sayings for draft in _minuted(meeting, items, cases, each, by)]
    append([*drafts, _entry(meeting, "meeting_minuted", by, said=[each.said for each in sayings])])


@transaction.atomic
def close_meeting(*, meeting: Meeting, by: Officer) -> None:
    """Nothing is added after this. Raises DomainError as `write_minutes`."""
    meeting = _held(meeting, by)
    meeting.closed_at = now()
    meeting.save(update_fields=["closed_at"])
    append([_entry(meeting, "meeting_closed", by)])


def _held(meeting: Meeting, by: Officer) -> Meeting:
    held = Meeting.objects.select_for_update(of=("self",), no_key=True).select_related("court", "team")
    meeting = held.get(pk=meeting.pk)
    require_chairs(by, meeting.court, meeting.team)
    if meeting.closed_at is not None:
        raise DomainError("meeting_closed", 409, _("This meeting is closed. Open the next one."))
    return meeting


def _held_cases(meeting: Meeting, items: dict[UUID, MeetingItem], sayings: Collection[Saying]) -> dict[UUID, Case]:
    """Of the court of the meeting alone, locked in the order of their ids."""
    named = {items[each.item].case_id for each in sayings if each.item in items}
    named |= {each.case for each in sayings if each.case}
    rows = Case.objects.select_for_update(no_key=True).filter(pk__in=named, court=meeting.court).order_by("pk")
    return {case.pk: case for case in rows}


def _minuted(
    meeting: Meeting, items: dict[UUID, MeetingItem], cases: dict[UUID, Case], saying: Saying, by: Officer
) -> list[Draft]:
    require_words(saying.said)
    item = items.get(saying.item) if saying.item else _other_matter(meeting, items, cases, saying)
    if item is None:
        message = _("There is no such item in this meeting, or no such case in its court.")
        raise DomainError("meeting_item_unknown", 422, message)
    item.said = saying.said.strip()
    drafts = _asked(item, cases[item.case_id], saying.task, by)
    item.save()
    return drafts


def _other_matter(
    meeting: Meeting, items: dict[UUID, MeetingItem], cases: dict[UUID, Case], saying: Saying
) -> MeetingItem | None:
    case = cases.get(saying.case) if saying.case else None
    if case is None:
        return None
    other = (MeetingItem.Kind.OTHER, case.pk, saying.said.strip())
    known = (item for item in items.values() if (item.kind, item.case_id, item.said) == other)
    item = next(known, None) or MeetingItem(meeting=meeting, ordinal=len(items) + 1, kind=other[0], case=case)
    items[item.pk] = item
    return item


def _asked(item: MeetingItem, case: Case, asked: Asked | None, by: Officer) -> list[Draft]:
    if asked is None or item.task_id is not None or (asked.id and Task.objects.filter(pk=asked.id).exists()):
        return []
    task, draft = write_task(case=case, text=asked.text, to=asked.to, due_on=asked.due_on, by=by, task_id=asked.id)
    item.task = task
    return [draft]


def _entry(meeting: Meeting, kind: str, by: Officer, **facts: object) -> Draft:
    view = {
        "meeting": {
            "id": str(meeting.pk),
            "team": str(meeting.team_id) if meeting.team_id else None,
            "week_of": meeting.week_of.isoformat(),
            "items": meeting.items.count(),
            "is_closed": meeting.closed_at is not None,
        }
    }
    return court_entry(meeting.court_id, kind, view, by=by, **facts)
