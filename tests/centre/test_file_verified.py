"""A file read again at the desk: what is stored is what was delivered, or it is said what is wrong."""

import hashlib
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from server.cases.models import Case
from server.evidence.store import Area, blob_path
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.centre.reading import Page
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, hold, phone_of

pytestmark = pytest.mark.django_db
PHOTO = jpeg()


@pytest.fixture
def case(cast: Cast) -> Case:
    return hold(file_one(cast), cast.group)


@pytest.fixture
def sha256(cast: Cast, case: Case, settings: Settings, tmp_path: Path) -> str:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=[PHOTO])
    phone.push()
    assert phone.upload(PHOTO) == 204
    return hashlib.sha256(PHOTO).hexdigest()


def verified(cast: Cast, sha256: str, who: str = "duty") -> Page:
    answer = browser_of(getattr(cast, who)).post(f"/centre/evidence/{sha256}/verify")
    return Page.of_text(answer.status_code, answer.content.decode())


def verdict(cast: Cast, sha256: str) -> tuple[str, str]:
    (said,) = verified(cast, sha256).all("p[data-verdict]")
    return said.one(".st")["data-hue"], said.text


def test_what_is_stored_is_read_again_and_its_hashes_are_shown(cast: Cast, sha256: str) -> None:
    hue, text = verdict(cast, sha256)
    assert hue == "green"
    assert "存储的内容与交付的一致。" in text
    assert sha256 in text
    assert f"{len(PHOTO)} B" in text


def test_another_byte_an_absent_file_and_a_storage_that_fails_are_told_apart(
    cast: Cast, sha256: str, settings: Settings
) -> None:
    folder = Path(settings.EVIDENCE_DIR)
    path = folder / blob_path(Area.ORIGINALS, sha256)
    path.chmod(0o600)
    path.write_bytes(PHOTO[:-1] + bytes([PHOTO[-1] ^ 1]))
    assert verdict(cast, sha256)[0] == "red"
    assert "存储的内容与交付的不一致。" in verdict(cast, sha256)[1]
    path.unlink()
    assert "存储中已没有此文件。" in verdict(cast, sha256)[1]
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("no folder")
    assert "存储没有应答，无法得知文件情况。" in verdict(cast, sha256)[1]


@pytest.mark.parametrize("who", ["stranger", "bystander", "sysadmin"])
def test_who_may_not_read_it_verifies_nothing(cast: Cast, sha256: str, who: str) -> None:
    assert verified(cast, sha256, who).status == 404
