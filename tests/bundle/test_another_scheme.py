"""Courts that sign by another scheme: from the root to the bundle that a stranger verifies, nothing else names one."""

from pathlib import Path

import pytest

from client_sdk import keys
from server.bundle import services
from server.bundle.verifier_text import verifier_text
from server.common import schemes, signing
from server.evidence.models import Promise
from tests.actors import Cast
from tests.bundle.bundles import exported, unpack, verify
from tests.field.sdk import client_of
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, file_one, hold

pytestmark = pytest.mark.django_db
ALG = "es256"


@pytest.fixture(autouse=True)
def _courts_sign_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the cast has its court, whose keys are made with it."""
    monkeypatch.setattr(schemes, "COURT_ALG", ALG)
    monkeypatch.setattr(keys, "COURT_ALG", ALG)
    text = verifier_text()
    assert text.count('"ed25519"') == 2, "its own constant, and the scheme of that name"
    monkeypatch.setattr(
        services, "verifier_text", lambda: text.replace('COURT_ALG = "ed25519"', f'COURT_ALG = "{ALG}"')
    )


@pytest.fixture
def court(_courts_sign_otherwise: None, request: pytest.FixtureRequest) -> Cast:
    made: Cast = request.getfixturevalue("cast")
    return made


def test_device_receipt_and_bundle_are_proved_by_it(court: Cast, tmp_path: Path) -> None:
    case = hold(file_one(court), court.group)
    with client_of(court.holder, tmp_path / "officer.db") as field:
        photo = field.capture(jpeg(), shot_code="OTHER")
        field.record_action(case_id=str(case.pk), kind="LOCATE", fields=COMPLETE, photos=[photo])
        assert field.sync().is_everything_sent, "its statement and receipt were proved"
    assert len(signing.split_text(Promise.objects.get().receipt)[1]) == schemes.SIGNATURE_BYTES
    exported(case, tmp_path / "bundle.zip", court)
    folder = unpack(tmp_path / "bundle.zip", tmp_path / "bundle")
    told = verify(folder)
    assert told.code == 0, told.says
    (folder / "verify.py").write_text(verifier_text())
    assert verify(folder).first == "MANIFEST.sig (key statement 1): its signature does not verify"
