"""Reads of what a desk keeps."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from server.cases.levels import Level
from server.cases.models import Node
from server.common.clock import now
from server.duty.access import mutes_visible_to, reports_visible_to, shifts_visible_to
from server.duty.decide import Hush
from server.duty.models import Acknowledgement, DailyReport, Mute, Shift, ShiftNote
from server.people.models import Officer
from server.supervision.queries import warned_nodes


def standing_mutes(officer: Officer) -> list[Mute]:
    """Those of his own desk that hold now, the first to end first."""
    rows = mutes_visible_to(officer).filter(court=officer.court_id, ended_at=None, until__gt=now())
    return list(rows.select_related("case", "by").order_by("until", "pk"))


def hushes(mutes: Sequence[Mute]) -> list[Hush]:
    return [Hush(each.pk, each.cause, each.case_id, Level(each.level), each.until) for each in mutes]


def is_answered(officer: Officer) -> Exists:
    """Of a node: his desk has acknowledged it as it stands."""
    same = {name: OuterRef(name) for name in ("level", "due_on")}
    return Exists(Acknowledgement.objects.filter(court=officer.court_id, node=OuterRef("pk"), **same))


def unanswered(officer: Officer, *, cause: str, level: Level, case_id: UUID | None = None) -> QuerySet[Node]:
    """Of a cause at a level, in cases he may read, what nobody at his desk has acknowledged."""
    nodes = warned_nodes(officer, level=level, case_id=case_id).filter(key=cause, due_on__isnull=False)
    return nodes.exclude(is_answered(officer))


def answers(officer: Officer, nodes: Sequence[Node]) -> dict[UUID, Acknowledgement]:
    """By node, who at his desk has acknowledged it as it stands."""
    rows = Acknowledgement.objects.filter(court=officer.court_id, node__in=[node.pk for node in nodes])
    standing = {(node.pk, node.level, node.due_on) for node in nodes}
    found = rows.select_related("by")
    return {row.node_id: row for row in found if (row.node_id, row.level, row.due_on) in standing}


def past_mutes(officer: Officer, most: int) -> list[Mute]:
    """Of his own desk, the newest first."""
    rows = mutes_visible_to(officer).filter(court=officer.court_id)
    ended = rows.exclude(ended_at=None) | rows.filter(until__lte=now())
    return list(ended.select_related("case", "by", "ended_by").order_by("-pk")[:most])


def shifts_page(officer: Officer, before: UUID | None, limit: int) -> tuple[list[Shift], str | None]:
    """The newest first, and the cursor of the next page."""
    rows = shifts_visible_to(officer).select_related("officer", "taken_by", "court")
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else None


def standing_shift(officer: Officer) -> Shift | None:
    """Of his own desk."""
    rows = shifts_visible_to(officer).filter(court=officer.court_id, taken_at=None)
    return rows.select_related("officer").first()


def lines_of(shift: Shift) -> list[ShiftNote]:
    return list(ShiftNote.objects.filter(shift=shift).select_related("by", "case").order_by("pk"))


def versions_of(officer: Officer, day: date) -> list[DailyReport]:
    """Of his own court's report of that day, the newest first."""
    rows = reports_visible_to(officer).filter(court=officer.court_id, day=day)
    return list(rows.select_related("by", "court").order_by("-number"))


def reported_days(officer: Officer, most: int) -> list[DailyReport]:
    """The latest version of each day of his own court, the newest day first."""
    rows = reports_visible_to(officer).filter(court=officer.court_id).select_related("by")
    latest: dict[date, DailyReport] = {}
    for report in rows.order_by("-day", "-number")[: most * 4]:
        latest.setdefault(report.day, report)
    return list(latest.values())[:most]
