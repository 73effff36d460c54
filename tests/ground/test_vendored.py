"""What is not ours and lies here: with version, licence and hash, byte for byte as it came; nothing from elsewhere."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from tests.ground.sources import ROOT

VENDORS = sorted(
    path for top in ("server", "client_sdk", "tests") for path in (ROOT / top).rglob("vendor/*") if path.is_dir()
)
STATIC = ROOT / "server/centre/static/centre"
ELSEWHERE = re.compile(r"""(?:src|href|url\(|import|from|fetch\()\s*=?\s*["'(]*(?:https?:)?//(?!www\.w3\.org)""")


def test_every_vendored_folder_says_what_it_is() -> None:
    assert [folder.name for folder in VENDORS if not (folder / "vendored.json").exists()] == []
    assert {folder.name.rpartition("-")[0] for folder in VENDORS} >= {"noto-sans-sc", "axe-core"}


@pytest.mark.parametrize("folder", VENDORS, ids=lambda folder: folder.name)
def test_its_files_are_as_they_came(folder: Path) -> None:
    told = json.loads((folder / "vendored.json").read_text("utf-8"))
    assert folder.name == f"{told['name']}-{told['version']}"
    assert told["licence"] in ("OFL-1.1", "MPL-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Apache-2.0")
    assert (folder / "LICENSE").exists()
    assert told["package"]
    files = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    del files["vendored.json"]
    assert told["sha256"] == files


def test_pages_load_nothing_from_elsewhere() -> None:
    ours = [*STATIC.glob("*.js"), *STATIC.glob("*.css"), *(ROOT / "server").rglob("templates/**/*.html")]
    assert {path.name: found.group() for path in ours if (found := ELSEWHERE.search(path.read_text("utf-8")))} == {}


def test_what_serves_tests_is_not_shipped() -> None:
    assert not list((ROOT / "server").rglob("axe*"))


def test_no_page_carries_style_or_script_of_its_own() -> None:
    """The content policy would refuse them: `default-src 'self'` without `unsafe-*`."""
    inline = re.compile(r"\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)|javascript:")
    pages = [path for path in (ROOT / "server/centre").rglob("templates/**/*.html") if path.name != "sheet.html"]
    assert {path.name for path in pages if inline.search(path.read_text("utf-8"))} == set()
