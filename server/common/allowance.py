"""How much of something a key may use in a window of time, kept in this process: one number for each key. Pure.

The number is the moment at which all that was used is forgotten again, use being forgotten at an even rate. A key may
go on while that moment is less than a window away; what it then asks may be larger than what is left, so that nothing
is too large for ever.
"""

import threading
import time
from collections.abc import Callable, Hashable, Mapping

WINDOW_SECONDS = 60.0
MOST_KEYS = 50_000


class Allowance:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._forgotten_at: dict[tuple[Hashable, str], float] = {}
        self._lock = threading.Lock()

    def spend(self, key: Hashable, costs: Mapping[str, int], limits: Mapping[str, int]) -> tuple[str, float] | None:
        """Use so much of each name; `limits` are per window, 0 is without limit.

        None if that may be. Otherwise nothing is used, and the answer is the name of what is used up and after how many
        seconds there is some again.
        """
        with self._lock:
            at = self._clock()
            ahead = {name: max(0.0, self._forgotten_at.get((key, name), at) - at) for name in costs if limits[name]}
            worst = max(ahead, key=ahead.__getitem__, default="")
            if worst and ahead[worst] >= WINDOW_SECONDS:
                return worst, ahead[worst] - WINDOW_SECONDS
            for name, seconds in ahead.items():
                self._forgotten_at[key, name] = at + seconds + WINDOW_SECONDS * costs[name] / limits[name]
            if len(self._forgotten_at) > MOST_KEYS:
                self._forgotten_at = {each: moment for each, moment in self._forgotten_at.items() if moment > at}
        return None

    def clear(self) -> None:
        self._forgotten_at.clear()
