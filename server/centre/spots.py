"""Where acts were recorded: each as it was received, and as a point to be drawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from server.cases.models import Case
from server.centre.case_page import kind_names
from server.centre.coordinates import system_of
from server.centre.geo_view import Placed, place_of
from server.centre.states import Look, action_look
from server.common.clock import SHANGHAI, now
from server.field.models import ActionSubject

POINTS_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Spot:
    action_id: UUID
    case_id: UUID
    case_no: str
    kind: str
    officer: str
    recorded_at: datetime
    look: Look
    position: dict[str, Any]
    """As it was received."""

    @property
    def system(self) -> str:
        """As stated; "" where the device did not say, or said what nobody knows."""
        return system_of(str(self.position.get("crs") or ""))

    @property
    def accuracy(self) -> float | None:
        stated = self.position.get("accuracy")
        return float(stated) if isinstance(stated, int | float) and 0 < stated < 100_000 else None

    @property
    def as_received(self) -> str:
        return f"{self.position['lat']:.5f}, {self.position['lon']:.5f}"

    @property
    def placed(self) -> Placed:
        at = self.recorded_at.astimezone(SHANGHAI)
        return Placed(
            look=self.look,
            text="",
            position=self.position,
            title=f"{self.case_no} {self.kind} {at:%m-%d %H:%M} {self.look.text}",
            href=f"/centre/actions/{self.action_id}",
            key=self.action_id,
            accuracy=self.accuracy,
        )


def spots_in(cases: QuerySet[Case], *, since: datetime | None = None) -> list[Spot]:
    """Of acts on these cases that say where they were done, the newest first; one act once."""
    rows = ActionSubject.objects.filter(subject_id__in=cases.values("pk"), record__position__isnull=False)
    rows = rows.filter(action__received_at__gt=since) if since else rows
    found = rows.select_related("action__officer", "record").order_by("-action__received_at", "-pk")
    acts: dict[UUID, ActionSubject] = {}
    for row in found[: POINTS_AT_MOST * 2]:
        acts.setdefault(row.action_id, row)
    kept = list(acts.values())[:POINTS_AT_MOST]
    numbers = dict(Case.objects.filter(pk__in={row.subject_id for row in kept}).values_list("pk", "case_no"))
    return list(_spots(kept, numbers))


def _spots(rows: Iterable[ActionSubject], numbers: dict[UUID, str]) -> Iterable[Spot]:
    names = kind_names()
    for row in rows:
        if place_of(row.record.position):
            yield _spot(row, numbers.get(row.subject_id, ""), names, row.record.position or {})


def _spot(row: ActionSubject, case_no: str, names: dict[str, str], position: dict[str, Any]) -> Spot:
    action = row.action
    return Spot(
        action_id=action.pk,
        case_id=row.subject_id,
        case_no=case_no,
        kind=names.get(action.kind, action.kind),
        officer=action.officer.name,
        recorded_at=action.recorded_at,
        look=action_look(row.status, action.is_complete, len(action.missing)),
        position=position,
    )


def since_days(days: int) -> datetime:
    return now() - timedelta(days=days)
