"""The sheet of enrolment codes on paper: A4, every slip whole on its page, a code large enough for a phone's camera."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from server.people.models import Officer, Role
from tests.actors import Cast, cast, officer_of

__all__ = ["cast"]
pytestmark = pytest.mark.django_db
CENTIMETRE = 96 / 2.54
A4_BETWEEN_MARGINS = (29.7 - 3) * CENTIMETRE


@pytest.fixture
def sheet(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread
    for number in range(27):
        officer_of(cast.court, f"2405{number:02}", f"警员{number}", Role.OFFICER)
    call_command("enrolment_sheet", str(tmp_path / "sheet.html"), "--court", cast.court.code)
    assert Officer.objects.count() > 30
    return tmp_path / "sheet.html"


def test_thirty_codes_are_printed_whole(sheet: Path, page: Page, tmp_path: Path) -> None:
    page.goto(sheet.as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round(18 * CENTIMETRE), "height": 1000})
    slips = page.locator("section")
    assert slips.count() == 30
    for box in (slips.nth(number).bounding_box() for number in range(30)):
        assert box
        assert box["height"] < A4_BETWEEN_MARGINS / 5
        assert 0 <= box["x"] < box["x"] + box["width"] <= 18 * CENTIMETRE + 1
    picture = page.locator("section svg").first.bounding_box()
    assert picture
    assert min(picture["width"], picture["height"]) > 3 * CENTIMETRE
    printed = page.pdf(path=str(tmp_path / "sheet.pdf"), prefer_css_page_size=True)
    pages = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", printed)
    assert [(round(float(width)), round(float(height))) for width, height in pages] == [(595, 842)] * 3
