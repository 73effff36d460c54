"""The desk in a real Chromium: by keyboard, live, through a lost server, and without a single complaint."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from client_sdk import FieldClient
from server.centre.desk import ROWS_AT_ONCE
from tests import pictures
from tests.browser.conftest import Complaints, Served
from tests.journeys.deployment import ROOT, Deployment

PATIENCE_MS = 30_000
LOST = ("WebSocket connection to", "ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED")
"""What a browser itself says of a server that is away."""


def sign_in(page: Page, served: Deployment) -> None:
    page.goto(f"{served.url}/centre/")
    page.fill("#staff_no", served.city["staff"]["duty"])
    page.fill("#password", served.city["password"])
    page.press("#password", "Enter")
    expect(page.locator("a.it").first).to_be_visible()


def open_case(page: Page, served: Served, number: int = 0) -> str:
    case_id: str = served.city["cases"][number]
    page.goto(f"{served.url}/centre/cases/{case_id}")
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    page.evaluate("window.unreloaded = true")
    return case_id


@contextmanager
def officer(served: Served, folder: Path) -> Iterator[FieldClient]:
    code = served.enrolment_code()
    field = FieldClient.enrol(served.url, code=code, store=folder / "officer.db", passphrase="三号楼")
    try:
        field.sync()
        yield field
    finally:
        field.close()


def record(field: FieldClient, case_id: str, photo: bytes) -> str:
    """One act with one photo, delivered; the address its photo is shown under."""
    captured = field.capture(photo, shot_code="SEAL_CLOSEUP")
    field.record_action(case_id=case_id, kind="SEAL", fields={"narrative": "九时到场"}, photos=[captured])
    field.sync()
    return f"[data-sha256='{hashlib.sha256(photo).hexdigest()}']"


def look_at(page: Page) -> None:
    """The first photo large: one after the other, zoomed, turned, closed by keys; focus comes back to where it was."""
    photo = page.locator(".shot a.ph:has(img)").first
    photo.focus()
    page.keyboard.press("Enter")
    viewer, image = page.locator("dialog#viewer"), page.locator("[data-viewer-img]")
    expect(image).to_be_visible(timeout=PATIENCE_MS)
    image.evaluate("image => image.decode()")
    expect(viewer.locator("table.cmp")).to_be_visible()
    for key, said in (("+", "scale(1.25)"), ("r", "rotate(90deg)"), ("0", "rotate(0deg) scale(1)")):
        page.keyboard.press(key)
        assert said in image.evaluate("image => image.style.transform"), key
    with page.expect_popup() as opened:
        page.locator("[data-viewer-open]").click()
    expect(opened.value.locator("img")).to_be_visible(timeout=PATIENCE_MS)
    opened.value.close()
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(photo).to_be_focused()


def test_j_and_k_move_the_focus_enter_opens_and_slash_finds(served: Served, page: Page, complaints: Complaints) -> None:
    sign_in(page, served)
    rows = page.locator("a.it")
    for key, row in (("j", 0), ("j", 1), ("k", 0), ("k", 0), ("j", 1)):
        page.keyboard.press(key)
        expect(rows.nth(row)).to_be_focused()
    number = rows.nth(1).locator(".cn").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_have_text(number)
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jk" + number)
    expect(page.locator("#q")).to_have_value("jk" + number)
    assert complaints.heard == []


def test_an_act_arrives_without_reload_and_its_photo_opens(
    served: Served, page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    sign_in(page, served)
    case_id = open_case(page, served)
    acts = page.locator("[data-action]").count()
    with officer(served, tmp_path) as field:
        shown = record(field, case_id, pictures.heavy_jpeg(300))
        expect(page.locator("[data-action]")).to_have_count(acts + 1, timeout=PATIENCE_MS)
        image = page.locator(f"{shown} img")
        expect(image).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(f"{shown}[data-being-drawn]")).to_have_count(0, timeout=PATIENCE_MS)
        page.locator(f"{shown} img").evaluate("image => image.decode()")
        page.locator("tr.why summary").first.click()
        link = page.locator("[data-action] a").first
        link.focus()
        record(field, case_id, pictures.heavy_jpeg(200, seed=7))
        expect(page.locator("[data-action]")).to_have_count(acts + 2, timeout=PATIENCE_MS)
        expect(page.locator("[data-action] a").nth(1)).to_be_focused()
        expect(page.locator("tr.why details").first).to_have_attribute("open", "")
    assert page.evaluate("window.unreloaded") is True
    expect(page.locator("[data-being-drawn]")).to_have_count(0, timeout=PATIENCE_MS)
    look_at(page)
    (ROOT / "build").mkdir(exist_ok=True)
    page.screenshot(path=ROOT / "build" / "desk.png")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert complaints.heard == []


def test_a_photo_that_cannot_be_drawn_is_never_asked_for(
    served: Served, page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    sign_in(page, served)
    case_id = open_case(page, served, 1)
    with officer(served, tmp_path) as field:
        shown = record(field, case_id, pictures.cut_short(pictures.heavy_jpeg(200, seed=9)))
        expect(page.locator(shown)).to_contain_text("无预览", timeout=PATIENCE_MS)
    expect(page.locator(f"{shown} img")).to_have_count(0)
    assert complaints.heard == []


def test_more_cases_than_a_page_holds_are_reached_by_keyboard_and_without_scripts(
    served: Served, page: Page, context: BrowserContext, complaints: Complaints
) -> None:
    served.run("-m", "tests.browser.many_cases", str(ROWS_AT_ONCE))
    sign_in(page, served)
    total = ROWS_AT_ONCE + 2
    expect(page.locator("[data-total]")).to_have_text(str(total))
    expect(page.locator("a.it")).to_have_count(ROWS_AT_ONCE)
    page.locator("a.it").last.focus()
    page.keyboard.press("j")
    expect(page.locator("[data-more]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("a.it")).to_have_count(2)
    page.locator("[data-first]").click()
    expect(page.locator("a.it")).to_have_count(ROWS_AT_ONCE)
    bare = context.browser.new_context(java_script_enabled=False) if context.browser else context
    bare.add_cookies([{"name": "sessionid", "value": session_of(context), "url": served.url}])
    scriptless = bare.new_page()
    scriptless.goto(f"{served.url}/centre/")
    scriptless.locator("[data-more]").click()
    expect(scriptless.locator("a.it")).to_have_count(2)
    assert complaints.heard == []


def session_of(context: BrowserContext) -> str:
    return next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "sessionid")


def test_a_lost_server_is_said_aloud_and_its_return_as_well(served: Served, page: Page, complaints: Complaints) -> None:
    sign_in(page, served)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    expect(page.locator("[data-banner]")).to_be_hidden()
    page.evaluate("document.documentElement.dataset.staleAfterMs = '1500'")
    served.end()
    expect(page.locator("[data-banner]")).to_be_visible(timeout=PATIENCE_MS)
    page.evaluate("document.documentElement.dataset.staleAfterMs = '40000'")
    served.start()
    expect(page.locator("[data-banner]")).to_be_hidden(timeout=60_000)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    assert complaints.other_than(*LOST) == []


def test_forty_seconds_of_silence_show_the_banner_and_the_next_word_takes_it_away(
    served: Served, page: Page, context: BrowserContext, complaints: Complaints
) -> None:
    page.clock.install()
    sign_in(page, served)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    context.set_offline(True)
    page.clock.fast_forward(20_000)
    expect(page.locator("[data-banner]")).to_be_hidden()
    page.clock.fast_forward(21_000)
    banner = page.locator("[data-banner]")
    expect(banner).to_be_visible()
    expect(banner.locator(".b[data-says=stale]")).to_be_visible()
    expect(banner.locator("[data-says=revoked]")).to_be_hidden()
    expect(banner.locator("[data-age]")).to_contain_text("秒")
    context.set_offline(False)
    expect(banner).to_be_hidden(timeout=60_000)
    assert complaints.other_than(*LOST) == []


def test_a_restored_server_has_the_page_loaded_anew(served: Served, page: Page, complaints: Complaints) -> None:
    sign_in(page, served)
    open_case(page, served)
    before = page.locator("#streams").inner_text()
    with page.expect_navigation(timeout=PATIENCE_MS):
        served.run(
            "-c",
            "import django; django.setup(); "
            "from server.ledger.services import begin_life_after_restore; begin_life_after_restore()",
        )
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    assert page.evaluate("window.unreloaded") is None
    assert page.locator("#streams").inner_text() != before
    assert complaints.heard == []


def test_signing_out_elsewhere_freezes_the_page_and_offers_to_sign_in(
    served: Served, page: Page, context: BrowserContext, complaints: Complaints
) -> None:
    sign_in(page, served)
    open_case(page, served)
    other = context.new_page()
    other.goto(f"{served.url}/centre/")
    other.get_by_role("button", name="退出").click()
    expect(page.locator("[data-says=revoked]")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("link", name="重新登录").click()
    expect(page.locator("#staff_no")).to_be_visible()
    assert "next=/centre/cases/" in page.url.replace("%2F", "/")
    assert complaints.heard == []
