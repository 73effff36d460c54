"""Everything random and everything timed comes from the seed: dice, ids, nonces, keys, salts, both sides' clocks."""

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from unittest import mock
from uuid import UUID

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.common import clock as server_clock

T = TypeVar("T")


class VirtualClock:
    """The one true time of a seed; it moves only when somebody moves it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class PhoneClock:
    """A device's clocks: the wall may be wrong by `offset`, the time since boot is right."""

    def __init__(self, world: VirtualClock, offset: timedelta) -> None:
        self._world = world
        self.offset = offset
        self.boots = 0
        self.boot()

    def boot(self) -> None:
        self.boots += 1
        self._booted_at = self._world.moment

    def now(self) -> datetime:
        return self._world.moment + self.offset

    def boot_ms(self) -> int:
        return int((self._world.moment - self._booted_at).total_seconds() * 1000) + 20_000

    def boot_id(self) -> str:
        return f"boot-{self.boots}"


class Chance:
    """The scheduler's dice, and apart from them the bytes that names and keys are made of."""

    def __init__(self, seed: int | str) -> None:
        self.dice = random.Random(f"{seed}/dice")
        self._bytes = random.Random(f"{seed}/bytes")
        self._ids = 0

    def happens(self, probability: float) -> bool:
        return self.dice.random() < probability

    def choose(self, options: Sequence[T]) -> T:
        return options[self.dice.randrange(len(options))]

    def weighted(self, options: dict[T, float]) -> T:
        return self.dice.choices(list(options), list(options.values()))[0]

    def randbytes(self, count: int) -> bytes:
        return self._bytes.randbytes(count)

    def uuid7(self, moment: datetime) -> UUID:
        """In the order of their making, as the library's are."""
        self._ids += 1
        milliseconds = int(moment.timestamp() * 1000)
        rest = (self._ids << 32 | self._bytes.getrandbits(32)) & (1 << 74) - 1
        return UUID(int=milliseconds << 80 | 7 << 76 | rest >> 62 << 64 | 2 << 62 | rest & (1 << 62) - 1)


@contextmanager
def seeded(chance: Chance, clock: VirtualClock) -> Iterator[None]:
    """For this while the machine's own randomness and the server's clock are the seed's, in this whole process."""

    def generated(cls: Any) -> Any:
        return cls.from_private_bytes(chance.randbytes(32))

    with ExitStack() as stack:
        for place, name, ours in (
            (os, "urandom", chance.randbytes),
            (random, "_urandom", chance.randbytes),
            (uuid_utils, "uuid7", lambda: chance.uuid7(clock.moment)),
            (Ed25519PrivateKey, "generate", classmethod(generated)),
            (X25519PrivateKey, "generate", classmethod(generated)),
        ):
            stack.enter_context(mock.patch.object(place, name, ours))
        server_clock.set_clock(clock.now)
        stack.callback(server_clock.set_clock, None)
        yield
