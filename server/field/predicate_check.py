"""Checks predicates of a kinds file against the declared fields, so that a typing mistake cannot switch off a rule."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from server.common.marking import gettext_noop as _

ORDERED = frozenset({"integer", "number", "money"})
DATED = frozenset({"time", "date"})
POSITION = "record:position"
EVIDENCE = "list:evidence"


@dataclass(frozen=True)
class Places:
    """Code lists, record types, and the fields of the record, by name; specs as in the file."""

    codes: Mapping[str, frozenset[str]]
    types: Mapping[str, Mapping[str, str]]
    fields: Mapping[str, str]


Scope = Mapping[str, str]


class Fault(NamedTuple):
    """What is wrong, in words marked for translation, and what fills them."""

    template: str
    values: Mapping[str, str] = MappingProxyType({})


def fault(template: str, names: Iterable[str] | str, **values: str) -> Fault:
    name = names if isinstance(names, str) else ", ".join(map(str, names))
    return Fault(template, {"name": name, **values})


def check_path(path: Any, scope: Scope, places: Places) -> str | None:
    """The type of what a path names, or None where it names nothing."""
    if not isinstance(path, str) or not path:
        return None
    spec: str | None = None
    names = path.removeprefix("/").split(".")
    if path.startswith("/"):
        spec = {"fields": "record:", "evidence": EVIDENCE, "position": POSITION}.get(names.pop(0))
        scope = places.fields if spec == "record:" else places.types.get((spec or "").removeprefix("record:"), {})
        if not names:
            return spec
        if spec is None or spec == EVIDENCE:
            return None
    for name in names:
        spec = scope.get(name)
        scope = places.types.get(spec.removeprefix("record:"), {}) if spec and spec.startswith("record:") else {}
    return spec


def check_predicate(spec: Any, scope: Scope, places: Places) -> Iterator[Fault]:
    """What is wrong with it, in words."""
    if not isinstance(spec, dict) or not spec:
        yield Fault(_("a predicate is a mapping with one name"))
        return
    if set(spec) == {"when", "then"}:
        yield from check_predicate(spec["when"], scope, places)
        yield from check_predicate(spec["then"], scope, places)
        return
    (name, argument), *others = spec.items()
    if others or name not in CHECKS:
        yield fault(_("%(name)s: must be one of %(allowed)s, or when and then"), spec, allowed=", ".join(CHECKS))
        return
    yield from CHECKS[name](argument, scope, places)


def _present(argument: Any, scope: Scope, places: Places) -> Iterator[Fault]:
    if check_path(argument, scope, places) is None:
        yield fault(_("%(name)s: %(found)s is no field here"), "present", found=repr(argument))


def _equals(argument: Any, scope: Scope, places: Places) -> Iterator[Fault]:
    yield from _keys("equals", argument, {"path", "value"})
    if isinstance(argument, dict):
        yield from _values("equals", argument.get("path"), [argument.get("value")], scope, places)


def _one_of(argument: Any, scope: Scope, places: Places) -> Iterator[Fault]:
    yield from _keys("one_of", argument, {"path", "values"})
    if isinstance(argument, dict):
        values = argument.get("values")
        listed = values if isinstance(values, list) and values else [None]
        yield from _values("one_of", argument.get("path"), listed, scope, places)


def _values(name: str, path: Any, values: list[Any], scope: Scope, places: Places) -> Iterator[Fault]:
    spec = check_path(path, scope, places)
    if spec is None:
        yield fault(_("%(name)s: %(found)s is no field here"), name, found=repr(path))
        return
    form, _colon, codes = spec.partition(":")
    for value in values:
        fits = {
            "code": isinstance(value, str) and value in places.codes.get(codes, ()),
            "boolean": isinstance(value, bool),
            "text": isinstance(value, str),
            "integer": type(value) is int,
        }.get(form, False)
        if not fits:
            yield fault(_("%(name)s: %(found)s is no value of %(of)s"), name, found=repr(value), of=f"{path} ({spec})")


def _several(argument: Any, scope: Scope, places: Places) -> Iterator[Fault]:
    if not isinstance(argument, list) or not argument:
        yield Fault(_("all and any take a list of predicates"))
        return
    for part in argument:
        yield from check_predicate(part, scope, places)


def _count(argument: Any, scope: Scope, places: Places) -> Iterator[Fault]:
    yield from _keys("count", argument, {"of"}, {"where", "same", "at_least", "at_most"})
    if not isinstance(argument, dict):
        return
    spec = check_path(argument.get("of"), scope, places)
    if not spec or not spec.startswith("list:"):
        yield fault(_("%(name)s: %(found)s is no list"), "count", found=repr(argument.get("of")))
        return
    if not {"at_least", "at_most"} & argument.keys():
        yield Fault(_("count: needs at_least or at_most"))
    if not all(type(argument.get(key, 0)) is int for key in ("at_least", "at_most")):
        yield Fault(_("count: at_least and at_most are whole numbers"))
    element = places.types.get(spec.removeprefix("list:"), {})
    if "where" in argument:
        yield from check_predicate(argument["where"], element, places)
    if "same" in argument:
        yield from _same(argument["same"], scope, element, places)


def _same(paths: Any, scope: Scope, element: Scope, places: Places) -> Iterator[Fault]:
    if not isinstance(paths, list) or len(paths) != 2:
        yield Fault(_("same: takes two paths"))
        return
    for path, where in zip(paths, (scope, element), strict=True):
        if check_path(path, where, places) != "text":
            yield fault(_("%(name)s: %(found)s is no text"), "same", found=repr(path))


def _pair(name: str, first: str, second: str, allowed: frozenset[str]) -> "Check":
    def check(argument: Any, scope: Scope, places: Places) -> Iterator[Fault]:
        yield from _keys(name, argument, {first, second} | ({"hours"} if name == "within" else set()))
        if not isinstance(argument, dict):
            return
        specs = {check_path(argument.get(key), scope, places) for key in (first, second)}
        if not specs <= allowed or (len(specs) > 1 and name != "after"):
            both = {"one": repr(argument.get(first)), "other": repr(argument.get(second))}
            yield fault(_("%(name)s: %(one)s and %(other)s do not compare"), name, **both)
        if name == "within" and type(argument.get("hours")) is not int:
            yield Fault(_("within: hours is a whole number"))

    return check


def _at_most(argument: Any, scope: Scope, places: Places) -> Iterator[Fault]:
    yield from _keys("at_most", argument, {"path", "most"}, {"least"})
    if isinstance(argument, dict):
        if check_path(argument.get("path"), scope, places) not in ORDERED - {"money"}:
            yield fault(_("%(name)s: %(found)s is no number"), "at_most", found=repr(argument.get("path")))
        if not all(type(argument.get(key, 0)) is int for key in ("least", "most")):
            yield Fault(_("at_most: least and most are whole numbers"))


def _keys(name: str, argument: Any, needed: set[str], allowed: set[str] | None = None) -> Iterator[Fault]:
    if not isinstance(argument, dict):
        yield fault(_("%(name)s: takes %(needed)s"), name, needed=", ".join(sorted(needed)))
    elif not needed <= argument.keys() <= needed | (allowed or set()):
        said = {"needed": ", ".join(sorted(needed)), "found": ", ".join(map(str, argument))}
        yield fault(_("%(name)s: takes %(needed)s, not %(found)s"), name, **said)


Check = Callable[[Any, Scope, Places], Iterator[Fault]]

CHECKS: Mapping[str, Check] = {
    "present": _present,
    "equals": _equals,
    "one_of": _one_of,
    "all": _several,
    "any": _several,
    "not": check_predicate,
    "count": _count,
    "after": _pair("after", "path", "than", DATED),
    "not_more": _pair("not_more", "path", "than", ORDERED),
    "within": _pair("within", "from", "to", frozenset({"time"})),
    "at_most": _at_most,
}
