"""`python -m tests.fuzz_media --inputs N --seed S [--first I]`; the last line is one JSON object.

Input I of a seed is always the same file. Exit code 1 where anything was found;
`--keep FOLDER` writes those files there.
"""

import argparse
import gc
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, BinaryIO

import psutil

from server.evidence import films
from server.evidence.drawing import SECONDS, Drawing, draw
from tests.fuzz_media.corpus import corpus
from tests.fuzz_media.mutations import mutated
from tests.fuzz_media.pipeline import faults_of, forked, headers_read

STARTED = 500
"""Of so many inputs one is examined by a process that is started, as in production."""
GROWTH_BYTES = 64 * 1024 * 1024
SETTLED = 100
_ = films  # the forked process finds it loaded


@dataclass
class Run:
    seed: int
    folder: Path
    keep: Path | None
    grown_bytes: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def take(self, number: int, files: Mapping[str, bytes]) -> None:
        content = mutated(random.Random(f"{self.seed}:{number}"), files)
        begun = time.monotonic()
        faults = self._examine(content, draw if number % STARTED == 0 else forked)
        self.seconds.append(time.monotonic() - begun)
        if self.seconds[-1] > SECONDS + 5:
            faults.append(f"took {self.seconds[-1]:.0f} s")
        self.faults += [f"input {number}: {fault}" for fault in faults]
        if faults and self.keep:
            (self.keep / f"{self.seed}-{number}").write_bytes(content)

    def _examine(self, content: bytes, examine: Callable[[BinaryIO], Drawing]) -> list[str]:
        try:
            headers_read(content)
            with tempfile.TemporaryFile(dir=self.folder) as file:
                file.write(content)
                file.seek(0)
                found = examine(file)
            self.answers[found.reason or "drawn"] += 1
            return faults_of(found)
        except Exception as fault:  # whatever reaches the caller is a finding
            return [f"the caller met {fault!r}"]


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fuzz-media-") as folder:
        tempfile.tempdir = folder  # so that a file anybody leaves there is seen
        run, files = Run(options.seed, Path(folder), options.keep), corpus()
        before: tuple[int, int] | None = None
        for done, number in enumerate(range(options.first, options.first + options.inputs)):
            if done == min(SETTLED, options.inputs // 2):
                before = _held()
            run.take(number, files)
        _look_for_leaks(run, before or _held())
    report = _report(run, options.inputs)
    print(json.dumps(report), flush=True)
    return 1 if run.faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz_media", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    return parser


def _held() -> tuple[int, int]:
    """(bytes, descriptors) of this process, which is the caller."""
    gc.collect()
    process = psutil.Process()
    return process.memory_info().rss, process.num_fds()


def _look_for_leaks(run: Run, before: tuple[int, int]) -> None:
    now = _held()
    run.grown_bytes = now[0] - before[0]
    left = os.listdir(run.folder)
    children = psutil.Process().children(recursive=True)
    found = {
        f"memory grew by {run.grown_bytes >> 20} MB": run.grown_bytes > GROWTH_BYTES,
        f"descriptors grew from {before[1]} to {now[1]}": now[1] > before[1],
        f"files left: {left[:5]}": bool(left),
        f"processes left: {len(children)}": bool(children),
    }
    run.faults += [fault for fault, is_so in found.items() if is_so]


def _report(run: Run, inputs: int) -> dict[str, Any]:
    total = sum(run.seconds)
    return {
        "inputs": inputs,
        "seed": run.seed,
        "answers": dict(sorted(run.answers.items())),
        "faults": run.faults[:20],
        "grown_mb": round(run.grown_bytes / 2**20, 1),
        "largest_process_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10,
        "median_ms": round(1000 * median(run.seconds), 1),
        "slowest_s": round(max(run.seconds), 2),
        "seconds": round(total, 1),
        "hours_for_100000": round(total / inputs * 100_000 / 3600, 2),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
