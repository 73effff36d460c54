"""What a device holds, what it may see, and the difference. Pure: no clock, no rows, no text of units.

Keys are `type:id`. Only two cursors are known: that of the answer the device last came back with, and that of the
answer sent after it, which may never have arrived. Any other cursor has no difference: the device starts over.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class View:
    """`sent` is what the latest answer changes of `acked`: new tags, None for what it removes."""

    acked_cursor: str = ""
    acked: Mapping[str, str] = field(default_factory=dict)
    acked_position: int = 0
    sent_cursor: str = ""
    sent: Mapping[str, str | None] = field(default_factory=dict)
    sent_position: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    """In the order of what is visible: the most urgent first."""


def acknowledged(view: View, cursor: str | None) -> View | None:
    """What the device proves to hold by coming back with this cursor; None for a cursor not known.

    Without a cursor it holds nothing that counts: what is not sent again, it erases.
    """
    if cursor is None:
        return View()
    if cursor and cursor == view.sent_cursor:
        return View(cursor, after(view.acked, view.sent), view.sent_position)
    if cursor and cursor == view.acked_cursor:
        return View(view.acked_cursor, view.acked, view.acked_position)
    return None


def difference(held: Mapping[str, str], visible: Mapping[str, str]) -> Difference:
    removed = sorted(held.keys() - visible.keys())
    return Difference(tuple(removed), tuple(key for key, tag in visible.items() if held.get(key) != tag))


def after(held: Mapping[str, str], sent: Mapping[str, str | None]) -> dict[str, str]:
    """What a device holds once it applied an answer."""
    return {key: tag for key, tag in {**held, **sent}.items() if tag is not None}


def digest(tags: Mapping[str, str]) -> str:
    """SHA-256 over the sorted lines `type|id|tag`: both sides hold the same."""
    # UTF-8 sorts as its characters do.
    lines = sorted([f"{key.replace(':', '|', 1)}|{tag}\n" for key, tag in tags.items()])
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def within_budget(texts: Iterable[str], budget: int) -> int:
    """How many of these texts fit, at least one: a unit larger than a page still goes."""
    count = 0
    for text in texts:
        budget -= len(text.encode())
        if budget < 0 and count:
            break
        count += 1
    return count
