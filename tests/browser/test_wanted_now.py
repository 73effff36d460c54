"""Wanting a missing photo now, in a real Chromium: one click, the officer's next sync, and it is there first."""

import hashlib
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from client_sdk import FieldClient, Progress, SyncPolicy
from tests import pictures
from tests.browser.conftest import Complaints, Served
from tests.browser.test_desk import PATIENCE_MS, officer, open_case, session_of, sign_in

METERED = SyncPolicy(metered=True)


def sha256_of(photo: bytes) -> str:
    return hashlib.sha256(photo).hexdigest()


def held_back(field: FieldClient, case_id: str, *photos: bytes) -> None:
    """One act whose photos wait on the device."""
    captured = [field.capture(photo, shot_code="SEAL_CLOSEUP") for photo in photos]
    field.record_action(case_id=case_id, kind="SEAL", fields={"narrative": "九时到场"}, photos=captured)
    assert field.sync(policy=METERED).held_back[0].files == len(photos)


def test_a_wanted_photo_arrives_first_and_the_page_shows_it_without_reload(
    served: Served, page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    photos = [pictures.heavy_jpeg(400, seed=seed) for seed in (21, 22, 23)]
    wanted = sha256_of(photos[2])
    sign_in(page, served)
    case_id = open_case(page, served)
    with officer(served, tmp_path) as field:
        held_back(field, case_id, *photos)
        row, shot = page.locator(f"[data-awaited='{wanted}']"), page.locator(f"[data-sha256='{wanted}']")
        expect(row).to_contain_text("等待无线网络", timeout=PATIENCE_MS)
        expect(row).to_contain_text("末次联系")
        row.get_by_role("button", name="立即索要").click()
        expect(row).to_contain_text("已索要", timeout=PATIENCE_MS)
        told: list[Progress] = []
        assert field.sync(policy=METERED, on_progress=told.append).files_sent == 1
        assert {each.name for each in told if each.phase == "upload"} == {wanted[:12]}
        expect(shot).to_contain_text("已核验", timeout=PATIENCE_MS)
        expect(row).to_have_count(0)
        expect(page.locator("[data-awaited]")).to_have_count(2)
        assert page.evaluate("window.unreloaded") is True
        assert field.sync().files_sent == 2
        expect(page.locator("[data-awaited]")).to_have_count(0, timeout=PATIENCE_MS)
    assert complaints.heard == []


def test_the_key_w_wants_the_first_one_and_the_button_takes_it_back(
    served: Served, page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    photos = [pictures.heavy_jpeg(400, seed=seed) for seed in (31, 32)]
    sign_in(page, served)
    case_id = open_case(page, served)
    with officer(served, tmp_path) as field:
        held_back(field, case_id, *photos)
        rows = page.locator("[data-awaited]")
        expect(rows).to_have_count(2, timeout=PATIENCE_MS)
        page.keyboard.press("w")
        expect(rows.first).to_contain_text("已索要", timeout=PATIENCE_MS)
        expect(rows.nth(1)).not_to_contain_text("已索要")
        rows.first.get_by_role("button", name="撤回").click()
        expect(rows.first).not_to_contain_text("已索要", timeout=PATIENCE_MS)
        assert field.sync(policy=METERED).files_sent == 0
    assert page.evaluate("window.unreloaded") is True
    assert complaints.heard == []


def test_without_scripts_the_form_does_the_same(
    served: Served, page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    sign_in(page, served)
    with officer(served, tmp_path) as field:
        held_back(field, served.city["cases"][1], pictures.heavy_jpeg(400, seed=41))
    assert context.browser
    bare = context.browser.new_context(java_script_enabled=False)
    bare.add_cookies([{"name": "sessionid", "value": session_of(context), "url": served.url}])
    scriptless = bare.new_page()
    scriptless.goto(f"{served.url}/centre/cases/{served.city['cases'][1]}")
    scriptless.get_by_role("button", name="立即索要").first.click()
    expect(scriptless.locator("[data-awaited]").first).to_contain_text("已索要")
    assert "/centre/actions/" in scriptless.url
