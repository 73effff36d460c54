"""One run's seeds shared among processes, each with a database of its own; their last lines added up to one."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import Any


def run_shared(arguments: list[str], seeds: range, jobs: int) -> int:
    """Prints the summary last; the exit code is 0 only if every process says so."""
    started = time.monotonic()
    shares = [_Share(arguments, seeds[number::jobs]) for number in range(min(jobs, len(seeds)))]
    for share in shares:
        share.join()
    if all(share.summary for share in shares):
        summary = {**_added([share.summary for share in shares]), "seconds": round(time.monotonic() - started, 1)}
        print(json.dumps(summary), flush=True)
    return max(share.exit_code for share in shares)


class _Share(threading.Thread):
    """One process. What it says is passed on as it comes, but for its summary."""

    def __init__(self, arguments: list[str], seeds: range) -> None:
        super().__init__()
        ours = ["--jobs", "1", "--seeds", str(len(seeds)), "--first", str(seeds.start), "--every", str(seeds.step)]
        command = [sys.executable, "-m", "tests.simulation", *arguments, *ours]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.summary: dict[str, Any] = {}
        self.exit_code = 1
        self.start()

    def run(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith('{"seeds"'):
                self.summary = json.loads(line)
            else:
                print(line, end="", flush=True)
        self.exit_code = self._process.wait()


def _added(summaries: list[dict[str, Any]]) -> dict[str, Any]:
    """Member for member; `faults` by kind."""
    faults = sum((Counter(summary["faults"]) for summary in summaries), Counter())
    return {
        name: dict(sorted(faults.items())) if name == "faults" else sum(summary[name] for summary in summaries)
        for name in summaries[0]
    }
