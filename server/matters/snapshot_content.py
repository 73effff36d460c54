"""What goes across to the other court, member by member, and what changed since the last time. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

_SIGNING = ("/type", "/version", "/made_at", "/kid")


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`[{"path": "/request/account", "from", "to"}]` in the order of the paths, apart from how it was signed."""
    return [each for each in _changes(before, after, "") if each["path"] not in _SIGNING]


def _changes(before: Any, after: Any, path: str) -> Iterator[dict[str, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _changes(before.get(name), after.get(name), f"{path}/{name}")
    elif before != after:
        yield {"path": path, "from": before, "to": after}
