"""Much queued work, and a link that dies every 2 MB: it arrives, and little is sent twice."""

import argparse
from pathlib import Path

from tests.chaos.bad_link import measure
from tests.journeys.conftest import database_url, deployment
from tests.journeys.deployment import Deployment

__all__ = ["database_url", "deployment"]


def test_ninety_photos_arrive_over_a_link_that_dies_every_two_megabytes(deployment: Deployment, tmp_path: Path) -> None:
    scaled = argparse.Namespace(actions=30, photos=3, photo_bytes=500_000, dies_every=2_000_000)
    found = measure(deployment, tmp_path / "officer.db", scaled)
    assert found["deaths"] > 15
    assert found["is_safe"]
    assert found["sent_twice_percent"] < 5
