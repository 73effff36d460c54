"""Reviews in a real Chromium: by keyboard alone, with one tap, live, and without a complaint."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests import pictures
from tests.browser.conftest import Complaints, Served
from tests.browser.test_desk import officer
from tests.sync.pushing import COMPLETE

PATIENCE_MS = 30_000


def sign_in(page: Page, served: Served, address: str) -> None:
    page.goto(f"{served.url}/centre/sign-in?next={address}")
    page.fill("#staff_no", served.city["staff"]["director"])
    page.fill("#password", served.city["password"])
    page.press("#password", "Enter")


def picture(page: Page, name: str) -> None:
    """Kept where somebody wants to look at it."""
    if folder := os.environ.get("ZHIXING_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_a_leader_decides_by_keyboard(page: Page, served: Served, complaints: Complaints, tmp_path: Path) -> None:
    case_id = served.city["cases"][0]
    with officer(served, tmp_path) as field:
        served.run("-m", "tests.journeys.reassign", case_id, served.city["staff"]["bystander"])
        for _ in range(4):
            photo = field.capture(pictures.heavy_jpeg(200), shot_code="SEAL_CLOSEUP")
            field.record_action(case_id=case_id, kind="LOCATE", fields=COMPLETE, photos=[photo])
        field.sync()

        sign_in(page, served, "/centre/reviews")
        expect(page.locator("a.it")).to_have_count(4)
        picture(page, "reviews-list")
        page.keyboard.press("j")
        page.keyboard.press("a")
        expect(page.locator("p.told")).to_have_text("追认 1")
        expect(page.locator("a.it")).to_have_count(3)

        page.keyboard.press("2")
        expect(page.locator("input[value=annul]")).to_be_checked()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#why")).to_be_focused()
        page.fill("#why", "未到现场")
        picture(page, "reviews-one")
        page.keyboard.press("Control+Enter")
        expect(page.locator("p.told")).to_have_text("不予采信 1")
        expect(page.locator("a.it")).to_have_count(2)

        page.click("form.bunch button")
        expect(page.locator(".list .empty h2")).to_have_text("没有待审事项")

        expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
        field.record_action(case_id=case_id, kind="LOCATE", fields=COMPLETE)
        field.sync()
        expect(page.locator("[data-fresh]")).to_be_visible(timeout=PATIENCE_MS)
        page.keyboard.press(".")
        expect(page.locator("a.it")).to_have_count(1)
        field.sync()
        assert {review.state for review in field.reviews()} == {"ratified", "annulled", "open"}
    assert complaints.heard == []
