"""The doctor names what is wrong, in words, and nothing that is well."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from server.common import clock
from server.common.hashing import sha256_hex
from server.common.speaking import language_of
from server.evidence.models import StoredFile
from server.evidence.services.papers import add_paper
from server.evidence.store import Area, blob_path, current_store
from server.ledger.models import Head
from server.people.models import CourtKey
from tests.actors import people_of_a_city
from tests.config.copying import Office

pytestmark = pytest.mark.django_db

BENCH = {"database_durability", "disk_filling"}
"""The suite's databases run without fsync, and its disk may be small: the doctor sees that, too."""


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    office = Office(people_of_a_city())
    office.record(2)
    office.sync()
    return office


def examined(*arguments: str) -> tuple[bool, dict[str, dict[str, Any]]]:
    """Whether it is content, and what it found by code; its exit is held to agree."""
    out = io.StringIO()
    is_content = True
    try:
        call_command("doctor", "--json", *arguments, language="en", stdout=out)
    except CommandError:
        is_content = False
    report = json.loads(out.getvalue())
    assert report["ok"] == is_content
    return is_content, {finding["code"]: finding for finding in report["findings"]}


def wrong(*arguments: str) -> set[str]:
    _, findings = examined(*arguments)
    for finding in findings.values():
        assert finding["says"]
        assert finding["do"] or finding["level"] == "fine", "what is wrong comes with what to do"
    return {code for code, finding in findings.items() if finding["level"] != "fine"} - BENCH


def days_later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    later = datetime.now(UTC) + timedelta(days=days)
    monkeypatch.setattr(clock, "_clock", lambda: later)


def test_a_server_in_order_has_nothing_wrong(office: Office, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    DBTaskResult.objects.all().delete()
    assert wrong() == set()
    assert wrong("--deep") == set()


def test_commits_that_a_power_cut_may_lose_are_found(office: Office) -> None:
    _, findings = examined()
    assert findings["database_durability"]["level"] == "fault"


def test_a_missing_migration_is_found_and_nothing_is_asked_of_tables_that_may_not_be_there(office: Office) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'realtime'")
    _, findings = examined()
    assert findings["database_not_migrated"]["level"] == "fault"
    assert "ledger" not in findings


def test_a_database_of_a_newer_release_is_found(office: Office) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '0999_future', '2026-11-22')"
        )
    assert "database_newer" in wrong()


def test_a_head_set_back_is_found(office: Office) -> None:
    head = Head.objects.get(stream=f"court:{office.cast.court.pk}")
    Head.objects.filter(pk=head.pk).update(position=head.position - 1)
    assert "ledger_broken" in wrong()


def test_a_change_in_old_entries_is_found_by_the_deep_look(office: Office) -> None:
    from tests.ledger.test_verify import tamper

    tamper("UPDATE ledger_entry SET facts = %s WHERE position = 1", "{}")
    assert "ledger_broken" in wrong("--deep")


def test_a_verified_photo_gone_from_storage_is_named(office: Office) -> None:
    sha256 = sha256_hex(office.photos[1])
    current_store().remove(Area.ORIGINALS, sha256)
    _, findings = examined()
    assert sha256[:12] in findings["evidence_missing"]["says"]


def test_a_paper_gone_from_storage_is_named(office: Office) -> None:
    paper = add_paper(subject=office.case, kind="RULING", title="查封裁定书", content=io.BytesIO(b"%PDF-1.7"))
    current_store().remove(Area.PAPERS, paper.sha256)
    _, findings = examined()
    assert "查封裁定书" in findings["papers_missing"]["says"]


def test_a_photo_with_a_flipped_bit_is_found_by_the_deep_look(office: Office) -> None:
    photo = office.photos[1]
    changed = photo[:-1] + bytes([photo[-1] ^ 1])
    current_store().write_path(blob_path(Area.ORIGINALS, sha256_hex(photo)), [changed])
    assert "evidence_damaged" not in wrong()
    assert "evidence_damaged" in wrong("--deep")


def test_a_spoilt_paper_is_found_by_the_deep_look(office: Office) -> None:
    paper = add_paper(subject=office.case, kind="RULING", title="查封裁定书", content=io.BytesIO(b"%PDF-1.7"))
    assert "papers_damaged" not in wrong("--deep")
    current_store().write_path(blob_path(Area.PAPERS, paper.sha256), [b"%PDF-1.8"])
    assert "papers_damaged" not in wrong()
    assert "查封裁定书" in examined("--deep")[1]["papers_damaged"]["says"]


def test_storage_that_does_not_answer_is_found(office: Office, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("not a folder")
    settings.EVIDENCE_DIR = tmp_path / "a file"
    assert "evidence_store" in wrong()


def test_a_folder_that_cannot_be_written_is_found(office: Office, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "not there"
    assert "data_dir" in wrong()


def test_an_idle_worker_is_found_after_ten_minutes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert StoredFile.objects.filter(preview="pending").exists()
    assert "worker_stale" not in wrong()
    days_later(monkeypatch, 0.01)
    assert "worker_stale" in wrong()


def test_a_clock_behind_the_last_entry_is_found(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    days_later(monkeypatch, -1)
    assert "clock_behind" in wrong()


def test_a_device_silent_for_days_is_named_only_while_it_still_holds_work(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [{"seq": 2, "kind": "LOCATE", "case_id": None, "hashes": []}]
    office.phone.push(status={"unsent": said})
    days_later(monkeypatch, 5)
    assert "devices_silent" not in wrong(), "what it called unsent then has come since"
    monkeypatch.undo()
    office.phone.push(status={"unsent": [*said, {"seq": 3}]})
    days_later(monkeypatch, 5)
    _, findings = examined()
    assert "林岚" in findings["devices_silent"]["says"]
    assert "240101" in findings["devices_silent"]["says"]


def test_a_device_silent_with_a_photo_owed_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.record(1)
    office.phone.push()
    days_later(monkeypatch, 5)
    assert "devices_silent" in wrong()


def test_a_court_whose_key_another_secret_sealed_is_named(office: Office) -> None:
    with override_settings(SECRET_KEY="quite another secret, as long as it needs to be"):
        _, findings = examined()
    assert office.cast.court.name in findings["court_keys"]["says"]


def test_a_court_without_a_signing_key_is_named(office: Office) -> None:
    CourtKey.objects.filter(court=office.cast.other_court, purpose="SIGNING").delete()
    _, findings = examined()
    assert office.cast.other_court.name in findings["court_keys"]["says"]


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("DEBUG", True, "debug"),
        ("ALLOWED_HOSTS", ["*"], "hosts_open"),
        ("ALLOWED_HOSTS", ["zhixing.court.example"], "cookies_insecure"),
        ("SESSION_COOKIE_SECURE", True, "origins_missing"),
        ("SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "secret_key_weak"),
    ],
)
def test_settings_that_open_doors_are_found(db: None, setting: str, value: object, code: str) -> None:
    with override_settings(**{setting: value}):
        assert code in wrong()


def test_a_channel_layer_that_does_not_answer_is_found(db: None, settings: Settings) -> None:
    url = "redis://127.0.0.1:9/0"
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"redis_url": url})
    settings.CHANNEL_LAYERS = redis_layer(url)
    assert "channel_layer" in wrong()


def test_a_channel_layer_that_answers_is_content(db: None, settings: Settings, valkey: str) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"redis_url": valkey})
    settings.CHANNEL_LAYERS = redis_layer(valkey)
    _, findings = examined()
    assert findings["channel_layer"]["level"] == "fine"


def redis_layer(url: str) -> dict[str, Any]:
    return {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [{"address": url}]}}}


def test_it_speaks_chinese_unless_the_locale_or_the_operator_says_english(db: None) -> None:
    assert language_of({}) == language_of({"LANG": "C.UTF-8"}) == language_of({"LANG": "zh_CN.UTF-8"}) == "zh-hans"
    assert language_of({"LANG": "en_GB.UTF-8"}) == "en"
    assert language_of({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}) == "zh-hans"
    out = io.StringIO()
    with pytest.raises(CommandError, match="请"):
        call_command("doctor", language="zh-hans", stdout=out)
    assert "法院" in out.getvalue()
