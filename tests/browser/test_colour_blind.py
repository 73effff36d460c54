"""Every state as somebody without green sees it, drawn by Chromium: no two of them look alike, in any theme."""

import io
from itertools import combinations

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page

from server.centre import safety_pages
from server.centre.states import Look
from tests.browser.conftest import Served
from tests.browser.test_desk import sign_in
from tests.centre.test_states import looks
from tests.journeys.deployment import ROOT

CELL = 48
LEAST_SHARE = 0.02
"""Of the pixels of a cell that have to differ, and by how much of 255."""
LEAST_STEP = 40
GRID = """([looks, cell, theme]) => {
  document.documentElement.dataset.theme = theme;
  const use = (glyph) => `<svg class="g" width="${cell}" height="${cell}"><use href="#${glyph}"/></svg>`;
  const cells = looks.map(([glyph, hue]) => `<span class="st" data-hue="${hue}">${use(glyph)}</span>`);
  const sprite = document.querySelector(".sprite");
  document.body.innerHTML = `<div id="grid">${cells.join("")}</div>`;
  document.body.append(sprite);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`#grid .st, #grid .g { display: block; width: ${cell}px; height: ${cell}px }`);
  document.adoptedStyleSheets = [sheet];
}"""


def drawn_states() -> list[Look]:
    """One of each shape and colour."""
    tables = (safety_pages._ALARMS, safety_pages._WATCHES, safety_pages._ORDERS)
    of_people = [Look(glyph, hue, "") for table in tables for glyph, hue in table.values()]
    return list({(look.glyph, look.hue): look for look in [*looks(), *of_people]}.values())


def share_that_differs(one: Image.Image, other: Image.Image) -> float:
    steps = ImageChops.difference(one, other).convert("L").histogram()
    return sum(steps[LEAST_STEP:]) / sum(steps)


@pytest.mark.parametrize("theme", ["light", "dark", "wall"])
def test_no_two_states_look_alike_without_green(served: Served, page: Page, theme: str) -> None:
    sign_in(page, served)
    states = drawn_states()
    page.set_viewport_size({"width": 400, "height": CELL * len(states)})
    page.evaluate(GRID, [[[look.glyph, look.hue] for look in states], CELL, theme])
    page.context.new_cdp_session(page).send("Emulation.setEmulatedVisionDeficiency", {"type": "deuteranopia"})
    seen = Image.open(io.BytesIO(page.locator("#grid").screenshot())).convert("RGB")
    seen.save(ROOT / "build" / f"states-deuteranopia-{theme}.png")
    cells = [seen.crop((0, CELL * number, CELL, CELL * (number + 1))) for number in range(len(states))]
    assert all(low < high for cell in cells for low, high in [cell.convert("L").getextrema()]), "each is drawn"
    alike = [
        (states[one], states[other])
        for one, other in combinations(range(len(states)), 2)
        if share_that_differs(cells[one], cells[other]) < LEAST_SHARE
    ]
    assert [(f"{one.glyph} {one.hue}", f"{other.glyph} {other.hue}") for one, other in alike] == []
