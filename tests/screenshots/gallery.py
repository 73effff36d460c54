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
DESK, SMALL, BIG, PHONE, TWICE = (1440, 900), (1280, 800), (1920, 1080), (390, 844), (720, 450)
A4 = (794, 1123)

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


def open_photo(page: Page) -> None:
    """The first photo, large, with what three sides say of it."""
    page.locator("figure.shot a.ph:has(img)").first.click()
    expect(page.locator("dialog.viewer")).to_be_visible(timeout=PATIENCE_MS)
    page.locator("dialog.viewer img").first.evaluate("image => image.decode()")


def open_help(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("dialog[data-help]")).to_be_visible(timeout=PATIENCE_MS)


def open_menu(page: Page) -> None:
    page.locator("#menu > summary").click()


def pictures(city: dict[str, Any]) -> Iterator[Picture]:
    yield from _of_the_desk(city)
    yield from _of_reviews(city)
    yield from _of_other_pages(city)
    yield from _on_paper(city)
    yield from _of_walls(city)


def _of_the_desk(city: dict[str, Any]) -> Iterator[Picture]:
    case, act, long = (f"/centre/cases/{city['case']}", f"/centre/actions/{city['action']}", "long")
    yield Picture("signin", "", "/centre/sign-in")
    yield Picture("empty", "empty", "/centre/")
    yield Picture("case-light", "one", act)
    yield Picture("case-dark", "one", act, theme="dark")
    yield Picture("case-english", "one", act, language="en")
    yield Picture("case-1920", "one", act, size=BIG)
    yield Picture("case-1280", "one", act, size=SMALL)
    yield Picture("case-phone", "one", act, size=PHONE, scale=2, is_whole=True)
    yield Picture("list-phone", "one", "/centre/", size=PHONE, scale=2)
    yield Picture("case-zoom-200", "one", act, size=TWICE, scale=2, is_whole=True)
    yield Picture("case-focus", "one", "/centre/", before=focus_some)
    yield Picture("case-viewer", "one", act, before=open_photo)
    yield Picture("help", "one", act, before=open_help)
    yield Picture("menu", "one", act, before=open_menu)
    yield Picture("stale", "one", case, before=cut_off)
    yield Picture("city", "city", "/centre/")
    yield Picture("city-alarms", "city", "/centre/?by=cause")
    yield Picture("city-alarms-english", "city", "/centre/?by=cause", language="en")
    yield Picture("city-case", "district", f"/centre/actions/{city['city_act']}", size=BIG)
    yield Picture("many", "many", "/centre/")
    yield Picture("many-4k", "many", "/centre/?by=cause", size=(3840, 2160))
    yield Picture("many-deuteranopia", "many", "/centre/", vision="deuteranopia")
    yield Picture("long-names", long, f"/centre/cases/{city['long_case']}")
    yield Picture("long-names-1280", long, f"/centre/cases/{city['long_case']}", size=SMALL)
    yield Picture("long-names-desk", long, "/centre/")
    yield Picture("long-names-phone", long, f"/centre/cases/{city['long_case']}", size=PHONE, scale=2)
    yield Picture("all-red", "red", "/centre/?by=cause")
    yield Picture("all-red-dark", "red", "/centre/", theme="dark")


def _of_reviews(city: dict[str, Any]) -> Iterator[Picture]:
    review = f"/centre/reviews/{city['review']}"
    yield Picture("review", "one", review)
    yield Picture("review-dark", "one", review, theme="dark")
    yield Picture("review-english", "one", review, language="en")
    yield Picture("review-1920", "one", review, size=BIG)
    yield Picture("review-phone", "one", review, size=PHONE, scale=2, is_whole=True)
    yield Picture("reviews", "one", "/centre/reviews")
    yield Picture("reviews-empty", "empty", "/centre/reviews")


def _of_other_pages(city: dict[str, Any]) -> Iterator[Picture]:
    city_case = f"/centre/cases/{city['city_case']}"
    for name in ("warnings", "devices", "matters", "approvals", "findings", "backfill", "meetings", "figures", "map"):
        yield Picture(name, "district", f"/centre/{name}")
        yield Picture(f"{name}-empty", "empty", f"/centre/{name}")
    for name in ("mutes", "shifts", "reports", "accounts", "safety", "dispatches", "operations"):
        yield Picture(name, "district", f"/centre/{name}")
    yield Picture("report", "district", f"/centre/reports/{city['day']}")
    yield Picture("matter", "district", f"/centre/matters/{city['matter']}?box=out")
    yield Picture("work", "district", f"{city_case}/work")
    yield Picture("urges", "district", f"{city_case}/urges")
    yield Picture("clocks", "district", f"{city_case}/clocks")
    yield Picture("figures-dark", "district", "/centre/figures", theme="dark")
    yield Picture("figures-english", "district", "/centre/figures", language="en")
    yield Picture("warnings-phone", "district", "/centre/warnings", size=PHONE, scale=2)
    yield Picture("warnings-zoom-200", "district", "/centre/warnings", size=TWICE, scale=2)
    yield Picture("safety-long-names", "long", "/centre/safety")


def _on_paper(city: dict[str, Any]) -> Iterator[Picture]:
    for name, who, path in (
        ("case-print", "one", f"/centre/cases/{city['case']}/print"),
        ("long-names-print", "long", f"/centre/cases/{city['long_case']}/print"),
        ("report-print", "district", f"/centre/reports/{city['day']}/print"),
    ):
        yield Picture(name, who, path, size=A4, media="print", is_whole=True)


def _of_walls(city: dict[str, Any]) -> Iterator[Picture]:
    wall = "city-wall"
    yield Picture("wall-1080", wall, "/centre/", size=BIG)
    yield Picture("wall-4k", wall, "/centre/", size=(3840, 2160))
    yield Picture("wall-english", wall, "/centre/", size=BIG, language="en")
    yield Picture("wall-deuteranopia", wall, "/centre/", size=BIG, vision="deuteranopia")
    yield Picture("wall-of-one-court", "one", "/centre/?wall=1", size=BIG)
    yield Picture("wall-all-red", "red", "/centre/?wall=1", size=BIG)
    yield Picture("wall-empty", "empty", "/centre/?wall=1", size=BIG)
    yield Picture("wall-long-names", "long", "/centre/?wall=1", size=BIG)
    yield Picture("wall-of-many", "wall", "/centre/", size=BIG)
    yield Picture("wall-stale", wall, "/centre/", size=BIG, before=cut_off)
    yield Picture("incident", "one", "/centre/", seed="incident")
    yield Picture("incident-page", "one", "/centre/incident")
    yield Picture("incident-page-dark", "one", "/centre/incident", theme="dark")
    yield Picture("incident-dark", "one", "/centre/", theme="dark")
    yield Picture("wall-incident", "wall", "/centre/", size=BIG)


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
            answer = page.goto(self.served.url + picture.path)
            assert answer is not None
            assert answer.ok, f"{picture.name}: {answer.status} {picture.path}"
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
            locale="en-GB" if picture.language == "en" else "zh-CN",
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
        if given := self.city.get({"wall": "wall", "city-wall": "city_wall"}.get(who, "")):
            number, password = given
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
