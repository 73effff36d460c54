"""Safety in a real Chromium, the SDK in the field: a call for help, a tip-off, a joint operation; pictures kept."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from client_sdk import FieldClient
from server.common.clock import SHANGHAI
from tests.browser.conftest import Complaints, Served
from tests.browser.test_alarms import picture
from tests.browser.test_desk import PATIENCE_MS, officer, sign_in

HERE = {"lat": 26.44, "lon": 119.52, "accuracy": 8, "crs": "WGS84"}


@pytest.fixture(scope="module")
def field(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FieldClient]:
    with officer(served, tmp_path_factory.mktemp("safety")) as one:
        yield one


def visit(page: Page, served: Served, path: str) -> None:
    page.goto(f"{served.url}{path}")
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    page.evaluate("window.unreloaded = true")


def is_unreloaded(page: Page) -> bool:
    return page.evaluate("window.unreloaded") is True


def test_a_call_for_help_sounds_is_read_out_and_answered_and_whoever_called_is_told(
    served: Served, field: FieldClient, page: Page, complaints: Complaints
) -> None:
    sign_in(page, served)
    visit(page, served, "/centre/")
    bell = page.locator("[data-sound]")
    bell.click()
    expect(bell).to_have_attribute("data-sound", "on", timeout=PATIENCE_MS)
    field.sos(words="被围堵", position=HERE)
    field.send_calls()
    row = page.locator("[data-alarm][data-tone=critical]")
    expect(row).to_contain_text("林岚", timeout=PATIENCE_MS)
    expect(page.locator("[data-urgent]")).to_contain_text("紧急求助")
    page.wait_for_function("window.zhixingSound.heard.includes('critical')", timeout=PATIENCE_MS)
    picture(page, "safety-sos")
    page.keyboard.press("a")
    expect(row.locator("input[name=said]")).to_be_focused()
    page.keyboard.type("已派二组增援")
    page.keyboard.press("Enter")
    expect(page.locator("[data-alarm] .ack")).to_contain_text("已派二组增援", timeout=PATIENCE_MS)
    expect(page.locator("[data-tone]")).to_have_count(0)
    assert is_unreloaded(page)
    picture(page, "safety-sos-acknowledged")
    field.sync()
    (call,) = field.safety().calls
    assert (call.said, call.ended_at) == ("已派二组增援", None)
    assert complaints.heard == []


def test_a_tip_off_goes_to_a_team_and_its_answer_comes_by_itself(
    served: Served, field: FieldClient, page: Page, complaints: Complaints
) -> None:
    sign_in(page, served)
    visit(page, served, "/centre/dispatches")
    page.fill("#text", "举报人称被执行人的车辆停在此处")
    page.fill("#place", "城东路 8 号")
    page.select_option("#group", index=1)
    page.locator("form[action='/centre/dispatches'] button").click()
    expect(page.locator("h1", has_text="城东路 8 号")).to_be_visible(timeout=PATIENCE_MS)
    visit(page, served, "/centre/dispatches")
    row = page.locator("tr", has_text="城东路 8 号")
    expect(row).to_contain_text("待答复")
    picture(page, "safety-dispatch")
    field.sync()
    (order,) = field.safety().orders
    field.answer_order(order, "ACCEPT")
    field.sync()
    expect(row).to_contain_text("前往中", timeout=PATIENCE_MS)
    assert is_unreloaded(page)
    picture(page, "safety-dispatch-accepted")
    assert complaints.heard == []


def test_a_joint_operation_counts_what_its_people_do_while_it_is_watched(
    served: Served, field: FieldClient, page: Page, complaints: Complaints
) -> None:
    sign_in(page, served)
    page.goto(f"{served.url}/centre/operations")
    at = datetime.now(SHANGHAI)
    page.fill("#name", "秋风行动")
    page.fill("#commander", served.city["staff"]["director"])
    page.fill("#begins", (at - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"))
    page.fill("#ends", (at + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M"))
    page.select_option("#groups", index=0)
    page.fill("#cases", "（2026）闽0924执17号")
    page.locator("form[action='/centre/operations'] button").click()
    expect(page.locator("h1", has_text="秋风行动")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
    page.evaluate("window.unreloaded = true")
    field.check_in(place="城东路 8 号", position=HERE)
    found = {"target": "PERSON", "result": "DONE"}
    field.record_action(case_id=served.city["cases"][0], kind="LOCATE", fields=found, position=HERE)
    field.sync()
    expect(page.locator("nav.strip .cell", has_text="找到人员").locator(".n")).to_have_text("1", timeout=PATIENCE_MS)
    expect(page.locator("tr", has_text="林岚")).to_contain_text("城东路 8 号")
    assert is_unreloaded(page)
    picture(page, "safety-operation")
    assert complaints.heard == []
