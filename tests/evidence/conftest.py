"""The cast with a phone each, a case on file, and storage of the test's own."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.actors import Cast, Phone, cast, phone_of
from tests.cases.conftest import case, held_case
from tests.evidence.uploading import Uploader

__all__ = ["case", "cast", "held_case"]


@pytest.fixture(autouse=True)
def _storage_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def phone(cast: Cast) -> Phone:
    return phone_of(cast.holder)


@pytest.fixture
def other_phone(cast: Cast) -> Phone:
    return phone_of(cast.colleague, "副手终端")


@pytest.fixture
def uploader(phone: Phone) -> Uploader:
    return Uploader(phone)
