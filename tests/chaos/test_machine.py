"""The state machine, short; EXAMPLES=200 looks longer, and elsewhere each time."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis.stateful import run_state_machine_as_test
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.chaos.machine import FieldMachine
from tests.simulation.plants import PLANTS

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
LONG: dict[str, Any] = {"max_examples": EXAMPLES, "stateful_step_count": 30}
SHORT: dict[str, Any] = {"max_examples": 6, "stateful_step_count": 15, "derandomize": True, "phases": (Phase.generate,)}


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def machine(live_server: LiveServer, settings: Settings, tmp_path: Path) -> type[FieldMachine]:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    FieldMachine.url, FieldMachine.folder = live_server.url, tmp_path
    return FieldMachine


def run(machine: type[FieldMachine]) -> None:
    chosen = LONG if EXAMPLES else SHORT
    patient = profile(deadline=None, suppress_health_check=list(HealthCheck), database=None, **chosen)
    run_state_machine_as_test(machine, settings=patient)


def test_no_order_of_events_loses_or_doubles_anything(machine: type[FieldMachine]) -> None:
    run(machine)


def test_a_planted_fault_is_found(machine: type[FieldMachine]) -> None:
    with PLANTS["effect_without_result"].plant(), pytest.raises(AssertionError):
        run(machine)
