"""What an act tells the flow of its case: named events with the dates of the act, as the kinds' data says."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.field.completeness import Reading, tell
from server.field.kinds import Document


@dataclass(frozen=True)
class CausedEvent:
    event: str
    at: date | datetime | None
    """Field time: a moment in UTC, a date where the record gives a date, None where it gives neither."""
    is_protective: bool = False
    """Starts its clock on any claim received, parked and quarantined ones too. Other events wait for completeness."""
    chain: str = ""
    """What a repeated node is about, where the act says so."""
    is_forecast: bool = False
    """`at` lies ahead of the act, as an expiry does: not to be bounded by the time of arrival."""


def caused_events(document: Document, kind: str, record: Any, reading: Reading | None = None) -> list[CausedEvent]:
    """In the order of the data; none for an unknown kind. Never raises, whatever the record holds."""
    return [
        CausedEvent(
            spec["event"], at, is_protective=spec.get("protective", False), is_forecast=spec.get("forecast", False)
        )
        for spec, at in tell(document, kind, record, reading)
    ]
