"""Reads of supervision: warnings that stand now, findings and urges, with what says whether a breach is certain."""

from collections.abc import Collection, Sequence
from typing import TypeVar
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import Count, QuerySet, When

from server.cases.access import cases_visible_to
from server.cases.levels import Level
from server.cases.models import Case, Node
from server.cases.watched import MOVED
from server.people.models import Officer
from server.supervision.models import Finding, Urge
from server.supervision.silence import Silence, SilentDevice, end_of

Row = TypeVar("Row", Finding, Urge)


def warned_nodes(officer: Officer, *, level: str = "", case_id: UUID | None = None) -> QuerySet[Node]:
    """Nodes at a warning level, as of the last pass, in cases the officer may read; what is due first stands first.

    In a closed case that is what goes on: until a pass has been at it since the closing, nothing.
    """
    nodes = Node.objects.filter(case__in=cases_visible_to(officer)).exclude(level=Level.NORMAL)
    nodes = nodes.exclude(MOVED, case__status=Case.Status.CLOSED)
    nodes = nodes.filter(level=level) if level else nodes
    nodes = nodes.filter(case_id=case_id) if case_id else nodes
    return nodes.select_related("case__flow").defer("case__flow__document").order_by("due_on", "pk")


def worst_nodes(officer: Officer, *, level: str = "") -> QuerySet[Node]:
    """The same, the worst level first."""
    ranks = [When(level=each, then=each.rank) for each in Level]
    return warned_nodes(officer, level=level).order_by(Choice(*ranks, default=0).desc(), "due_on", "pk")


def level_counts(officer: Officer) -> dict[str, int]:
    """How many nodes at each level but NORMAL."""
    counted = warned_nodes(officer).order_by().values_list("level").annotate(number=Count("pk"))
    return {level.value: 0 for level in Level if level is not Level.NORMAL} | dict(counted)


def findings_of(nodes: Collection[Node]) -> list[Finding]:
    """The finding of the date each passed last, with all that is shown of it."""
    rows = Finding.objects.filter(node__in=[node.pk for node in nodes]).order_by("opened_at")
    return list({row.node_id: row for row in with_all(rows)}.values())


def with_all(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    return findings.select_related("node", "case__flow", "person").defer("case__flow__document")


def silent_devices_of(findings: Sequence[Finding]) -> dict[UUID, list[SilentDevice]]:
    """By finding, devices that may still hold the act that was in time; none for what is closed. Two SELECTs."""
    silence = Silence({each.case_id for each in findings})
    return {each.pk: _silent(each, silence) for each in findings}


def _silent(finding: Finding, silence: Silence) -> list[SilentDevice]:
    closed = (Finding.State.CONCLUDED, Finding.State.CLEARED)
    if finding.state in closed or finding.node.started_on is None:
        return []
    until = end_of(finding.due_on, finding.due_at)
    return silence.devices(finding.case_id, finding.node.started_on, until)


def open_urges(case_ids: Collection[UUID]) -> dict[UUID, list[Urge]]:
    """By case, what waits for a reply, the oldest first. One SELECT."""
    found: dict[UUID, list[Urge]] = {}
    rows = Urge.objects.filter(case_id__in=list(case_ids), state=Urge.State.OPEN).select_related("asked_by")
    for row in rows.order_by("pk"):
        found.setdefault(row.case_id, []).append(row)
    return found


def page_of(rows: QuerySet[Row], state: str, before: UUID | None, limit: int) -> tuple[list[Row], str | None]:
    """One page, the newest first, and the cursor of the next."""
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else None
