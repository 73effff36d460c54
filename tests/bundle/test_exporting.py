"""Who may take a case out, by page, API and command; and what is left when it goes wrong."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from server.bundle import answering
from server.cases.models import Case
from server.custody.models import Reading
from server.evidence.models import StoredFile
from server.evidence.store import Area, blob_path, current_store
from server.ledger.models import Entry
from tests.actors import Cast, browser_of
from tests.bundle.bundles import case_with_acts, verify
from tests.sync.pushing import file_one, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast, settings: Settings, tmp_path: Path) -> Case:
    settings.DATA_DIR = tmp_path
    return case_with_acts(cast, acts=1, photos_each=1)[0]


def asked(cast: Cast, who: str, case: Case, reason: str = "复议审查") -> Any:
    body = json.dumps({"reason": reason})
    return browser_of(getattr(cast, who)).post(f"/api/v1/cases/{case.pk}/bundle", body, content_type="application/json")


@pytest.mark.parametrize("who", ["duty", "director", "holder"])
def test_the_command_centre_leaders_and_who_leads_the_case_get_a_zip_that_verifies(
    cast: Cast, case: Case, who: str, tmp_path: Path
) -> None:
    answer = asked(cast, who, case)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    path = tmp_path / "got.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    with zipfile.ZipFile(path) as packed:
        script = tmp_path / "verify.py"
        script.write_bytes(packed.read("verify.py"))
    assert verify(path, verifier=script).says.endswith("verified\n")
    entry = Entry.objects.get(kind="bundle_exported")
    assert json.loads(entry.view)["by"] == str(getattr(cast, who).pk)
    assert json.loads(entry.facts)["reason"] == "复议审查"
    reading = Reading.objects.get(purpose=Reading.Purpose.EXPORT)
    assert (reading.officer, reading.case_id, reading.reason) == (getattr(cast, who), case.pk, "复议审查")


def test_it_stands_in_the_life_of_each_file_of_the_case(cast: Cast, case: Case) -> None:
    assert b"".join(asked(cast, "duty", case).streaming_content)
    sha256 = StoredFile.objects.values_list("sha256", flat=True).get()
    steps = browser_of(cast.duty).get(f"/api/v1/evidence/{sha256}/life").json()["steps"]
    (export,) = [step for step in steps if step["code"] == "export"]
    assert (export["who"], export["reason"]) == (cast.duty.name, "复议审查")


@pytest.mark.parametrize(
    ("who", "status"), [("colleague", 403), ("inspector", 403), ("supervisor", 403), ("bystander", 404)]
)
def test_others_take_nothing_out(cast: Cast, case: Case, who: str, status: int) -> None:
    answer = asked(cast, who, case)
    assert answer.status_code == status
    assert not Entry.objects.filter(kind="bundle_exported").exists()


def test_without_a_reason_there_is_no_bundle(cast: Cast, case: Case) -> None:
    answer = asked(cast, "duty", case, "  ")
    assert (answer.status_code, answer.json()["code"]) == (422, "bundle_reason_missing")
    assert not Reading.objects.filter(purpose=Reading.Purpose.EXPORT).exists()
    assert not Entry.objects.filter(kind="bundle_exported").exists()


def test_one_too_large_for_a_page_is_left_to_the_command(
    cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "MOST_BYTES", 10)
    answer = asked(cast, "duty", case)
    assert (answer.status_code, answer.json()["code"]) == (413, "bundle_too_large")


def test_the_page_has_a_button_for_those_who_may_and_says_why_not(cast: Cast, case: Case) -> None:
    address = f"/centre/cases/{case.pk}"
    browser = browser_of(cast.duty)
    assert f'action="{address}/bundle"' in browser.get(address).content.decode()
    assert f'action="{address}/bundle"' not in browser_of(cast.colleague).get(address).content.decode()
    answer: Any = browser.post(f"{address}/bundle", {"reason": "归档"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert zipfile.is_zipfile(io.BytesIO(b"".join(answer.streaming_content)))
    refused = browser.post(f"{address}/bundle", {"reason": ""}, follow=True)
    assert "请写明导出存证包的用途" in refused.content.decode()
    assert browser_of(cast.stranger).post(f"{address}/bundle", {"reason": "归档"}).status_code == 404


def test_a_file_that_is_gone_is_named_and_nothing_is_left_lying(cast: Cast, case: Case, tmp_path: Path) -> None:
    sha256 = StoredFile.objects.values_list("sha256", flat=True).get()
    before = sorted(path.name for path in tmp_path.iterdir())
    current_store().remove(Area.ORIGINALS, sha256)
    answer = asked(cast, "duty", case)
    assert (answer.status_code, answer.json()["what"]) == (409, f"originals {sha256}")
    with pytest.raises(CommandError):
        call_command("export_bundle", case.case_no, str(tmp_path / "out.zip"))
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_damaged_file_goes_into_no_bundle(cast: Cast, case: Case, tmp_path: Path) -> None:
    sha256 = StoredFile.objects.values_list("sha256", flat=True).get()
    path = tmp_path / "evidence" / blob_path(Area.ORIGINALS, sha256)
    path.chmod(0o600)
    path.write_bytes(b"another" + path.read_bytes()[7:])
    answer = asked(cast, "duty", case)
    assert (answer.status_code, answer.json()["code"]) == (409, "bundle_not_whole")


def test_the_command_writes_it_and_replaces_nothing_unless_told(
    cast: Cast, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.zip"
    call_command("export_bundle", case.case_no, str(out), "--json", "--by", cast.duty.staff_no, "--reason", "归档")
    told = json.loads(capsys.readouterr().out)
    assert (told["case_no"], told["bytes"]) == (case.case_no, out.stat().st_size)
    with pytest.raises(CommandError, match="--force"):
        call_command("export_bundle", case.case_no, str(out))
    call_command("export_bundle", case.case_no, str(out), "--force")
    assert Entry.objects.filter(kind="bundle_exported").count() == 2


def test_richest_takes_the_case_with_most_acts(
    cast: Cast, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    richer, _phone = case_with_acts(cast, acts=3, photos_each=0, number=30)
    hold(file_one(cast, 40), cast.group)
    call_command("export_bundle", "--richest", str(tmp_path / "out.zip"), "--json")
    assert json.loads(capsys.readouterr().out)["case_no"] == richer.case_no
    with pytest.raises(CommandError):
        call_command("export_bundle", str(tmp_path / "other.zip"))
