"""The SDK's README, run as it is written."""

import re
from pathlib import Path
from typing import Any

import pytest

import client_sdk
from client_sdk import errors
from tests import pictures
from tests.journeys.deployment import ROOT, Deployment

README = (ROOT / "client_sdk/README.md").read_text(encoding="utf-8")


def test_the_snippet_runs_as_written(
    deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [snippet] = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    for placeholder, real in (
        ("http://127.0.0.1:8000", deployment.url),
        ('code="…"', f"code={deployment.enrolment_code()!r}"),
        ("fields={…}", "fields={'narrative': '九时到场'}"),
    ):
        assert placeholder in snippet
        snippet = snippet.replace(placeholder, real)
    monkeypatch.chdir(tmp_path)
    Path("b.heic").write_bytes(pictures.heic())
    names: dict[str, Any] = {"jpeg_bytes": pictures.heavy_jpeg(400)}
    exec(snippet, names)
    field, action = names["field"], names["action"]
    assert field.safe_to_purge(action)
    assert (field.status().unsent_operations, field.status().unsent_bytes) == (0, 0)
    assert "upload" in capsys.readouterr().out
    field.close()
    reopened = client_sdk.FieldClient.open("officer.db", passphrase="…")
    assert [act.id for act in reopened.actions()] == [action.id]
    reopened.close()


def test_every_error_is_in_the_table_and_every_class_in_the_table_exists() -> None:
    rows = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    raised = {
        name for name, each in vars(errors).items() if isinstance(each, type) and each.__module__ == errors.__name__
    }
    assert named == raised - {"FieldError"}
    assert named <= set(client_sdk.__all__)
