"""A Chromium on this machine: found, else installed, else plainly none, which on CI is a failure."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--disable-gpu", "--disable-background-networking", "--no-first-run"]
APT = (("apt-get", "update"), ("apt-get", "install", "-y", "--no-install-recommends", "chromium"))
PLAYWRIGHT = ((sys.executable, "-m", "playwright", "install", "chromium"),)
INSTALL_SECONDS = 600

Command = Sequence[str]


@dataclass(frozen=True)
class Machine:
    """All that decides where a browser comes from."""

    find: Callable[[], str]
    run: Callable[[Command], bool]
    may_use_apt: bool

    @classmethod
    def this(cls) -> "Machine":
        return cls(found, run, may_use_apt=os.geteuid() == 0 and shutil.which("apt-get") is not None)


def flags() -> list[str]:
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS  # as root Chromium has no sandbox to use


def required_chromium(machine: Machine) -> str:
    """Path of one. Without any the test is skipped, on CI it fails."""
    if path := chromium_of(machine):
        return path
    if os.environ.get("CI") == "true":
        pytest.fail("there is no Chromium here, and none could be installed")
    pytest.skip("there is no Chromium here, and none could be installed")


def chromium_of(machine: Machine) -> str:
    """Path of one, or "" where there is none and none can be had. Installs nothing where there is one."""
    for commands in ((), *ways_to_install(machine)):
        for command in commands:
            machine.run(command)
        if path := machine.find():
            return path
    return ""


def ways_to_install(machine: Machine) -> list[Sequence[Command]]:
    """In the order to try: a package comes with the libraries it needs, a download does not."""
    return [APT, PLAYWRIGHT] if machine.may_use_apt else [PLAYWRIGHT]


def found() -> str:
    return next((path for name in NAMES if (path := shutil.which(name))), "") or _downloaded()


def _downloaded() -> str:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else ""


def run(command: Command, seconds: float = INSTALL_SECONDS) -> bool:
    """Whether it went well; one that is absent, fails or hangs did not."""
    try:
        done = subprocess.run(
            command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
