"""Devices of this folder: a court in this process, and an officer's store that is quick to open."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from client_sdk import FieldClient, vault
from client_sdk.store import Surroundings
from tests.client_sdk.court import Court
from tests.client_sdk.line import Line

PASSPHRASE = "三号楼的钥匙"


@dataclass
class FakeClock:
    """A clock that stands until it is moved; `boot_ms` moves with it, `drift` is what the wall alone was turned by."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))
    drift: timedelta = timedelta()
    boot: str = "boot-1"
    _since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment + self.drift

    def boot_ms(self) -> int:
        return int((self.moment - self._since).total_seconds() * 1000) + 1_000_000

    def boot_id(self) -> str:
        return self.boot

    def advance(self, **how: float) -> None:
        self.moment += timedelta(**how)


@dataclass
class Device:
    """One officer's device: close it and open it again as a phone is switched off and on."""

    path: Path
    court: Court
    line: Line
    clock: FakeClock
    machine: Surroundings
    waits: list[float]
    field: FieldClient

    def reopen(self) -> FieldClient:
        self.field.close()
        self.field = FieldClient.open(self.path, passphrase=PASSPHRASE, transport=self.line, surroundings=self.machine)
        return self.field


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)


@pytest.fixture(params=["columns", "sqlcipher"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the store is encrypted; a test that names this runs both ways."""
    monkeypatch.setattr("client_sdk.store.preferred_way", lambda: request.param)
    return str(request.param)


@pytest.fixture
def make_device(tmp_path: Path) -> Iterator[Callable[..., Device]]:
    made: list[Device] = []

    def make(court: Court | None = None, name: str = "officer.db", **machine: Any) -> Device:
        at = court or Court()
        line, clock = Line(at), FakeClock()
        waits: list[float] = []
        around = Surroundings(**{"clock": clock, "sleep": waits.append, "random": lambda: 0.5, **machine})
        path = tmp_path / name
        client = FieldClient.enrol(
            "http://court.test", code=at.code, store=path, passphrase=PASSPHRASE, transport=line, surroundings=around
        )
        made.append(Device(path, at, line, clock, around, waits, client))
        return made[-1]

    yield make
    for device in made:
        device.field.close()


@pytest.fixture
def device(make_device: Callable[..., Device]) -> Device:
    return make_device()
