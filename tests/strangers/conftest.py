"""Strangers only look: the cast stands for all tests of a module. A module does not import another `cast`."""

import pytest
from pytest_django import DjangoDbBlocker

from tests.actors import Cast, people_of_a_city
from tests.standing import standing

__all__ = ["standing"]


@pytest.fixture(scope="module")
def cast(standing: DjangoDbBlocker) -> Cast:
    with standing.unblock():
        return people_of_a_city()
