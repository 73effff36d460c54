"""A short run of what `make simulate` runs at length: in a process of its own, since it takes over clock and chance."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.simulation.plants import PLANTS

ROOT = Path(__file__).resolve().parents[2]
EVENTS = "100"
SEEDS = "4"
# What a fault in the server's statements may show on one database and not on the other runs on both.
ON_EVERY_DATABASE = ("acknowledge_before_commit", "effect_without_result", "cursor_reused", "nul_let_through")


def simulated(*arguments: str, **environment: str) -> tuple[int, list[str]]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--events", EVENTS, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = ran.stdout.strip().splitlines()
    assert lines, ran.stderr
    return ran.returncode, lines


def summary(lines: list[str]) -> dict[str, Any]:
    return dict(json.loads(lines[-1]))


def test_under_faults_nothing_is_lost_doubled_or_leaked_and_everybody_gets_done() -> None:
    code, lines = simulated("--seeds", SEEDS)
    told = summary(lines)
    assert code == 0, "\n".join(lines)
    zeros = ("lost", "doubled", "false_receipts", "unexplained_reviews", "invariant_violations")
    assert [told[name] for name in zeros] == [0] * 5
    assert told["seeds"] == int(SEEDS)
    assert told["operations"] > 100
    assert told["uploads"] > 10
    assert sum(told["faults"].values()) > 40


def test_processes_share_seeds_and_add_up_what_they_found() -> None:
    alone = [summary(simulated("--seeds", "1", "--first", str(seed), "--events", "25")[1]) for seed in (7, 8)]
    code, lines = simulated("--seeds", "2", "--first", "7", "--events", "25", "--jobs", "2")
    told = summary(lines)
    assert code == 0
    assert told["seeds"] == 2
    assert told["operations"] == sum(each["operations"] for each in alone)
    assert sum(told["faults"].values()) == sum(sum(each["faults"].values()) for each in alone)


def test_the_same_seed_gives_the_same_trace_in_any_process_and_another_seed_another() -> None:
    runs = [
        simulated("--seeds", "2", "--first", "7", "--hash", "--events", "25", PYTHONHASHSEED=order)[1][:2]
        for order in ("1", "2")
    ]
    assert [line.split()[:2] for line in runs[0]] == [["seed", "7"], ["seed", "8"]]
    assert runs[0] == runs[1]
    assert runs[0][0].split()[2] != runs[0][1].split()[2]
    alone = simulated("--seeds", "1", "--first", "8", "--hash", "--events", "25")[1][0]
    assert alone == runs[0][1]


def test_planted_faults_are_found_by_the_invariants_meant_for_them() -> None:
    """Those that a scene shows have tests of their own, beside this one."""
    is_sqlite = os.environ.get("TEST_DATABASE", "sqlite") == "sqlite"
    names = [name for name, planted in PLANTS.items() if not planted.scene] if is_sqlite else ON_EVERY_DATABASE
    code, lines = simulated("--seeds", "30", "--events", "80", "--plant", ",".join(names))
    assert code == 0, "\n".join(lines)
    assert summary(lines) == {"plants": len(names), "missed": []}


def test_a_planted_fault_makes_a_run_fail() -> None:
    code, lines = simulated("--seeds", "1", "--events", "40", "--plant", "acknowledge_before_commit")
    assert code == 1
    assert summary(lines)["lost"] == 1


def test_planted_faults_are_listed_with_what_they_do() -> None:
    code, lines = simulated("--plant", "list")
    assert code == 0
    assert {"acknowledge_before_commit", "portal_taken_for_success"} <= {line.split()[0] for line in lines}
    assert all(line.endswith(".") for line in lines)


def test_a_fault_that_a_scene_shows_makes_a_run_fail_too() -> None:
    code, lines = simulated("--plant", "clone_taken_for_the_phone")
    assert code == 1
    assert summary(lines)["invariant_violations"] == 1
