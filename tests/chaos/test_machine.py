"""The state machine, short; EXAMPLES=200 looks longer, and elsewhere each time."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.chaos.machine import FieldMachine

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
LONG: dict[str, Any] = {"max_examples": EXAMPLES, "stateful_step_count": 30}
SHORT: dict[str, Any] = {"max_examples": 3, "stateful_step_count": 12, "derandomize": True, "phases": (Phase.generate,)}


@pytest.mark.django_db(transaction=True)
def test_no_order_of_events_loses_or_doubles_anything(
    live_server: LiveServer, settings_of_django: Settings, tmp_path: Path
) -> None:
    settings_of_django.EVIDENCE_DIR = tmp_path / "evidence"
    FieldMachine.url, FieldMachine.folder = live_server.url, tmp_path
    chosen = LONG if EXAMPLES else SHORT
    patient = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None, **chosen)
    run_state_machine_as_test(FieldMachine, settings=patient)


@pytest.fixture
def settings_of_django(settings: Settings) -> Settings:
    """Hypothesis has the other name."""
    return settings
