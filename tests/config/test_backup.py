"""A backup is whole or it is none; whatever happens to it afterwards is found and said."""

import io
import json
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from pytest_django.fixtures import Settings

from server.common.hashing import sha256_hex
from server.config.environment import ROOT
from server.config.operations.copied_rows import copied_rows
from server.config.operations.copy_text import rows_of
from server.config.operations.manifest import SQLITE_FILE, read_manifest
from server.evidence.services.papers import add_paper
from server.evidence.store import Area, current_store
from server.ledger.models import Head
from server.ledger.queries import current_server_epoch
from server.ledger.services import Draft, append, open_stream
from server.people.models import Court
from tests.actors import people_of_a_city
from tests.backends import Bucket
from tests.backends.migrated import copy_sqlite
from tests.config.copying import Office, problems_in, refusal_of, said

pytestmark = pytest.mark.django_db(transaction=True)
is_sqlite = connection.vendor == "sqlite"


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    office = Office(people_of_a_city())
    office.record(2)
    office.sync()
    return office


@pytest.fixture
def copy(office: Office, tmp_path: Path) -> Path:
    said("backup", tmp_path / "copy")
    return tmp_path / "copy"


def test_a_fresh_backup_is_sound(copy: Path, office: Office) -> None:
    assert problems_in(copy) == []
    manifest = read_manifest(copy)
    kept = {file.path: file.sha256 for file in manifest.files}
    for photo in office.photos.values():
        sha256 = sha256_hex(photo)
        assert kept[f"evidence/originals/{sha256[:2]}/{sha256[2:4]}/{sha256}"] == sha256
    assert {head["stream"] for head in manifest.heads} == set(Head.objects.values_list("stream", flat=True))


def test_a_paper_of_a_case_is_in_it_and_comes_back(office: Office, settings: Settings, tmp_path: Path) -> None:
    content = b"%PDF-1.7 a ruling"
    paper = add_paper(subject=office.case, kind="RULING", title="裁定书", content=io.BytesIO(content))
    said("backup", tmp_path / "copy")
    settings.EVIDENCE_DIR = tmp_path / "new disk"
    said("restore", tmp_path / "copy", "--force")
    assert b"".join(current_store().read(Area.PAPERS, paper.sha256)) == content


def test_only_its_owner_may_look_into_it(copy: Path) -> None:
    assert copy.stat().st_mode & 0o077 == 0
    assert not [path for path in copy.rglob("*") if path.stat().st_mode & 0o077]


def test_nothing_is_overwritten(copy: Path) -> None:
    before = (copy / "manifest.json").read_bytes()
    assert "exists" in refusal_of("backup", copy)
    assert (copy / "manifest.json").read_bytes() == before


def test_a_folder_begun_and_never_finished_is_not_taken_for_a_backup(copy: Path, tmp_path: Path) -> None:
    copy.rename(tmp_path / "other.partial")
    (tmp_path / "other.partial" / "manifest.json").unlink()
    assert problems_in(tmp_path / "other.partial") == [("manifest_absent", "manifest.json")]
    assert "never finished" in refusal_of("backup", tmp_path / "other")
    assert "damaged" in refusal_of("restore", tmp_path / "other.partial", "--force")


def test_a_backup_that_fails_leaves_nothing_behind(office: Office, tmp_path: Path, settings: Settings) -> None:
    settings.EVIDENCE_STORE = {
        "endpoint_url": "http://127.0.0.1:9",
        "bucket": "none",
        "access_key": "a",
        "secret_key": "b",
        "region": "c",
    }
    assert "does not answer" in refusal_of("backup", tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


def test_one_flipped_bit_in_any_file_is_found(copy: Path) -> None:
    for path in [path for path in sorted(copy.rglob("*")) if path.is_file() and path.name != "manifest.json"]:
        whole = path.read_bytes()
        if not whole:
            continue
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        assert problems_in(copy) == [("file_differs", path.relative_to(copy).as_posix())]
        path.write_bytes(whole)
    assert problems_in(copy) == []


def test_a_file_that_went_or_came_is_found(copy: Path) -> None:
    photo = next((copy / "evidence/originals").rglob("*/*/*"))
    photo.rename(copy / "evidence" / "stray")
    name = photo.relative_to(copy).as_posix()
    assert problems_in(copy) == [("file_missing", name), ("file_unlisted", "evidence/stray")]


def test_a_manifest_cut_short_is_said_to_be_unreadable(copy: Path) -> None:
    text = (copy / "manifest.json").read_bytes()
    (copy / "manifest.json").write_bytes(text[: len(text) // 2])
    assert problems_in(copy) == [("manifest_unreadable", "manifest.json")]


def test_a_manifest_that_names_a_file_outside_is_refused(copy: Path) -> None:
    edit_manifest(copy, files=[{"path": "../../etc/passwd", "size": 1, "sha256": "0" * 64}])
    assert problems_in(copy) == [("manifest_unreadable", "manifest.json")]


def test_a_damaged_backup_is_not_restored_and_changes_nothing(copy: Path) -> None:
    photo = next((copy / "evidence/originals").rglob("*/*/*"))
    photo.write_bytes(b"another picture")
    courts = set(Court.objects.values_list("pk", flat=True))
    assert photo.name in refusal_of("restore", copy, "--force")
    assert set(Court.objects.values_list("pk", flat=True)) == courts


def test_storage_that_does_not_answer_leaves_the_database_as_it_was(
    copy: Path, settings: Settings, tmp_path: Path
) -> None:
    epoch = current_server_epoch()
    (tmp_path / "a file").write_text("no folder for evidence")
    settings.EVIDENCE_DIR = tmp_path / "a file"
    assert "not changed" in refusal_of("restore", copy, "--force")
    assert current_server_epoch() == epoch


def test_a_database_in_use_is_not_overwritten_without_force(copy: Path) -> None:
    assert "--force" in refusal_of("restore", copy)


def test_a_copy_goes_back_into_the_same_kind_of_database_only(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    edit_manifest(
        copy, database="postgresql" if is_sqlite else "sqlite", files=[], tables={}, heads=[], server_epoch=""
    )
    for folder in ("database", "evidence"):
        (copy / folder).rename(copy.parent / f"{folder}-aside")
    (copy / "database").mkdir()
    sqlite3.connect(copy / SQLITE_FILE).close()
    if is_sqlite:
        (copy / SQLITE_FILE).unlink()
    else:
        edit_manifest(copy, files=[{"path": SQLITE_FILE, "size": 0, "sha256": sha256_hex(b"")}])
    assert manifest["database"] in refusal_of("restore", copy, "--force")


def test_a_backup_of_a_newer_release_is_refused_by_name(copy: Path) -> None:
    migrations = json.loads((copy / "manifest.json").read_text())["migrations"]
    edit_manifest(copy, product_version="9.7.1", migrations=[*migrations, ["cases", "0999_of_the_future"]])
    assert "9.7.1" in refusal_of("restore", copy, "--force")


def edit_manifest(folder: Path, **members: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **members}))


def forged(copy: Path, table: str, old: bytes, new: bytes) -> None:
    """Somebody changes a row of the copy and knows how to make the file's own hash agree."""
    path = copy / (SQLITE_FILE if is_sqlite else f"database/{table}.copy")
    if is_sqlite:
        with closing(sqlite3.connect(path)) as database:
            database.execute("DROP TRIGGER ledger_entry_is_immutable")
            database.execute(f"UPDATE {table} SET view = replace(view, ?, ?)", [old.decode(), new.decode()])
            database.commit()
    else:
        path.write_bytes(path.read_bytes().replace(old, new))
    name = path.relative_to(copy).as_posix()
    files = json.loads((copy / "manifest.json").read_text())["files"]
    content = path.read_bytes()
    told = {"path": name, "size": len(content), "sha256": sha256_hex(content)}
    edit_manifest(copy, files=[told if file["path"] == name else file for file in files])


def test_an_entry_changed_with_its_file_s_hash_made_to_agree_breaks_its_chain(copy: Path, office: Office) -> None:
    forged(copy, "ledger_entry", b"case_assigned", b"case_borrowed")
    assert problems_in(copy) == [("ledger_broken", f"court:{office.cast.court.pk}")]


def test_copies_taken_while_others_write_are_of_one_moment(office: Office, tmp_path: Path) -> None:
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            with transaction.atomic():
                append([Draft((stream,), "test", {}, {}) for stream in streams])
            written.set()
        connection.close()

    streams = [f"court:{name}" for name in ("a", "b", "c")]
    for stream in streams:
        open_stream(stream)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.wait(20)
        for number in range(3):
            said("backup", tmp_path / f"copy{number}")
    finally:
        stop.set()
        writer.join()
    for number in range(3):
        assert problems_in(tmp_path / f"copy{number}") == []
        heads = {head["stream"]: head["position"] for head in read_manifest(tmp_path / f"copy{number}").heads}
        # Each transaction wrote to all three: a copy in the middle of one would show.
        assert heads["court:a"] == heads["court:b"] == heads["court:c"] > 0


def test_evidence_in_s3_is_copied_and_put_back(s3: Bucket, settings: Settings, tmp_path: Path) -> None:
    settings.EVIDENCE_STORE = {**vars(s3), "region": "us-east-1"}
    office = Office(people_of_a_city())
    office.record(2)
    office.sync()
    said("backup", tmp_path / "copy")
    assert problems_in(tmp_path / "copy") == []
    path = current_store().paths("originals")
    for each in list(path):
        current_store().remove(*_area_and_hash(each))
    said("restore", tmp_path / "copy", "--force")
    for photo in office.photos.values():
        sha256 = sha256_hex(photo)
        assert b"".join(current_store().read_path(f"originals/{sha256[:2]}/{sha256[2:4]}/{sha256}")) == photo


def _area_and_hash(path: str) -> Any:
    return Area(path.split("/")[0]), path.rsplit("/", 1)[1]


def test_values_with_tabs_line_feeds_and_backslashes_come_back_from_copy_text() -> None:
    lines = [b"a\\tb\t\\N\tc\\\\d\\ne\t\\\\x00ff\t\n"]
    assert list(rows_of(lines)) == [["a\tb", None, "c\\d\ne", "\\x00ff", ""]]


def test_the_copy_says_what_the_database_says(copy: Path) -> None:
    manifest = read_manifest(copy)
    copied = copied_rows(copy, manifest.database, manifest.tables)
    names = sorted(name for (name,) in copied.rows("people_court", "name"))
    assert names == sorted(Court.objects.values_list("name", flat=True))


def manage(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The commands as an operator of the embedded default runs them, with nothing set."""
    unset = ("DATABASE_URL", "SECRET_KEY", "REDIS_URL", "S3_ENDPOINT_URL", "DJANGO_SETTINGS_MODULE", "LC_ALL", "LANG")
    inherited = {name: text for name, text in os.environ.items() if name not in unset}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={**inherited, "DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "server.config.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


MAKE_A_COURT = (
    "from server.people.services import create_court; create_court(code='x', name='寿山县人民法院', level='BASIC')"
)
SIGN = "from server.people.keys import *; print(signing_key_of(Court.objects.get()).kid)"


def test_an_embedded_server_moves_to_a_new_machine_with_its_key_and_its_doctor_is_content(tmp_path: Path) -> None:
    old, new, copy = tmp_path / "old", tmp_path / "new", tmp_path / "copy"
    copy_sqlite(old / "zhixing.sqlite3")
    assert manage(old, "shell", "-c", MAKE_A_COURT).returncode == 0
    backup = manage(old, "backup", str(copy))
    assert backup.returncode == 0, backup.stderr
    assert "secret_key" in backup.stdout
    assert "备份" in backup.stdout
    assert (copy / "secret_key").stat().st_mode & 0o777 == 0o600

    restored = manage(new, "restore", str(copy))
    assert restored.returncode == 0, restored.stderr
    assert (new / "secret_key").read_bytes() == (old / "secret_key").read_bytes()
    assert manage(new, "shell", "-v", "0", "-c", SIGN).stdout.strip() == "s1"
    doctor = manage(new, "doctor", LANG="en_GB.UTF-8")
    assert doctor.returncode == 0, doctor.stdout


def test_a_key_held_by_the_environment_is_not_copied_and_the_operator_is_told(office: Office, tmp_path: Path) -> None:
    assert "keep it apart" in said("backup", tmp_path / "copy")
    assert not (tmp_path / "copy" / "secret_key").exists()


def test_restoring_under_another_secret_key_says_which_courts_cannot_sign(copy: Path, office: Office) -> None:
    with override_settings(SECRET_KEY="quite another " * 4):
        told = said("restore", copy, "--force")
    assert office.cast.court.name in told
    assert "SECRET_KEY" in told
