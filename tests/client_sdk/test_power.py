"""A power cut takes what was not synced: what this device writes is synced whole, its bytes first and then its name."""

import os
from pathlib import Path

import pytest

from client_sdk import disk

CONTENT = b"some bytes that fit a buffer"


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, object]]:
    """What fsync was told of, in order: a file with the bytes it had then, a folder with the names it had then."""
    told: list[tuple[Path, object]] = []

    def note(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        told.append((path, sorted(os.listdir(path)) if path.is_dir() else path.read_bytes()))

    monkeypatch.setattr(os, "fsync", note)
    return told


def test_a_file_is_replaced_only_when_every_byte_of_the_new_one_is_synced(
    tmp_path: Path, synced: list[tuple[Path, object]]
) -> None:
    disk.replace_file(tmp_path / "header.json", CONTENT)
    assert synced == [(tmp_path / "header.json.part", CONTENT), (tmp_path, ["header.json"])]


def test_every_folder_that_had_to_be_made_is_synced_into_the_one_above(
    tmp_path: Path, synced: list[tuple[Path, object]]
) -> None:
    disk.make_folder(tmp_path / "field" / "officer.db.vault")
    assert synced == [(tmp_path, ["field"]), (tmp_path / "field", ["officer.db.vault"])]
