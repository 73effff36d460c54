"""What a stream's frames add up to, read in one transaction with the position it is true for."""

from typing import Any
from uuid import UUID

from server.cases.live import live_cases, live_nodes
from server.common.clock import now, to_wire
from server.common.snapshot import snapshot
from server.field.live import live_actions
from server.ledger.queries import head_of
from server.matters.live import live_matters
from server.safety.live import live_safety


def take_snapshot(stream: str, court: UUID) -> dict[str, Any]:
    """`cases`, `nodes`, `actions`, `matters`, `alarms`, `presences`, `orders`: lists of the objects frames carry."""
    with snapshot():
        head = head_of(stream)  # the head first: a lower bound even where isolation were weaker
        return {
            "stream": stream,
            "ledger_epoch": head.ledger_epoch,
            "position": head.position,
            "as_of": to_wire(now()),
            "cases": live_cases(court),
            "nodes": live_nodes(court),
            "actions": live_actions(court),
            "matters": live_matters(court),
            **live_safety(court),
        }
