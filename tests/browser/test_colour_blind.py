"""Every state as somebody without green sees it, drawn by Chromium: what looks alike says another word beside it."""

import io
from itertools import combinations

import pytest
from django.utils import translation
from PIL import Image, ImageChops
from playwright.sync_api import Page

from server.centre import safety_pages
from server.centre.states import Look
from tests.browser.conftest import Served
from tests.browser.test_desk import sign_in
from tests.centre.test_states import looks
from tests.journeys.deployment import ROOT

pytestmark = pytest.mark.database_free
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


def spoken() -> dict[tuple[str, str], set[str]]:
    """Of each shape and colour the words that stand beside it, in both languages."""
    said: dict[tuple[str, str], set[str]] = {}
    tables = (safety_pages._ALARMS, safety_pages._WATCHES, safety_pages._ORDERS)
    for language in ("zh-hans", "en"):
        with translation.override(language):
            of_people = [Look(*look, str(kind.label)) for table in tables for kind, look in table.items()]
            for look in [*looks(), *of_people]:
                said.setdefault((look.glyph, look.hue), set()).add(str(look.text))
    return said


def share_that_differs(one: Image.Image, other: Image.Image) -> float:
    steps = ImageChops.difference(one, other).convert("L").histogram()
    return sum(steps[LEAST_STEP:]) / sum(steps)


@pytest.mark.parametrize("theme", ["light", "dark", "wall"])
def test_states_are_told_apart_without_green(served: Served, page: Page, theme: str) -> None:
    sign_in(page, served)
    words = spoken()
    states = list(words)
    page.set_viewport_size({"width": 400, "height": CELL * len(states)})
    page.evaluate(GRID, [states, CELL, theme])
    page.context.new_cdp_session(page).send("Emulation.setEmulatedVisionDeficiency", {"type": "deuteranopia"})
    seen = Image.open(io.BytesIO(page.locator("#grid").screenshot())).convert("RGB")
    (ROOT / "build").mkdir(exist_ok=True)
    seen.save(ROOT / "build" / f"states-deuteranopia-{theme}.png")
    cells = {look: seen.crop((0, CELL * n, CELL, CELL * (n + 1))) for n, look in enumerate(states)}
    assert all(len(cell.convert("L").getcolors() or [0, 0]) > 1 for cell in cells.values()), "each of them is drawn"
    alike = [(a, b) for a, b in combinations(states, 2) if share_that_differs(cells[a], cells[b]) < LEAST_SHARE]
    assert all(a[0] == b[0] for a, b in alike), "two shapes are never taken for one another"
    assert [(a, b) for a, b in alike if words[a] & words[b]] == []
    assert len(alike) < len(states) / 5, "a word alone tells only a few of them apart"
