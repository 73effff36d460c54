"""What people decided about the clocks of a case: pauses, holds, extensions, under the policy of its court. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from server.cases.counting import as_day
from server.cases.extensions import Extension
from server.cases.flow import DISPOSAL, NodeDefinition
from server.cases.pauses import DEFAULT_POLICY, Pause


class Granted(NamedTuple):
    """An extension of one node of a case."""

    key: str
    chain: str
    extension: Extension


class Hold(NamedTuple):
    """Of one property, by its chain."""

    chain: str
    pause: Pause

    def covers(self, day: date) -> bool:
        began, ended = as_day(self.pause.began), self.pause.ended
        return began <= day and (ended is None or day < as_day(ended))


@dataclass(frozen=True, slots=True)
class Rulings:
    policy: str = DEFAULT_POLICY
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Granted, ...] = ()
    """In the order in which they were granted."""
    holds: tuple[Hold, ...] = ()

    def pauses_of(self, node: NodeDefinition, chain: str) -> tuple[Pause, ...]:
        """What may stop this node's clock; which of it counts is for the clock to say."""
        return (*self.pauses, *(hold.pause for hold in self.holds_on(node, chain)))

    def holds_on(self, node: NodeDefinition, chain: str) -> tuple[Hold, ...]:
        """Those that rest this node: it disposes of the property held."""
        if node.stage != DISPOSAL or node.repeat != "property":
            return ()
        return tuple(hold for hold in self.holds if hold.chain == chain)

    def open_hold(self, node: NodeDefinition, chain: str) -> Hold | None:
        return next((hold for hold in self.holds_on(node, chain) if hold.pause.ended is None), None)

    def extensions_of(self, node: NodeDefinition, chain: str) -> tuple[Extension, ...]:
        return tuple(each.extension for each in self.extensions if (each.key, each.chain) == (node.key, chain))


NO_RULINGS = Rulings()
