"""A short chaos run: everything dies once, and in the end every act is there once with every photo verified."""

import json
import subprocess
import sys

from tests.chaos.machines import ROOT
from tests.settings import _DATABASE


def test_a_short_storm_loses_and_doubles_nothing() -> None:
    """A process of its own: it mounts small disks, which nobody else may see and which end with it."""
    command = [sys.executable, "-m", "tests.chaos", "--runs", "1", "--short", "--database", _DATABASE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    summary = json.loads(done.stdout.splitlines()[-1])
    assert (summary["runs"], summary["passed"]) == (1, 1)
    assert summary["acts"] >= 6
    assert summary["photos"] == 2 * summary["acts"]
    assert {"kill_officer", "kill_server", "officer_pages", "server_file_limit"} <= summary["happened"].keys()
