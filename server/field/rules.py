"""The kinds of this release, on site and on the file of a case, with one court's overrides, as `decide` asks. Pure."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from server.field.case_acts import COMPLETE_NODE, case_act_kinds, case_document
from server.field.completeness import Reading, assess, read
from server.field.events import CausedEvent, caused_events
from server.field.kinds import Document, kinds_document
from server.field.states import Facts, Verdict


class CourtRules:
    def __init__(self, overrides: Mapping[str, str]) -> None:
        self._overrides = overrides
        self._read: tuple[Facts | None, Reading | None] = (None, None)
        self._told: tuple[Facts | None, Sequence[CausedEvent]] = (None, ())

    def judge(self, facts: Facts) -> Verdict:
        found = assess(document_of(facts.kind), facts.kind, _record(facts), self._overrides, self._reading(facts))
        return Verdict(tuple(found.missing_codes), tuple(found.warning_codes))

    def events(self, facts: Facts) -> Sequence[CausedEvent]:
        # Asked once for each subject of an act.
        if self._told[0] is not facts:
            events = caused_events(document_of(facts.kind), facts.kind, _record(facts), self._reading(facts))
            self._told = (facts, events)
        return self._told[1]

    @property
    def told_on_site(self) -> frozenset[str]:
        """What acts on site tell, with their evidence: nobody's bare word stands for it."""
        return told_on_site()

    def _reading(self, facts: Facts) -> Reading | None:
        # An act is judged, then asked what it tells.
        if self._read[0] is not facts:
            self._read = (facts, read(document_of(facts.kind), facts.kind, _record(facts)))
        return self._read[1]


def _record(facts: Facts) -> dict[str, Any]:
    return {"fields": facts.fields, "evidence": list(facts.evidence), "position": facts.position}


@cache
def protective_kinds() -> frozenset[str]:
    """Those that tell something which protects people or property, or whose hours are counted."""
    kinds = kinds_document()["kinds"]
    protecting = (kind for kind in kinds if any(event.get("protective") for event in kind["events"]))
    return frozenset(kind["key"] for kind in protecting) | frozenset(alarms_by_kind())


@cache
def alarms_by_kind() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Of kinds whose hours are counted: each alarm with its `code`, `from`, `until` and `minutes`, in order."""
    kinds = kinds_document()["kinds"]
    return {kind["key"]: sorted(kind["alarms"], key=lambda each: each["minutes"]) for kind in kinds if kind["alarms"]}


def document_of(kind: str) -> Document:
    """The catalogue that knows this kind; of one unknown to both, that of acts on site."""
    return case_document() if kind in case_act_kinds() else kinds_document()


def events_told_by(kinds: Collection[str]) -> frozenset[str] | None:
    """Every event that acts of these kinds may tell; None where that may be any."""
    if COMPLETE_NODE in kinds:
        return None
    known = [*kinds_document()["kinds"], *case_document()["kinds"]]
    return frozenset(e["event"] for kind in known if kind["key"] in kinds for e in kind["events"])


def may_tell_the_same(kinds: Collection[str], others: Collection[str]) -> bool:
    told, by_others = events_told_by(kinds), events_told_by(others)
    return told is None or by_others is None or bool(told & by_others)


def action_kinds() -> frozenset[str]:
    """On site."""
    return frozenset(kind["key"] for kind in kinds_document()["kinds"])


@cache
def told_on_site() -> frozenset[str]:
    return events_told_by(action_kinds()) or frozenset()
