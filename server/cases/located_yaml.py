"""YAML that remembers its lines, so that every mistake in a data file is named with its place."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Self

import yaml

Path = tuple[str | int, ...]

KEY = re.compile(r"[a-z][a-z0-9_]*")
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LARGEST = 9999

SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it: ten times faster, the same result."""


@dataclass(frozen=True, order=True)
class Mistake:
    line: int
    key: str
    reason: str

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

    def blame(self, path: Path, reason: str) -> None:
        self.mistakes.append(Mistake(self.line(path), ".".join(map(str, path)), reason))

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
                raise DataFileError([Mistake(1, "", "the file is empty")])
            self._remember(root)
            return loader.construct_document(root)
        except yaml.MarkedYAMLError as broken:
            line = broken.problem_mark.line + 1 if broken.problem_mark else 1
            raise DataFileError([Mistake(line, "", f"not YAML: {broken.problem}")]) from broken
        except (yaml.YAMLError, RecursionError, ValueError) as broken:
            if isinstance(broken, DataFileError):
                raise
            raise DataFileError([Mistake(1, "", f"not YAML: {broken}")]) from broken

    def _remember(self, root: yaml.Node) -> None:
        for path, node, key_line in _walk(root, (), root.start_mark.line):
            if path in self._lines:
                self.mistakes.append(Mistake(key_line + 1, ".".join(map(str, path)), "stands twice"))
            self._lines[path] = key_line + 1
            if isinstance(node, yaml.MappingNode) and any(key.tag.endswith(":merge") for key, _ in node.value):
                self.blame(path, "merge keys are not used here")


def _walk(node: yaml.Node, path: Path, line: int) -> Iterator[tuple[Path, yaml.Node, int]]:
    yield path, node, line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(value, (*path, str(key.value)), key.start_mark.line)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, (*path, index), value.start_mark.line)


class Reader:
    """One mapping of the file; a mistake is noted and a harmless value stands in for the rest of the reading."""

    def __init__(self, source: Source, path: Path, mapping: Any) -> None:
        self.source = source
        self.path = path
        if not isinstance(mapping, dict):
            source.blame(path, "must be a mapping")
        self.mapping: Mapping[Any, Any] = mapping if isinstance(mapping, dict) else {}

    def text(self, key: str, *, required: bool = True) -> str:
        value = self.mapping.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if required or key in self.mapping:
            self.blame(key, "must be a text" if key in self.mapping else "is missing")
        return ""

    def name(self, key: str) -> str:
        value = self.text(key)
        if value and not KEY.fullmatch(value):
            self.blame(key, f"{value!r} is no key: small letters, digits and _")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.mapping.get(key, default)
        if not isinstance(value, bool):
            self.blame(key, "must be true or false")
        return value is True

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        if key not in self.mapping and default is not None:
            return default
        value = self.text(key)
        if value and value not in allowed:
            self.blame(key, f"{value!r} is none of {', '.join(allowed)}")
        return value

    def codes(self, key: str, allowed: tuple[str, ...] | None, default: tuple[str, ...]) -> tuple[str, ...]:
        if key not in self.mapping:
            return default
        value = self.mapping[key]
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            self.blame(key, "must be a list of names")
            return ()
        for code in value:
            if (allowed is not None and code not in allowed) or not CODE.fullmatch(code):
                self.blame(key, f"{code!r} is not known here")
        return tuple(value)

    def number(self, key: str) -> int | None:
        value = self.mapping.get(key, "missing")
        if value is None or (type(value) is int and abs(value) <= LARGEST):
            return value
        self.blame(key, f"must be a whole number up to {LARGEST}, or null")
        return None

    def inner(self, key: Any) -> Self:
        return type(self)(self.source, (*self.path, str(key)), self.mapping.get(key, {}))

    def each(self, key: str) -> list[Self]:
        value = self.mapping.get(key)
        if not isinstance(value, list) or not value:
            self.blame(key, "must be a list with at least one entry")
            return []
        return [type(self)(self.source, (*self.path, key, index), element) for index, element in enumerate(value)]

    def only(self, allowed: Set[str]) -> None:
        for key in self.mapping:
            if key not in allowed:
                self.blame(key, "is not known here")

    def blame(self, key: Any, reason: str) -> None:
        self.source.blame((*self.path, str(key)), reason)
