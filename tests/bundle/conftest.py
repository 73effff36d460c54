from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.actors import Cast, cast
from tests.bundle.bundles import case_with_acts, exported, unpack

__all__ = ["cast"]


@pytest.fixture(autouse=True)
def _storage_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def bundle(cast: Cast, tmp_path: Path) -> Path:
    """A small real bundle, unpacked: two acts, three photos, a paper."""
    case, _phone = case_with_acts(cast, acts=2, photos_each=2)
    exported(case, tmp_path / "bundle.zip", cast)
    return unpack(tmp_path / "bundle.zip", tmp_path / "bundle")
