"""What moves by the clock alone, while somebody watches: a limit that passes, an officer who falls silent."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Served, own_database
from tests.browser.test_alarms import picture
from tests.browser.test_desk import PATIENCE_MS, sign_in
from tests.browser.waiting import until
from tests.journeys.deployment import Deployment
from tests.settings import _DATABASE

SOON_SECONDS = "6"


@pytest.fixture(scope="module")
def unbeaten(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """A server whose beat stands still: nothing that time brings about is ever told."""
    deployment = Deployment(own_database(request.getfixturevalue("postgres")) if _DATABASE == "postgres" else "")
    yield deployment
    deployment.stop()


def armed(page: Page, served: Deployment, path: str = "/centre/") -> None:
    sign_in(page, served)
    page.goto(served.url + path)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    page.locator("[data-sound]").click()
    expect(page.locator("[data-sound]")).to_have_attribute("data-sound", "on", timeout=PATIENCE_MS)
    page.evaluate("window.unreloaded = true")


def order_of(page: Page) -> list[str]:
    return [str(row.get_attribute("href")) for row in page.locator("a.it").all()]


def test_a_limit_passes_and_its_row_turns_red_where_it_stands(
    served: Served, page: Page, complaints: Complaints
) -> None:
    late, other = served.city["cases"]
    armed(page, served, f"/centre/cases/{other}")
    row = page.locator(f"a.it[href^='/centre/cases/{late}']")
    row.focus()
    expect(row).not_to_have_attribute("data-hue", "red")
    places = order_of(page)
    overdue = page.locator("a[href$='level=OVERDUE'] .n")
    before, heard = int(overdue.inner_text()), page.evaluate("window.zhixingSound.heard.length")

    served.run("-m", "tests.browser.happening", "near_its_limit", late, SOON_SECONDS)
    expect(row).to_have_attribute("data-hue", "red", timeout=PATIENCE_MS)
    expect(row.locator(".r")).to_contain_text("逾期")
    expect(row.locator("use[href='#overdue']")).to_have_count(1)
    expect(row).to_be_focused()
    assert order_of(page) == places, "it waits at its place until somebody sorts"
    expect(overdue).to_have_text(str(before + 1))
    expect(page.locator("[data-fresh]")).to_be_visible()
    expect(page.locator("[data-polite]")).to_contain_text("17号 逾期", timeout=PATIENCE_MS)
    assert page.locator("[data-urgent]").inner_text() == "", "read out at once is only what is about people"
    expect(page.locator("[data-sound]")).to_have_attribute("data-sound", "on")
    assert page.evaluate("window.zhixingSound.heard.length") == heard
    picture(page, "turned-red")

    page.keyboard.press(".")
    expect(page.locator("a.it").first).to_have_attribute("href", f"/centre/cases/{late}")
    page.goto(f"{served.url}/centre/cases/{late}")
    since = page.locator("tr", has=page.locator(".st[data-hue=red]")).locator("time[data-since]").first
    was = since.inner_text()
    expect(since).not_to_have_text(was, timeout=PATIENCE_MS)
    assert complaints.heard == []


def test_silence_stands_in_the_bar_and_sounds_where_nothing_tells_of_it_and_is_answered(
    unbeaten: Deployment, page: Page, complaints: Complaints
) -> None:
    unbeaten.run("-m", "tests.browser.happening", "on_site", unbeaten.city["staff"]["holder"], SOON_SECONDS)
    armed(page, unbeaten)
    row = page.locator("[data-alarm]", has_text="林岚 · 海滨路 18 号")
    expect(row).to_have_attribute("data-tone", "critical", timeout=PATIENCE_MS)
    expect(row).to_contain_text("签到超时")
    expect(page.locator("[data-urgent]")).to_contain_text("签到超时 · 林岚 · 海滨路 18 号")
    until(page, "window.zhixingSound.heard.includes('critical')")
    picture(page, "silent-without-a-beat")
    page.keyboard.press("a")
    page.keyboard.type("已电话联系")
    page.keyboard.press("Enter")
    expect(row.locator(".ack")).to_contain_text("已电话联系", timeout=PATIENCE_MS)
    expect(page.locator("[data-tone]")).to_have_count(0)
    assert page.locator("[data-urgent] p").count() == 1, "it is the same silence before it is an alarm and after"
    assert page.evaluate("window.unreloaded") is True
    assert complaints.heard == []


def test_what_is_being_written_survives_whatever_arrives(
    unbeaten: Deployment, page: Page, complaints: Complaints
) -> None:
    unbeaten.run("-m", "tests.browser.happening", "on_site", unbeaten.city["staff"]["bystander"], "-60")
    armed(page, unbeaten)
    page.keyboard.press("a")
    page.keyboard.type("已派二组，")
    unbeaten.run("-m", "tests.browser.happening", "burst", "闽0924", "10")
    expect(page.locator("[data-count]")).to_have_text("10", timeout=PATIENCE_MS)
    with page.expect_response(f"{unbeaten.url}/centre/"):
        pass
    page.keyboard.type("十分钟到")
    field = page.locator("[data-tone] input[name=said]")
    expect(field).to_have_value("已派二组，十分钟到")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-tone]")).to_have_count(0, timeout=PATIENCE_MS)
    assert complaints.heard == []
