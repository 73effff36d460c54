"""A wall looks after itself: loaded anew every night at its own minute, after silence, and moved against burn-in."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Served
from tests.browser.test_alarms import picture
from tests.browser.test_rights import walled, watching

__all__ = ["walled"]
JITTER_MINUTES = 20
DEAF = """() => { const { feed } = window.zhixingFollowing;
  feed.socket.onmessage = null; feed.open = () => ({ readyState: 0, close() {} }); }"""


def at_night(page: Page, served: Served, walled: tuple[str, str], clock: str, chance: float) -> list[str]:
    """The wall with a clock of our own, as if the server had made its page at that time, and with that chance."""
    page.clock.install()
    page.add_init_script(f"""Math.random = () => {chance};
      document.addEventListener("readystatechange", () => {{
        document.documentElement.dataset.now = "2026-11-22T{clock}+08:00"; // before its modules run
      }}, {{ once: true }});""")
    watching(page, served, *walled)
    return loads_of(page, served)


def loads_of(page: Page, served: Served) -> list[str]:
    """Grows by one whenever the wall is loaded as a page, not asked for its panes."""
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url) if frame.url == f"{served.url}/centre/" else None)
    return loads


def test_each_night_it_is_loaded_anew_at_a_minute_of_its_own(
    served: Served, page: Page, walled: tuple[str, str], complaints: Complaints
) -> None:
    loads = at_night(page, served, walled, "03:59:10", chance=0.5 / JITTER_MINUTES)
    page.clock.run_for(80_000)  # four o'clock has passed; its own minute has not
    assert loads == []
    with page.expect_navigation():
        page.clock.run_for(12_000)
    expect(page.locator("[data-note]")).to_contain_text("夜间")
    picture(page, "wall-night")
    assert complaints.heard == []


def test_no_two_walls_come_at_the_same_moment(served: Served, page: Page, walled: tuple[str, str]) -> None:
    at_night(page, served, walled, "03:59:10", chance=0)
    with page.expect_navigation():
        page.clock.run_for(61_000)


def test_two_minutes_without_a_word_have_it_loaded_anew(
    served: Served, page: Page, walled: tuple[str, str], complaints: Complaints
) -> None:
    page.clock.install()
    watching(page, served, *walled)
    page.evaluate(DEAF)
    page.clock.run_for(45_000)
    expect(page.locator("[data-banner]")).to_be_visible()
    with page.expect_navigation():
        page.clock.run_for(110_000)
    expect(page.locator("[data-note]")).to_contain_text("两分钟")
    assert complaints.heard == []


def test_one_that_stood_still_is_loaded_anew(served: Served, page: Page, walled: tuple[str, str]) -> None:
    page.clock.install()
    watching(page, served, *walled)
    with page.expect_navigation():
        page.clock.fast_forward(600_000)
    expect(page.locator("[data-note]")).to_contain_text("停")


def test_a_page_that_cannot_be_had_is_not_loaded_and_the_old_one_stays(
    served: Served, page: Page, walled: tuple[str, str]
) -> None:
    page.clock.install()
    loads = loads_of(page, served)
    watching(page, served, *walled)
    page.route(f"{served.url}/centre/", lambda route: route.fulfill(status=502, body="bad gateway"))
    with page.expect_response(f"{served.url}/centre/"):
        page.clock.fast_forward(600_000)
    expect(page.locator("[data-wall]")).to_be_visible()
    page.unroute(f"{served.url}/centre/")
    assert len(loads) == 1
    with page.expect_navigation():
        page.clock.run_for(130_000)


def test_it_moves_by_four_pixels_in_half_an_hour_and_back(served: Served, page: Page, walled: tuple[str, str]) -> None:
    watching(page, served, *walled)
    moves = page.evaluate(
        """() => {
          const wall = document.querySelector("[data-wall]");
          const [move] = wall.getAnimations();
          move.pause();
          return [0, 450, 900, 1350, 1799, 2250, 3599].map((second) => {
            move.currentTime = second * 1000;
            const { x, y } = wall.getBoundingClientRect();
            return [x, y];
          });
        }"""
    )
    first = moves[0]
    steps = [max(abs(x - first[0]), abs(y - first[1])) for x, y in moves]
    assert steps == sorted(steps[:5]) + steps[5:]
    assert 3 < steps[4] <= 4
    assert steps[4] > steps[5] > steps[6]
    assert len({tuple(each) for each in moves[:5]}) == 5
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it stays on the screen"
