"""Seeds one after the other, their findings summed up in one line of JSON."""

import gc
import json
import math
import os
import pickle
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn

from django.db import connection
from django.test import override_settings

from server.ledger.services import begin_server_life
from tests.simulation.court import Court, ServerCrash
from tests.simulation.database import SimulationDatabase, simulation_database
from tests.simulation.dying import PerilousDriver, PhoneCrash
from tests.simulation.findings import Findings, Violation
from tests.simulation.plants import PLANTS
from tests.simulation.scenes import Scene
from tests.simulation.simulation import Simulation
from tests.simulation.sizes import Size


class Runner:
    def __init__(
        self,
        folder: Path,
        size: Size,
        *,
        shows_trace: bool = False,
        shows_hash: bool = False,
        is_quiet: bool = False,
    ) -> None:
        self._folder, self._size = folder, size
        self._shows_trace, self._shows_hash, self._is_quiet = shows_trace, shows_hash, is_quiet

    def run(self, seeds: Iterable[int], plant: str = "", limit_seconds: float = math.inf) -> int:
        """Prints the summary last; the exit code is 0 only on zeros. After the limit no further seed begins."""
        with simulation_database(self._folder) as database:
            findings = self.findings(database, seeds, plant, limit_seconds)
        return 1 if findings.violations else 0

    def findings(
        self, database: SimulationDatabase, seeds: Iterable[int], plant: str = "", limit_seconds: float = math.inf
    ) -> Findings:
        findings, started = Findings(), time.monotonic()
        planted = PLANTS.get(plant)
        with planted.plant() if planted else nullcontext():
            if planted and planted.scene:
                self.play(database, planted.scene, findings)
            for seed in seeds if not (planted and planted.scene) else ():
                if time.monotonic() - started > limit_seconds:
                    break
                self.run_seed(database, seed, findings)
        print(json.dumps(findings.summary(time.monotonic() - started)), flush=True)
        return findings

    def play(self, database: SimulationDatabase, scene: Scene, findings: Findings) -> None:
        database.renew()
        begin_server_life(reason="simulation")
        try:
            with override_settings(ALLOWED_HOSTS=["testserver"]):
                scene()
        except Violation as violation:
            findings.violations.append((0, violation))
            if not self._is_quiet:
                print(violation, flush=True)

    def run_seed(self, database: SimulationDatabase, seed: int, findings: Findings) -> None:
        """In a process of its own: what code has kept of one seed would spare the next statements, which dice count."""
        database.disconnect()
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            _tell_and_end(writer, lambda: self._findings_of(database, seed))
        os.close(writer)
        with open(reader, "rb") as told:
            content = told.read()
        os.waitpid(child, 0)
        findings.add(pickle.loads(content))

    def _findings_of(self, database: SimulationDatabase, seed: int) -> Findings:
        gc.disable()  # the garbage goes with the process: to look for it costs a fifth of a run
        folder, findings = self._folder / f"seed-{seed}", Findings(seeds=1)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        database.renew()
        court = Court()
        simulation = Simulation(seed, folder, court, PerilousDriver(), self._size)
        try:
            simulation.run()
        except Violation as violation:
            self._tell(simulation, seed, violation, findings)
        except (Exception, PhoneCrash, ServerCrash) as fault:
            # A fault of code, ours or theirs: that device, or the server, is stuck.
            self._tell(simulation, seed, Violation("I17", f"{type(fault).__name__}: {fault}"), findings, fault)
        finally:
            court.close()
            shutil.rmtree(folder, ignore_errors=True)
        findings.operations, findings.uploads = simulation.operations, simulation.uploads
        findings.let_go, findings.faults = simulation.let_go, simulation.faults
        if self._shows_hash:
            print(f"seed {seed} {simulation.trace.hash()}", flush=True)
        return findings

    def _tell(
        self,
        simulation: Simulation,
        seed: int,
        violation: Violation,
        findings: Findings,
        fault: BaseException | None = None,
    ) -> None:
        findings.violations.append((seed, violation))
        if self._is_quiet:
            return
        print(f"seed {seed}, step {simulation.trace.steps}: {violation}", flush=True)
        if fault is not None:
            traceback.print_exception(fault)
        if self._shows_trace:
            print("\n".join(simulation.trace.tail))


def _tell_and_end(writer: int, work: Callable[[], Findings]) -> NoReturn:
    try:
        content = pickle.dumps(work())
        with open(writer, "wb") as told:
            told.write(content)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def run_plants(folder: Path, events: int, seeds: Iterable[int], names: Sequence[str]) -> int:
    """Each planted fault until some seed finds it; the exit code is 0 only if all are found."""
    here, tried = [name for name in names if not is_elsewhere(name)], list(seeds)
    with simulation_database(folder) as database:
        missed = [name for name in here if not _is_found(folder, events, database, tried, name)]
    elsewhere = [name for name in names if is_elsewhere(name)]
    missed += _missed_on_postgres(elsewhere) if elsewhere else []
    print(json.dumps({"plants": len(names), "missed": missed}), flush=True)
    return 1 if missed else 0


def _is_found(folder: Path, events: int, database: SimulationDatabase, seeds: list[int], name: str) -> bool:
    planted = PLANTS[name]
    runner = Runner(folder, Size(events, planted.emphasis), is_quiet=True)
    with planted.plant():
        seed, found = _first_found(runner, database, seeds, planted.scene)
    is_right = found is not None and found.kind in planted.kinds
    told = f"{name:33} {f'seed {seed}: ' if seed else ''}{found or 'NOT FOUND'}"
    print(told if is_right else f"{told} (wanted {', '.join(planted.kinds)})", flush=True)
    return is_right


def is_elsewhere(name: str) -> bool:
    """Two at once are on PostgreSQL only; this is not one."""
    is_here = connection.vendor == "postgresql" or os.environ.get("TEST_DATABASE") == "postgres"
    return name in PLANTS and PLANTS[name].needs_postgres and not is_here


def on_postgres(*arguments: str) -> int:
    """The same command in a process of its own on the suite's PostgreSQL."""
    command = [sys.executable, "-m", "tests.simulation", *arguments]
    # Of this run's database and folder the other knows nothing.
    env = {name: value for name, value in os.environ.items() if name not in ("ZHIXING_TEST_FOLDER", "DATABASE_URL")}
    return subprocess.run(command, env={**env, "TEST_DATABASE": "postgres"}, check=False).returncode


def _missed_on_postgres(names: Sequence[str]) -> list[str]:
    # One name more makes it a list, of which each is told and counted.
    return list(names) if on_postgres("--plant", ",".join([*names, ""])) else []


def _first_found(
    runner: Runner, database: SimulationDatabase, seeds: list[int], scene: Scene | None
) -> tuple[int, Violation | None]:
    findings = Findings()
    if scene:
        runner.play(database, scene, findings)
        return findings.violations[0] if findings.violations else (0, None)
    for seed in seeds:
        runner.run_seed(database, seed, findings)
        if findings.violations:
            return findings.violations[0]
    return 0, None
