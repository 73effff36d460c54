"""A map in a real Chromium: zoomed, moved and given back by keyboard."""

from playwright.sync_api import Page

from tests.browser.conftest import Complaints, Served
from tests.browser.test_desk import sign_in


def test_a_map_is_zoomed_moved_and_given_back_by_keyboard(served: Served, page: Page, complaints: Complaints) -> None:
    sign_in(page, served)
    page.goto(f"{served.url}/centre/map")
    land, whole = page.locator("svg.map"), "0 0 510 340"
    page.locator("[data-map]").focus()
    seen = {whole}
    for key in ("+", "+", "ArrowRight", "ArrowDown", "-"):
        page.keyboard.press(key)
        seen.add(str(land.get_attribute("viewBox")))
    assert len(seen) == 6
    page.keyboard.press("0")
    assert [float(one) for one in str(land.get_attribute("viewBox")).split()] == [0, 0, 510, 340]
    assert complaints.heard == []
