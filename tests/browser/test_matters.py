"""Two courts at their screens: each sees what the other does with an errand, without loading its page anew."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Complaints, Served
from tests.browser.errands import PARTNER

PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def errands(served: Served) -> list[str]:
    people = [served.city["staff"][who] for who in ("holder", "director", "stranger")]
    return served.run("-m", "tests.browser.errands", *people, *served.city["cases"]).split()


@pytest.fixture
def partner(page: Page, complaints: Complaints) -> Iterator[Page]:
    """The other court's own browser."""
    browser = page.context.browser
    assert isinstance(browser, Browser)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    complaints.listen_to(context)
    yield context.new_page()
    context.close()


def watch(page: Page, served: Served, staff_no: str, address: str) -> None:
    page.goto(f"{served.url}/centre/sign-in?next={address}")
    page.fill("#staff_no", staff_no)
    page.fill("#password", served.city["password"])
    page.press("#password", "Enter")
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    page.evaluate("window.unreloaded = true")


def test_both_courts_see_each_move_without_loading_anew(
    served: Served, errands: list[str], page: Page, partner: Page, complaints: Complaints
) -> None:
    errand = errands[0]
    watch(page, served, served.city["staff"]["director"], f"/centre/matters/{errand}")
    watch(partner, served, PARTNER, "/centre/matters")
    expect(page.locator("header [data-live=strip]")).to_contain_text("等待受托法院")
    asking = page.context.new_page()
    asking.goto(f"{served.url}/centre/matters?box=out")
    expect(asking.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    partner.locator(f"input[value='{errand}']").check()
    partner.get_by_role("button", name="签收所选事项").click()
    expect(page.locator("header [data-live=strip]")).to_contain_text("已签收", timeout=PATIENCE_MS)
    expect(asking.locator("main table")).to_contain_text("已签收", timeout=PATIENCE_MS)
    partner.goto(f"{served.url}/centre/matters/{errand}")
    expect(partner.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    partner.evaluate("window.unreloaded = true")
    withdraw(page)
    expect(partner.locator("header [data-live=strip]")).to_contain_text("已撤回", timeout=PATIENCE_MS)
    expect(partner.locator("#steps")).to_have_count(0)
    assert page.url.endswith(errand)
    assert partner.evaluate("window.unreloaded")
    assert complaints.heard == []


def withdraw(page: Page) -> None:
    form = page.locator("form", has=page.locator("input[name=move][value=withdraw]"))
    form.locator("textarea").fill("不再需要")
    form.locator("button").click()


def test_what_is_being_written_stays_while_the_other_court_moves(
    served: Served, errands: list[str], page: Page, partner: Page, complaints: Complaints
) -> None:
    errand = errands[1]
    watch(page, served, served.city["staff"]["director"], f"/centre/matters/{errand}")
    form = page.locator("form", has=page.locator("input[name=move][value=withdraw]"))
    form.locator("textarea").fill("写到一半")
    watch(partner, served, PARTNER, f"/centre/matters/{errand}")
    partner.get_by_role("button", name="签收").click()
    expect(page.locator("header [data-live=strip]")).to_contain_text("已签收", timeout=PATIENCE_MS)
    expect(form.locator("textarea")).to_have_value("写到一半")
    assert page.evaluate("window.unreloaded")
    assert complaints.heard == []
