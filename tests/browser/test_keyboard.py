"""Every page a person on duty can come to, by keyboard and at twice its size; found by following every link."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chromium import Machine, flags, required_chromium
from tests.browser.conftest import Served
from tests.journeys.deployment import ROOT
from tests.screenshots.gallery import Gallery, is_too_wide

pytestmark = pytest.mark.database_free
FEW_CASES = 4
MORE_STOPS = 40
NAMED = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|\d{4}-\d\d-\d\d|(?<=/figures/)\w+")
LINKS = """() => [...document.querySelectorAll("a[href]")]
  .filter((one) => !one.target && !one.hasAttribute("download")).map((one) => new URL(one.href))
  .filter((one) => one.origin === location.origin && one.pathname.startsWith("/centre/"))
  .map((one) => one.pathname + one.search)"""
FILES = ("/file", "/sheet")
CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex]"
WATCH = """(controls) => {
  const radios = (one) => [...document.querySelectorAll(`input[type=radio][name="${one.name}"]`)];
  const isChosenElsewhere = (one) => one.type === "radio" // of each choice one is a stop
    && one !== (radios(one).find((each) => each.checked) ?? radios(one)[0]);
  const isThere = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0
    && !one.disabled && one.type !== "hidden" && one.tabIndex >= 0 && !isChosenElsewhere(one);
  const said = (one) => [one.tagName, one.id || one.name || (one.getAttribute("href") ?? one.className),
    one.textContent.trim().slice(0, 20)].join(" ");
  const isSeen = ({ outlineStyle, outlineWidth, boxShadow }) => boxShadow !== "none"
    || (outlineStyle !== "none" && outlineWidth !== "0px");
  window.wanted = new Set([...document.querySelectorAll(controls)].filter(isThere));
  window.faults = [...document.querySelectorAll("[role=button], [role=link], [onclick]")]
    .filter((one) => !one.matches("a[href], button")).map((one) => `no control by itself: ${said(one)}`);
  document.addEventListener("focusin", ({ target }) => {
    window.wanted.delete(target);
    const around = target.matches("input") ? target.parentElement : target; // a field may be drawn with its label
    const styles = [target, around].map((one) => getComputedStyle(one));
    if (!styles.some(isSeen)) window.faults.push(`no focus seen: ${said(target)}`);
    const { top, bottom, left, right } = target.getBoundingClientRect();
    const isOn = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
    if (!isOn) window.faults.push(`off the screen: ${said(target)}`);
  });
  window.left = () => [...window.wanted].map(said);
  return window.wanted.size;
}"""


@dataclass
class Walk:
    """Addresses as a person on duty comes to them, one of each kind."""

    served: Served
    context: BrowserContext
    kinds: dict[str, str]

    def page_at(self, address: str) -> Page:
        page = self.context.new_page()
        page.goto(self.served.url + address)
        return page


@pytest.fixture(scope="module")
def walk(served: Served) -> Iterator[Walk]:

    executable = required_chromium(Machine.this())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags())
        gallery = Gallery.of(served, browser, ROOT / "build/screenshots", FEW_CASES)
        context = window_of(browser, gallery, (1440, 900))
        yield Walk(served, context, addresses(served, context))
        browser.close()


def window_of(browser: Browser, gallery: Gallery, size: tuple[int, int]) -> BrowserContext:
    width, height = size
    return browser.new_context(viewport={"width": width, "height": height}, storage_state=gallery._session("one"))


def addresses(served: Served, context: BrowserContext) -> dict[str, str]:
    """By kind of address, the first of it that a link leads to."""
    page, found, waiting = context.new_page(), {"/centre/": "/centre/"}, ["/centre/"]
    while waiting:
        answer = page.goto(served.url + waiting.pop(0))
        assert answer
        assert answer.ok, answer.url
        for address in page.evaluate(LINKS):
            kind = NAMED.sub("…", address.split("?")[0])
            if kind not in found and not kind.endswith(FILES):
                found[kind] = address
                waiting.append(address)
    page.close()
    return found


def test_all_pages_are_found(walk: Walk) -> None:
    assert len(walk.kinds) > 20, sorted(walk.kinds)
    assert {"/centre/cases/…", "/centre/safety", "/centre/reviews/…", "/centre/map"} <= set(walk.kinds)


def test_tab_reaches_every_control_shows_where_it_is_and_leaves_the_page(walk: Walk) -> None:
    faults: dict[str, Any] = {}
    for kind, address in walk.kinds.items():
        page = walk.page_at(address)
        wanted = page.evaluate(WATCH, CONTROLS)
        for _ in range(wanted + MORE_STOPS):  # a date is three stops
            page.keyboard.press("Tab")
            if not page.evaluate("window.wanted.size"):
                break
        found = [*page.evaluate("window.faults"), *(f"not reached: {one}" for one in page.evaluate("window.left()"))]
        faults |= {kind: sorted(set(found))} if found else {}
        page.close()
    assert faults == {}


def test_at_twice_its_size_no_page_is_pushed_sideways(walk: Walk) -> None:
    """200 % on 1440 x 900 are 720 x 450."""
    wide = []
    for kind, address in walk.kinds.items():
        page = walk.page_at(address)
        page.set_viewport_size({"width": 720, "height": 450})
        wide += [kind] if is_too_wide(page) else []
        page.close()
    assert wide == []


def test_the_menu_opens_and_leads_on_by_enter(walk: Walk) -> None:
    page = walk.page_at("/centre/")
    page.locator("#menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    link = page.locator("#menu a").first
    expect(link).to_be_focused()
    address = str(link.get_attribute("href"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    page.close()
