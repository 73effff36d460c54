"""Whole stories run against a real server in processes of its own, never Django's test client."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.backends.migrated import postgres_database
from tests.journeys.deployment import Deployment
from tests.settings import _DATABASE


@pytest.fixture(scope="module")
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of its own, of the kind the suite runs on."""
    return _own_database(request.getfixturevalue("postgres")) if _DATABASE == "postgres" else ""


@pytest.fixture(scope="module")
def deployment(database_url: str) -> Iterator[Deployment]:
    made = Deployment(database_url)
    yield made
    made.stop()


@pytest.fixture
def broken_release(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """Another deployment, whose release fails on one sort of record."""
    url = _own_database(request.getfixturevalue("postgres")) if _DATABASE == "postgres" else ""
    made = Deployment(url, "tests.journeys.poisoned:application")
    yield made
    made.stop()


def _own_database(url: str) -> str:
    return postgres_database(url, f"journey_{uuid4().hex[:12]}")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "officer.db"
