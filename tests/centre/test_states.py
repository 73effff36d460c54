"""Never colour alone: every state has a shape of the sprite, a word in both languages, and a hue of the design."""

import re
from datetime import date, timedelta

import pytest
from django.utils import translation

from server.cases.levels import Level
from server.centre import states
from server.centre.states import Look
from tests.journeys.deployment import ROOT

TODAY = date(2026, 11, 22)
CENTRE = ROOT / "server/centre"
SHAPES = set(re.findall(r'symbol id="(\w+)"', (CENTRE / "templates/centre/sprite.html").read_text("utf-8")))
HUES = set(re.findall(r'\[data-hue="?(\w+)"?\]', (CENTRE / "static/centre/components.css").read_text("utf-8")))


def looks() -> list[Look]:
    return [
        *(states.level_look(level) for level in Level),
        *(states.running_look(Level.WARN, TODAY + timedelta(days), TODAY) for days in (-1, 0, 1)),
        states.running_look(Level.NORMAL, None, TODAY),
        states.done_look(TODAY, TODAY),
        states.done_look(TODAY, TODAY - timedelta(2)),
        states.pending_look(),
        *(states.action_look(status, False, 2) for status in ("applied", "parked", "quarantined", "superseded")),
        states.action_look("applied", True, 0),
        *(states.file_look(state, 40) for state in ("verified", "partial", "missing", "promised")),
        *states.link_looks(),
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_state_has_a_shape_a_word_and_a_hue(language: str) -> None:
    with translation.override(language):
        for look in looks():
            assert look.glyph in SHAPES
            assert look.hue in HUES | {"grey"}
            assert str(look.text).strip()


def test_no_state_is_told_from_another_by_colour_alone() -> None:
    with translation.override("zh-hans"):
        shapes_of_levels = [states.level_look(level).glyph for level in Level]
        texts = [str(states.level_look(level).text) for level in Level]
    assert len(set(shapes_of_levels)) == len(set(texts)) == len(Level)


def test_every_state_speaks_chinese() -> None:
    with translation.override("zh-hans"):
        spoken = [str(look.text) for look in looks()]
    assert [text for text in spoken if not re.search(r"[\u4e00-\u9fff]|%", text)] == []


@pytest.mark.parametrize(
    ("days", "language", "text"),
    [
        (-1, "en", "1 d over"),
        (-2, "en", "2 d over"),
        (1, "en", "1 d left"),
        (30, "en", "30 d left"),
        (0, "en", "Warning"),
        (-2, "zh-hans", "逾期 2 天"),
        (4, "zh-hans", "剩 4 天"),
    ],
)
def test_days_are_written_out(days: int, language: str, text: str) -> None:
    with translation.override(language):
        assert states.running_look(Level.WARN, TODAY + timedelta(days), TODAY).text == text


def test_every_reason_for_no_preview_has_its_words() -> None:
    """As the worker may leave them behind; one that is not known is shown as it is."""
    sources = [*(ROOT / "server/evidence").glob("*.py"), *(ROOT / "server/evidence/services").glob("*.py")]
    left = {reason for path in sources for reason in re.findall(r'"?reason"?[=:] ?"(\w+)"', path.read_text("utf-8"))}
    assert {"too_many_pixels", "unreadable", "too_large"} <= left
    with translation.override("zh-hans"):
        for reason in left - {"not_arrived", "pending"}:
            assert states.preview_reason_text(reason) != reason, reason
    assert states.preview_reason_text("of_tomorrow") == "of_tomorrow"
