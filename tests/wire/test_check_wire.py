"""`manage.py check_wire FILE`: what it prints and how it ends."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.wire.files import FOLDER, LOGS, vectors


def check(file: Path, *options: str) -> tuple[int, str]:
    """Exit code and what was printed."""
    out = StringIO()
    try:
        call_command("check_wire", str(file), *options, stdout=out)
    except CommandError as ended:
        return ended.returncode, out.getvalue() + str(ended)
    return 0, out.getvalue()


def written(tmp_path: Path, **changed: Any) -> Path:
    file = tmp_path / "changed.json"
    file.write_text(json.dumps({**vectors("log_ed25519"), **changed}), "utf-8")
    return file


@pytest.mark.parametrize("name", LOGS)
def test_a_right_file_ends_well_and_says_how_many_rows_there_were(name: str) -> None:
    code, text = check(FOLDER / f"{name}.json")
    assert code == 0
    assert text.startswith("good rows: 12 of 12 verified\n")
    bad = len(vectors(name)["bad"])
    assert f"bad rows: {bad} of {bad} refused" in text
    assert text.count("  refused ") == bad


def test_the_reasons_stand_beside_the_rows() -> None:
    assert "signature bit flipped: operation 7: head signature does not verify" in check(FOLDER / "reference.json")[1]


def test_a_good_row_that_fails_ends_with_one(tmp_path: Path) -> None:
    operations = vectors("log_ed25519")["operations"]
    operations[2]["hash"] = "0" * 64
    code, text = check(written(tmp_path, operations=operations))
    assert code == 1
    assert "FAILED operation 3: hash differs" in text


def test_a_bad_row_that_passes_ends_with_one(tmp_path: Path) -> None:
    harmless = {"name": "nothing wrong", "operations": vectors("log_ed25519")["operations"]}
    code, text = check(written(tmp_path, bad=[harmless]))
    assert code == 1
    assert "PASSED nothing wrong" in text


def test_json_says_the_same_in_one_object(tmp_path: Path) -> None:
    file = written(tmp_path, bad=[{"name": "no genesis", "h_0": None}])
    said = json.loads(check(file, "--json")[1])
    assert said["ok"] is True
    assert said["good"] == {"rows": 12, "verified": 12, "failed": []}
    reason = "h_0: is not the genesis of this certificate"
    assert said["bad"] == {"rows": 1, "refused": 1, "reasons": [{"name": "no genesis", "reason": reason}]}


def test_members_nobody_knows_and_other_spacing_harm_nothing(tmp_path: Path) -> None:
    log = vectors("log_es256")
    for part in (log, log["request"], log["statement"], *log["operations"]):
        part["unknown"] = {"to": ["us"]}
    file = tmp_path / "spaced.json"
    file.write_text(json.dumps(log, indent=7, sort_keys=True, ensure_ascii=False).replace("\ud800", ""), "utf-8")
    assert check(file)[0] == 0


def test_optional_parts_may_be_missing(tmp_path: Path) -> None:
    required = {name: vectors("log_ed25519")[name] for name in ("root_key", "certificate", "operations")}
    file = tmp_path / "least.json"
    file.write_text(json.dumps(required), "utf-8")
    assert check(file)[0] == 0


def test_a_name_no_terminal_can_print_is_printed_escaped(tmp_path: Path) -> None:
    assert "\\ud83d" in check(written(tmp_path, bad=[{"name": "half \ud83d", "h_0": "0"}]))[1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 50_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "`root_key` is missing"),
        (b'{"root_key": "", "certificate": "", "operations": {}}', "`operations` is missing"),
        (b'{"root_key": "", "certificate": "", "operations": [], "bad": [1]}', "`bad` is not"),
    ],
)
def test_a_file_of_another_kind_ends_with_two_and_says_why(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "other.json"
    file.write_bytes(content)
    code, text = check(file)
    assert code == 2
    assert says in text


def test_a_file_that_is_not_there_ends_with_two(tmp_path: Path) -> None:
    code, text = check(tmp_path / "nowhere.json")
    assert (code, "cannot be read" in text) == (2, True)
    assert check(tmp_path)[0] == 2
