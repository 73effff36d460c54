"""Every measurement runs to its end and says what it found; how fast it was is no matter for a test."""

import json
import os
import subprocess
import sys

import pytest

from bench.__main__ import NAMES
from tests.browser.chromium import Machine, required_chromium
from tests.ground.sources import ROOT

pytestmark = pytest.mark.on_postgres
ALWAYS = {"name", "figure", "unit", "floor", "ratio", "aim", "met", "cpu_s_per_1000", "db_cpu_s_per_1000", "machine"}
ENOUGH_SECONDS = 240


@pytest.mark.parametrize("name", NAMES)
def test_a_measurement_in_a_tiny_size_ends_with_one_object(name: str, postgres: str) -> None:
    if name == "centre":
        required_chromium(Machine.this())
    done = subprocess.run(
        [sys.executable, "-m", "bench", name, "--tiny", "--json"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": postgres},
        capture_output=True,
        text=True,
        timeout=ENOUGH_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert set(found) >= ALWAYS
    assert found["name"] == name
    assert found["figure"] >= 0
    assert found["floor"] >= 0
