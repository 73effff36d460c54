"""The vectors themselves: made again by anyone, proved by a stranger, described in the reference."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wire.files import FOLDER
from tests.wire.make_vectors import make

ROOT = FOLDER.parents[2]
SHARED = ROOT.parent / "shared" / "data" / "wire" / "vectors.json"
OURS = {"server", "client_sdk"}


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_stranger_of_stdlib_and_cryptography_verifies_every_vector() -> None:
    done = run("tests/wire/verifier.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_vectors_can_be_made_again_byte_for_byte(tmp_path: Path) -> None:
    done = run("-m", "tests.wire.make_vectors", str(tmp_path))
    assert done.returncode == 0, done.stderr
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert made == {name: (FOLDER / name).read_bytes() for name in made}
    assert {file.name for file in FOLDER.glob("log_*.json")} <= made.keys()


@pytest.mark.parametrize("name", ["verifier", "making", "make_logs", "make_bad_rows", "make_bodies", "make_vectors"])
def test_makers_and_verifier_import_nothing_of_ours(name: str) -> None:
    tree = ast.parse((FOLDER.parent / f"{name}.py").read_text("utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    tops = {module.split(".")[0] for module in modules}
    allowed = {"tests"} if name != "verifier" else set[str]()
    assert tops <= sys.stdlib_module_names | {"cryptography"} | allowed
    assert not tops & OURS


def test_every_file_of_vectors_is_described_in_the_reference() -> None:
    described = re.findall(r"`([a-z_]+(?:\*|\w)\.json)`", (ROOT / "docs/reference/protocol.md").read_text("utf-8"))
    for name in ["reference.json", *make()]:
        assert any(Path(name).match(pattern) for pattern in described), name


def test_each_rule_of_the_reference_has_a_number_of_its_own_and_none_of_the_first_is_gone() -> None:
    text = (ROOT / "docs/reference/protocol.md").read_text("utf-8")
    numbers = [int(number) for number in re.findall(r"^- \*\*R(\d+)\*\*", text, re.MULTILINE)]
    assert len(set(numbers)) == len(numbers)
    assert set(range(1, 54)) <= set(numbers)


def test_our_copy_of_the_reference_bytes_is_the_one_given() -> None:
    if SHARED.exists():
        assert (FOLDER / "reference.json").read_bytes() == SHARED.read_bytes()
