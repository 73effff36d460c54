"""A bureau whose clock is set by hand, one case that is late, and a second person for the desk."""

import pytest

from server.people.models import Officer, Role
from server.supervision.services import watch_levels
from tests.actors import cast, officer_of
from tests.supervision.conftest import Bureau, Clock, bureau, case, clock

__all__ = ["bureau", "case", "cast", "clock"]


@pytest.fixture
def relief(bureau: Bureau) -> Officer:
    """Who takes over at the desk."""
    return officer_of(bureau.cast.court, "240204", "温接", Role.COMMAND_CENTRE)


@pytest.fixture
def late(case: object, clock: Clock) -> None:
    """`triage`, of one day, is four days over, and said to be."""
    clock.on(11, 7)
    watch_levels()
