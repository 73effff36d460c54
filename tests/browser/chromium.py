"""A Chromium on this machine: found, else installed, else plainly none."""

import os
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--disable-gpu", "--disable-background-networking", "--no-first-run"]


def flags() -> list[str]:
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS  # as root Chromium has no sandbox to use


def find_chromium() -> str:
    """Path of one, or "" where there is none and none can be had."""
    return _found() or _installed()


def _found() -> str:
    with sync_playwright() as playwright:
        bundled = _bundled(playwright)
    return next((path for name in NAMES if (path := shutil.which(name))), bundled)


def _bundled(playwright: Playwright) -> str:
    path = playwright.chromium.executable_path
    return path if Path(path).exists() else ""


def _installed() -> str:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _quietly("apt-get", "update")
        _quietly("apt-get", "install", "-y", "--no-install-recommends", "chromium")
    if not _found():
        _quietly("playwright", "install", "chromium")
    return _found()


def _quietly(*command: str) -> None:
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
