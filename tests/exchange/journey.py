"""One run: two courts' servers, errands between them, faults on the way and deaths at both ends; then the account."""

import contextlib
import os
import random
import shutil
import time
from abc import ABC, abstractmethod
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.backends.folders import temporary_folder
from tests.chaos.machines import Postgres, Stuck, wait_until
from tests.exchange.courts import CODES, CourtServer, databases, migrate
from tests.exchange.desk import Desk, Unclear
from tests.exchange.field import Device
from tests.exchange.play import Play, Town, other
from tests.exchange.recount import SIDES, Tally, count_messages, recount
from tests.exchange.story import Side, stories


@dataclass(frozen=True)
class Scale:
    is_whole: bool
    """One of every kind: disputed, supplemented, withdrawn, returned."""
    usual: int
    """Errands that go straight."""
    kills: int
    """Of each server."""
    seconds: float
    """Then it is stuck, whatever else the machine has to do."""


SHORT, FULL = Scale(False, 1, 1, 900), Scale(True, 6, 3, 1800)


@dataclass
class Found:
    """What one run comes to."""

    tally: Tally
    messages: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    """Kinds of faults that did not happen: then it proves nothing."""
    seconds: float = 0.0

    @property
    def is_well(self) -> bool:
        return self.tally.is_whole and not self.missing and self.messages > 0


_KILLS: dict[Side, str] = {"asking": "killed_asking", "doing": "killed_doing"}


class Journey(ABC):
    """How messages go between the servers is its subclasses'."""

    kinds: tuple[str, ...]
    """Of faults on the way."""

    def __init__(self, seed: int, scale: Scale, database: str, plant: str = "") -> None:
        self.scale, self.seed = scale, seed
        self._chance = random.Random(seed)
        self._folder = temporary_folder("exchange")
        self._folder.chmod(0o711)
        self._postgres = Postgres(self._folder) if database == "postgres" else None
        urls = databases(self._postgres)
        self.servers: dict[Side, CourtServer] = {
            side: CourtServer(self._folder / side, side, urls[side], plant) for side in SIDES
        }
        self.happened: Counter[str] = Counter()
        self.troubles: list[str] = []
        self.ways = contextlib.ExitStack()
        """What is to be closed of them."""
        self._closing: list[Desk | Device] = []

    def run(self) -> Found:
        started, found = time.monotonic(), Found(Tally())
        try:
            self._live(found)
        except (Stuck, Unclear) as fault:
            found.tally.troubles += [str(fault), *map(_end_of_log, self.servers.values())]
        finally:
            self.calm()
            self._end()
        if not found.tally.is_whole and (kept := os.environ.get("EXCHANGE_KEEP")):
            shutil.copytree(self._folder, Path(kept), dirs_exist_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)
        found.faults = self.happened
        found.missing = self.missing
        found.seconds = round(time.monotonic() - started, 1)
        return found

    def _live(self, found: Found) -> None:
        migrate(self.servers["asking"], self.servers["doing"], self._postgres)
        self.open_ways()
        with ThreadPoolExecutor(2) as both:
            list(both.map(CourtServer.fill, self.servers.values()))
            list(both.map(self._introduce, SIDES))
        for server in self.servers.values():
            server.start()
        for server in self.servers.values():
            wait_until(server.answers, f"the {server.side} server does not begin")
        self._deadline = time.monotonic() + self.scale.seconds
        town = self._people()
        play = Play(town, stories(self.scale.usual, is_whole=self.scale.is_whole))
        self._play(play)
        self.calm()
        self._wait(self._is_settled, "what is on its way does not arrive")
        found.messages = count_messages(found.tally, self.servers)
        found.tally.troubles += [*play.troubles, *self.troubles]
        recount(found.tally, town, play.stories)
        found.tally.troubles += [fault for server in self.servers.values() for fault in server.ledger_faults()]

    def _play(self, play: Play) -> None:
        """Until every story is told; at so many passed steps a server dies over what it is just doing."""
        whole, passed = sum(len(story.steps) for story in play.stories), 0
        deaths = [whole * (number + 1) // (2 * self.scale.kills + 1) for number in range(2 * self.scale.kills)]
        while not (play.troubles or self.troubles) and (not play.is_over or self.missing):
            self._require_time("the errands do not come to their end")
            self._tend()
            done = play.go_on()
            passed += done
            self.carry(bool(done))
            if not done and play.is_over:
                play.go_on_talking()
            if deaths and passed >= deaths[0]:
                deaths.pop(0)
                self._kill(SIDES[len(deaths) % 2])

    @property
    def missing(self) -> list[str]:
        """Kinds of faults that have not happened yet."""
        return [kind for kind in (*self.kinds, *_KILLS.values()) if not self.happened[kind]]

    def _kill(self, side: Side) -> None:
        self.wait_for_traffic(side)
        self.servers[side].kill()
        self.happened[_KILLS[side]] += 1
        time.sleep(self._chance.uniform(0, 1))
        self._tend()

    def _tend(self) -> None:
        for server in self.servers.values():
            server.tend()

    def _wait(self, happened: Any, what: str) -> None:
        while not happened():
            self._require_time(what)
            self._tend()
            self.carry(False)
            time.sleep(0.2)

    def _require_time(self, what: str) -> None:
        if time.monotonic() > self._deadline:
            raise Stuck(f"{what} within {self.scale.seconds:.0f} s")

    def _is_settled(self) -> bool:
        """Nothing said is unheard, no file that was promised is still on its way."""
        waiting = (
            "exchange_outmessage WHERE state = 'WAITING'",
            "exchange_inmessage WHERE state = 'WAITS'",
            "exchange_wantedfile WHERE state = 'WANTED' AND part <> 'REQUEST'",
        )
        return not any(server.count(rows) for server in self.servers.values() for rows in waiting)

    def _people(self) -> Town:
        asking, doing = (self.servers[side] for side in SIDES)
        desks = {
            (server.side, who): Desk(server.url, staff_no, server.made["password"])
            for server in (asking, doing)
            for who, staff_no in server.made[server.side]["staff"].items()
        }
        made = doing.made["doing"]
        device = Device(doing.url, made["device"], self._folder / "handler.db", self.seed)
        self._closing += [*desks.values(), device]
        courts: dict[Side, str] = {side: self.servers[side].made[side]["court"] for side in SIDES}
        return Town(
            desks, asking.made["asking"]["case"], courts, asking.court_id(CODES["doing"]), made["handler"], device
        )

    # --- the way between them -------------------------------------------------------------------------------------

    @abstractmethod
    def open_ways(self) -> None: ...

    @abstractmethod
    def enrol_at(self, side: Side) -> list[str]:
        """The last words of `manage.py exchange enrol` at this side's server: how the other is reached."""

    @abstractmethod
    def wait_for_traffic(self, side: Side) -> None:
        """Until this server has something from the other in its hands, or seconds have passed."""

    @abstractmethod
    def carry(self, is_busy: bool) -> None:
        """Where somebody has to carry things: one walk."""

    @abstractmethod
    def calm(self) -> None: ...

    def _introduce(self, side: Side) -> None:
        """The other court's card is carried here by people."""
        there, card = other(side), self._folder / f"{side}.json"
        card.write_text(self.servers[there].made[there]["card"], "utf-8")
        self.servers[side].manage("exchange", "enrol", card, "--court", CODES[there], *self.enrol_at(side))

    def _end(self) -> None:
        for each in self._closing:
            each.close()
        self.ways.close()
        for machine in (*self.servers.values(), *([self._postgres] if self._postgres else [])):
            machine.kill()


def _end_of_log(server: CourtServer) -> str:
    return f"{server.side}: {server.log.read_text('utf-8', 'replace')[-1500:]}" if server.log.exists() else ""
