"""A warrant put on a case at the court is on the officer's phone after a sync, and opens in a cellar without a net."""

import json
import os
from pathlib import Path

import pytest

from client_sdk import FieldClient, NotFound
from client_sdk.steps import Reply, Request, Unreachable
from client_sdk.transport import HttpTransport
from tests.journeys.deployment import Deployment

PASSPHRASE = "三号楼的钥匙"
CASE_NO = "(2026)闽0924执17号"


class WeakLine:
    """A real connection that goes away after so many replies, and comes back when told."""

    def __init__(self, url: str) -> None:
        self._real = HttpTransport(url)
        self.paper_replies_left = 99
        self.is_gone = False
        self.ranges: list[str] = []

    def send(self, request: Request) -> Reply | Unreachable:
        if "Range" in request.headers:
            self.ranges.append(request.headers["Range"])
            self.is_gone = self.is_gone or not self.paper_replies_left
            self.paper_replies_left -= 1
        return Unreachable("gone") if self.is_gone else self._real.send(request)

    def close(self) -> None:
        self._real.close()


def add_paper(deployment: Deployment, file: Path, content: bytes, *options: str) -> str:
    """The hash of a paper put on the first case of the city."""
    file.write_bytes(content)
    described = (
        "--kind",
        "WARRANT",
        "--title",
        "搜查令",
        "--document-no",
        "(2026)闽0924执17号之一",
        "--signed-by",
        "李院长",
    )
    return str(json.loads(deployment.manage("add_paper", CASE_NO, str(file), *described, *options, "--json"))["sha256"])


def test_a_warrant_is_fetched_through_a_weak_line_shown_offline_and_erased_when_replaced(
    deployment: Deployment, store: Path, tmp_path: Path
) -> None:
    content = b"%PDF-1.7 " + os.urandom(3_000_000)
    sha256 = add_paper(deployment, tmp_path / "warrant.pdf", content)
    line = WeakLine(deployment.url)
    field = FieldClient.enrol(
        deployment.url, code=deployment.enrolment_code(), store=store, passphrase=PASSPHRASE, transport=line
    )
    line.paper_replies_left = 2
    report = field.sync(patience_seconds=0)
    assert (report.papers_received, report.papers_missing) == (0, {sha256: "unreachable"})
    [case] = [case for case in field.cases() if case.case_no.replace("（", "(").replace("）", ")") == CASE_NO]
    assert not case.papers[0].is_here

    line.is_gone, line.paper_replies_left = False, 99
    line.ranges.clear()
    assert field.sync().papers_received == 1
    assert not line.ranges[0].startswith("bytes=0-")
    line.is_gone = True
    [paper] = field.papers(case.id)
    assert (paper.is_here, paper.kind, paper.title, paper.signer) == (True, "WARRANT", "搜查令", "李院长")
    field.save_paper(sha256, tmp_path / "shown.pdf")
    assert field.open_paper(sha256) == content == (tmp_path / "shown.pdf").read_bytes()

    line.is_gone = False
    corrected = b"%PDF-1.7 corrected"
    newer = add_paper(deployment, tmp_path / "corrected.pdf", corrected, "--replaces", sha256)
    assert field.sync().papers_received == 1
    with pytest.raises(NotFound):
        field.open_paper(sha256)
    assert field.open_paper(newer) == corrected
    field.close()
