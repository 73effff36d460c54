"""Two courts at their screens: a delegated case is sent by one and filed by the other, neither page loaded anew."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Complaints, Served
from tests.browser.delegated import FILED_AS, PARTNER
from tests.browser.test_matters import PATIENCE_MS, watch


@pytest.fixture(scope="module")
def delegation(served: Served) -> str:
    case = served.city["cases"][0]
    return served.run("-m", "tests.browser.delegated", served.city["staff"]["holder"], case).strip()


@pytest.fixture
def partner(page: Page, complaints: Complaints) -> Iterator[Page]:
    """The other court's own browser."""
    browser = page.context.browser
    assert isinstance(browser, Browser)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    complaints.listen_to(context)
    yield context.new_page()
    context.close()


def press(page: Page, move: str, **typed: str) -> None:
    form = page.locator("form", has=page.locator(f"input[name=move][value={move}]"))
    for name, text in typed.items():
        form.locator(f"[name={name}]").fill(text)
    form.locator("button").click()


def test_both_courts_see_each_move_without_loading_anew(
    served: Served, delegation: str, page: Page, partner: Page, complaints: Complaints
) -> None:
    address = f"/centre/delegations/{delegation}"
    watch(page, served, served.city["staff"]["director"], address)
    watch(partner, served, PARTNER, "/centre/delegations")
    expect(partner.locator("main table")).to_contain_text("没有")
    press(page, "send", record_no="闽高法执备7号")
    expect(partner.locator("main table")).to_contain_text("待受托法院立案", timeout=PATIENCE_MS)
    assert partner.evaluate("window.unreloaded")
    page.wait_for_function("!window.unreloaded")  # its own step was a form like any other
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    page.evaluate("window.unreloaded = true")
    partner.goto(f"{served.url}{address}")
    press(partner, "file", case_no=FILED_AS, handler_phone="0570-1")
    expect(page.locator("header [data-live=strip]")).to_contain_text("受托法院已立案", timeout=PATIENCE_MS)
    expect(page.locator("main")).to_contain_text(FILED_AS)
    assert page.evaluate("window.unreloaded")
    assert complaints.heard == []
