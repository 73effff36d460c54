"""SAFE_POLICY=standby, a real primary and its standby: safe never outruns the copy, and a fail-over loses nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_sdk import FieldClient
from client_sdk.wire import Statement
from tests import pictures
from tests.backends.standby import Pair, postgres_pair
from tests.journeys.deployment import Deployment
from tests.journeys.test_restored_server import acts_at_court, record

pytestmark = pytest.mark.on_postgres
PASSPHRASE = "三号楼的钥匙"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with postgres_pair() as pair:
        yield pair


@pytest.fixture
def deployment(pair: Pair, tmp_path: Path) -> Iterator[Deployment]:
    served = Deployment(database_url=pair.primary.url)
    served.stop()
    served.environment |= {
        "SAFE_POLICY": "standby",
        "EVIDENCE_REPLICA_DIR": str(tmp_path / "second"),
    }
    served.start()
    yield served
    served.stop()


def beat(deployment: Deployment, *jobs: str) -> None:
    deployment.run("-m", "tests.journeys.beat_once", *jobs)


def stated(field: FieldClient) -> Statement:
    field.sync()
    return field.holdings.require_statement()


def found(deployment: Deployment) -> dict[str, str]:
    report = json.loads(deployment.manage_whatever("doctor", "--json"))
    return {finding["code"]: finding["level"] for finding in report["findings"]}


def test_safe_follows_the_standby_stands_still_without_it_and_devices_heal_a_fail_over(
    deployment: Deployment, pair: Pair, tmp_path: Path
) -> None:
    photos = [pictures.jpeg(seed=number) for number in range(80, 83)]
    field = FieldClient.enrol(
        deployment.url, code=deployment.enrolment_code(), store=tmp_path / "officer.db", passphrase=PASSPHRASE
    )
    field.sync()
    case_id = field.cases()[0].id

    recorded = record(field, photos[:1])
    safe = safe_once_a_standby_streams(deployment, pair, field)
    pair.standby.stop()
    recorded += record(field, photos[1:])
    lost = safe_stands_still(deployment, field, safe)

    deployment.kill()
    fail_over(deployment, pair)

    assert field.sync().is_everything_sent
    healed = field.holdings.require_statement()
    assert healed.server_epoch != lost.server_epoch
    assert (healed.acked_seq, healed.safe_seq, healed.safe_position) == (3, 0, 0)
    require_all_there(deployment, case_id, recorded)
    kinds = "SELECT string_agg(DISTINCT kind, ',') FROM ledger_entry WHERE stream LIKE 'court:%'"
    assert "ledger_entries_lost" in pair.standby.asked(kinds)
    beat(deployment, "call_safe_what_a_standby_has")
    assert stated(field).server_epoch == healed.server_epoch, "one promotion, one new life"
    field.close()


def safe_once_a_standby_streams(deployment: Deployment, pair: Pair, field: FieldClient) -> Statement:
    assert field.sync().is_everything_sent
    beat(deployment, "call_safe_what_a_standby_has")
    alone = stated(field)
    assert (alone.acked_seq, alone.safe_seq, alone.safe_position) == (1, 0, 0)
    assert found(deployment)["standby_missing"] == "fault"

    pair.copy()
    beat(deployment, "call_safe_what_a_standby_has")
    without_files = stated(field)
    assert without_files.safe_seq == 1
    assert without_files.safe_position < receipt_position(field)
    assert field.status().unsafe_files == 1, "its photo is on one disk only"

    beat(deployment, "copy_files_a_second_time", "call_safe_what_a_standby_has")
    copied = stated(field)
    assert copied.safe_position >= receipt_position(field)
    assert field.status().unsafe_files == field.status().unsafe_operations == 0
    assert pair.standby.asked("SELECT max(acked_seq) FROM sync_devicelog") == "1"
    looked = found(deployment)
    assert (looked["standby"], looked["replica"]) == ("fine", "fine")
    return copied


def safe_stands_still(deployment: Deployment, field: FieldClient, safe: Statement) -> Statement:
    """The standby is gone: two more acts are acknowledged, and nothing more is safe."""
    assert field.sync().is_everything_sent
    beat(deployment, "copy_files_a_second_time", "call_safe_what_a_standby_has")
    stopped = stated(field)
    assert (stopped.acked_seq, stopped.safe_seq, stopped.safe_position) == (3, 1, safe.safe_position)
    assert found(deployment)["standby_missing"] == "fault"
    return stopped


def fail_over(deployment: Deployment, pair: Pair) -> None:
    """The primary is lost with two acts that no copy has; the standby becomes the server."""
    pair.primary.stop()
    pair.standby.start()
    pair.promote()
    deployment.environment["DATABASE_URL"] = pair.standby.url
    beat(deployment, "call_safe_what_a_standby_has")
    deployment.start()


def require_all_there(deployment: Deployment, case_id: str, recorded: list[str]) -> None:
    with deployment.sign_in("duty") as browser:
        assert sorted(acts_at_court(browser, case_id)) == sorted(recorded)
        for act in recorded:
            assert browser.get(f"/api/v1/actions/{act}").json()["files"] == {"promised": 1, "verified": 1}


def receipt_position(field: FieldClient) -> int:
    rows = field.holdings.store.database.rows("SELECT signed FROM receipt")
    return max(field.holdings.deliveries._prove(signed).position for (signed,) in rows)
