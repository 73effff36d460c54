"""What an act tells the flow of its case: named events with the dates of the act, as the kinds' data says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.field.completeness import read_body
from server.field.kinds import Document, kind_of
from server.field.predicates import predicate, value_at


@dataclass(frozen=True)
class CausedEvent:
    event: str
    at: date | datetime | None
    """Field time: a moment in UTC, a date where the record gives a date, None where it gives neither."""
    is_protective: bool = False
    """Starts its clock on any claim received, parked and quarantined ones too. Other events wait for completeness."""
    is_forecast: bool = False
    """`at` lies ahead of the act, as an expiry does: not to be bounded by the time of arrival."""


def caused_events(document: Document, kind: str, record: Any) -> list[CausedEvent]:
    """In the order of the data; none for an unknown kind. Never raises, whatever the record holds."""
    definition = kind_of(document, kind)
    if definition is None:
        return []
    body = read_body(document, kind, record)
    return [_event(spec, body) for spec in definition["events"] if _applies(spec, body)]


def _applies(spec: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return "when" not in spec or predicate(spec["when"])(body["fields"], body)


def _event(spec: Mapping[str, Any], body: Mapping[str, Any]) -> CausedEvent:
    dates = (value_at(path)(body["fields"], body) for path in spec["at"])
    return CausedEvent(
        event=spec["event"],
        at=next((at for at in dates if at is not None), None),
        is_protective=spec.get("protective", False),
        is_forecast=spec.get("forecast", False),
    )
