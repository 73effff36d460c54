"""`make screenshots`: draws everything to build/screenshots and says what axe-core found."""

import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import Machine, chromium_of, flags
from tests.browser.conftest import Served
from tests.screenshots.gallery import Gallery, pictures

FOLDER = Path("build/screenshots")
CASES = int(os.environ.get("CASES", "500"))


def main(names: list[str]) -> int:
    served = Served("")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_of(Machine.this()), args=flags())
            gallery = Gallery.of(served, browser, FOLDER, CASES)
            for picture in pictures(gallery.city):
                if not names or any(name in picture.name for name in names):
                    gallery.draw(picture)
                    print(picture.name, said(gallery.found[-1]["violations"]), flush=True)
            gallery.write()
            browser.close()
    finally:
        served.stop()
    return int(any(each["violations"]["critical"] + each["violations"]["serious"] for each in gallery.found))


def said(violations: dict[str, list[dict[str, str]]]) -> str:
    return ", ".join(f"{impact} {[each['rule'] for each in found]}" for impact, found in violations.items() if found)


sys.exit(main(sys.argv[1:]))
