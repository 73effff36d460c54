"""What a record of an act still lacks: the same answer as on the device, from the same document.

Evidence is never refused: an answer names what is missing and what to explain; the effect is withheld, the act is kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypedDict

from server.field.predicates import Get, Holds, predicate, value_at
from server.field.shape import Read, record_reader

Violations = Callable[[Any], Sequence[str]]

LANGUAGE = 1
LEVELS = frozenset({"block", "warn", "off"})
BODY = (
    {"name": "evidence", "type": "list:evidence"},
    {"name": "position", "type": "record:position"},
)


class Finding(TypedDict):
    code: str
    """What is missing, stable: `field:result`, `shot:SEAL_CLOSEUP`, `authority:SEARCH_WARRANT`, `shape:officers`."""
    rule: str
    """The rule that says so, as a court would override it: `SEAL.shot:SEAL_CLOSEUP`."""
    at: str
    """JSON pointer into the operation's body."""


@dataclass(frozen=True)
class Assessment:
    missing: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    @property
    def missing_codes(self) -> list[str]:
        return list(dict.fromkeys(finding["code"] for finding in self.missing))

    @property
    def warning_codes(self) -> list[str]:
        return list(dict.fromkeys(finding["code"] for finding in self.warnings))


class Reading(NamedTuple):
    """A record by its declared types, and what did not fit: code and pointer."""

    body: Mapping[str, Any]
    misfits: Sequence[tuple[str, str]]


def read(document: Mapping[str, Any], kind: str, record: Any) -> Reading | None:
    """For `assess` and `tell` both, half of whose cost it is; None for an unknown kind."""
    judge = _catalogue(document).get(kind)
    return judge.reading(record) if judge else None


def assess(
    document: Mapping[str, Any],
    kind: str,
    record: Any,
    overrides: Mapping[str, Any] | None = None,
    reading: Reading | None = None,
) -> Assessment:
    """Judge a record: an operation's body, or anything with its `fields`, `evidence` and `position`.

    Never raises, whatever the record holds. `overrides` are a court's levels by rule; without them those in the
    document count. The document must not be changed after its first use: it is compiled once.
    """
    if document["language"] != LANGUAGE:
        return Assessment(warnings=[Finding(code="language_unsupported", rule="language", at="")])
    judge = _catalogue(document).get(kind)
    if judge is None:
        return Assessment(missing=[Finding(code="kind_unknown", rule="kind", at="/kind")])
    reading = reading or judge.reading(record)
    return judge.assess(reading, document.get("overrides", {}) if overrides is None else overrides)


def tell(
    document: Mapping[str, Any], kind: str, record: Any, reading: Reading | None = None
) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """The events of a kind whose condition holds, each with the first of its dates that the record gives."""
    judge = _catalogue(document).get(kind)
    if judge is None:
        return
    body = (reading or judge.reading(record)).body
    fields = body["fields"]
    for spec, when, dates in judge.events:
        if when is None or when(fields, body):
            yield spec, next((at for date in dates if (at := date(fields, body)) is not None), None)


@dataclass(frozen=True)
class _Rule:
    name: str
    code: str
    kind: str
    level: str
    violations: Violations
    """Pointers to where the rule is broken."""

    def level_for(self, overrides: Mapping[str, Any]) -> str:
        return _level(self.name, self.kind, self.level, overrides)


@dataclass(frozen=True)
class _Judge:
    kind: str
    read: Read
    shape: Mapping[str, Any]
    rules: list[_Rule]
    usual_rules: list[_Rule]
    """Those that are not off where a court has no word of its own."""
    events: list[tuple[Mapping[str, Any], Holds | None, list[Get]]]
    findings_per_rule: int

    def reading(self, record: Any) -> Reading:
        misfits: list[tuple[str, str]] = []
        return Reading(self.read(record, "", lambda path, at: misfits.append((f"shape:{path}", at))), misfits)

    def assess(self, reading: Reading, overrides: Mapping[str, Any]) -> Assessment:
        body, misfits = reading
        found = _Findings(self.findings_per_rule)
        name = self.shape["rule"]
        level = _level(name, self.kind, self.shape["level"], overrides)
        for code, at in misfits:
            found.add(level, code, name, at)
        for rule in self.rules if overrides else self.usual_rules:
            for at in rule.violations(body):
                found.add(rule.level_for(overrides), rule.code, rule.name, at)
        return Assessment(found.by_level["block"], found.by_level["warn"])


class _Findings:
    """At most so many of a kind: a hostile record may not make an answer without end."""

    def __init__(self, most: int) -> None:
        self.by_level: dict[str, list[Finding]] = {"block": [], "warn": []}
        self._most = most
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, level: str, code: str, rule: str, at: str) -> None:
        if level == "off":
            return
        count = self._counts[rule, code] = self._counts.get((rule, code), 0) + 1
        if count <= self._most:
            self.by_level[level].append(Finding(code=code, rule=rule, at=at))


def _level(rule: str, kind: str, own: str, overrides: Mapping[str, Any]) -> str:
    """A court's word for this kind; else, unless the rule does not concern the kind, its word for all; else ours."""
    if not overrides:
        return own
    specific = overrides.get(f"{kind}/{rule}")
    if specific in LEVELS:
        return str(specific)
    general = overrides.get(rule)
    return str(general) if own != "off" and general in LEVELS else own


_compiled: dict[tuple[int, ...], tuple[tuple[Any, ...], dict[str, _Judge]]] = {}
PARTS = ("shape", "code_lists", "types", "fields", "rules", "kinds")
MOST_COMPILED = 16


def _catalogue(document: Mapping[str, Any]) -> dict[str, _Judge]:
    """Compiled once for a document, also for copies that differ in their overrides alone."""
    parts = tuple(document[part] for part in PARTS)
    key = tuple(map(id, parts))
    if key not in _compiled:
        if len(_compiled) >= MOST_COMPILED:
            _compiled.clear()
        # The parts are kept with the result: an id is only good while its object lives.
        _compiled[key] = (parts, {kind["key"]: _judge(document, kind) for kind in document["kinds"]})
    return _compiled[key][1]


def _judge(document: Mapping[str, Any], kind: Mapping[str, Any]) -> _Judge:
    types = {**document["types"], "fields": [*document["fields"], *kind["facts"]]}
    codes = {name: frozenset(code["key"] for code in codes) for name, codes in document["code_lists"].items()}
    fields = record_reader(types["fields"], "", types, codes)
    outside = record_reader(list(BODY), "", types, codes)
    levels = {rule: change["level"] for rule, change in kind["levels"].items()}
    rules = [_rule(rule, kind["key"], levels) for rule in (*document["rules"], *kind["rules"])]
    events = [(spec, _when(spec), [value_at(path) for path in spec["at"]]) for spec in kind["events"]]
    read = _body_reader(fields, outside)
    usual = [rule for rule in rules if rule.level != "off"]
    return _Judge(kind["key"], read, document["shape"], rules, usual, events, document["findings_per_rule"])


def _body_reader(fields: Read, outside: Read) -> Read:
    def read(value: Any, pointer: str, blame: Callable[[str, str], None]) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            blame("", pointer)
            return {"fields": {}}
        given = value.get("fields")
        if given is not None and not isinstance(given, Mapping):
            blame("fields", "/fields")
            given = None
        return {"fields": fields(given, "/fields", blame) or {}, **outside(value, "", blame)}

    return read


def _rule(rule: Mapping[str, Any], kind: str, levels: Mapping[str, str]) -> _Rule:
    return _Rule(
        name=rule["rule"],
        code=rule["code"],
        kind=kind,
        level=levels.get(rule["rule"], rule["level"]),
        violations=_elements(rule) if "each" in rule else _whole(rule),
    )


def _is_broken(rule: Mapping[str, Any]) -> Holds:
    when, needs = _when(rule), predicate(rule["needs"])
    if when is None:
        return lambda scope, body: not needs(scope, body)
    return lambda scope, body: when(scope, body) and not needs(scope, body)


def _when(spec: Mapping[str, Any]) -> Holds | None:
    return predicate(spec["when"]) if "when" in spec else None


def _whole(rule: Mapping[str, Any]) -> Violations:
    is_broken, there = _is_broken(rule), (pointer_of(rule["at"]),)
    return lambda body: there if is_broken(body["fields"], body) else ()


def _elements(rule: Mapping[str, Any]) -> Violations:
    is_broken = _is_broken(rule)
    elements_of, base = value_at(rule["each"]), pointer_of(rule["each"])
    at = "/" + rule["at"].replace(".", "/") if rule.get("at") else ""

    def violations(body: Any) -> Sequence[str]:
        elements = enumerate(elements_of(body["fields"], body) or ())
        return [f"{base}/{i}{at}" for i, each in elements if each is not None and is_broken(each, body)]

    return violations


def pointer_of(path: str) -> str:
    """`place.lat` is /fields/place/lat, `/evidence` is /evidence."""
    return (path if path.startswith("/") else f"/fields/{path}").replace(".", "/")
