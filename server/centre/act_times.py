"""The three dates of an act in words: what its own time is worth, and what a late arrival moved."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from server.cases.explanation import step
from server.cases.moves import Late, Move
from server.cases.wording import worded


def verdict_words(verdict: str) -> str:
    """Of the time of an act, as its device stated it."""
    return {
        "consistent": _("time consistent"),
        "skewed": _("time cannot be true"),
        "unbounded": _("time not confirmed"),
    }.get(verdict, verdict)


def moved_words(late: Iterable[Late], node_names: Mapping[str, str]) -> dict[str, list[str]]:
    """By the id of the act that arrived late: a sentence for each date it moved."""
    words: dict[str, list[str]] = defaultdict(list)
    for told in late:
        words[told.event.source_id] += [_move_words(move, node_names) for move in told.moves]
    return words


def _move_words(move: Move, node_names: Mapping[str, str]) -> str:
    said = worded(step("moved", member=move.member, was=move.before, became=move.after))
    return f"{node_names.get(move.key, move.key)}: {said}"
