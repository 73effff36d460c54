"""The SDK's own interpreter, from the document a device received and nothing else."""

import json
import subprocess
import sys
from typing import Any

import pytest

from client_sdk.completeness import Finding, assess, message
from tests.wire.records import catalogue, findings, vectors


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_the_device_gives_the_answer_of_the_vector(vector: Any) -> None:
    assessment = assess(catalogue(), vector["kind"], vector["record"], vector.get("overrides"))
    assert findings(assessment.missing) == vector["missing"]
    assert findings(assessment.warnings) == vector["warnings"]
    assert assessment.is_complete == (not vector["missing"])


def test_the_order_of_keys_in_the_document_does_not_matter() -> None:
    shuffled = json.loads(json.dumps(catalogue(), sort_keys=True))
    for vector in vectors():
        ours, theirs = (assess(document, vector["kind"], vector["record"]) for document in (catalogue(), shuffled))
        assert ours == theirs


def test_the_courts_overrides_come_with_the_document() -> None:
    theirs = {**catalogue(), "overrides": {"common.officers_two": "block"}}
    assert "officers_two" in [finding["code"] for finding in assess(theirs, "SEAL", {}).missing]
    assert "officers_two" in [finding["code"] for finding in assess(theirs, "SEAL", {}, {}).warnings]


def test_a_catalogue_newer_than_this_program_blocks_no_officer() -> None:
    assessment = assess({**catalogue(), "language": 2}, "SEAL", {})
    assert assessment.is_complete
    assert [finding["code"] for finding in assessment.warnings] == ["language_unsupported"]


def test_an_officer_reads_what_is_missing_in_her_language() -> None:
    finding = Finding(code="shot:SEAL_CLOSEUP", rule="SEAL.shot:SEAL_CLOSEUP", at="/evidence")
    assert message(catalogue(), finding) == "缺少照片：封条近景或张贴公告"
    assert message(catalogue(), finding, "en") == "Photo missing: Seal close-up or Notice posted"
    assert message(catalogue(), Finding(code="x", rule="y", at="")) == "x"


def test_it_needs_neither_the_server_nor_django() -> None:
    imported = "{name.split('.')[0] for name in sys.modules}"
    program = f"import sys, client_sdk.completeness; print({{'server', 'django'}} & {imported})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
