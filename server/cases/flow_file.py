"""Reads a flow file into a FlowDefinition; every mistake is named with its line and key, all at once."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from server.cases import located_yaml
from server.cases.condition_reader import ConditionReader
from server.cases.flow import CASE_CLOCK, CASE_CLOSED, FlowDefinition, NodeDefinition, Stage, Values
from server.cases.limits import Extendable, Limit, Unit
from server.cases.located_yaml import KEY, SafeLoader, Source
from server.cases.pauses import REASONS
from server.common.marking import gettext_noop as _

FLOWS = Path(__file__).parent / "flows"
OPENINGS = Path(__file__).parent / "law" / "openings.yaml"

LIMIT_KINDS = ("statutory", "regulatory", "internal")
GRADES = ("A", "A-local", "B", "C")
OWNERS = (
    "filing_clerk",
    "command_centre",
    "deputy_director",
    "director",
    "president",
    "enforcement_judge",
    "clerk",
    "investigation_team",
    "disposal_team",
    "funds_team",
)
REPEATS = ("per_property", "per_clue", "per_measure", "per_entry", "per_debtor")
NODE_KEYS = frozenset(
    {
        "key",
        "core",
        "zh",
        "en",
        "owner",
        "limit",
        "outer_limit",
        "alt_limit",
        "urgent_limit",
        "internal_limit",
        "variants",
        "minimum",
        "start",
        "stop",
        "when",
        "evidence",
        "kind",
        "basis",
        "conf",
        "note",
        "repeat",
        "pause",
        "pausable",
        "rolls",
    }
)
LIMIT_KEYS = frozenset({"n", "unit", "start", "max", "wait", "every", "for", "extend"})


@cache
def openings() -> frozenset[str]:
    """Nodes that are a party's window, in flow files written before they could say so."""
    return frozenset(yaml.load(OPENINGS.read_text(encoding="utf-8"), SafeLoader)["openings"])


@cache
def stages_after_closing() -> frozenset[str]:
    """The same of stages that come after the closing of a case."""
    return frozenset(yaml.load(OPENINGS.read_text(encoding="utf-8"), SafeLoader)["after_closing"])


@cache
def flow_definition(key: str, version: str) -> FlowDefinition:
    """A flow this release carries. Raises FileNotFoundError, or DataFileError naming every mistake."""
    return read_flow((FLOWS / f"{key}@{version}.yaml").read_text(encoding="utf-8"))


def read_flow(text: str) -> FlowDefinition:
    """Raises DataFileError naming every mistake."""
    source, flow = read_leniently(text)
    source.require_faultless()
    return flow


def read_leniently(text: str) -> tuple[Source, FlowDefinition]:
    """What could be read, with the mistakes in it. Raises DataFileError only for what is no YAML."""
    source = Source(text)
    return source, _Reader(source, (), source.content).flow()


class _Reader(ConditionReader):
    def flow(self) -> FlowDefinition:
        self.only({"flow", "version", "calendar", "facts", "defaults", "events", "case_clock", "stages"})
        facts = self.facts()
        defaults = self.inner("defaults")
        pause = defaults.codes("pause", REASONS, REASONS)
        clocks = tuple(r.node(CASE_CLOCK, i, facts, pause) for i, r in enumerate(self.each("case_clock")))
        stages: list[Stage] = []
        for reader in self.each("stages"):
            stages.append(reader.stage(len(clocks) + sum(len(s.nodes) for s in stages), facts, pause))
        flow = FlowDefinition(
            self.name("flow"),
            self.text("version"),
            self.text("calendar"),
            facts,
            clocks,
            tuple(stages),
            frozenset(self.codes("events", None, ())),
        )
        self._no_key_twice(flow)
        return flow

    def stage(self, first: int, facts: Mapping[str, Values], pause: tuple[str, ...]) -> Stage:
        self.only({"stage", "zh", "en", "nodes", "cross_cutting", "after_closing"})
        key = self.name("stage")
        nodes = tuple(r.node(key, first + i, facts, pause) for i, r in enumerate(self.each("nodes")))
        if self.flag("after_closing") or key in stages_after_closing():
            nodes = tuple(replace(node, outlives_closing=True) for node in nodes)
        return Stage(key, self.text("zh"), self.text("en"), nodes, self.flag("cross_cutting"))

    def node(self, stage: str, ordinal: int, facts: Mapping[str, Values], pause: tuple[str, ...]) -> NodeDefinition:
        self.only(NODE_KEYS)
        start = self.events("start")
        return NodeDefinition(
            key=self.name("key"),
            zh=self.text("zh"),
            en=self.text("en"),
            stage=stage,
            ordinal=ordinal,
            limit=self._own_limit(),
            start=start,
            stop=self.events("stop"),
            kind=self.choice("kind", LIMIT_KINDS),
            basis=self.text("basis"),
            conf=self.choice("conf", GRADES),
            owner="" if stage == CASE_CLOCK else self.choice("owner", OWNERS),
            is_core=self.flag("core"),
            when=self.condition(facts),
            repeat=self.choice("repeat", REPEATS, "").removeprefix("per_"),
            pause=self.codes("pause", REASONS, pause),
            is_pausable=self.flag("pausable", default=True),
            rolls=self.flag("rolls", default=True),
            note=self.text("note", required=False),
            outlives_closing=CASE_CLOSED in start,
            **self._further(),
        )

    def _own_limit(self) -> Limit:
        limit = self.limit("limit") or Limit(None)
        return replace(limit, is_wait=True) if self.mapping.get("key") in openings() else limit

    def _further(self) -> dict[str, Any]:
        limits = {key: self.limit(key, required=False) for key in ("outer_limit", "alt_limit", "urgent_limit")}
        return limits | {
            "internal_limit": self.limit("internal_limit", required=False),
            "minimum": self.limits("minimum"),
            "variants": self.limits("variants"),
            "evidence": self.codes("evidence", None, ()),
        }

    def events(self, key: str) -> tuple[str, ...]:
        names = tuple(self.text(key).split("|"))
        for name in names:
            if name and not KEY.fullmatch(name):
                wrong = _("%(found)s is no event: small letters, digits and _, several separated by |")
                self.blame(key, wrong, found=repr(name))
        return names

    def limit(self, key: str, *, required: bool = True) -> Limit | None:
        if key not in self.mapping:
            if required:
                self.blame(key, _("is missing"))
            return None
        return self.inner(key).as_limit()

    def limits(self, key: str) -> Mapping[str, Limit]:
        """Several by name, or one for all under the empty name."""
        reader = self.inner(key)
        if "n" in reader.mapping:
            return MappingProxyType({"": reader.as_limit()})
        return MappingProxyType({str(name): reader.inner(name).as_limit() for name in reader.mapping})

    def as_limit(self) -> Limit:
        self.only(LIMIT_KEYS)
        return Limit(
            n=self.number("n"),
            unit=self._unit(),
            start=self.name("start") if "start" in self.mapping else None,
            is_maximum=self.flag("max"),
            is_wait=self.flag("wait"),
            is_recurring=self.flag("every"),
            recurs_for=self.limit("for", required=False),
            extension=self._extension(),
        )

    def _unit(self) -> Unit:
        if self.mapping.get("n") is None and "unit" not in self.mapping:
            return Unit.DAYS
        value = self.choice("unit", tuple(Unit))
        return Unit(value) if value in tuple(Unit) else Unit.DAYS

    def _extension(self) -> Extendable | None:
        if "extend" not in self.mapping:
            return None
        reader = self.inner("extend")
        reader.only({"n", "times"})
        return Extendable(reader.number("n") or 0, reader.number("times") or 0)

    def _no_key_twice(self, flow: FlowDefinition) -> None:
        seen: set[str] = set()
        for path, node in places(flow):
            if node.key and node.key in seen:
                self.source.blame((*path, "key"), _("%(found)s is used by another node"), found=repr(node.key))
            seen.add(node.key)
        named: set[str] = set()
        for index, stage in enumerate(flow.stages):
            if stage.key and stage.key in named:
                wrong = _("%(found)s is used by another stage")
                self.source.blame(("stages", index, "stage"), wrong, found=repr(stage.key))
            named.add(stage.key)


def places(flow: FlowDefinition) -> list[tuple[located_yaml.Path, NodeDefinition]]:
    clocks = [(("case_clock", index), clock) for index, clock in enumerate(flow.case_clocks)]
    nodes = [
        (("stages", s, "nodes", n), node) for s, stage in enumerate(flow.stages) for n, node in enumerate(stage.nodes)
    ]
    return [*clocks, *nodes]
