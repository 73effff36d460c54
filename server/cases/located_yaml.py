"""YAML that remembers its lines, so that every mistake in a data file is named with its place."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Self

import yaml

from server.cases.limits import LARGEST
from server.common.marking import gettext_noop as _

Path = tuple[str | int, ...]

KEY = re.compile(r"[a-z][a-z0-9_]*")
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it: ten times faster, the same result."""


@dataclass(frozen=True, order=True)
class Mistake:
    line: int
    key: str
    template: str
    """English, marked for translation; `values` fill it."""
    values: tuple[tuple[str, str], ...] = ()

    @property
    def reason(self) -> str:
        return self.template % dict(self.values) if self.values else self.template

    def __str__(self) -> str:
        return f"line {self.line}, {self.key or 'file'}: {self.reason}"


class DataFileError(ValueError):
    """A data file that may not be used; `mistakes` names each with line and key."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(set(mistakes))
        super().__init__("\n".join(map(str, self.mistakes)))


class Source:
    """A parsed file, the lines of its keys, and the mistakes found in it so far."""

    def __init__(self, text: str) -> None:
        self.mistakes: list[Mistake] = []
        self._lines: dict[Path, int] = {}
        self.content = self._read(text)

    def blame(self, path: Path, template: str, **values: object) -> None:
        said = tuple((name, str(value)) for name, value in values.items())
        self.mistakes.append(Mistake(self.line(path), ".".join(map(str, path)), template, said))

    def unknown(self, path: Path, plain: str, suggesting: str, found: str, known: Iterable[str]) -> None:
        """A name nobody knows; `suggesting` has a place for `near`, either may have one for `found`."""
        near = get_close_matches(found, sorted(known), 1, 0.75)
        values = {"found": repr(found)} if "%(found)s" in plain else {}
        if near:
            self.blame(path, suggesting, **values, near=repr(near[0]))
        else:
            self.blame(path, plain, **values)

    def line(self, path: Path) -> int:
        """The line of the nearest part of `path` that stands in the file."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def require_faultless(self) -> None:
        if self.mistakes:
            raise DataFileError(self.mistakes)

    def _read(self, text: str) -> Any:
        try:
            loader = SafeLoader(text)
            root = loader.get_single_node()
            if root is None:
                raise DataFileError([Mistake(1, "", _("the file is empty"))])
            self._remember(root)
            return loader.construct_document(root)
        except yaml.MarkedYAMLError as broken:
            line = broken.problem_mark.line + 1 if broken.problem_mark else 1
            raise DataFileError([_not_yaml(line, broken.problem)]) from broken
        except (yaml.YAMLError, RecursionError, ValueError) as broken:
            if isinstance(broken, DataFileError):
                raise
            raise DataFileError([_not_yaml(1, broken)]) from broken

    def _remember(self, root: yaml.Node) -> None:
        for path, node, key_line in _walk(root, (), root.start_mark.line):
            if path in self._lines:
                self.mistakes.append(Mistake(key_line + 1, ".".join(map(str, path)), _("stands twice")))
            self._lines[path] = key_line + 1
            if isinstance(node, yaml.MappingNode) and any(key.tag.endswith(":merge") for key, _ in node.value):
                self.blame(path, _("merge keys are not used here"))


def _walk(node: yaml.Node, path: Path, line: int) -> Iterator[tuple[Path, yaml.Node, int]]:
    yield path, node, line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(value, (*path, str(key.value)), key.start_mark.line)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, (*path, index), value.start_mark.line)


def _not_yaml(line: int, problem: object) -> Mistake:
    return Mistake(line, "", _("not YAML: %(problem)s"), (("problem", str(problem)),))


class Reader:
    """One mapping of the file; a mistake is noted and a harmless value stands in for the rest of the reading."""

    def __init__(self, source: Source, path: Path, mapping: Any) -> None:
        self.source = source
        self.path = path
        if not isinstance(mapping, dict):
            source.blame(path, _("must be a mapping of keys and values"))
        self.mapping: Mapping[Any, Any] = mapping if isinstance(mapping, dict) else {}

    def text(self, key: str, *, required: bool = True) -> str:
        value = self.mapping.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if required or key in self.mapping:
            self.blame(key, _("must be a text") if key in self.mapping else _("is missing"))
        return ""

    def name(self, key: str) -> str:
        value = self.text(key)
        if value and not KEY.fullmatch(value):
            self.blame(key, _("%(found)s is no key: small letters, digits and _"), found=repr(value))
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.mapping.get(key, default)
        if not isinstance(value, bool):
            self.blame(key, _("must be true or false"))
        return value is True

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        if key not in self.mapping and default is not None:
            return default
        value = self.text(key)
        if value and value not in allowed:
            self.blame(key, _("%(found)s is none of %(allowed)s"), found=repr(value), allowed=", ".join(allowed))
        return value

    def codes(self, key: str, allowed: tuple[str, ...] | None, default: tuple[str, ...]) -> tuple[str, ...]:
        if key not in self.mapping:
            return default
        value = self.mapping[key]
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            self.blame(key, _("must be a list of names"))
            return ()
        for code in value:
            if (allowed is not None and code not in allowed) or not CODE.fullmatch(code):
                self.blame(key, _("%(found)s is not known here"), found=repr(code))
        return tuple(value)

    def number(self, key: str) -> int | None:
        value = self.mapping.get(key, "missing")
        if value is None or (type(value) is int and abs(value) <= LARGEST):
            return value
        self.blame(key, _("must be a whole number up to %(most)s, or null"), most=LARGEST)
        return None

    def inner(self, key: Any) -> Self:
        return type(self)(self.source, (*self.path, str(key)), self.mapping.get(key, {}))

    def each(self, key: str) -> list[Self]:
        value = self.mapping.get(key)
        if not isinstance(value, list) or not value:
            self.blame(key, _("must be a list with at least one entry"))
            return []
        return [type(self)(self.source, (*self.path, key, index), element) for index, element in enumerate(value)]

    def only(self, allowed: Set[str]) -> None:
        for key in self.mapping:
            if key not in allowed:
                self.unknown(
                    key, _("is not known here"), _("is not known here; did you mean %(near)s?"), str(key), allowed
                )

    def unknown(self, key: Any, plain: str, suggesting: str, found: str, known: Iterable[str]) -> None:
        self.source.unknown((*self.path, str(key)), plain, suggesting, found, known)

    def blame(self, key: Any, template: str, **values: object) -> None:
        self.source.blame((*self.path, str(key)), template, **values)
