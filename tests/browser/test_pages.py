"""Findings, urging, tasks and meetings in a real Chromium: by keyboard, without JavaScript, and without a complaint."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from server.common.clock import local_date, now
from tests.browser.conftest import Complaints, Served


@pytest.fixture
def still(page: Page, complaints: Complaints) -> Iterator[Page]:
    """The same browser with JavaScript turned off."""
    browser = page.context.browser
    assert isinstance(browser, Browser)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    complaints.listen_to(context)
    yield context.new_page()
    context.close()


def sign_in(page: Page, served: Served, who: str, address: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{served.url}/centre/sign-in?next={address}")
    page.fill("#staff_no", served.city["staff"][who])
    page.fill("#password", served.city["password"])
    page.press("#password", "Enter")


@pytest.fixture(scope="module")
def finding(served: Served) -> str:
    """Of a node that was due a month ago."""
    return served.run("-m", "tests.browser.late_case", served.city["cases"][0]).strip()


def test_what_passed_is_explained_and_concluded(
    served: Served, finding: str, still: Page, complaints: Complaints
) -> None:
    sign_in(still, served, "holder", "/centre/findings")
    still.locator(f"a[href='/centre/findings/{finding}']").press("Enter")
    still.get_by_label("原因").select_option("caseload")
    still.locator("#explanation").fill("本月新收三十件。")
    still.get_by_role("button", name="提交说明").press("Enter")
    expect(still.locator("table")).to_contain_text("本月新收三十件。")
    sign_in(still, served, "director", f"/centre/findings/{finding}")
    still.get_by_label("逾期但有正当理由").check()
    still.get_by_role("button", name="作出结论").press("Enter")
    expect(still.locator("h2").first).to_contain_text("已有结论")
    assert complaints.heard == []


def test_a_case_is_urged_from_its_page_and_answered(served: Served, still: Page, complaints: Complaints) -> None:
    case_id = served.city["cases"][0]
    sign_in(still, served, "director", f"/centre/cases/{case_id}")
    still.get_by_role("link", name="催办或答复").click()
    still.locator("#text").fill("进展如何？")
    still.get_by_role("button", name="催办", exact=True).press("Enter")
    expect(still.locator("main")).to_contain_text("进展如何？")
    sign_in(still, served, "holder", f"/centre/cases/{case_id}/urges")
    urged = still.locator("section", has_text="进展如何？")
    urged.get_by_label("答复（仅一次）").fill("明日上门")
    urged.get_by_role("button", name="答复").press("Enter")
    expect(still.locator("section", has_text="明日上门")).to_contain_text("已答复")
    assert complaints.heard == []


def test_a_task_is_given_from_the_case_and_reported_done(served: Served, still: Page, complaints: Complaints) -> None:
    case_id = served.city["cases"][1]
    sign_in(still, served, "holder", f"/centre/cases/{case_id}")
    still.get_by_role("link", name="办理移交、任务和注意事项").click()
    still.get_by_label("任务内容").fill("联系物业")
    still.get_by_label("交办给").select_option(index=1)
    still.locator("#task-due").fill(str(local_date(now()) + timedelta(days=3)))
    still.get_by_role("button", name="交办", exact=True).press("Enter")
    task = still.locator("section[id^=task-]")
    expect(task).to_contain_text("联系物业")
    sign_in(still, served, "colleague", f"/centre/cases/{case_id}/work")
    task.get_by_label("办理情况或理由").fill("已上门")
    task.get_by_role("button", name="已完成", exact=True).press("Enter")
    expect(task).to_contain_text("已上门")
    expect(task.get_by_role("button")).to_have_count(0)
    assert complaints.heard == []


def test_a_meeting_is_opened_minuted_and_closed(
    served: Served, finding: str, page: Page, complaints: Complaints
) -> None:
    sign_in(page, served, "director", "/centre/meetings")
    page.get_by_role("button", name="召开例会").press("Enter")
    first = page.locator("section[id^=item-]", has_text="门禁须登记")
    first.locator("summary").press("Enter")
    first.get_by_label("议定内容").fill("下周上门")
    first.get_by_label("任务内容").fill("联系物业")
    first.get_by_label("期限").fill(str(local_date(now()) + timedelta(days=3)))
    first.get_by_role("button", name="记录").press("Enter")
    expect(page.locator("section[id^=item-]", has_text="门禁须登记")).to_contain_text("联系物业")
    page.get_by_role("button", name="结束例会").press("Enter")
    expect(page.locator("main summary")).to_have_count(0)
    assert complaints.heard == []
