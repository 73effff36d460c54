"""Enrol, pull, record with photos, sync, find every byte at the court; then the same with everything going wrong."""

import hashlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from client_sdk import FieldClient, NotSent
from client_sdk.steps import Reply, Request, Unreachable
from client_sdk.transport import HttpTransport
from tests import pictures
from tests.journeys.deployment import ROOT, Deployment

PASSPHRASE = "三号楼的钥匙"


class FaultyLine:
    """A real connection that loses replies after the server has done its work."""

    def __init__(self, url: str) -> None:
        self._real = HttpTransport(url)
        self.lost_replies = 0
        self.sent: list[Request] = []

    def send(self, request: Request) -> Reply | Unreachable:
        self.sent.append(request)
        reply = self._real.send(request)
        if self.lost_replies:
            self.lost_replies -= 1
            return Unreachable("the reply was lost")
        return reply

    def close(self) -> None:
        self._real.close()


def enrolled(deployment: Deployment, store: Path, line: FaultyLine | None = None) -> FieldClient:
    field = FieldClient.enrol(
        deployment.url, code=deployment.enrolment_code(), store=store, passphrase=PASSPHRASE, transport=line
    )
    field.sync()
    return field


def acts_of(browser: httpx2.Client, case_id: str) -> list[str]:
    return [action["id"] for action in browser.get(f"/api/v1/cases/{case_id}/actions").json()["items"]]


def require_at_court(deployment: Deployment, field: FieldClient, contents: list[bytes]) -> None:
    """Each act of this device stands there once, and each photo comes back byte for byte."""
    with deployment.sign_in("holder") as browser:
        listed = [action_id for case_id in deployment.city["cases"] for action_id in acts_of(browser, case_id)]
        assert all(listed.count(action.id) == 1 for action in field.actions())
        for content in contents:
            answer = browser.get(f"/api/v1/evidence/{hashlib.sha256(content).hexdigest()}")
            assert answer.status_code == 200, answer.text
            assert answer.content == content


def test_one_action_with_real_photos_walks_to_the_court(deployment: Deployment, store: Path, tmp_path: Path) -> None:
    field = enrolled(deployment, store)
    case = field.cases()[0]
    assert {case.id for case in field.cases()} == set(deployment.city["cases"])
    assert case.parties[0].name == "张三"
    assert field.today().nodes
    closeup, picture = pictures.heavy_jpeg(600), pictures.heic()
    (tmp_path / "b.heic").write_bytes(picture)
    photo = field.capture(closeup, shot_code="SEAL_CLOSEUP")
    action = field.record_action(
        case_id=case.id, kind="SEAL", fields={"narrative": "九时到场"}, photos=[photo, tmp_path / "b.heic"]
    )
    assert action.missing
    report = field.sync()
    assert report.is_everything_sent
    assert (report.operations_sent, report.files_sent) == (1, 2)
    assert field.action(action.id).status == "applied"
    assert field.safe_to_purge(action)
    assert [act.id for act in field.case(case.id).actions].count(action.id) == 1
    require_at_court(deployment, field, [closeup, picture])
    field.close()


def test_lost_replies_and_reopening_still_record_each_act_once(deployment: Deployment, store: Path) -> None:
    line = FaultyLine(deployment.url)
    field = enrolled(deployment, store, line)
    content = pictures.heavy_jpeg(300)
    action = field.record_action(
        case_ids=deployment.city["cases"], kind="SERVE", photos=[field.capture(content, shot_code="DOCUMENT_SHOWN")]
    )
    line.lost_replies = 99
    with pytest.raises(NotSent):
        field.sync(patience_seconds=5)
    field.close()
    field = FieldClient.open(store, passphrase=PASSPHRASE)
    assert field.sync().is_everything_sent
    assert field.safe_to_purge(action)
    with deployment.sign_in("duty") as browser:
        for case_id in deployment.city["cases"]:
            assert acts_of(browser, case_id).count(action.id) == 1
        assert browser.get(f"/api/v1/evidence/{hashlib.sha256(content).hexdigest()}").content == content
    field.close()


def test_the_same_push_five_times_at_once_is_one_action(deployment: Deployment, store: Path) -> None:
    line = FaultyLine(deployment.url)
    field = enrolled(deployment, store, line)
    field.record_action(case_id=deployment.city["cases"][0], kind="LOCATE", photos=[field.capture(b"only text")])
    line.sent.clear()
    line.lost_replies = 99
    with pytest.raises(NotSent):
        field.sync(patience_seconds=0)
    push = line.sent[0]

    def again(_: int) -> int:
        answer = httpx2.post(deployment.url + push.path, content=push.body, headers=dict(push.headers), timeout=60)
        return answer.status_code

    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(again, range(5))) <= {200, 503}
    line.lost_replies = 0
    assert field.sync().is_everything_sent
    require_at_court(deployment, field, [b"only text"])
    field.close()


@pytest.mark.parametrize("phase", ["push", "upload"])
def test_a_sync_killed_in_the_middle_is_finished_by_the_next(deployment: Deployment, store: Path, phase: str) -> None:
    field = enrolled(deployment, store)
    contents = [os.urandom(6_000_000), pictures.heavy_jpeg(500)]
    photos = [field.capture(content, shot_code="ITEM") for content in contents]
    action = field.record_action(case_id=deployment.city["cases"][0], kind="SEIZE", photos=photos)
    field.close()
    command = [sys.executable, "-m", "tests.journeys.officer", str(store), PASSPHRASE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(phase):
                os.kill(process.pid, signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    field = FieldClient.open(store, passphrase=PASSPHRASE)
    assert not field.safe_to_purge(action)
    assert field.sync().is_everything_sent
    assert field.safe_to_purge(action)
    require_at_court(deployment, field, contents)
    field.close()


def test_a_server_killed_in_the_middle_of_an_upload_gets_the_rest_later(deployment: Deployment, store: Path) -> None:
    field = enrolled(deployment, store)
    content = os.urandom(4_000_000)
    field.record_action(case_id=deployment.city["cases"][1], kind="SEIZE", photos=[field.capture(content)])
    killed: list[object] = []

    def kill_server(progress: object) -> None:
        if "upload" in str(progress) and not killed:
            killed.append(progress)
            deployment.kill()

    with pytest.raises(NotSent):
        field.sync(on_progress=kill_server, patience_seconds=2)
    deployment.start()
    report = field.sync()
    assert report.is_everything_sent
    assert report.bytes_sent < len(content)
    require_at_court(deployment, field, [content])
    field.close()
