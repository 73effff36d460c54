"""The bar of alarms in a real Chromium: it comes without reload, sounds once armed, and is answered by keyboard."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Complaints, Served
from tests.browser.test_desk import LOST, PATIENCE_MS, sign_in
from tests.journeys.deployment import ROOT

CALL = (
    "import django; django.setup(); from django.db import transaction; "
    "from server.common.clock import now; from server.ledger.services import append; "
    "from server.people.models import Officer; from server.safety.models import Alarm; "
    "from server.safety.services.alarms import raise_alarm; "
    "officer = Officer.objects.get(staff_no='240101'); "
    "alarm = Alarm(court=officer.court, officer=officer, kind='{kind}', due_at=now()); "
    "transaction.atomic(lambda: append([raise_alarm(alarm, kind='{told}')]))()"
)


def picture(page: Page, name: str) -> None:
    (ROOT / "build").mkdir(exist_ok=True)
    page.screenshot(path=ROOT / "build" / f"{name}.png")


def test_an_officer_falls_silent_and_the_desk_hears_it_says_it_and_answers(
    served: Served, page: Page, complaints: Complaints
) -> None:
    sign_in(page, served)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    page.evaluate("window.unreloaded = true")
    bell = page.locator("[data-sound]")
    bell.click()
    expect(bell).to_have_attribute("data-sound", "on", timeout=PATIENCE_MS)
    served.run("-c", CALL.format(kind="CHECK_IN", told="alarm_raised"))
    row = page.locator("[data-alarm][data-tone=critical]")
    expect(row).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("[data-urgent]")).to_contain_text("签到超时 · 林岚")
    assert "critical" in page.evaluate("window.zhixingSound.heard")
    picture(page, "silent")
    page.keyboard.press("a")
    expect(row.locator("input[name=said]")).to_be_focused()
    page.keyboard.type("已电话联系，平安")
    page.keyboard.press("Enter")
    expect(page.locator("[data-alarm] .ack").filter(has_text="平安")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("[data-tone]")).to_have_count(0)
    assert page.evaluate("window.unreloaded") is True
    assert complaints.heard == []


def test_the_keys_are_shown_by_a_question_mark_and_focus_comes_back(
    served: Served, page: Page, complaints: Complaints
) -> None:
    sign_in(page, served)
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("dialog[data-help]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[data-help]")).to_be_hidden()
    expect(page.locator("a.it").first).to_be_focused()
    assert complaints.heard == []


def test_ten_minutes_without_a_net_freeze_the_page_hold_its_forms_and_end_at_a_click(
    served: Served, page: Page, context: BrowserContext, complaints: Complaints
) -> None:
    served.run("-c", CALL.format(kind="SOS", told="sos_raised"))
    page.clock.install()
    sign_in(page, served)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    answer = page.locator("[data-tone] [data-writes] button")
    expect(answer).to_be_enabled()
    context.set_offline(True)
    page.clock.fast_forward(600_000)
    expect(page.locator("[data-banner]")).to_be_visible()
    expect(page.locator("[data-banner] [data-age]")).to_contain_text("秒")
    expect(answer).to_be_disabled()
    picture(page, "ten-minutes-off")
    context.set_offline(False)
    page.locator("[data-retry]").click()
    expect(page.locator("[data-banner]")).to_be_hidden(timeout=PATIENCE_MS)
    expect(answer).to_be_enabled()
    page.locator("[data-tone] input[name=said]").fill("已派二组")
    page.keyboard.press("Enter")
    expect(page.locator("[data-tone]")).to_have_count(0, timeout=PATIENCE_MS)
    assert complaints.other_than(*LOST) == []
