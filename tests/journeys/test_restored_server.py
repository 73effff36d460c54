"""The server is lost and an older backup restored; the officer syncs, and nothing of hers is missing."""

import hashlib
import json
import shutil
from pathlib import Path

import httpx2

from client_sdk import FieldClient
from tests import pictures
from tests.journeys.deployment import Deployment

PASSPHRASE = "三号楼的钥匙"
FIELDS = {"narrative": "九时到场，邻居证实被执行人已搬离"}


def record(field: FieldClient, photos: list[bytes]) -> list[str]:
    """One act a photo; their ids."""
    case = field.cases()[0]
    return [
        field.record_action(
            case_id=case.id, kind="LOCATE", fields=FIELDS, photos=[field.capture(photo, shot_code="PANORAMA")]
        ).id
        for photo in photos
    ]


def acts_at_court(browser: httpx2.Client, case_id: str) -> list[str]:
    return [action["id"] for action in browser.get(f"/api/v1/cases/{case_id}/actions").json()["items"]]


def test_five_acts_stand_once_each_after_the_server_was_lost_and_restored(
    deployment: Deployment, store: Path, tmp_path: Path
) -> None:
    photos = [pictures.jpeg(seed=number) for number in range(50, 55)]
    field = FieldClient.enrol(deployment.url, code=deployment.enrolment_code(), store=store, passphrase=PASSPHRASE)
    field.sync()
    case_id = field.cases()[0].id
    recorded = record(field, photos[:3])
    assert field.sync().is_everything_sent
    deployment.manage("backup", str(tmp_path / "copy"))
    recorded += record(field, photos[3:])
    assert field.sync().is_everything_sent
    epoch = httpx2.get(f"{deployment.url}/api/v1/hello").json()["server_epoch"]

    deployment.kill()
    shutil.rmtree(deployment.folder / "data" / "evidence")
    deployment.manage("restore", str(tmp_path / "copy"), "--force")
    deployment.start()
    assert httpx2.get(f"{deployment.url}/api/v1/hello").json()["server_epoch"] != epoch
    with deployment.sign_in("holder") as browser:
        assert sorted(acts_at_court(browser, case_id)) == sorted(recorded[:3])

    assert field.sync().is_everything_sent
    with deployment.sign_in("holder") as browser:
        assert sorted(acts_at_court(browser, case_id)) == sorted(recorded)
        for photo in photos:
            answer = browser.get(f"/api/v1/evidence/{hashlib.sha256(photo).hexdigest()}")
            assert (answer.status_code, answer.content) == (200, photo)
    assert (field.status().unsent_operations, field.status().unsent_bytes) == (0, 0)
    assert {action.id for action in field.actions()} == set(recorded)
    field.close()
    assert all(stream["fault"] == "" for stream in json.loads(deployment.manage("verify_ledger", "--json"))["streams"])
