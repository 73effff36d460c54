"""An officer on site with a phone, a desk that watches, and a clock that both are told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from server.cases.models import Case
from server.common.clock import set_clock
from tests.actors import Cast, cast
from tests.devices import TestDevice
from tests.sync.pushing import file_one, hold, phone_of

__all__ = ["cast"]


@dataclass
class Clock:
    """One time for court and phone, both near the real one: signed tokens are judged by it."""

    began: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1))
    passed: timedelta = timedelta()

    def __call__(self) -> datetime:
        return self.began + self.passed

    def after(self, minutes: float) -> datetime:
        """So long after the beginning."""
        self.passed = timedelta(minutes=minutes)
        return self()


@pytest.fixture
def clock() -> Iterator[Clock]:
    wall = Clock()
    set_clock(wall)
    yield wall
    set_clock(None)


@pytest.fixture
def held(cast: Cast) -> Case:
    return hold(file_one(cast), cast.group)


@pytest.fixture
def phone(cast: Cast, clock: Clock) -> TestDevice:
    return told_of(clock, phone_of(cast.holder))


@pytest.fixture
def enrol(clock: Clock) -> Callable[..., TestDevice]:
    return lambda officer: told_of(clock, phone_of(officer))


def told_of(clock: Clock, phone: TestDevice) -> TestDevice:
    phone._now = clock
    return phone
