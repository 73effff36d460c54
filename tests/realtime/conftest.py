"""One Daphne for the folder's tests, on the suite's own database."""

from collections.abc import Iterator

import pytest

from tests.actors import cast
from tests.realtime.serving import daphne

__all__ = ["cast"]


@pytest.fixture(scope="session")
def web(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """The address of a web server that shares the tests' database."""
    with daphne() as url:
        yield url
