"""The short form; `python -m tests.fuzz_media --inputs 100000` is the long one."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.evidence.drawing import Drawing
from tests.fuzz_media.mutations import mutated
from tests.fuzz_media.pipeline import faults_of

pytestmark = pytest.mark.database_free
ROOT = Path(__file__).resolve().parents[2]
FILES = {"one": bytes(range(256)) * 4, "two": b"moov" * 100}


def test_hostile_files_crash_nothing_leak_nothing_and_fill_nothing() -> None:
    command = [sys.executable, "-m", "tests.fuzz_media", "--inputs", "300", "--seed", "20261130"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert (report["inputs"], report["faults"], sum(report["answers"].values())) == (300, [], 300)
    assert {"drawn", "unreadable", "not_an_image", "too_many_pixels", "no_preview_for_type"} <= report["answers"].keys()


def test_an_input_is_decided_by_its_seed() -> None:
    made = [mutated(random.Random(seed), FILES) for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]


def test_the_harness_finds_what_must_not_be() -> None:
    assert faults_of(Drawing(reason="unreadable")) == []
    assert faults_of(Drawing(reason="of tomorrow")) == ["an unknown answer: of tomorrow"]
    assert faults_of(Drawing()) == ["neither a preview nor a reason, or both"]
    assert faults_of(Drawing(reason="unreadable", width=2**31)) == ["a size no column holds"]
    stated: list[dict[str, Any]] = [{"duration_seconds": float("nan")}, {"make": "a\0b"}, {"make": "a" * 3000}]
    assert all(faults_of(Drawing(reason="unreadable", exif=exif)) for exif in stated)
