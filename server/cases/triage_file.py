"""Reads a file of triage rules; every mistake is named with its line and key, all at once."""

from functools import cache
from pathlib import Path
from typing import Any

from server.cases.condition_reader import ConditionReader
from server.cases.conditions import Comparison
from server.cases.flow_checks import can_hold
from server.cases.flow_file import GRADES
from server.cases.located_yaml import DataFileError, Mistake, Source
from server.cases.triage import FAST, HARD, TriageRule, TriageRules, UrgentKind
from server.common.marking import gettext_noop as _

RULES = Path(__file__).parent / "tracks"
CURRENT = "enforcement@2026.11-1"
_NOBODY = Comparison("")


@cache
def triage_rules(name: str = CURRENT) -> TriageRules:
    """Rules this release carries. Raises FileNotFoundError, or DataFileError naming every mistake."""
    return read_triage((RULES / f"{name}.yaml").read_text(encoding="utf-8"))


def read_triage(text: str) -> TriageRules:
    """Raises DataFileError naming every mistake."""
    source = Source(text)
    rules = _Reader(source, (), source.content).all()
    source.require_faultless()
    return rules


def triage_mistakes_in(text: str) -> list[Mistake]:
    """Every mistake of a file of triage rules, in the order of its lines."""
    try:
        read_triage(text)
    except DataFileError as broken:
        return broken.mistakes
    return []


def is_triage(text: str) -> bool:
    """Whether a data file means to be one, whatever its mistakes."""
    return any(line.startswith("triage:") for line in text.splitlines())


class _Reader(ConditionReader):
    def all(self) -> TriageRules:
        self.only({"triage", "version", "facts", "urgent", "rules"})
        facts = self.facts()
        rules = tuple(each.rule(facts) for each in self.each("rules"))
        urgent = tuple(each.urgent_kind(facts) for each in self.each("urgent")) if "urgent" in self.mapping else ()
        self._no_key_twice(rules)
        return TriageRules(self.name("triage"), self.text("version"), facts, rules, urgent)

    def rule(self, facts: Any) -> TriageRule:
        self.only({"key", "track", "when", "zh", "en", "conf"})
        if "when" not in self.mapping:
            self.blame("when", _("is missing"))
        when = self.condition(facts)
        is_known = when is not None and all(each.fact in facts for each in when.comparisons)
        if when is not None and is_known and not can_hold(when, facts):
            self.blame("when", _("no case can fulfil this condition"))
        track = self.choice("track", (FAST, HARD))
        names = (self.text("zh"), self.text("en"))
        return TriageRule(self.name("key"), track, when or _NOBODY, *names, self.choice("conf", GRADES))

    def urgent_kind(self, facts: Any) -> UrgentKind:
        self.only({"kind", "causes", "zh", "en"})
        kind, causes = self.text("kind"), self.mapping.get("causes")
        if kind and kind not in facts.get("urgent_kind", ()):
            wrong = _("%(found)s is not among the values of the fact urgent_kind")
            self.blame("kind", wrong, found=repr(kind))
        if not isinstance(causes, list) or not causes or not all(isinstance(each, str) and each for each in causes):
            self.blame("causes", _("must be a list of words that stand in a cause"))
            causes = []
        return UrgentKind(kind, tuple(causes), self.text("zh"), self.text("en"))

    def _no_key_twice(self, rules: tuple[TriageRule, ...]) -> None:
        seen: set[str] = set()
        for index, rule in enumerate(rules):
            if rule.key and rule.key in seen:
                self.source.blame(("rules", index, "key"), _("%(found)s is used by another rule"), found=repr(rule.key))
            seen.add(rule.key)
