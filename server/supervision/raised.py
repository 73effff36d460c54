"""A node at a level, and what the warning of it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from server.cases.flow import NodeDefinition
from server.cases.lateness import is_late_upload
from server.cases.levels import Level
from server.cases.models import Case, Node
from server.cases.moves import FROM_DEVICES
from server.common.clock import SHANGHAI, local_date, to_wire
from server.supervision.silence import SilentDevice, silent_words


@dataclass(frozen=True, slots=True)
class Raised:
    """A node at a level that asks for somebody."""

    node: Node
    case: Case
    definition: NodeDefinition
    level: Level

    @property
    def due(self) -> str:
        return due_text(self.node)

    @property
    def is_past(self) -> bool:
        return self.level.rank >= Level.OVERDUE.rank

    @property
    def pages_at_once(self) -> bool:
        """Custody, seals and freezes: what ends on its day, a holiday or not (the flow's `rolls: false`)."""
        return not self.definition.rolls

    @property
    def key(self) -> str:
        return f"level:{self.node.pk}:{self.level}:{self.due}"


@dataclass(frozen=True, slots=True)
class Given:
    """A warning and whom it is given to."""

    raised: Raised
    person: UUID | None
    leaders: frozenset[UUID]
    silent: tuple[SilentDevice, ...]

    @property
    def view(self) -> dict[str, Any]:
        """For programs: codes, ids and dates."""
        return {
            "node": str(self.raised.node.pk),
            "key": self.raised.node.key,
            "level": self.raised.level.value,
            "due": self.raised.due,
            "is_provisional": bool(self.silent),
        }


def due_text(node: Node) -> str:
    """What tells one date of a node from another."""
    if node.due_at is not None:
        return to_wire(node.due_at)
    return node.due_on.isoformat() if node.due_on else ""


def due_words(node: Node) -> str:
    if node.due_at is not None:
        return node.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return str(node.due_on)


def title_of(given: Given) -> str:
    """In the language of the deployment: a notice is written once, for whoever reads it."""
    raised = given.raised
    with translation.override(settings.LANGUAGE_CODE):
        title = _("%(level)s: %(node)s, due %(day)s, %(case)s") % {
            "level": _level_word(raised.level),
            "node": raised.definition.name(settings.LANGUAGE_CODE),
            "day": due_words(raised.node),
            "case": raised.case.case_no,
        }
        sentences = (title, *_late_words(raised.node), *map(silent_words, given.silent[:1]))
        return ". ".join(sentences)


def _late_words(node: Node) -> Iterator[str]:
    """Where the act that started it was brought in late: its date is not what it was believed to be until then."""
    event = node.start_event
    if event and event.source_type in FROM_DEVICES and is_late_upload(event.occurred_at, event.received_at):
        days = {"day": local_date(event.occurred_at), "arrived": local_date(event.received_at)}
        yield _("It runs since an act of %(day)s that arrived late, on %(arrived)s") % days


def urge_text(raised: Raised) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("%(node)s was due on %(day)s and is not done. Say why, and when it will be.") % {
            "node": raised.definition.name(settings.LANGUAGE_CODE),
            "day": due_words(raised.node),
        }


def _level_word(level: Level) -> str:
    return {
        Level.NORMAL: _("On time"),
        Level.NOTICE: _("Notice"),
        Level.WARN: _("Warning"),
        Level.DUE: _("Due today"),
        Level.OVERDUE: _("Overdue"),
        Level.SEVERE: _("Severe"),
    }[level]
