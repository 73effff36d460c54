"""The kinds of this release with one court's overrides, as `decide` asks them. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from server.field.completeness import Reading, assess, read
from server.field.events import CausedEvent, caused_events
from server.field.kinds import Document, kinds_document
from server.field.states import Facts, Verdict


class CourtRules:
    def __init__(self, overrides: Mapping[str, str]) -> None:
        self._document: Document = kinds_document()
        self._overrides = overrides
        self._read: tuple[Facts | None, Reading | None] = (None, None)
        self._told: tuple[Facts | None, Sequence[CausedEvent]] = (None, ())

    def judge(self, facts: Facts) -> Verdict:
        found = assess(self._document, facts.kind, _record(facts), self._overrides, self._reading(facts))
        return Verdict(tuple(found.missing_codes), tuple(found.warning_codes))

    def events(self, facts: Facts) -> Sequence[CausedEvent]:
        # Asked once for each subject of an act.
        if self._told[0] is not facts:
            events = caused_events(self._document, facts.kind, _record(facts), self._reading(facts))
            self._told = (facts, events)
        return self._told[1]

    def _reading(self, facts: Facts) -> Reading | None:
        # An act is judged, then asked what it tells.
        if self._read[0] is not facts:
            self._read = (facts, read(self._document, facts.kind, _record(facts)))
        return self._read[1]


def _record(facts: Facts) -> dict[str, Any]:
    return {"fields": facts.fields, "evidence": list(facts.evidence), "position": facts.position}


def events_told_by(kinds: Collection[str]) -> frozenset[str]:
    """Every event that acts of these kinds may tell."""
    document = kinds_document()
    return frozenset(e["event"] for kind in document["kinds"] if kind["key"] in kinds for e in kind["events"])


def action_kinds() -> frozenset[str]:
    return frozenset(kind["key"] for kind in kinds_document()["kinds"])
