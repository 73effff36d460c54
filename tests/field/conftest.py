"""An officer with a phone and a case she holds."""

import pytest

from server.cases.models import Case
from tests.actors import Cast, cast
from tests.devices import TestDevice
from tests.sync.pushing import file_one, hold, phone_of

__all__ = ["cast"]


@pytest.fixture
def held(cast: Cast) -> Case:
    """A case the holder's group has been assigned."""
    return hold(file_one(cast), cast.group)


@pytest.fixture
def phone(cast: Cast) -> TestDevice:
    return phone_of(cast.holder)
