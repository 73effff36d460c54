"""A receipt out of a real store, of a real server over HTTP, proved by the command and by a stranger's reader."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner

from client_sdk import FieldClient, vault
from client_sdk.cli import app
from server.people.services import issue_enrolment_code, rotate_signing_key
from tests.actors import people_of_a_city
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, file_one, hold
from tests.wire.independent_reader import Log, open_certificate, read_receipt, unb64

pytestmark = pytest.mark.django_db(transaction=True)
PASSPHRASE = "三号楼的钥匙"


@pytest.fixture
def field(live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FieldClient]:
    """Enrolled; then the court signs with a newer key, of which her certificate knows nothing."""
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    cast = people_of_a_city()
    held = hold(file_one(cast), cast.group)
    code, store = issue_enrolment_code(officer=cast.holder), tmp_path / "officer.db"
    monkeypatch.setenv("ZHIXING_STORE", str(store))
    monkeypatch.setenv("ZHIXING_PASSPHRASE", PASSPHRASE)
    with FieldClient.enrol(live_server.url, code=code, store=store, passphrase=PASSPHRASE) as field:
        rotate_signing_key(court=cast.court)
        (tmp_path / "photo.jpg").write_bytes(jpeg())
        photo = field.capture(jpeg())
        field.record_action(case_id=held.pk, kind="LOCATE", fields=COMPLETE, photos=[photo])
        field.sync()
        yield field


def ran(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*map(str, arguments)])
    return result.exit_code, result.output


def test_anybody_proves_offline_what_the_court_holds(
    field: FieldClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [action] = field.actions()
    field.close()
    file, printed = tmp_path / "proof.json", StringIO()
    code, said = ran("receipt", action.id, "-o", file)
    assert code == 0, said
    call_command("root_fingerprint", stdout=printed)
    [published] = [line.split()[1] for line in printed.getvalue().splitlines() if line.startswith("闽0924 ")]

    monkeypatch.delenv("ZHIXING_STORE")
    code, said = ran("verify", file, "--root", published, "--file", tmp_path / "photo.jpg")
    assert code == 0, said
    for named in (action.hash, action.files[0], "LOCATE", published, " s2"):
        assert named in said

    document = json.loads(file.read_bytes())
    root = unb64(document["root_key"])
    members, court = open_certificate(document["certificate"], root)
    log = Log(document["certificate"], members)
    log.hashes.append(bytes.fromhex(action.hash))
    assert read_receipt(court.with_keys(document["keys"]), log, document["receipts"][0])["sha256"] == action.files[0]


def test_without_the_newer_key_nothing_verifies(field: FieldClient, tmp_path: Path) -> None:
    field.export_proof(tmp_path / "proof.json", field.actions()[0])
    document = json.loads((tmp_path / "proof.json").read_bytes())
    (tmp_path / "proof.json").write_text(json.dumps({**document, "keys": []}), "utf-8")
    code, said = ran("verify", tmp_path / "proof.json")
    assert (code, "statement: " in said) == (1, True)
