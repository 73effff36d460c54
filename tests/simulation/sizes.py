"""How large a seed is and how often what happens in it; the production's own sizes, made small for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.conf import settings

from client_sdk import batch_sizes, uploads, vault
from server.field.operation import SignedOperation
from server.sync import operations as server_operations
from server.sync import pull as server_pull
from server.sync import push as server_push
from tests.simulation import acts
from tests.simulation.chance import Chance

EVENTS = {
    "step": 60.0,
    "sync": 6.0,
    "record": 8.0,
    "burst": 2.0,
    "late": 2.0,
    "decree": 2.0,
    "crash": 0.7,
    "power_cut": 0.4,
    "server_power_cut": 0.3,
    "backup": 0.5,
    "restore": 0.3,
    "old_restore": 0.08,
    "revoke": 0.08,
    "parcel": 0.8,
    "view_lost": 0.7,
    "false_repeat": 0.4,
    "pause": 1.5,
    "look": 1.0,
}
ROUNDS = 2
FEW_CASES, MANY_CASES = (1, 6), (12, 30)
BURST, BULK = (2, 60), (200, 1000)
"""Acts at one go."""
CASES_OF_A_DAY = 6
MOST_ARMED = 40
CLONED, CLONED_EVENTS = 0.25, 40
FEW_PHONES, CROWD = (1, 5), (6, 20)
MOST_SYNCS = 8
"""A device that is not done after so many syncs over a fair network is stuck."""
# Its time is not that of the budgets: a virtual minute is over in a moment.
WITHOUT_LIMIT = dict.fromkeys(settings.DEVICE_BUDGETS, 0)
WRONG_CLOCKS = (timedelta(), timedelta(), timedelta(minutes=7), timedelta(days=-365), timedelta(days=365))


@dataclass(frozen=True)
class Size:
    """How long the storms of a seed are, and which events and faults come so many times as often."""

    events: int
    emphasis: Mapping[str, float] = field(default_factory=dict)
    bulk: float = 0.05
    """The share of seeds in which devices record hundreds of acts between two syncs."""

    def likely(self, what: str, probability: float) -> float:
        return min(1.0, probability * self.emphasis.get(what, 1))


def small_sizes(chance: Chance, *, is_bulk: bool) -> list[tuple[object, str, object]]:
    """So that little work already needs several pages, batches and pieces; much work meets nearly the real ones."""
    piece = chance.choose((300, 100_000))
    page = chance.choose((65_536, 262_144) if is_bulk else (8_000, 262_144))
    batch = chance.choose((100, 500) if is_bulk else (3, 20, 500))
    return [
        (vault, "SCRYPT_COST", 2),
        (uploads, "MIN_PIECE", 64),
        (uploads, "MAX_PIECE", 4 * piece),
        (uploads, "FIRST_PIECE", piece),
        (batch_sizes, "PAGE_BYTES", page),
        (batch_sizes, "MIN_PAGE_BYTES", page),
        (server_pull, "SMALLEST_PAGE_BYTES", page),
        (server_push, "MAX_OPERATIONS", batch),
    ]


def failing_on_poison() -> dict[str, server_operations.Handler]:
    """The real handlers, with a fault of code that some bodies find."""

    def decide(operation: SignedOperation, state: object) -> object:
        if operation.body["fields"].get(acts.MARK) == "handler_fault":
            raise ZeroDivisionError("simulated: a fault in a handler")
        return server_operations.ACT.decide(operation, state)

    handler, known = replace(server_operations.ACT, decide=decide), server_operations.HANDLERS
    return {kind: handler if each is server_operations.ACT else each for kind, each in known.items()}
