"""One journey in a real Chromium: sign in, see an act arrive without reload, open its photo, lose the server."""

import hashlib
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from client_sdk import FieldClient
from tests import pictures
from tests.backends.processes import running
from tests.browser.chromium import find_chromium, flags
from tests.journeys.deployment import ROOT, Deployment

PATIENCE_MS = 30_000


class Served(Deployment):
    """The same deployment by `manage.py serve`: its worker draws previews."""

    def start(self) -> None:
        settings = [f"{name}={value}" for name, value in self.environment.items()]
        serve = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(self.port)]
        self.pid = self._process.enter_context(
            running(["env", *settings, *serve], folder=self.folder, is_ready=self._answers)
        )

    def end(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        self._process.close()


@pytest.fixture
def served() -> Iterator[Served]:
    deployment = Served()
    yield deployment
    deployment.stop()


@pytest.fixture
def page() -> Iterator[Page]:
    executable = find_chromium()
    if not executable:
        pytest.skip("there is no Chromium here, and none could be installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags())
        yield browser.new_page(viewport={"width": 1440, "height": 900})
        browser.close()


def complaints_of(page: Page) -> list[str]:
    """Errors of the console and of the pages, violations of the content policy among them."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def sign_in(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/centre/")
    page.fill("#staff_no", served.city["staff"]["duty"])
    page.fill("#password", served.city["password"])
    page.press("#password", "Enter")
    expect(page.locator("a.it")).to_have_count(2)


def test_an_act_arrives_without_reload_and_its_photo_opens(served: Served, page: Page, tmp_path: Path) -> None:
    heard = complaints_of(page)
    sign_in(page, served)
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("[data-case]")).to_be_visible()
    shown = page.locator("[data-case]").get_attribute("data-case")
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    page.evaluate("window.unreloaded = true")

    photo = pictures.heavy_jpeg(300)
    field = FieldClient.enrol(
        served.url, code=served.enrolment_code(), store=tmp_path / "officer.db", passphrase="三号楼"
    )
    field.sync()
    captured = field.capture(photo, shot_code="SEAL_CLOSEUP")
    field.record_action(case_id=str(shown), kind="SEAL", fields={"narrative": "九时到场"}, photos=[captured])
    field.sync()
    field.close()

    expect(page.locator("[data-action]")).to_have_count(1, timeout=PATIENCE_MS)
    image = page.locator(f"[data-sha256='{hashlib.sha256(photo).hexdigest()}'] img")
    expect(image).to_be_visible(timeout=PATIENCE_MS)
    image.evaluate("image => image.decode()")
    assert page.evaluate("window.unreloaded") is True
    with page.expect_popup() as opened:
        page.locator(".shot a.ph").click()
    expect(opened.value.locator("img")).to_be_visible(timeout=PATIENCE_MS)
    (ROOT / "build").mkdir(exist_ok=True)
    page.screenshot(path=ROOT / "build" / "desk.png")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert [text for text in heard if not re.search(r"thumbnail|404", text)] == []


def test_a_lost_server_is_said_aloud_and_its_return_as_well(served: Served, page: Page) -> None:
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
