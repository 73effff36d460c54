"""After an outage a thousand phones come back: spread by the server's word and the SDK's own chance, none for ever."""

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from client_sdk.patience import Patience
from server.common import spreading
from server.common.load import Load

PHONES = 1000
SERVED_EACH_SECOND = 40
ROOM = 64


@dataclass
class Herd:
    """A virtual clock, a server that serves so many a second, and phones that know nothing of each other."""

    load: Load
    dice: random.Random
    is_jittered: bool = True
    arrivals: Counter[int] = field(default_factory=Counter)
    """Requests by second."""
    served_at: list[float] = field(default_factory=list)

    def run(self) -> None:
        patience = [Patience(self._chance, seconds=1e9) for _ in range(PHONES)]
        coming: list[tuple[float, int]] = [(0.0, phone) for phone in range(PHONES)]
        free_at = 0.0
        while coming:
            at, phone = heapq.heappop(coming)
            self.arrivals[int(at)] += 1
            self.load.waiting = max(0, round((free_at - at) * SERVED_EACH_SECOND))
            if self.load.admits("/api/v1/sync/push"):
                free_at = max(free_at, at) + 1 / SERVED_EACH_SECOND
                self.served_at.append(free_at)
                continue
            wait = patience[phone].next_wait(self.load.retry_after_seconds() if self.is_jittered else 5)
            if wait is None:  # its sync is over; its app syncs again some minutes later
                patience[phone].reset()
                wait = 120 + 180 * self._chance()
            heapq.heappush(coming, (at + wait, phone))

    def _chance(self) -> float:
        return self.dice.random() if self.is_jittered else 0.0


@pytest.fixture
def dice(monkeypatch: pytest.MonkeyPatch) -> random.Random:
    dice = random.Random(20261130)
    monkeypatch.setattr(spreading, "_chance", dice)
    return dice


def test_a_herd_is_spread_and_everybody_is_served(dice: random.Random) -> None:
    herd = Herd(Load(room=ROOM), dice)
    herd.run()

    assert len(herd.served_at) == PHONES
    later = Counter({second: count for second, count in herd.arrivals.items() if second > 0})
    assert max(later.values()) <= 60, "no later second sees more than it can serve or let wait"
    assert len([second for second in range(3, 40) if later[second]]) >= 30, "the first wave fills forty seconds"
    assert sum(herd.arrivals.values()) <= 3 * PHONES, "few are sent away twice"
    assert sorted(herd.served_at)[PHONES * 9 // 10] <= 90


def test_without_chance_the_herd_stays_one(dice: random.Random) -> None:
    """So that the test above can fail."""
    herd = Herd(Load(room=ROOM), dice, is_jittered=False)
    herd.run()
    assert sorted(herd.arrivals.values())[-3] > 600


def test_the_pause_between_requests_grows_with_the_queue_and_is_never_the_same(dice: random.Random) -> None:
    load = Load(room=100)
    assert load.pause_ms() == 0
    load.waiting = 25
    assert load.pause_ms() == 0
    load.waiting = 50
    half = [load.pause_ms() for _ in range(200)]
    load.waiting = 400
    full = [load.pause_ms() for _ in range(200)]
    assert 3000 <= min(half) < max(half) <= 5000
    assert 6000 <= min(full) < max(full) <= 10_000
    assert len(set(full)) > 100


def test_a_503_of_a_quiet_server_asks_for_seconds_and_one_of_a_full_one_for_more(dice: random.Random) -> None:
    load = Load(room=100)
    assert {load.retry_after_seconds() for _ in range(500)} == set(range(2, 11))
    load.waiting = 100
    assert {load.retry_after_seconds() for _ in range(2000)} == set(range(2, 41))
