"""A clock set by hand, and a receiver of webhooks that is really there."""

from collections.abc import Iterator

import pytest

from tests.actors import cast
from tests.notices.receiving import Receiver
from tests.supervision.conftest import Clock, clock

__all__ = ["Clock", "cast", "clock"]


@pytest.fixture
def receiver(settings: object) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]  # type: ignore[attr-defined]
    with Receiver() as receiver:
        yield receiver
