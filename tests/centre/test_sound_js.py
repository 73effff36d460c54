"""Sound as the page makes it, on a clock of its own: armed by somebody, rate limited, silent once it is answered."""

import json
import subprocess
from typing import Any

from tests.centre.node_page import DRIVER, FEED, NODE

SOS = {"id": "1", "tone": "critical"}
SILENT = {"id": "2", "tone": "critical"}
ORDER = {"id": "3", "tone": "warning"}
ARM: dict[str, Any] = {"toggle": None}


def played(*orders: dict[str, Any]) -> list[dict[str, Any]]:
    """What stood after each order: what was heard since the sound was armed, how many wait, and its state."""
    lines = "".join(json.dumps(order) + "\n" for order in orders)
    command = [NODE, DRIVER.parent / "sound.mjs", FEED.parent / "sound.js"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_nothing_is_heard_before_somebody_arms_it() -> None:
    *_, end = played({"ask": [SOS]}, {"pass": 20})
    assert end == {"heard": [], "waiting": 0, "state": "off"}


def test_arming_is_heard_once_so_that_one_knows_it_works() -> None:
    (end,) = played(ARM)
    assert (end["heard"], end["state"]) == (["info"], "on")


def test_a_call_for_help_repeats_every_five_seconds_until_it_is_answered() -> None:
    _, asked, later, answered = played(ARM, {"pass": 6, "ask": [SOS]}, {"pass": 11}, {"ask": [], "pass": 60})
    assert asked["heard"] == ["info", "critical"]
    assert later["heard"] == answered["heard"] == ["info", *["critical"] * 3]


def test_a_warning_repeats_too_but_seldom() -> None:
    *_, end = played(ARM, {"pass": 6, "ask": [ORDER]}, {"pass": 31})
    assert end["heard"] == ["info", "warning", "warning"]


def test_what_comes_within_five_seconds_is_one_tone_and_a_number() -> None:
    _, first, second, later = played(
        ARM, {"pass": 6, "ask": [SOS]}, {"pass": 1, "ask": [SOS, SILENT, ORDER]}, {"pass": 4}
    )
    assert first["heard"] == second["heard"] == ["info", "critical"]
    assert second["waiting"] == 2
    assert later["heard"] == ["info", "critical", "critical"]


def test_the_gravest_is_heard_where_several_ask() -> None:
    *_, end = played(ARM, {"pass": 6, "ask": [ORDER, SOS]})
    assert end["heard"] == ["info", "critical"]
    assert end["waiting"] == 1


def test_switched_off_it_is_silent() -> None:
    *_, end = played(ARM, {"pass": 6, "ask": [SOS]}, {"toggle": None, "pass": 60})
    assert (end["heard"], end["state"]) == (["info", "critical"], "off")
