"""Centre: desk and wall in a real Chromium through a burst and a day of frames: heap, nodes, listeners, keys."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

import psutil
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from bench.city import found_city
from bench.place import Place, Server
from bench.report import Report, rounded
from server.people.models import Officer
from server.people.services import create_wall
from tests.browser.chromium import Machine, flags, required_chromium
from tests.browser.happening import burst
from tests.browser.waiting import until

MB = 1024 * 1024
AIM_MS = 100
"""What answers within a tenth of a second seems to answer at once."""
PATIENCE_MS = 300_000
FEEDS = {"desk": "window.zhixingFeed", "wall": "window.zhixingFollowing.feed"}
LISTEN = """() => { window.paints = [];
  const painted = ({ timeStamp }) => requestAnimationFrame(() => requestAnimationFrame(
    () => window.paints.push(performance.now() - timeStamp)));
  document.addEventListener("keydown", painted, { capture: true }); }"""
DAY = """async (frames) => {
  const feed = FEED, [stream] = feed.places.keys(), { ledger_epoch, position } = feed.places.get(stream);
  const answer = await fetch(`/api/v1/live/${stream.slice(6)}?after=${position - 1}`);
  const { entries: [last] } = await answer.json();
  for (let to = position + 1; to <= position + frames; to += 1) {
    const frame = { type: "entries", stream, ledger_epoch, from: to - 1, to, entries: [{ ...last, position: to }] };
    feed.socket.onmessage({ data: JSON.stringify(frame) });
    if (to % 50 === 0) await new Promise(requestAnimationFrame);
  }
}"""
BARE = """<!doctype html><title>bare</title>%s<script type="module">
const rows = [...document.querySelectorAll("a")];
const next = () => rows[(rows.indexOf(document.activeElement) + 1) %% rows.length];
document.addEventListener("keydown", () => next().focus());
</script>"""


@dataclass(frozen=True)
class Size:
    cases: int = 200
    entries: int = 5_000
    frames: int = 50_000
    """What a hundred courts tell in a day, one entry a frame: a desk above all of them hears it."""
    keys: int = 40
    settled_ms: int = 7_000


TINY = Size(cases=4, entries=200, frames=500, keys=3, settled_ms=500)


@dataclass(frozen=True)
class Weight:
    """After garbage collection."""

    heap_mb: float
    nodes: int
    listeners: int


@dataclass
class Found:
    weights: dict[str, Weight] = field(default_factory=dict)
    keys_ms: dict[str, float] = field(default_factory=dict)
    cpu_s_per_1000: float = 0.0

    @property
    def growth(self) -> float:
        """Heap after the day, of that after the burst."""
        return self.weights["day"].heap_mb / self.weights["burst"].heap_mb


def measure(place: Place, size: Size) -> Report:
    city, server = found_city(size.cases), place.serve()
    wall, _password = create_wall(court=city.court, name="大厅")
    sessions = {"desk": _session_of(city.duty), "wall": _session_of(wall)}
    # Rows are made on a thread of their own: Playwright's event loop lives in this one.
    with ThreadPoolExecutor(max_workers=1) as rows, sync_playwright() as playwright:
        executable = required_chromium(Machine.this())
        browser = playwright.chromium.launch(executable_path=executable, args=flags())

        def begin() -> Future[None]:
            return rows.submit(burst, city.court.code, str(size.entries))

        pages = {name: _watched(browser, server, name, sessions[name], size, begin) for name in FEEDS}
        floor = _bare(browser, size)
        browser.close()
        rows.submit(connections.close_all).result()
    return _report(size, pages["desk"], pages["wall"], floor)


def _session_of(officer: Officer) -> str:
    browser = Client()
    browser.force_login(officer, backend="server.people.auth.OfficerBackend")
    assert browser.session.session_key
    return browser.session.session_key


def _watched(
    browser: Browser, server: Server, name: str, session: str, size: Size, begin: Callable[[], Future[None]]
) -> Found:
    """One page from its first load through the burst and the day."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
    page, found = context.new_page(), Found()
    page.goto(f"{server.url}/centre/")
    until(page, "document.documentElement.dataset.link === 'live'", PATIENCE_MS)
    page.evaluate(LISTEN)
    _weigh(page, found, size, "load")
    burning = begin()
    found.keys_ms["burst_meanwhile"] = _keys(page, size.keys)
    burning.result()
    position = f"{FEEDS[name]}.places.values().next().value.position"
    until(page, f"{position} >= {size.entries} && document.documentElement.dataset.link === 'live'", PATIENCE_MS)
    _weigh(page, found, size, "burst")
    begun = _renderer_cpu()
    page.evaluate(DAY.replace("FEED", FEEDS[name]), size.frames)
    found.cpu_s_per_1000 = (_renderer_cpu() - begun) / size.frames * 1000
    _weigh(page, found, size, "day")
    context.close()
    return found


def _bare(browser: Browser, size: Size) -> Found:
    """As many links, and a listener that moves the focus."""
    page, found = browser.new_page(viewport={"width": 1440, "height": 900}), Found()
    page.set_content(BARE % "".join(f'<p><a href="#{number}">{number}</a></p>' for number in range(size.cases)))
    page.evaluate(LISTEN)
    _weigh(page, found, size, "load")
    page.close()
    return found


def _weigh(page: Page, found: Found, size: Size, when: str) -> None:
    """Once all that was to be drawn again is."""
    page.wait_for_timeout(size.settled_ms)
    found.keys_ms[when] = _keys(page, size.keys)
    cdp = page.context.new_cdp_session(page)
    for _ in range(2):  # what the first frees may free more
        cdp.send("HeapProfiler.collectGarbage")
    counted = cdp.send("Memory.getDOMCounters")
    used = cdp.send("Runtime.getHeapUsage")["usedSize"]
    found.weights[when] = Weight(rounded(used / MB), counted["nodes"], counted["jsEventListeners"])
    cdp.detach()


def _keys(page: Page, keys: int) -> float:
    """Milliseconds from a key to the frame that shows what it did; the median."""
    page.evaluate("window.paints = []")
    for number in range(1, keys + 1):
        page.keyboard.press("j")
        until(page, f"window.paints.length >= {number}", PATIENCE_MS)
    paints: list[float] = page.evaluate("window.paints")
    return rounded(median(paints))


def _renderer_cpu() -> float:
    """Seconds of all pages' processes."""
    every = psutil.Process().children(recursive=True)
    pages = [each for each in every if "--type=renderer" in each.cmdline()]
    return sum(each.cpu_times().user + each.cpu_times().system for each in pages)


def _report(size: Size, desk: Found, wall: Found, floor: Found) -> Report:
    bare = floor.weights["load"].heap_mb
    more: dict[str, Any] = {
        "entries": size.entries,
        "frames": size.frames,
        "keys_ms": {"desk": desk.keys_ms, "wall": wall.keys_ms, "bare": floor.keys_ms},
        "desk": {when: asdict(weight) for when, weight in desk.weights.items()},
        "wall": {when: asdict(weight) for when, weight in wall.weights.items()},
        "bare": asdict(floor.weights["load"]),
        "growth": {"desk": rounded(desk.growth), "wall": rounded(wall.growth)},
        "heap_of_bare": {
            name: rounded(each.weights["burst"].heap_mb / bare) for name, each in (("desk", desk), ("wall", wall))
        },
        "wall_cpu_s_per_1000": rounded(wall.cpu_s_per_1000),
    }
    unit = f"ms (p50) from a key to its frame on a desk of {size.cases} cases, after {size.entries} entries"
    return Report("centre", desk.keys_ms["burst"], unit, floor.keys_ms["load"], AIM_MS, desk.cpu_s_per_1000, 0, more)
