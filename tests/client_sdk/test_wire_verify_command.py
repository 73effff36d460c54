"""`zhixing-field verify --vectors FILE`: what it prints and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from client_sdk.cli import app
from tests.wire.files import FOLDER, LOGS, vectors

RUNNER = CliRunner()


def verify(file: Path, *options: str) -> tuple[int, str]:
    result = RUNNER.invoke(app, ["verify", "--vectors", str(file), *options])
    return result.exit_code, result.output


@pytest.mark.parametrize("name", LOGS)
def test_a_right_file_ends_well_and_says_how_many_rows_there_were(name: str) -> None:
    code, text = verify(FOLDER / f"{name}.json")
    bad = len(vectors(name)["bad"])
    assert code == 0
    assert "good rows: 12 of 12 verified" in text
    assert f"bad rows: {bad} of {bad} refused" in text


def test_json_has_the_members_of_the_servers_command(tmp_path: Path) -> None:
    code, text = verify(FOLDER / "reference.json", "--json")
    said = json.loads(text)
    assert (code, said["ok"], said["good"]["verified"], said["bad"]["refused"]) == (0, True, 12, 6)
    assert {"name": "two bodies swapped, hashes kept", "reason": "operation 1: hash differs"} in said["bad"]["reasons"]


def test_a_good_row_that_fails_or_a_bad_one_that_passes_ends_with_one(tmp_path: Path) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps({**vectors("log_es256"), "h_0": "0" * 64}), "utf-8")
    code, text = verify(file)
    assert code == 1
    assert "FAILED h_0: is not the genesis" in text
    file.write_text(json.dumps({**vectors("log_es256"), "bad": [{"name": "nothing", "tag": "x"}]}), "utf-8")
    code, text = verify(file)
    assert code == 1
    assert "PASSED nothing" in text


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b"[" * 50_000])
def test_a_file_of_another_kind_ends_with_two_and_says_why(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other.json"
    file.write_bytes(content)
    code, text = verify(file)
    assert code == 2
    assert "is no file of reference bytes" in text


def test_a_file_that_is_not_there_ends_with_two(tmp_path: Path) -> None:
    code, text = verify(tmp_path / "nowhere.json")
    assert code == 2
    assert "cannot be read" in text


def test_what_cannot_be_read_is_one_json_object_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_bytes(b"{")
    for name in ("other.json", "nowhere.json"):
        result = RUNNER.invoke(app, ["verify", "--vectors", str(tmp_path / name), "--json"])
        assert (result.exit_code, result.stderr) == (2, "")
        assert json.loads(result.stdout)["error"]["code"] == "vectors_unreadable"


def test_the_command_runs_as_a_process_of_its_own_without_django() -> None:
    command = "import sys; from client_sdk.cli import main; sys.argv[0] = 'zhixing-field'\ntry: main()\n"
    command += "finally: assert not {'django', 'server'} & set(sys.modules)"
    arguments = [sys.executable, "-c", command, "verify", "--vectors", str(FOLDER / "log_second_key.json"), "--json"]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=FOLDER.parents[2], timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"] is True
