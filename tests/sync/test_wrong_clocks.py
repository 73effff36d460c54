"""A phone set a year ahead or behind changes nothing but its verdict: the same story, told once for each clock."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from client_sdk import FieldClient, ReadingEnded, vault
from client_sdk.store import Surroundings
from server.cases.models import Case, Node
from server.common import clock as server_clock
from server.evidence.models import Promise
from server.people.services import issue_enrolment_code
from server.sync.models import DeviceView, Operation
from tests.actors import people_of_a_city
from tests.pictures import jpeg
from tests.sdk_line import DjangoLine
from tests.sync.pushing import COMPLETE, file_one, hold

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2026, 11, 30, 2, tzinfo=UTC)
YEAR = timedelta(days=365)


@dataclass
class Time:
    """The true one, which the server has; it only passes when told to."""

    moment: datetime = START

    def passes(self, **how_much: float) -> None:
        self.moment += timedelta(**how_much)


@dataclass
class WrongClock:
    """A phone's: its wall is off, and since boot just as much time has passed as anywhere."""

    time: Time
    off: timedelta

    def now(self) -> datetime:
        return self.time.moment + self.off

    def boot_ms(self) -> int:
        return round((self.time.moment - START).total_seconds() * 1000) + 60_000

    def boot_id(self) -> str:
        return "the same boot throughout"


@pytest.fixture
def time(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.DEVICE_RETENTION_DAYS, settings.READ_LEASE_DAYS = 7, 14
    time = Time()
    server_clock.set_clock(lambda: time.moment)
    yield time
    server_clock.set_clock(None)


def enrolled(time: Time, off: timedelta, folder: Path) -> tuple[FieldClient, Case]:
    cast = people_of_a_city()
    case = hold(file_one(cast), cast.group)
    field = FieldClient.enrol(
        "http://court.test",
        code=issue_enrolment_code(officer=cast.holder),
        store=folder / "officer.db",
        passphrase="三号楼的钥匙",
        transport=DjangoLine(),
        surroundings=Surroundings(clock=WrongClock(time, off), sleep=lambda seconds: time.passes(seconds=seconds)),
    )
    return field, case


def told(time: Time, off: timedelta, folder: Path) -> dict[str, Any]:
    """Pull, record, push, upload, be safe, let go, lose the lease and get it back: everything but the verdict."""
    field, case = enrolled(time, off, folder)
    field.sync()
    time.passes(hours=3)
    photo = field.capture(jpeg(seed=7))
    act = field.record_action(case_id=case.pk, kind="LOCATE", fields=COMPLETE, photos=[photo])
    time.passes(hours=2)
    report = field.sync()
    statement = field.holdings.require_statement()
    story: dict[str, Any] = {
        "statuses": report.statuses,
        "everything_sent": report.is_everything_sent,
        "safe": (statement.acked_seq, statement.safe_seq, statement.safe_position >= statement.position),
        "safe_to_purge": field.safe_to_purge(act),
        "promise": Promise.objects.get().state,
        "nodes": sorted(Node.objects.filter(case=case).values_list("key", "state", "due_on")),
        "bounds": Operation.objects.values_list("earliest_at", "latest_at", "received_at").get(),
        "lease": DeviceView.objects.get().lease_until,
        "as_of": field.today().as_of,
    }
    story["let_go_at_once"] = let_go(field)
    time.passes(days=6)
    field.sync()
    story["let_go_after_six_days"] = let_go(field)
    time.passes(days=2)
    field.sync()
    story["let_go_after_eight_days"] = let_go(field)
    time.passes(days=13)
    story["reads_after_thirteen_days_alone"] = reads(field)
    time.passes(days=2)
    story["reads_after_fifteen_days_alone"] = reads(field)
    field.record_action(case_id=case.pk, kind="LOCATE", fields=COMPLETE)
    story["recorded_without_a_lease"] = field.sync().statuses
    story["reads_again"] = reads(field)
    story["codes"] = list(Operation.objects.order_by("seq").values_list("status", flat=True))
    field.close()
    return story


def let_go(field: FieldClient) -> tuple[int, int]:
    """Photos and bodies this device no longer has."""
    rows = field.holdings.store.database.rows
    photos = rows("SELECT count(*) FROM capture WHERE is_let_go > 0")[0][0]
    return int(photos), int(rows("SELECT count(*) FROM operation WHERE is_let_go > 0")[0][0])


def reads(field: FieldClient) -> bool:
    try:
        return bool(field.cases())
    except ReadingEnded:
        return False


RIGHT = {
    "statuses": {"applied": 1},
    "everything_sent": True,
    "safe": (1, 1, True),
    "safe_to_purge": True,
    "promise": "verified",
    "bounds": (START, START + timedelta(hours=5), START + timedelta(hours=5)),
    "lease": START + timedelta(hours=5, days=14),
    "let_go_at_once": (0, 0),
    "let_go_after_six_days": (0, 0),
    "let_go_after_eight_days": (1, 1),
    "reads_after_thirteen_days_alone": True,
    "reads_after_fifteen_days_alone": False,
    "recorded_without_a_lease": {"applied": 1},
    "reads_again": True,
    "codes": ["applied", "applied"],
}


@pytest.mark.parametrize(("off", "verdict"), [(timedelta(), "consistent"), (YEAR, "skewed"), (-YEAR, "skewed")])
def test_the_same_story_whatever_the_phones_clock_says(
    time: Time, tmp_path: Path, off: timedelta, verdict: str
) -> None:
    story = told(time, off, tmp_path)
    assert {name: story[name] for name in RIGHT} == RIGHT
    assert all(due_on is None or due_on.year in (2026, 2027) for _key, _state, due_on in story["nodes"])
    assert START <= story["as_of"] <= time.moment
    assert set(Operation.objects.values_list("clock_verdict", flat=True)) == {verdict}
    stated = [server_clock.from_wire(body) for body in _stated_times()]
    assert stated[0] == START + timedelta(hours=3) + off, "what it said stands as it said it"


def _stated_times() -> list[str]:
    bodies = Operation.objects.order_by("seq").values_list("body", flat=True)
    return [json.loads(bytes(body))["recorded_at"] for body in bodies]
