"""What people decided about the clocks of a case: pauses and extensions, under the policy of its court. Pure."""

from dataclasses import dataclass
from typing import NamedTuple

from server.cases.extensions import Extension
from server.cases.flow import NodeDefinition
from server.cases.pauses import DEFAULT_POLICY, Pause


class Granted(NamedTuple):
    """An extension of one node of a case."""

    key: str
    chain: str
    extension: Extension


@dataclass(frozen=True, slots=True)
class Rulings:
    policy: str = DEFAULT_POLICY
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Granted, ...] = ()
    """In the order in which they were granted."""

    def pauses_of(self, node: NodeDefinition, chain: str) -> tuple[Pause, ...]:
        """What may stop this node's clock; which of it counts is for the clock to say."""
        return self.pauses

    def extensions_of(self, node: NodeDefinition, chain: str) -> tuple[Extension, ...]:
        return tuple(each.extension for each in self.extensions if (each.key, each.chain) == (node.key, chain))


NO_RULINGS = Rulings()
