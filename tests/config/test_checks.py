"""What is set wrong is said in words, with an id that stays."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from server.config.checks import faults_of
from server.config.environment import Environment

POSTGRES = "postgresql://zhixing@db/zhixing"
KEY = "k" * 50
ROOT = Path(__file__).parents[2]


def ids(tmp_path: Path, **values: Any) -> list[str]:
    names = {"data_dir", "database_url", "redis_url", "secret_key", "s3_endpoint_url", "public_origins"}
    plain: dict[str, Any] = dict.fromkeys(names - {"data_dir"}, "") | {"data_dir": tmp_path}
    found = list(faults_of(Environment(**{**plain, **values})))
    assert all(str(fault.msg) and str(fault.hint) for fault in found)
    return [str(fault.id) for fault in found]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"debug": True},
        {"database_url": POSTGRES, "secret_key": KEY},
        {"database_url": "sqlite:////data/zhixing.sqlite3"},
        {"public_origins": "https://zhixing.court.example", "secure_cookies": True, "secret_key": KEY},
        {"public_origins": "http://10.0.0.5:8000", "redis_url": "redis://cache:6379/0"},
        {"s3_endpoint_url": "http://s3:9000", "s3_access_key": "a", "s3_secret_key": "b"},
    ],
)
def test_what_works_has_no_fault(tmp_path: Path, values: dict[str, Any]) -> None:
    assert ids(tmp_path, **values) == []


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"database_url": POSTGRES}, "zhixing.E001"),
        ({"database_url": POSTGRES, "secret_key": KEY, "debug": True}, "zhixing.E002"),
        ({"secure_cookies": True, "debug": True}, "zhixing.E002"),
        ({"secret_key": "short"}, "zhixing.E003"),
        ({"public_origins": "zhixing.court.example"}, "zhixing.E005"),
        ({"public_origins": "https://a.example/path"}, "zhixing.E005"),
        ({"public_origins": "http://a.example", "secure_cookies": True}, "zhixing.E006"),
        ({"allowed_hosts": "a.example,*"}, "zhixing.W001"),
        ({"database_url": "mysql://db/zhixing", "secret_key": KEY}, "zhixing.E007"),
        ({"redis_url": "cache:6379"}, "zhixing.E008"),
        ({"s3_endpoint_url": "http://s3:9000", "s3_access_key": "a"}, "zhixing.E009"),
        ({"safe_policy": "standby"}, "zhixing.E010"),
    ],
)
def test_what_cannot_work_has_its_own_id(tmp_path: Path, values: dict[str, Any], fault: str) -> None:
    assert ids(tmp_path, **values) == [fault]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    assert ids(tmp_path, data_dir=tmp_path / "none") == ["zhixing.E004"]


def test_they_run_with_djangos_own() -> None:
    assert not [fault for fault in run_checks() if str(fault.id).startswith("zhixing.E")]


@pytest.mark.parametrize(("name", "value"), [("PORT", "70000"), ("LOG_LEVEL", "LOUD"), ("DATA_DIR", "{file}/var")])
def test_a_value_that_cannot_be_read_is_named_without_a_traceback(tmp_path: Path, name: str, value: str) -> None:
    (tmp_path / "file").touch()
    settings = {"DATA_DIR": str(tmp_path), "DATABASE_URL": "", name: value.format(file=tmp_path / "file")}
    environment = {**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "server.config.settings"}
    command = [sys.executable, str(ROOT / "manage.py"), "serve"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_every_setting_is_in_the_reference_and_none_besides() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([A-Z0-9_]+)` \|", page, re.MULTILINE)
    assert sorted(documented) == sorted(name.upper() for name in Environment.model_fields)
