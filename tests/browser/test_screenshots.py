"""`make screenshots` on a small city: axe-core finds nothing serious on any page, and none is wider than its screen."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import Served
from tests.journeys.deployment import ROOT
from tests.screenshots.gallery import IMPACTS, Gallery, pictures, violations

pytestmark = pytest.mark.database_free
FEW_CASES = 12
FOLDER = ROOT / "build/screenshots"


def test_axe_finds_nothing_serious_on_any_page(served: Served, context: BrowserContext) -> None:
    assert context.browser
    gallery = Gallery.of(served, context.browser, FOLDER, FEW_CASES)
    for picture in pictures(gallery.city):
        gallery.draw(picture)
    gallery.write()
    told = json.loads((FOLDER / "axe.json").read_text("utf-8"))
    assert [set(each["violations"]) for each in told] == [set(IMPACTS)] * len(told)
    found = {each["name"]: each["violations"]["critical"] + each["violations"]["serious"] for each in told}
    assert {name: rules for name, rules in found.items() if rules} == {}
    drawn = {path.stem for path in Path(FOLDER).glob("*.png")}
    assert set(found) <= drawn
    assert gallery.too_wide == []


def test_axe_would_find_what_is_wrong(context: BrowserContext) -> None:
    """Silence of a tool that does not run is no proof."""
    page = context.new_page()
    page.set_content('<html lang="en"><title>t</title><main><img src="x.png"><p style="color:#ccc">faint</p></main>')
    found = violations(page)
    assert {each["rule"] for impact in ("critical", "serious") for each in found[impact]} == {
        "image-alt",
        "color-contrast",
    }
