"""A client that knows only docs/reference/protocol.md walks the whole way against a real server, over real HTTP."""

import ast
import hashlib
import http.client
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import pictures
from tests.journeys.conftest import database_url, deployment
from tests.journeys.deployment import Deployment
from tests.wire.files import FOLDER, LOGS, joined, vectors
from tests.wire.independent_client import Answer, Device, Line, Refused
from tests.wire.independent_reader import (
    Distrusted,
    Log,
    digest_of,
    open_certificate,
    open_signed,
    read_code,
    read_receipt,
    read_statement,
    read_strictly,
    require,
    unb64,
    verify,
)

__all__ = ["database_url", "deployment"]
FIELDS = {"narrative": "九时到场，邻居证实被执行人已搬离"}


class FaultyLine(Line):
    """The server does its work; what it says is lost, or somebody else's page is heard."""

    replies_to_lose = 0
    stops_before_patch = 1_000_000
    portal = False
    patched = 0

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        if self.portal:
            return 200, {"content-type": "text/html"}, b"<html>please log in</html>"
        if method == "PATCH":
            self.stops_before_patch -= 1
            if self.stops_before_patch < 0:
                raise ConnectionResetError("the link is gone")
            self.patched += len(body)
        answer = super().send(method, path, headers, body)
        if self.replies_to_lose:
            self.replies_to_lose -= 1
            raise http.client.IncompleteRead(b"")
        return answer


@pytest.fixture
def line(deployment: Deployment) -> FaultyLine:
    return FaultyLine(deployment.url)


@pytest.fixture
def device(deployment: Deployment, line: FaultyLine) -> Device:
    device = Device(line)
    device.enrol(deployment.enrolment_code())
    device.sync()
    return device


def record(device: Device, *contents: bytes) -> str:
    case = next(unit["data"] for (type_, _), unit in sorted(device.units.items()) if type_ == "case")
    return device.record("LOCATE", case, FIELDS, {f"ITEM-{number}": each for number, each in enumerate(contents)})


def require_at_court(deployment: Deployment, device: Device, actions: list[str]) -> None:
    """Each act once, each file byte for byte."""
    with deployment.sign_in("holder") as browser:
        pages = [browser.get(f"/api/v1/cases/{case_id}/actions").json() for case_id in deployment.city["cases"]]
        listed = [action["id"] for page in pages for action in page["items"]]
        assert [listed.count(action) for action in actions] == [1] * len(actions)
        for sha256, content in device.files.items():
            assert browser.get(f"/api/v1/evidence/{sha256}").content == content


def test_it_enrols_pulls_pushes_uploads_and_proves_what_arrived(deployment: Deployment, device: Device) -> None:
    assert {id_ for type_, id_ in device.units if type_ == "case"} == set(deployment.city["cases"])
    actions = [record(device, pictures.heavy_jpeg(600, seed=1), b"a note"), record(device)]
    device.sync()
    assert (device.acked, device.safe) == (2, 2)
    assert [result["status"] for result in device.results.values()] == ["applied", "applied"]
    assert all(device.is_safe(sha256) for sha256 in device.files)
    own = [act for (type_, _), unit in device.units.items() if type_ == "case" for act in unit["data"]["actions"]]
    assert {act["id"] for act in own} >= set(actions)
    require_at_court(deployment, device, actions)


def test_lost_replies_of_every_request_leave_each_act_and_file_once(deployment: Deployment, line: FaultyLine) -> None:
    device, code = Device(line), deployment.enrolment_code()
    actions = list[str]()
    steps: list[Callable[[], object]] = [
        lambda: device.enrol(code),
        device.sync,
        lambda: actions.append(record(device, b"x" * 600_000)),
    ]
    steps += [device.push, device.pull, device.upload, device.sync]
    for step in steps:
        line.replies_to_lose = 1
        for _ in range(10):
            try:
                step()
                break
            except (OSError, http.client.HTTPException):
                continue
    line.replies_to_lose = 0
    device.sync()
    assert all(device.is_safe(sha256) for sha256 in device.files)
    require_at_court(deployment, device, actions)


def test_a_cut_upload_goes_on_where_it_stands(deployment: Deployment, device: Device, line: FaultyLine) -> None:
    content = pictures.heavy_jpeg(1200, seed=2)
    action = record(device, content)
    line.stops_before_patch = 2
    with pytest.raises(ConnectionResetError):
        device.sync()
    line.stops_before_patch = 1_000_000
    device.sync()
    assert line.patched == len(content)
    require_at_court(deployment, device, [action])


def test_a_portal_changes_nothing(device: Device, line: FaultyLine) -> None:
    record(device)
    before = vars(device) | {"line": None}
    line.portal = True
    for step in (device.push, device.pull):
        with pytest.raises(ConnectionError):
            step()
    assert vars(device) | {"line": None} == before


def test_a_forgotten_cursor_is_reset_and_what_was_not_sent_again_is_swept(device: Device) -> None:
    held = {name: unit["tag"] for name, unit in device.units.items()}
    device.units["case", "00000000-0000-7000-8000-000000000000"] = {"tag": "stale"}
    device.cursor = "a cursor of nobody"
    device.pull()
    assert {name: unit["tag"] for name, unit in device.units.items()} == held


def test_small_pages_come_to_the_same_digest(deployment: Deployment, line: FaultyLine, device: Device) -> None:
    device.cursor = None
    device.units.clear()
    device.pull(max_bytes=1024)
    assert {id_ for type_, id_ in device.units if type_ == "case"} == set(deployment.city["cases"])


def test_changed_words_of_the_court_are_not_believed(device: Device, line: FaultyLine) -> None:
    """Bytes of a proxy that alters the answer, or hands out an older one."""
    heard = list[Answer]()

    class Proxy(FaultyLine):
        def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
            heard.append(line.send(method, path, headers, body))
            status, names, content = heard[0]
            return status, names, content.replace(b'"answer": "{', b'"answer": " {').replace(b'"answer":"{', b'" {')

    device.line = Proxy("http://unused")
    with pytest.raises((Distrusted, KeyError)):
        device.pull()
    with pytest.raises(Distrusted):
        device.push()


def test_after_a_restore_it_rewinds_and_brings_back_what_the_court_lost(
    deployment: Deployment, device: Device, tmp_path: Path
) -> None:
    actions = [record(device, pictures.jpeg(seed=61))]
    device.sync()
    deployment.manage("backup", str(tmp_path / "copy"))
    actions += [record(device, pictures.jpeg(seed=62)), record(device)]
    device.sync()
    epoch = device.epoch
    assert (device.acked, device.safe) == (3, 3)
    deployment.kill()
    shutil.rmtree(deployment.folder / "data" / "evidence")
    deployment.manage("restore", str(tmp_path / "copy"), "--force")
    deployment.start()
    device.sync()
    assert (device.epoch != epoch, device.acked) == (True, 3)
    assert all(device.is_safe(sha256) for sha256 in device.files)
    require_at_court(deployment, device, actions)


def test_after_a_restore_to_before_its_enrolment_it_brings_all_and_reads_when_the_desk_has_confirmed(
    deployment: Deployment, line: FaultyLine, tmp_path: Path
) -> None:
    deployment.manage("backup", str(tmp_path / "copy"))
    device = Device(line)
    device.enrol(deployment.enrolment_code())
    device.sync()
    actions = [record(device, pictures.jpeg(seed=63))]
    device.sync()
    deployment.kill()
    shutil.rmtree(deployment.folder / "data" / "evidence")
    deployment.manage("restore", str(tmp_path / "copy"), "--force")
    deployment.start()
    device.sync()
    require_at_court(deployment, device, actions)
    with pytest.raises(Refused, match="device_unconfirmed"):
        device.pull()
    deployment.manage("confirm_device", device.id)
    device.sync()
    assert all(device.is_safe(sha256) for sha256 in device.files)


# --- offline, on the reference bytes ----------------------------------------------------------------------------------


def test_they_import_nothing_of_ours() -> None:
    for name in ("independent_client", "independent_reader"):
        tree = ast.parse((FOLDER.parent / f"{name}.py").read_text("utf-8"))
        froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        foreign = {
            module for module in froms | names if module.split(".")[0] not in {"cryptography", *sys.stdlib_module_names}
        }
        assert foreign <= {"tests.wire.independent_reader"}


@pytest.mark.parametrize("name", LOGS)
def test_it_follows_the_logs_of_the_reference_bytes(name: str) -> None:
    follow(vectors(name))


@pytest.mark.parametrize("name", LOGS)
def test_it_refuses_certificates_chains_statements_and_receipts_that_are_spoilt(name: str) -> None:
    """Rows of members that only the file itself knows (copies of what the certificate says) are not the wire's."""
    given = vectors(name)
    wire = {"certificate", "root_key", "operations", "statement", "receipt"}
    spoilt = [row for row in given["bad"] if wire & row.keys()]
    assert len(spoilt) > 5
    assert [row["name"] for row in spoilt if row["name"] not in FILES_OWN and follows({**given, **row})] == []


FILES_OWN = (
    "signed_bytes of another",
    "statement: text of another",
    "statement: hash of another",
    "statement: an older one, well signed",
)
"""Rows that spoil what only the file has beside the wire's own bytes."""


def follows(given: dict[str, Any]) -> bool:
    try:
        follow(given)
    except (Distrusted, KeyError, TypeError, ValueError, AttributeError):
        return False
    return True


def follow(given: dict[str, Any]) -> None:
    members, court = open_certificate(given["certificate"], unb64(given["root_key"]))
    require(isinstance(given["operations"], list), "no log")
    require((members["court"], members["device"]) == (given.get("court"), given.get("device")), "another's log")
    log = Log(given["certificate"], members)
    for row in given["operations"]:
        log.verify_next(row)
    stated = given["statement"]
    text = stated["signed"] if isinstance(stated, dict) else stated
    nonce = stated.get("nonce") if isinstance(stated, dict) else None
    read_statement(court, log, text, nonce or given["request"]["nonce"])
    if "receipt" in given:
        receipt = given["receipt"]
        read_receipt(court, log, receipt["signed"] if isinstance(receipt, dict) else receipt)


def test_it_opens_the_signed_texts_and_refuses_the_hostile_ones() -> None:
    given = vectors("signed_texts")
    public = unb64(given["public_key"])
    for row in given["good"]:
        assert open_signed(row["type"], row["text"], public)["type"] == row["type"]
    for row in given["bad"]:
        with pytest.raises(Distrusted):
            open_signed(row["type"], row["text"], public)


def test_it_reads_pull_answers_receipts_and_forks_without_a_net() -> None:
    given = vectors("answers")
    _, court = open_certificate(given["certificate"], unb64(given["root_key"]))
    statement = court.open("statement", given["pull"]["statement"])
    answer = given["pull"]["answer"].encode()
    assert statement["answer_sha256"] == hashlib.sha256(answer).hexdigest()
    page = read_strictly(answer)
    assert page["digest"] == digest_of((unit["type"], unit["id"], unit["tag"]) for unit in page["put"])
    assert court.open("receipt", given["receipt"])["type"] == "receipt"
    assert court.open("fork", given["fork"])["type"] == "fork"
    for row in given["digests"]:
        assert digest_of((type_, id_, tag) for type_, id_, tag in row["units"]) == row["digest"]
    newer = given["newer_key"]
    with pytest.raises(Distrusted):
        court.open("statement", newer["statement"])
    assert court.with_keys([newer["key"]]).open("statement", newer["statement"])["type"] == "statement"


def test_it_judges_keys_codes_and_bodies_as_the_reference_bytes_do() -> None:
    for row in vectors("keys")["good"]:
        verify(row["alg"], unb64(row["public"]), unb64(row["message"]), unb64(row["signature"]))
    for row in vectors("keys")["bad"]:
        with pytest.raises(Distrusted):
            verify(row["alg"], unb64(row["public"]), unb64(row["message"]), unb64(row["signature"]))
    for row in vectors("enrolment_codes")["good"]:
        expected = (row["secret_text"], bytes.fromhex(row["fingerprint"]))
        assert [read_code(text) for text in (row["text"], *row["typed"])] == [expected] * (1 + len(row["typed"]))
    for text in vectors("enrolment_codes")["bad"]:
        with pytest.raises(Distrusted):
            read_code(text)
    for row in vectors("bodies")["good"]:
        read_strictly(joined(row))
    for row in vectors("bodies")["bad"]:
        with pytest.raises(Distrusted, match=f"^{row['reason']}$"):
            read_strictly(joined(row))
