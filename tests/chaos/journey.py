"""One chaos run: officers at work, everything dying around them, then calm, and the account.

The seed decides what happens and how long each lasts; what the processes were doing just then is chance.
"""

import os
import random
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.backends.folders import temporary_folder
from tests.backends.migrated import copy_sqlite
from tests.chaos.machines import NO_LIMIT, ROOT, Machine, Postgres, Server, SmallDisk, Stuck, wait_until
from tests.chaos.proxy import FAULTS, FaultyProxy
from tests.chaos.recount import Tally, recount

CALM_SECONDS = 600.0
ODDS = dict.fromkeys(FAULTS, 0.03)
EVERYWHERE = (
    *("kill_officer", "officer_file_limit", "officer_pages", "officer_disk_full"),
    *("kill_server", "server_file_limit", "server_disk_full"),
)


@dataclass(frozen=True)
class Scale:
    officers: int
    acts: int
    most_acts: int
    rounds: int
    """How often each kind of blow falls; officers are killed twice as often."""


SHORT, FULL = Scale(2, 3, 10, 1), Scale(3, 8, 30, 2)


class Officer(Machine):
    def __init__(self, folder: Path, phones: Path, number: int, told: dict[str, Any]) -> None:
        super().__init__(folder, f"officer-{number}")
        self.store = phones / f"{number}.db"
        self.journal = folder / f"{number}.jsonl"
        self.cases: list[str] = told["cases"]
        self._code, self._number = told["code"], number

    def start(self, url: str, seed: int, scale: Scale) -> None:
        given = {"server": url, "code": self._code, "seed": f"{seed}/{self._number}", "acts": scale.acts}
        given |= {"most": scale.most_acts}
        given |= {"store": self.store, "journal": self.journal, "calm": self.folder / "calm"}
        options = [part for name, value in given.items() for part in (f"--{name}", str(value))]
        self.begin([sys.executable, "-m", "tests.chaos.officer", *options, "--cases", *self.cases], cwd=ROOT)

    @property
    def is_done(self) -> bool:
        return self.exit_code == 0


def _end_of_log(machine: Machine) -> str:
    return f"{machine.name}: {machine.log.read_text('utf-8', 'replace')[-1500:]}" if machine.log.exists() else ""


class Journey:
    def __init__(self, seed: int, scale: Scale, database: str) -> None:
        self.seed, self.scale = seed, scale
        self.happened: Counter[str] = Counter()
        self.troubles: list[str] = []
        self._chance = random.Random(seed)
        self._folder = temporary_folder("chaos")
        self._folder.chmod(0o711)
        self._disk = SmallDisk(self._folder / "server-disk", 300)
        self._phones = SmallDisk(self._folder / "phones", 200)
        self._postgres = Postgres(self._disk.folder) if database == "postgres" else None
        self._server = Server(self._folder, self._disk.folder / "data", self._postgres.url if self._postgres else "")
        self._officers: list[Officer] = []

    def run(self) -> dict[str, Any]:
        started = time.monotonic()
        tally = Tally()
        try:
            self._live(tally)
        except Stuck as fault:
            self.troubles += [str(fault), *map(_end_of_log, (self._server, *self._officers))]
        finally:
            self._end()
        is_right = tally.is_whole and not self.troubles
        if not is_right and (kept := os.environ.get("CHAOS_KEEP")):
            shutil.copytree(self._folder, Path(kept) / str(self.seed), dirs_exist_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)
        return {
            **{name: value for name, value in vars(tally).items() if name != "troubles"},
            "happened": dict(sorted(self.happened.items())),
            "small_disk": self._disk.is_real,
            "troubles": [*self.troubles, *tally.troubles],
            "passed": is_right,
            "seconds": round(time.monotonic() - started, 1),
        }

    def _live(self, tally: Tally) -> None:
        if self._postgres:
            self._postgres.start()
        else:
            copy_sqlite(self._disk.folder / "data" / "zhixing.sqlite3")
        city = self._server.run("-m", "tests.chaos.city", str(self.scale.officers))
        self._server.start()
        with FaultyProxy(self._server.port, self.seed, ODDS) as proxy:
            self._proxy = proxy
            told = enumerate(city["officers"])
            self._officers = [Officer(self._folder, self._phones.folder, number, each) for number, each in told]
            self._wait(self._server.answers, "the server does not begin")
            for blow in self._blows():
                self._pass(self._chance.uniform(0.1, 1.0))
                getattr(self, f"_{blow}")()
                self.happened[blow] += 1
            self._calm_down()
        self.happened.update(proxy.happened)
        self._make_up(tally, city)

    def _blows(self) -> list[str]:
        kinds = [*EVERYWHERE, "kill_officer", "kill_database" if self._postgres else "server_pages"]
        if not self._disk.is_real:
            kinds = [kind for kind in kinds if "disk_full" not in kind]
        blows = kinds * self.scale.rounds
        self._chance.shuffle(blows)
        return blows

    # --- keeping everything alive ----------------------------------------------------------------------------------

    def _tend(self) -> None:
        """What an operator's machine does: whatever ended is begun again. What ended by itself is noted."""
        if self._postgres and not self._postgres.is_alive:
            self.happened["database_restarts"] += 1
            self._postgres.start()
        if not self._server.is_alive:
            self.happened["server_restarts"] += 1
            self._server.start()
        for officer in self._officers:
            if not officer.is_alive and not officer.is_done:
                self._note_end(officer)
                officer.start(self._proxy.url, self.seed, self.scale)

    def _note_end(self, officer: Officer) -> None:
        if officer.exit_code not in (None, -9):
            self.troubles.append(f"ended with {officer.exit_code}: {_end_of_log(officer)}")

    def _pass(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._tend()
            time.sleep(0.05)

    def _wait(self, happened: Any, what: str, seconds: float = 240.0) -> None:
        def tended() -> bool:
            self._tend()
            return bool(happened())

        wait_until(tended, what, seconds)

    # --- blows -----------------------------------------------------------------------------------------------------

    def _kill_officer(self) -> None:
        self._chance.choice(self._officers).kill()

    def _kill_server(self) -> None:
        who = self._chance.choice(("all", "serve", "web"))
        if who == "all":
            self._server.kill()
        else:
            self._server.kill_one(who)
        self._wait(self._server.answers, "the server does not come back")

    def _kill_database(self) -> None:
        assert self._postgres
        self._postgres.kill()
        time.sleep(self._chance.uniform(0, 1))
        self._wait(self._server.answers, "the server does not find its database again")

    def _officer_file_limit(self) -> None:
        officer = self._chance.choice(self._officers)
        officer.limit_files(self._chance.randrange(40_000, 200_000))
        self._pass(self._chance.uniform(0.5, 1.5))
        officer.limit_files(NO_LIMIT)

    def _officer_pages(self) -> None:
        store = self._chance.choice(self._officers).store
        mark = store.with_name(store.name + ".full")
        mark.touch()
        self._pass(self._chance.uniform(0.5, 1.5))
        mark.unlink()

    def _officer_disk_full(self) -> None:
        self._phones.fill()
        self._pass(self._chance.uniform(0.5, 1.5))
        self._phones.free()

    def _server_file_limit(self) -> None:
        self._server.limit_files(self._chance.randrange(20_000, 400_000))
        self._pass(self._chance.uniform(0.5, 2))
        self._server.limit_files(NO_LIMIT)

    def _server_disk_full(self) -> None:
        self._disk.fill()
        self._pass(self._chance.uniform(0.5, 2))
        self._disk.free()
        self._wait(self._server.answers, "the server does not come back after its disk was full")

    def _server_pages(self) -> None:
        """For one life of the server its SQLite may grow by a few pages only."""
        size = (self._disk.folder / "data" / "zhixing.sqlite3").stat().st_size
        self._server.kill()
        self._server.start(CHAOS_MAX_PAGES=str(size // 4096 + self._chance.randrange(8)))
        self._wait(self._server.answers, "the server does not begin with a full database")
        self._pass(self._chance.uniform(0.5, 2))
        self._server.kill()
        self._wait(self._server.answers, "the server does not come back")

    # --- the end ---------------------------------------------------------------------------------------------------

    def _calm_down(self) -> None:
        self._proxy.calm()
        (self._folder / "calm").touch()
        self._wait(lambda: all(officer.is_done for officer in self._officers), "officers do not finish", CALM_SECONDS)

    def _make_up(self, tally: Tally, city: dict[str, Any]) -> None:
        with httpx2.Client(base_url=self._server.url, timeout=30) as court:
            credentials = {"staff_no": city["duty"], "password": city["password"]}
            court.post("/api/v1/session", json=credentials).raise_for_status()
            for officer in self._officers:
                recount(tally, officer.journal, officer.cases, court)
        streams = self._server.run(str(ROOT / "manage.py"), "verify_ledger", "--json")["streams"]
        self.troubles += [f"ledger: {stream}" for stream in streams if stream["fault"]]

    def _end(self) -> None:
        for machine in (*self._officers, self._server, *([self._postgres] if self._postgres else [])):
            machine.kill()
