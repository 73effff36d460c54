"""Seeds one after the other, their findings summed up in one line of JSON."""

import gc
import json
import math
import shutil
import time
import traceback
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path

from tests.simulation.court import Court, ServerCrash
from tests.simulation.database import SimulationDatabase, simulation_database
from tests.simulation.dying import PerilousDriver, PhoneCrash
from tests.simulation.findings import Findings, Violation
from tests.simulation.plants import PLANTS
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
        with PLANTS[plant].plant() if plant else nullcontext():
            for seed in seeds:
                if time.monotonic() - started > limit_seconds:
                    break
                self.run_seed(database, seed, findings)
        print(json.dumps(findings.summary(time.monotonic() - started)), flush=True)
        return findings

    def run_seed(self, database: SimulationDatabase, seed: int, findings: Findings) -> None:
        # A seed's garbage goes with the seed: to look for it all the time costs a fifth of a run.
        gc.collect()
        gc.disable()
        folder = self._folder / f"seed-{seed}"
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
            gc.enable()
            shutil.rmtree(folder, ignore_errors=True)
        findings.seeds += 1
        findings.operations += simulation.operations
        findings.uploads += simulation.uploads
        findings.let_go += simulation.let_go
        findings.faults += simulation.faults
        if self._shows_hash:
            print(f"seed {seed} {simulation.trace.hash()}", flush=True)

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


def run_plants(folder: Path, events: int, seeds: Iterable[int], names: Sequence[str]) -> int:
    """Each planted fault until some seed finds it; the exit code is 0 only if all are found."""
    missed, tried = list[str](), list(seeds)
    with simulation_database(folder) as database:
        for name in names:
            planted = PLANTS[name]
            runner = Runner(folder, Size(events, planted.emphasis), is_quiet=True)
            with planted.plant():
                seed, found = _first_found(runner, database, tried)
            is_right = found is not None and found.kind in planted.kinds
            told = f"{name:28} seed {seed}: {found}" if found else f"{name:28} NOT FOUND"
            print(told if is_right else f"{told} (wanted {', '.join(planted.kinds)})", flush=True)
            missed += [] if is_right else [name]
    print(json.dumps({"plants": len(names), "missed": missed}), flush=True)
    return 1 if missed else 0


def _first_found(runner: Runner, database: SimulationDatabase, seeds: list[int]) -> tuple[int, Violation | None]:
    findings = Findings()
    for seed in seeds:
        runner.run_seed(database, seed, findings)
        if findings.violations:
            return findings.violations[0]
    return 0, None
