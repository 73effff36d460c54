"""Which track a case takes (简案快执、难案精执) and whether it is urgent, by rules that are data. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.cases.conditions import Condition
from server.cases.flow import Values

FAST, NORMAL, HARD = "FAST", "NORMAL", "HARD"
TRACKS = (FAST, NORMAL, HARD)


@dataclass(frozen=True)
class TriageRule:
    key: str
    track: str
    when: Condition
    zh: str
    en: str
    conf: str

    def name(self, language: str = "zh") -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True)
class UrgentKind:
    """Cases for this cause go first: it is among the words of the cause."""

    kind: str
    causes: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True)
class TriageRules:
    key: str
    version: str
    facts: Mapping[str, Values]
    rules: tuple[TriageRule, ...]
    urgent: tuple[UrgentKind, ...]

    @property
    def id(self) -> str:
        return f"{self.key}@{self.version}"

    def urgent_kind(self, cause: str) -> str:
        return next((each.kind for each in self.urgent if any(word in cause for word in each.causes)), "")

    def names(self, language: str) -> dict[str, str]:
        return {rule.key: rule.name(language) for rule in self.rules}


@dataclass(frozen=True)
class Verdict:
    track: str
    reasons: tuple[str, ...]
    """Keys of the rules that hold for this track; none for the usual one."""
    is_urgent: bool = False


def judged(rules: TriageRules, facts: Mapping[str, Any]) -> Verdict:
    """What is hard is never taken for simple: HARD before FAST, and NORMAL where no rule holds."""
    for track in (HARD, FAST):
        reasons = tuple(rule.key for rule in rules.rules if rule.track == track and rule.when.holds(facts))
        if reasons:
            return Verdict(track, reasons, bool(facts.get("urgent_kind")))
    return Verdict(NORMAL, (), bool(facts.get("urgent_kind")))
