"""Five thousand entries at once: the page answers keys, moves nothing, counts right, and shows what came at a key."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Complaints, Served
from tests.browser.test_alarms import picture
from tests.browser.test_desk import LOST, PATIENCE_MS, sign_in
from tests.browser.test_rights import happens, walled, watching
from tests.browser.waiting import until

__all__ = ["walled"]
ENTRIES = 5_000
BURST_MS = 120_000
STORE = """async () => {
  const answer = await fetch(`/api/v1/live/${[...window.zhixingFollowing.streams][0].slice(6)}/snapshot`);
  const { position, cases, nodes, actions } = await answer.json();
  if (!window.zhixingFollowing.feed?.places.size) return null;
  const byId = (rows) => Object.fromEntries(rows.map((row) => [row.id, row]));
  const [held] = window.zhixingFollowing.store.streams;
  return {
    position: [window.zhixingFollowing.feed.places.values().next().value.position, position],
    held: Object.fromEntries(["cases", "nodes", "actions"].map((kind) => [kind, Object.fromEntries(held[kind])])),
    fresh: { cases: byId(cases), nodes: byId(nodes), actions: byId(actions) },
  };
}"""


def listed(page: Page) -> list[str]:
    return [str(row.get_attribute("href")) for row in page.locator("a.it").all()]


def test_a_desk_answers_keys_through_a_burst_and_moves_nothing_until_asked(
    served: Served, page: Page, complaints: Complaints
) -> None:
    served.run("-m", "tests.browser.many_cases", "40")
    sign_in(page, served)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    page.evaluate("window.unreloaded = true")
    places = listed(page)
    page.locator("a.it").nth(3).focus()
    happens(served, "burst", "闽0924", str(ENTRIES))
    for step in (4, 5, 6):
        page.keyboard.press("j")
        expect(page.locator("a.it").nth(step)).to_be_focused()
    until(page, f"Number(document.querySelector('[data-count]').textContent) >= {ENTRIES}", BURST_MS)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    expect(page.locator("a.it").nth(6)).to_be_focused()
    assert listed(page) == places
    assert page.evaluate("window.unreloaded") is True
    picture(page, "burst")
    page.keyboard.press(".")
    expect(page.locator("[data-fresh]")).to_be_hidden(timeout=PATIENCE_MS)
    assert sorted(listed(page)) == sorted(places)
    assert complaints.heard == []


def test_a_desk_that_was_away_meanwhile_counts_all_of_them_and_is_not_loaded_anew(
    served: Served, page: Page, context: BrowserContext, complaints: Complaints
) -> None:
    sign_in(page, served)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    page.evaluate("window.unreloaded = true")
    page.locator("a.it").nth(1).focus()
    context.set_offline(True)
    page.evaluate("window.zhixingFeed.socket.close()")
    happens(served, "burst", "闽0924", str(ENTRIES))
    context.set_offline(False)
    expect(page.locator("[data-count]")).to_have_text(str(ENTRIES), timeout=BURST_MS)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    expect(page.locator("a.it").nth(1)).to_be_focused()
    happens(served, "burst", "闽0924", "7")
    expect(page.locator("[data-count]")).to_have_text(str(ENTRIES + 7), timeout=PATIENCE_MS)
    assert page.evaluate("window.unreloaded") is True
    assert complaints.other_than(*LOST) == []


def test_a_walls_store_is_a_fresh_snapshot_after_it(
    served: Served, page: Page, walled: tuple[str, str], complaints: Complaints
) -> None:
    watching(page, served, *walled)
    happens(served, "burst", "闽0924", str(ENTRIES))
    until(page, "window.zhixingFollowing.state === 'live'")
    found: Any = page.evaluate(STORE)
    while (
        not found or found["position"][0] < found["position"][1]
    ):  # ends: a burst is over, and a heartbeat tells of what is lost
        found = page.evaluate(STORE)
    assert found["held"] == found["fresh"]
    assert len(found["fresh"]["cases"]) > 1
    picture(page, "wall-after-a-burst")
    assert complaints.heard == []
