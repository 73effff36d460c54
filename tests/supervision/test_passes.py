"""Several passes at once, and one that is killed: real threads and processes on the real database."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.db import connection

from server.cases.models import Case, Node
from server.cases.services import assign_subject, record_event
from server.common.clock import set_clock
from server.ledger.models import Entry
from server.notices.models import Notice
from server.supervision.models import Finding, NodeWarning, Urge
from server.supervision.services import watch_levels
from tests.actors import people_of_a_city
from tests.cases.conftest import file_one
from tests.ground.sources import ROOT
from tests.people.test_enrolment_race import at_once
from tests.supervision.conftest import Clock, clock

__all__ = ["clock"]

pytestmark = pytest.mark.django_db(transaction=True)
DIE_AT_THE_LAST_STATEMENT = """
import os, signal, django
django.setup()
from datetime import UTC, datetime
from server.common.clock import set_clock
from server.supervision.services import watching
set_clock(lambda: datetime(2026, 12, 3, 2, tzinfo=UTC))
watching.append_told = lambda told: os.kill(os.getpid(), signal.SIGKILL)
watching.watch_levels()
"""


@pytest.fixture
def cases(clock: Clock) -> list[Case]:
    """Each overdue at two of its nodes, and at others at lower levels."""
    cast = people_of_a_city()
    made = [file_one(cast, number) for number in range(1, 13)]
    for case in made:
        assign_subject(case=case, group=cast.group)
        started = datetime(2026, 11, 2, 2, tzinfo=UTC)
        record_event(case=case, key="materials_received_by_handler", occurred_at=started)
    clock.on(12, 3)
    return made


def counts() -> dict[str, int]:
    models = (NodeWarning, Notice, Finding, Urge)
    found = {model.__name__: model.objects.count() for model in models}
    return found | {"told": Entry.objects.filter(kind="node_warned").count()}


def test_four_passes_at_once_say_everything_once(cases: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.supervision.services.watching.CASES_AT_ONCE", 2)
    answers = at_once(watch_levels, watch_levels, watch_levels, watch_levels)
    assert len(answers) == 4
    found = counts()
    warned = Node.objects.exclude(level="NORMAL").count()
    assert found["NodeWarning"] == found["told"] == warned == sum(each.warnings for each in answers)
    assert found["Finding"] == found["Urge"] == Node.objects.filter(level__in=("OVERDUE", "SEVERE")).count()
    watch_levels()
    assert counts() == found


def test_a_pass_beside_acts_that_move_the_same_nodes_leaves_none_behind(cases: list[Case]) -> None:
    def act() -> None:
        for case in cases:
            record_event(case=case, key="investigation_closed", occurred_at=datetime(2026, 12, 3, 1, tzinfo=UTC))

    assert len(at_once(act, watch_levels, watch_levels)) == 3
    watch_levels()
    assert set(Node.objects.filter(key="investigation_complete").values_list("level", flat=True)) == {"NORMAL"}
    assert watch_levels().cases == 0


def test_killed_at_its_last_statement_it_has_said_nothing_and_the_next_one_says_all(cases: list[Case]) -> None:
    died = subprocess.run([sys.executable, "-c", DIE_AT_THE_LAST_STATEMENT], cwd=ROOT, env=_environment(), check=False)
    assert died.returncode == -signal.SIGKILL
    assert set(counts().values()) == {0}
    set_clock(lambda: datetime(2026, 12, 3, 2, tzinfo=UTC))
    watch_levels()
    found = counts()
    assert found["NodeWarning"] > 0
    watch_levels()
    assert counts() == found


def _environment() -> dict[str, str]:
    """Of a server on the test's own database."""
    name = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "server.config.settings"}
