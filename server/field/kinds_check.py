"""Finds every mistake in a kinds file, with line and key, before anything interprets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.cases.located_yaml import CODE, KEY, DataFileError, Mistake, Reader, Source
from server.common.marking import gettext_noop as _
from server.field.predicate_check import Places, check_path, check_predicate
from server.field.shape import SCALARS

GRADES = ("A", "A-local", "B", "C")
LEVELS = ("block", "warn", "off")
FILE_KEYS = {
    "catalogue", "version", "language", "findings_per_rule", "messages",
    "shape", "code_lists", "types", "fields", "rules", "kinds",
}  # fmt: skip
RULE_KEYS = {"code", "level", "each", "at", "when", "needs", "if_done", "conf", "basis", "zh", "en"}
REQUIRED_KEYS = {"level", "conf", "basis", "when", "if_done"}
SHOT_KEYS = {"any", "count", "when", "level", "conf", "basis", "proof", "if_done"}
EVENT_KEYS = {"event", "at", "when", "why", "protective", "forecast"}
KIND_KEYS = {"zh", "en", "papers", "facts", "levels", "rules", "shots", "events", "alarms"}


def mistakes_in(text: str, known_events: frozenset[str] | None = None) -> list[Mistake]:
    """In the order of their lines. `known_events` are those the flow waits for; without them events go unchecked."""
    try:
        source = Source(text)
    except DataFileError as broken:
        return broken.mistakes
    _FileReader(source, (), source.content).check(known_events)
    return sorted(set(source.mistakes))


@dataclass(frozen=True)
class _Names:
    """What rules of one scope may name."""

    places: Places
    common_rules: frozenset[str]
    events: frozenset[str] | None


class _FileReader(Reader):
    def check(self, known_events: frozenset[str] | None) -> None:
        self.only(FILE_KEYS)
        for key in ("catalogue", "version"):
            self.text(key)
        for key in ("language", "findings_per_rule"):
            self.number(key)
        self._messages()
        codes = {name: frozenset(self._labels("code_lists", name)) for name in self.inner("code_lists").mapping}
        types = {str(name): self.inner("types").fields(str(name)) for name in self.inner("types").mapping}
        common = self.fields("fields")
        names = _Names(Places(codes, types, common), frozenset(self._common_rules()), known_events)
        self._check_types(names.places)
        facts = self._all_facts()
        for reader in self.each("rules"):
            reader.rule(_Names(Places(codes, types, {**common, **facts}), names.common_rules, known_events))
        for key in self.inner("kinds").mapping:
            self.inner("kinds").inner(key).kind(key, names)
        self._unique_rules()

    def _messages(self) -> None:
        shape = self.inner("shape")
        shape.only({"level", "conf", "basis", "zh", "en"})
        shape.grade()
        for key in ("field", "shot", "shots", "kind", "language"):
            self.inner("messages").inner(key).labels()

    def _labels(self, *path: str) -> list[str]:
        reader: _FileReader = self
        for key in path:
            reader = reader.inner(key)
        return reader.names()

    def names(self) -> list[str]:
        for code, label in self.mapping.items():
            if not isinstance(code, str) or not CODE.fullmatch(code):
                self.blame(code, _("is no code"))
            if not isinstance(label, list) or len(label) != 2 or not all(isinstance(text, str) for text in label):
                self.blame(code, _("must be [Chinese, English]"))
        return [str(code) for code in self.mapping]

    def labels(self) -> None:
        self.text("zh")
        self.text("en")

    def grade(self) -> None:
        self.choice("level", LEVELS)
        self.choice("conf", GRADES)
        self.text("basis")

    def fields(self, key: str) -> dict[str, str]:
        reader = self.inner(key)
        return {str(name): str(reader.inner(name).mapping.get("type")) for name in reader.mapping}

    def _common_rules(self) -> list[str]:
        rules = [f"common.{rule.mapping.get('code')}" for rule in self.each("rules")]
        required = [
            f"common.field:{name}" for name, field in self.inner("fields").mapping.items() if "required" in field
        ]
        return ["common.shape", *rules, *required]

    def _all_facts(self) -> dict[str, str]:
        kinds = self.inner("kinds")
        return {name: spec for key in kinds.mapping for name, spec in kinds.inner(key).fields("facts").items()}

    def _check_types(self, places: Places) -> None:
        for name in self.inner("types").mapping:
            self.inner("types").check_fields(str(name), places, places.types[str(name)])
        self.check_fields("fields", places, places.fields)

    def check_fields(self, key: str, places: Places, scope: Mapping[str, str]) -> None:
        reader = self.inner(key)
        for name in reader.mapping:
            if not isinstance(name, str) or not KEY.fullmatch(name):
                reader.blame(name, _("is no field name: small letters, digits and _"))
            reader.inner(name).field(places, scope)

    def field(self, places: Places, scope: Mapping[str, str]) -> None:
        self.only({"type", "zh", "en", "required"})
        self.labels()
        spec = self.text("type")
        form, _colon, argument = spec.partition(":")
        known = {
            "list": argument in places.types or argument in SCALARS,
            "record": argument in places.types,
            "code": argument in places.codes,
        }
        if not known.get(form, spec in SCALARS):
            self.blame("type", _("%(found)s is no known type"), found=repr(spec))
        if "required" in self.mapping:
            required = self.inner("required")
            required.only(REQUIRED_KEYS)
            required.grade()
            required.blocks_by_law()
            required.predicate("when", places, scope)

    def kind(self, key: str, names: _Names) -> None:
        self.only(KIND_KEYS)
        self.labels()
        self._labels("papers")
        facts = self.fields("facts")
        for name in facts.keys() & names.places.fields.keys():
            self.inner("facts").blame(name, _("is a field of the common record already"))
        places = Places(names.places.codes, names.places.types, {**names.places.fields, **facts})
        self.check_fields("facts", places, places.fields)
        self._levels(names)
        for part in ("rules", "shots", "events", "alarms"):
            for reader in self._each(part):
                reader.part(part, _Names(places, names.common_rules, names.events))
        self._unique_rules()

    def _each(self, key: str) -> "list[_FileReader]":
        return self.each(key) if self.mapping.get(key) else []

    def part(self, part: str, names: _Names) -> None:
        if part == "rules":
            self.rule(names)
        elif part == "shots":
            self._shot(names)
        elif part == "events":
            self._event(names)
        else:
            self._alarm(names)

    def _levels(self, names: _Names) -> None:
        reader = self.inner("levels")
        for rule in reader.mapping:
            if rule not in names.common_rules:
                reader.blame(rule, _("is no common rule"))
            change = reader.inner(rule)
            change.only({"level", "conf", "basis"})
            change.grade()
            change.blocks_by_law()

    def rule(self, names: _Names) -> None:
        self.only(RULE_KEYS)
        self.text("code")
        self.labels()
        self.grade()
        self.blocks_by_law()
        self.flag("if_done")
        scope = names.places.fields
        if "each" in self.mapping:
            spec = check_path(self.text("each"), scope, names.places)
            if not spec or not spec.startswith("list:"):
                self.blame("each", _("must name a list"))
            scope = names.places.types.get((spec or "").removeprefix("list:"), {})
        if "each" not in self.mapping or "at" in self.mapping:
            self.place("at", names.places, scope)
        self.predicate("needs", names.places, scope, required=True)
        self.predicate("when", names.places, scope)

    def _shot(self, names: _Names) -> None:
        self.only(SHOT_KEYS)
        self.codes("any", tuple(names.places.codes.get("shot_code", ())), ())
        if not self.mapping.get("any"):
            self.blame("any", _("must name at least one shot"))
        if "level" in self.mapping:
            self.grade()
            self.blocks_by_law(proof=self.flag("proof"))
        if "count" in self.mapping:
            self.number("count")
        self.flag("if_done")
        self.predicate("when", names.places, names.places.fields)

    def _event(self, names: _Names) -> None:
        self.only(EVENT_KEYS)
        event = self.name("event")
        if names.events is not None and event not in names.events:
            self.blame("event", _("no node of the flow waits for %(found)s"), found=repr(event))
        self.text("why")
        self.flag("protective")
        self.flag("forecast")
        for path in self.mapping.get("at") or [""]:
            if check_path(path, names.places.fields, names.places) not in ("time", "date"):
                self.blame("at", _("%(found)s is no time or date"), found=repr(path))
        self.predicate("when", names.places, names.places.fields)

    def _alarm(self, names: _Names) -> None:
        self.only({"code", "from", "until", "minutes", "zh", "en"})
        self.labels()
        self.name("code")
        self.number("minutes")
        for key in ("from", "until"):
            if check_path(self.text(key), names.places.fields, names.places) != "time":
                self.blame(key, _("must name a time"))

    def place(self, key: str, places: Places, scope: Mapping[str, str]) -> None:
        if check_path(self.text(key), scope, places) is None:
            self.blame(key, _("%(found)s is no field here"), found=repr(self.mapping.get(key)))

    def predicate(self, key: str, places: Places, scope: Mapping[str, str], *, required: bool = False) -> None:
        if key not in self.mapping:
            if required:
                self.blame(key, _("is missing"))
            return
        for fault in check_predicate(self.mapping[key], scope, places):
            self.blame(key, fault.template, **fault.values)

    def blocks_by_law(self, *, proof: bool = False) -> None:
        if self.mapping.get("level") == "block" and self.mapping.get("conf") != "A" and not proof:
            self.blame("level", _("only a rule of grade A blocks by default"))

    def _unique_rules(self) -> None:
        codes: set[Any] = set()
        for reader in self._each("rules"):
            code = reader.mapping.get("code")
            if code in codes:
                reader.blame("code", _("%(found)s is used by another rule here"), found=repr(code))
            codes.add(code)
