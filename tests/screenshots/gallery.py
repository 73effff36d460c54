"""What is photographed: for each picture who looks, at what, on which screen, and what axe-core finds there."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Served

AXE = Path(__file__).parents[1] / "browser/vendor/axe-core-4.14.1/axe.min.js"
IMPACTS = ("critical", "serious", "moderate", "minor")
PATIENCE_MS = 60_000
DESK, BIG, PHONE, TWICE = (1440, 900), (1920, 1080), (390, 844), (720, 450)

Act = Callable[[Page], None]


def nothing(_page: Page) -> None:
    return


@dataclass(frozen=True)
class Picture:
    name: str
    who: str
    path: str
    size: tuple[int, int] = DESK
    scale: float = 1
    theme: str = "light"
    language: str = "zh-hans"
    vision: str = "none"
    media: str = "screen"
    before: Act = nothing
    seed: str = ""
    """What happens before, as the seed names it."""
    is_whole: bool = False
    """The whole page, as long as it is."""


def cut_off(page: Page) -> None:
    """The server is not heard of any more, and the page says so."""
    page.evaluate("document.documentElement.dataset.staleAfterMs = '1200'")
    page.context.set_offline(True)
    page.evaluate("(window.zhixingFeed ?? window.zhixingFollowing.feed).socket.close()")
    expect(page.locator("[data-banner]")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("[data-age]")).not_to_be_empty(timeout=PATIENCE_MS)


def look_at_all(page: Page) -> None:
    """Pictures below the fold are fetched when somebody comes near them."""
    for image in page.locator("img[loading=lazy]").all():
        image.scroll_into_view_if_needed()
        image.evaluate("image => image.decode()")
    page.evaluate("scrollTo(0, 0)")


def focus_some(page: Page) -> None:
    page.keyboard.press("j")


def pictures(city: dict[str, Any]) -> Iterator[Picture]:
    case, wall = f"/centre/cases/{city['case']}", "wall"
    act = f"/centre/actions/{city['action']}"
    yield Picture("signin", "", "/centre/sign-in")
    yield Picture("empty", "empty", "/centre/")
    yield Picture("case-light", "one", act)
    yield Picture("case-dark", "one", act, theme="dark")
    yield Picture("case-english", "one", act, language="en")
    yield Picture("case-1920", "one", act, size=BIG)
    yield Picture("case-phone", "one", case, size=PHONE, scale=2, is_whole=True)
    yield Picture("list-phone", "one", "/centre/", size=PHONE, scale=2)
    yield Picture("case-zoom-200", "one", act, size=TWICE, scale=2, is_whole=True)
    yield Picture("case-focus", "one", "/centre/", before=focus_some)
    yield Picture("case-print", "one", case, media="print", is_whole=True)
    yield Picture("review", "one", f"/centre/reviews/{city['review']}")
    yield Picture("reviews", "one", "/centre/reviews", theme="dark")
    yield Picture("warnings", "red", "/centre/warnings")
    yield Picture("devices", "one", "/centre/devices")
    yield Picture("accounts", "one", "/centre/accounts")
    yield Picture("stale", "one", case, before=cut_off)
    yield Picture("many", "many", "/centre/")
    yield Picture("many-deuteranopia", "many", "/centre/", vision="deuteranopia")
    yield Picture("long-names", "long", f"/centre/cases/{city['long_case']}")
    yield Picture("long-names-phone", "long", f"/centre/cases/{city['long_case']}", size=PHONE, scale=2)
    yield Picture("all-red", "red", "/centre/")
    yield Picture("all-red-dark", "red", "/centre/", theme="dark")
    yield Picture("wall-1080", wall, "/centre/", size=BIG)
    yield Picture("wall-4k", wall, "/centre/", size=(3840, 2160))
    yield Picture("wall-english", wall, "/centre/", size=BIG, language="en")
    yield Picture("wall-deuteranopia", wall, "/centre/", size=BIG, vision="deuteranopia")
    yield Picture("wall-of-one-court", "one", "/centre/?wall=1", size=BIG)
    yield Picture("wall-all-red", "red", "/centre/?wall=1", size=BIG)
    yield Picture("wall-empty", "empty", "/centre/?wall=1", size=BIG)
    yield Picture("wall-long-names", "long", "/centre/?wall=1", size=BIG)
    yield Picture("wall-stale", wall, "/centre/", size=BIG, before=cut_off)
    yield Picture("wall-incident", wall, "/centre/", size=BIG, seed="incident")
    yield Picture("incident", "one", "/centre/")
    yield Picture("incident-dark", "one", "/centre/", theme="dark")


@dataclass
class Gallery:
    """Walks through the pictures, each in a window of its own; a session for each of those who look."""

    served: Served
    browser: Browser
    folder: Path
    city: dict[str, Any]
    found: list[dict[str, Any]] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    sessions: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, served: Served, browser: Browser, folder: Path, how_many: int) -> "Gallery":
        folder.mkdir(parents=True, exist_ok=True)
        return cls(served, browser, folder, json.loads(served.run("-m", "tests.screenshots.seed", str(how_many))))

    def draw(self, picture: Picture) -> None:
        if picture.seed:
            self.served.run("-m", "tests.screenshots.seed", picture.seed)
        with self._window(picture) as page:
            page.goto(self.served.url + picture.path)
            if page.locator("#streams, #wall-streams").count():
                expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=PATIENCE_MS)
            expect(page.locator("[data-being-drawn]")).to_have_count(0, timeout=PATIENCE_MS)
            page.evaluate("document.fonts.ready.then(() => true)")
            if picture.is_whole:
                look_at_all(page)
            picture.before(page)
            page.screenshot(path=self.folder / f"{picture.name}.png", full_page=picture.is_whole)
            self.found.append({"name": picture.name, "violations": violations(page)})
            self.too_wide += [picture.name] if is_too_wide(page) else []

    def write(self) -> None:
        text = json.dumps(self.found, ensure_ascii=False, indent=1)
        (self.folder / "axe.json").write_text(text + "\n", encoding="utf-8")

    @contextmanager
    def _window(self, picture: Picture) -> Iterator[Page]:
        width, height = picture.size
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=picture.scale,
            storage_state=self._session(picture.who) if picture.who else None,
            reduced_motion="reduce",
        )
        self._choose(context, picture)
        page = context.new_page()
        page.emulate_media(media=picture.media)  # type: ignore[arg-type]
        if picture.vision != "none":
            seeing = context.new_cdp_session(page)
            seeing.send("Emulation.setEmulatedVisionDeficiency", {"type": picture.vision})
        try:
            yield page
        finally:
            context.close()

    def _choose(self, context: BrowserContext, picture: Picture) -> None:
        chosen = {"theme": picture.theme, "django_language": picture.language}
        context.add_cookies([{"name": name, "value": value, "url": self.served.url} for name, value in chosen.items()])

    def _session(self, who: str) -> Any:
        if who not in self.sessions:
            context = self.browser.new_context()
            page = context.new_page()
            number, password = self._credentials(who)
            page.goto(f"{self.served.url}/centre/sign-in")
            page.fill("#staff_no", number)
            page.fill("#password", password)
            page.press("#password", "Enter")
            page.wait_for_url(f"{self.served.url}/centre/")
            self.sessions[who] = context.storage_state()
            context.close()
        return self.sessions[who]

    def _credentials(self, who: str) -> tuple[str, str]:
        if who == "wall":
            number, password = self.city["wall"]
            return str(number), str(password)
        return str(self.city["staff"][who]), str(self.served.city["password"])


def is_too_wide(page: Page) -> bool:
    """Whether the page has to be pushed sideways to be read."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"))


def violations(page: Page) -> dict[str, list[dict[str, Any]]]:
    """What axe-core finds, by impact: the rule, what it says, and where."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((all) => all.violations)")
    by_impact: dict[str, list[dict[str, Any]]] = {impact: [] for impact in IMPACTS}
    for each in found:
        places = [node["target"] for node in each["nodes"]]
        by_impact[each["impact"]].append({"rule": each["id"], "help": each["help"], "at": places[:5]})
    return by_impact
