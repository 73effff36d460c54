"""A right that ends while somebody watches: the socket closes, and nothing stands on the page, in the time promised."""

import json
from time import monotonic

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from server.realtime.consumers import RECHECK_SECONDS
from tests.browser.conftest import Complaints, Served
from tests.browser.test_alarms import picture
from tests.browser.test_desk import PATIENCE_MS
from tests.browser.waiting import until

AT_ONCE_SECONDS, SLACK_SECONDS = 5, 30
"""What an entry tells of, and what a busy machine may add."""
SUPERVISOR = "090201"


def happens(served: Served, *what: str) -> str:
    return served.run("-m", "tests.browser.happening", *what)


def watching(page: Page, served: Served, staff_no: str, password: str, path: str = "/centre/") -> Page:
    """Signed in, live, with its socket listened to."""
    page.add_init_script(
        "window.closes = []; const Bare = WebSocket; window.WebSocket = class extends Bare {"
        " constructor(...given) { super(...given);"
        " this.addEventListener('close', ({code}) => window.closes.push(code)); } };"
    )
    page.goto(f"{served.url}/centre/sign-in?next={path}")
    page.fill("#staff_no", staff_no)
    page.fill("#password", password)
    page.press("#password", "Enter")
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    return page


def window_of(context: BrowserContext) -> Page:
    assert isinstance(context.browser, Browser)
    return context.browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()


def expect_nothing_shown(page: Page, *secrets: str, since: float, within: float) -> None:
    expect(page.locator("[data-says=revoked]")).to_be_visible(timeout=within * 1000)
    assert monotonic() - since < within
    until(page, "window.closes.includes(4003)")
    shown = page.locator("body").inner_text() + page.title()
    for secret in secrets:
        assert secret not in shown
    assert page.locator("img, [data-case], [data-live], [data-alarm], dialog").count() == 0
    expect(page.get_by_role("link", name="重新登录")).to_be_visible()


@pytest.fixture
def walled(served: Served) -> tuple[str, str]:
    staff_no, password = json.loads(happens(served, "new_wall", "闽0924"))
    return staff_no, password


def test_a_role_taken_away_covers_the_page_at_once_and_its_address_is_closed(
    served: Served, page: Page, complaints: Complaints
) -> None:
    path = f"/centre/cases/{served.city['cases'][0]}"
    watching(page, served, served.city["staff"]["director"], served.city["password"], path)
    happens(served, "role_ended", served.city["staff"]["director"], "director")
    since = monotonic()
    expect_nothing_shown(page, "17号", "张三", since=since, within=AT_ONCE_SECONDS + SLACK_SECONDS)
    picture(page, "revoked")
    answer = page.goto(served.url + path)
    assert answer
    assert answer.status == 404
    assert complaints.other_than(path, "status of 404") == []


def test_a_revoked_wall_goes_dark_at_once(served: Served, page: Page, walled: tuple[str, str]) -> None:
    watching(page, served, *walled)
    happens(served, "wall_revoked", walled[0])
    since = monotonic()
    expect_nothing_shown(page, "寿山县", since=since, within=AT_ONCE_SECONDS + SLACK_SECONDS)
    picture(page, "wall-revoked")
    page.reload()
    expect(page.locator("#staff_no")).to_be_visible()


def test_what_nobody_tells_of_is_found_within_half_a_minute(
    served: Served, page: Page, context: BrowserContext, walled: tuple[str, str]
) -> None:
    """Accounts ended and a court taken away, past every entry and every process that would say so."""
    duty, password = served.city["staff"]["duty"], served.city["password"]
    desk = watching(page, served, duty, password)
    wall = watching(window_of(context), served, *walled)
    above = watching(window_of(context), served, SUPERVISOR, password)
    expect(above.locator("a.it").first).to_be_visible()
    within = RECHECK_SECONDS + AT_ONCE_SECONDS + SLACK_SECONDS
    with above.expect_navigation(timeout=within * 1000 + PATIENCE_MS):
        happens(served, "gone_unsaid", duty, walled[0])
        happens(served, "court_taken", "闽0924")
        since = monotonic()
        expect_nothing_shown(desk, "17号", since=since, within=within)
        expect_nothing_shown(wall, "寿山县", since=since, within=within)
    expect(above.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    expect(above.locator("a.it")).to_have_count(0)
    picture(above, "court-taken")
