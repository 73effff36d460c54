"""The page's store: for any stream, whatever the net does to it, what it holds in the end is a fresh snapshot.

On the way it holds at each position what a snapshot of that position would show: network.mjs compares at every batch.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.centre.node_page import FEED
from tests.centre.story_page import Teller, story, teller

PLANTS = {
    "acts of closed cases stay": ("store.js", "if (!isOfOpen(held, action)) held.actions.delete(id);", ";"),
    "a matter that ended stays": ("store.js", "!ENDED.has(one.state)", "true"),
    "a node that is taken back stays": ("store.js", ' && node.state !== "NOT_STARTED"', ""),
    "an alarm that ended stands": ("store.js", "if (one.ended_at || ", "if ("),
    "a dispatch that is done stays": ("store.js", "|| OVER.has(one.state)", ""),
    "gaps are skipped": ("feed.js", "fresh[0].position !== place.position + 1", "false"),
    "a lost last frame is never missed": ("feed.js", "if (place && head > place.position) {", "if (false) {"),
    "it is never let in again": ("feed.js", "if (still.length)", "if (false)"),
    "what came before a reset is kept": ("following.js", "for (const answer of answers) this.store.take(answer);", ""),
}
"""Faults of a page, each of which some story has to find."""


@pytest.fixture(scope="module")
def page() -> Iterator[Teller]:
    with teller() as told:
        yield told


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), length=st.integers(1, 60))
def test_whatever_the_net_does_the_store_ends_as_a_fresh_snapshot(page: Teller, seed: int, length: int) -> None:
    told, ledger = story(seed, length)
    end = page.tell(told)
    assert end["fault"] == ""
    assert (end["state"], end["epoch"], end["position"]) == ("live", ledger.epoch, len(ledger.written))
    assert end["held"] == ledger.picture.as_shown()


@pytest.mark.parametrize("plant", PLANTS)
def test_stories_find_a_fault_of_the_page(plant: str, tmp_path: Path) -> None:
    script, sound, faulty = PLANTS[plant]
    for name in ("feed.js", "following.js", "store.js"):
        shutil.copy(FEED.parent / name, tmp_path)
    text = (tmp_path / script).read_text("utf-8")
    assert text.count(sound) == 1
    (tmp_path / script).write_text(text.replace(sound, faulty), "utf-8")
    with teller(tmp_path) as page:
        assert any(is_found(page, seed) for seed in range(400))


def is_found(page: Teller, seed: int) -> bool:
    told, ledger = story(seed, 40)
    end = page.tell(told)
    return bool(end["fault"]) or end.get("held") != ledger.picture.as_shown() or end["state"] != "live"
