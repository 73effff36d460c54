import shutil
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
def fresh_bundle(cast: Cast, tmp_path: Path) -> Path:
    """A small real bundle, unpacked: two acts, four photos, papers. Its rows are in the database."""
    case, _phone = case_with_acts(cast, acts=2, photos_each=2)
    exported(case, tmp_path / "bundle.zip", cast)
    return unpack(tmp_path / "bundle.zip", tmp_path / "bundle")


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundle") / "made"


@pytest.fixture
def bundle(_made: Path, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same, made by the first test that wants one; each has a copy of its own to spoil, and no rows with it."""
    if not _made.exists():
        shutil.copytree(request.getfixturevalue("fresh_bundle"), _made)
    return Path(shutil.copytree(_made, tmp_path / "copy"))
