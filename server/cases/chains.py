"""In which stage each chain of a case is, and the case: the earliest of them. Pure."""

from collections.abc import Iterable, Mapping

from server.cases.flow import CASE_CLOCK, FlowDefinition
from server.cases.states import HeldNode


def stages_of_chains(flow: FlowDefinition, nodes: Iterable[HeldNode]) -> Mapping[str, str]:
    """Stage by chain, of those with nodes that ever started: of its earliest running node, else of the last one done.

    Stages that run across the others count only where nothing else does.
    """
    chains: dict[str, list[HeldNode]] = {}
    for node in sorted(nodes, key=lambda node: node.ordinal):
        if node.stage != CASE_CLOCK and node.state != "NOT_STARTED":
            chains.setdefault(node.chain, []).append(node)
    across = {stage.key for stage in flow.stages if stage.is_cross_cutting}
    return {chain: _stage(found, across) for chain, found in sorted(chains.items())}


def _stage(started: list[HeldNode], across: set[str]) -> str:
    found = [node for node in started if node.stage not in across] or started
    running = [node for node in found if node.state == "RUNNING"]
    return running[0].stage if running else found[-1].stage
