"""What a record still lacks, judged offline by the rules of the catalogue the court delivered.

The same answer as the server's, reached by another program: the language is docs/reference/kinds.md, the agreement is
tests/wire/vectors/completeness.json.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypedDict

from client_sdk.forms import SCALARS, Misfit, code, elements, members

LANGUAGE = 1
LEVELS = ("block", "warn", "off")
OF_THE_BODY = (("evidence", "list:evidence"), ("position", "record:position"))


class Finding(TypedDict):
    """`code` says what, stably; `rule` is the rule as a court overrides it; `at` is a JSON pointer into the body."""

    code: str
    rule: str
    at: str


@dataclass
class Assessment:
    """`missing` keeps an act from being complete; `warnings` ask for a reason. Neither keeps it from being recorded."""

    missing: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return not self.missing


def assess(
    document: Mapping[str, Any], kind: str, record: Any, overrides: Mapping[str, Any] | None = None
) -> Assessment:
    """Judge `record`, an operation's body or anything with its `fields`, `evidence` and `position`. Never raises.

    `document` is the catalogue's `kinds` as pulled; a court's `overrides` stand in it unless given here.
    """
    if document["language"] != LANGUAGE:
        return Assessment(warnings=[{"code": "language_unsupported", "rule": "language", "at": ""}])
    definition = next((known for known in document["kinds"] if known["key"] == kind), None)
    if definition is None:
        return Assessment(missing=[{"code": "kind_unknown", "rule": "kind", "at": "/kind"}])
    chosen = document.get("overrides", {}) if overrides is None else overrides
    return _Assessor(document, definition, chosen).run(record)


def message(document: Mapping[str, Any], finding: Finding, language: str = "zh") -> str:
    """What to tell the officer, in Chinese or English."""
    rules = [document["shape"], *document["rules"], *(rule for kind in document["kinds"] for rule in kind["rules"])]
    spoken = {rule["rule"]: rule for rule in rules} | {key: document["messages"][key] for key in ("kind", "language")}
    return str(spoken.get(finding["rule"], {}).get(language, finding["code"]))


class _Place(NamedTuple):
    """Where a predicate looks: an element or the fields, and the body around them."""

    scope: Any
    body: Mapping[str, Any]


class _Assessor:
    def __init__(self, document: Mapping[str, Any], kind: Mapping[str, Any], overrides: Mapping[str, Any]) -> None:
        self.document = document
        self.kind = kind
        self.overrides = overrides
        self.found: dict[str, list[Finding]] = {level: [] for level in LEVELS}
        self.counts: dict[tuple[str, str], int] = {}

    def run(self, record: Any) -> Assessment:
        body = self.read_body(record)
        for rule in (*self.document["rules"], *self.kind["rules"]):
            level = self.level_of(rule)
            if level != "off":
                for pointer in _violations(rule, body):
                    self.report(level, rule["code"], rule["rule"], pointer)
        return Assessment(self.found["block"], self.found["warn"])

    def level_of(self, rule: Mapping[str, Any]) -> str:
        name = rule["rule"]
        if not self.overrides:
            return str(self.kind["levels"].get(name, rule)["level"])
        for_this_kind = self.overrides.get(f"{self.kind['key']}/{name}")
        if for_this_kind in LEVELS:
            return str(for_this_kind)
        default = self.kind["levels"].get(name, rule)["level"]
        for_all = self.overrides.get(name)
        return str(for_all) if for_all in LEVELS and default != "off" else str(default)

    def report(self, level: str, code: str, rule: str, pointer: str) -> None:
        self.counts[rule, code] = self.counts.get((rule, code), 0) + 1
        if self.counts[rule, code] <= self.document["findings_per_rule"]:
            self.found[level].append({"code": code, "rule": rule, "at": pointer})

    # Reading: what has its declared form, in types that compare; the rest is named and counts as not given.

    def read_body(self, record: Any) -> dict[str, Any]:
        if not isinstance(record, Mapping):
            self.misfit("", "")
            return {"fields": {}}
        declared = [(field["name"], field["type"]) for field in (*self.document["fields"], *self.kind["facts"])]
        fields = record.get("fields")
        if fields is not None and not isinstance(fields, Mapping):
            self.misfit("fields", "/fields")
            fields = None
        body: dict[str, Any] = {"fields": self.read_fields(declared, fields or {}, "", "/fields")}
        body.update(self.read_fields(OF_THE_BODY, record, "", ""))
        return body

    def read_fields(
        self, declared: Sequence[tuple[str, str]], values: Mapping[str, Any], path: str, pointer: str
    ) -> dict[str, Any]:
        read = {}
        for name, form in declared:
            value = self.read(form, values.get(name), f"{path}.{name}" if path else name, f"{pointer}/{name}")
            if value is not None:
                read[name] = value
        return read

    def read(self, form: str, value: Any, path: str, pointer: str) -> Any:
        if value is None:
            return None
        shape, _, argument = form.partition(":")
        try:
            if shape == "list":
                inner = f"record:{argument}" if argument in self.document["types"] else argument
                return [self.read(inner, each, path, f"{pointer}/{n}") for n, each in enumerate(elements(value))]
            if shape == "record":
                declared = [(field["name"], field["type"]) for field in self.document["types"][argument]]
                return self.read_fields(declared, members(value), path, pointer)
            if shape == "code":
                return code(value, self.document["code_lists"][argument])
            return SCALARS[shape](value)
        except Misfit:
            return self.misfit(path, pointer)

    def misfit(self, path: str, pointer: str) -> None:
        shape = self.document["shape"]
        self.report(self.level_of(shape), f"shape:{path}", shape["rule"], pointer)


def _violations(rule: Mapping[str, Any], body: Mapping[str, Any]) -> list[str]:
    if "each" in rule:
        return [pointer for place, pointer in _elements(rule, body) if _is_broken(rule, place)]
    return [_pointer(rule["at"])] if _is_broken(rule, _Place(body["fields"], body)) else []


def _is_broken(rule: Mapping[str, Any], place: _Place) -> bool:
    return ("when" not in rule or _holds(rule["when"], place)) and not _holds(rule["needs"], place)


def _elements(rule: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[_Place, str]]:
    whole = _Place(body["fields"], body)
    for index, element in enumerate(_value(rule["each"], whole) or []):
        if element is not None:
            steps = [_pointer(rule["each"]), str(index), *rule.get("at", "").split(".")]
            yield _Place(element, body), "/".join(step for step in steps if step)


def _pointer(path: str) -> str:
    return path if path.startswith("/") else "/fields/" + path.replace(".", "/")


def _value(path: str, place: _Place) -> Any:
    if "." not in path and path[0] != "/":  # most paths by far
        return place.scope.get(path) if isinstance(place.scope, dict) else None
    found: Any = place.body if path[0] == "/" else place.scope
    for name in path.lstrip("/").split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _holds(predicate: Mapping[str, Any], place: _Place) -> bool:
    match predicate:
        case {"when": condition, "then": consequence}:
            return _holds(consequence, place) if _holds(condition, place) else True
        case {"present": path}:
            return _given(_value(path, place))
        case {"equals": {"path": path, "value": wanted}}:
            return bool(_value(path, place) == wanted)
        case {"one_of": {"path": path, "values": wanted}}:
            return _value(path, place) in wanted
        case {"all": parts}:
            return all(_holds(part, place) for part in parts)
        case {"any": parts}:
            return any(_holds(part, place) for part in parts)
        case {"not": part}:
            return not _holds(part, place)
        case {"count": terms}:
            return _counted(terms, place)
        case _:
            return _compares(predicate, place)


def _compares(predicate: Mapping[str, Any], place: _Place) -> bool:
    """Comparisons hold where a side is not given: that is another rule's finding."""
    (name, terms), *_ = predicate.items()
    if name == "at_most":
        value = _value(terms["path"], place)
        return value is None or bool(terms.get("least", value) <= value <= terms["most"])
    keys = ("from", "to") if name == "within" else ("path", "than")
    one, other = (_value(terms[key], place) for key in keys)
    if one is None or other is None:
        return True
    if name == "after":
        return _is_after(one, other)
    if name == "within":
        return bool(other - one <= timedelta(hours=terms["hours"]))
    return bool(one <= other)


def _is_after(one: date, other: date) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one > other
    return _chinese_day(one) > _chinese_day(other)


def _chinese_day(value: date) -> date:
    return (value + timedelta(hours=8)).date() if isinstance(value, datetime) else value


def _counted(terms: Mapping[str, Any], place: _Place) -> bool:
    fitting = [element for element in _value(terms["of"], place) or [] if element is not None]
    if "same" in terms:
        ours, theirs = terms["same"]
        wanted = _value(ours, place)
        fitting = [one for one in fitting if wanted is not None and _value(theirs, _Place(one, place.body)) == wanted]
    if "where" in terms:
        fitting = [one for one in fitting if _holds(terms["where"], _Place(one, place.body))]
    return bool(terms.get("at_least", 0) <= len(fitting) <= terms.get("at_most", len(fitting)))


def _given(value: Any) -> bool:
    if isinstance(value, list):
        return any(element is not None for element in value)
    return value is not None and value != {}
