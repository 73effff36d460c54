"""A deployment by `manage.py serve`, on the database the suite runs on, and a real browser that hides no complaint."""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Response, sync_playwright

from tests.backends.migrated import postgres_database
from tests.backends.processes import running
from tests.browser.chromium import Machine, flags, required_chromium
from tests.journeys.deployment import ROOT, Deployment
from tests.settings import _DATABASE


class Served(Deployment):
    """The same deployment by `manage.py serve`: its worker draws previews."""

    def start(self) -> None:
        settings = [f"{name}={value}" for name, value in self.environment.items()]
        serve = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(self.port)]
        self.pid = self._process.enter_context(
            running(["env", *settings, *serve], folder=self.folder, is_ready=self._answers)
        )

    def end(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        self._process.close()


@dataclass
class Complaints:
    """Errors of consoles and pages, popups among them; violations of the content policy; refused requests."""

    heard: list[str] = field(default_factory=list)

    def listen_to(self, context: BrowserContext) -> None:
        context.on("console", lambda said: self.heard.append(said.text) if said.type == "error" else None)
        context.on("weberror", lambda fault: self.heard.append(str(fault.error)))
        context.on("response", self._judge)

    def _judge(self, response: Response) -> None:
        if response.status >= 400:
            self.heard.append(f"{response.status} {response.url}")

    def other_than(self, *expected: str) -> list[str]:
        return [text for text in self.heard if not any(part in text for part in expected)]


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    url = own_database(request.getfixturevalue("postgres")) if _DATABASE == "postgres" else ""
    deployment = Served(url)
    yield deployment
    deployment.stop()


def own_database(url: str) -> str:
    return postgres_database(url, f"browser_{uuid4().hex[:12]}")


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    executable = required_chromium(Machine.this())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags())
        yield browser.new_context(viewport={"width": 1440, "height": 900})
        browser.close()


@pytest.fixture
def complaints(context: BrowserContext) -> Complaints:
    made = Complaints()
    made.listen_to(context)
    return made


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Page:
    return context.new_page()
