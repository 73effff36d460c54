"""Units of the replica as matters (委托事项): what another court asks, for as long as this officer does it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from client_sdk.cases import actions_of, paper_of
from client_sdk.members import date_of, objects
from client_sdk.replica import Unit
from client_sdk.views import Action, CaseAction, Paper


@dataclass(frozen=True)
class Matter:
    """An errand that this officer does for another court, as of the last pull, his own unsent acts laid over it."""

    id: str
    number: str
    kind: str
    state: str
    is_urgent: bool
    assignment_no: int | None
    due_on: date | None
    valid_until: date | None
    """The last day on which anybody may act for it."""
    asked_by: str
    """Name of the court that asks."""
    case_no: str
    """Of that court's case."""
    request: Mapping[str, Any]
    people: tuple[Mapping[str, Any], ...]
    contact: Mapping[str, Any]
    papers: tuple[Paper, ...]
    actions: tuple[CaseAction, ...]
    results: tuple[Mapping[str, Any], ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The unit as the server sent it; `snapshot` in it is what the other court signed."""


def matter_of(unit: Unit, own: Sequence[Action], complete_seq: int, here: Collection[str]) -> Matter:
    """`own` and `here` as in `case_of`."""
    data = unit.data
    ours = [act for act in own if unit.id in act.matter_ids]
    return Matter(
        id=unit.id,
        number=str(data.get("number", "")),
        kind=str(data.get("kind", "")),
        state=str(data.get("state", "")),
        is_urgent=data.get("is_urgent") is True,
        assignment_no=data.get("assignment_no"),
        due_on=date_of(data.get("due_on")),
        valid_until=date_of(data.get("valid_until")),
        asked_by=str(_mapping(data.get("from")).get("name", "")),
        case_no=str(data.get("case_no") or ""),
        request=_mapping(data.get("request")),
        people=tuple(objects(data.get("people"))),
        contact=_mapping(data.get("contact")),
        papers=tuple(paper_of(paper, here) for paper in objects(data.get("papers"))),
        actions=actions_of(unit, ours, complete_seq),
        results=tuple(objects(data.get("results"))),
        raw=data,
    )


def place_in_list(matter: Matter) -> tuple[Any, ...]:
    """Urgent ones first, then by the day they are due."""
    return (not matter.is_urgent, matter.due_on is None, matter.due_on or date.max, matter.number)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
