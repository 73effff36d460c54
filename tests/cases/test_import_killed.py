"""The command's own process is killed while it writes: the list is imported whole or not at all."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends.migrated import copy_sqlite
from tests.cases.case_lists import as_csv, cells_of

pytestmark = pytest.mark.database_free
ROOT = Path(__file__).parents[2]
ROSTER = """record,court,name,level,staff_no
COURT,闽0924,寿山县人民法院,BASIC,
OFFICER,闽0924,林岚,,240101
"""
TABLES = ("cases_case", "cases_party", "cases_node", "cases_caseevent", "cases_grant")


def process(folder: Path, *arguments: str, stderr: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    settings = {"DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": "", "SECRET_KEY": "s" * 50}
    environment = {**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "server.config.settings"}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=stderr)


def rows(folder: Path) -> list[int]:
    database = sqlite3.connect(folder / "zhixing.sqlite3")
    try:
        return [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]
    finally:
        database.close()


def wait_for_bar(terminal: int) -> tuple[int, int]:
    """What the bar first says: written inside the transaction, with most of it still to do."""
    said = b""
    while (found := re.search(rb"(\d+)/(\d+)\x1b", said)) is None:
        said += os.read(terminal, 1024)
    return int(found[1]), int(found[2])


def test_killed_while_it_writes_nothing_is_there_and_the_next_run_brings_all(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (tmp_path / "cases.csv").write_text(as_csv(*map(cells_of, range(1, 1601))), encoding="utf-8")
    copy_sqlite(tmp_path / "zhixing.sqlite3")
    assert process(tmp_path, "import_roster", str(tmp_path / "roster.csv")).wait(60) == 0
    terminal, theirs = os.openpty()
    running = process(tmp_path, "import_cases", str(tmp_path / "cases.csv"), stderr=theirs)
    os.close(theirs)
    done, total = wait_for_bar(terminal)
    running.kill()
    assert running.wait(60) == -signal.SIGKILL
    os.close(terminal)
    assert 0 < done < total == 1600
    assert rows(tmp_path) == [0] * len(TABLES)
    assert process(tmp_path, "import_cases", str(tmp_path / "cases.csv")).wait(120) == 0
    assert rows(tmp_path)[0] == 1600
