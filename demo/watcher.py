"""A watcher of several courts: snapshot positions first, then the socket; counts each entry it sees once."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Mapping

import httpx2
import websockets


class Watcher:
    """Runs in a thread of its own; `seen` counts entries by stream, strictly in order of position."""

    def __init__(self, http: httpx2.Client, address: str, courts: list[str]) -> None:
        self.http = http
        self.address = address
        self.courts = courts
        self.begun: dict[str, tuple[str, int]] = {}
        self.positions: dict[str, int] = {}
        self.faults: list[str] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()), daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def seen(self) -> int:
        return sum(self.positions[stream] - start for stream, (_, start) in self.begun.items())

    def start(self) -> None:
        for court in self.courts:
            snapshot = self.http.get(f"/api/v1/live/{court}/snapshot").raise_for_status().json()
            self.begun[snapshot["stream"]] = (snapshot["ledger_epoch"], snapshot["position"])
            self.positions[snapshot["stream"]] = snapshot["position"]
        self._thread.start()
        if not self._ready.wait(20):
            raise RuntimeError("the live socket did not open")

    def logged(self) -> int:
        """The same entries, counted over HTTP."""
        total = 0
        for stream, (epoch, start) in self.begun.items():
            after, court = start, stream.removeprefix("court:")
            while True:
                page = self.http.get(f"/api/v1/live/{court}", params={"after": after, "ledger_epoch": epoch})
                rows = page.raise_for_status().json()["entries"]
                if not rows:
                    break
                total, after = total + len(rows), rows[-1]["position"]
        return total

    async def _watch(self) -> None:
        ticket = self.http.post("/api/v1/live/tickets").raise_for_status().json()["ticket"]
        address = self.address.replace("http", "ws", 1) + "/ws/v1/live"
        async with websockets.connect(address, subprotocols=[websockets.Subprotocol("zhixing.live.v1")]) as socket:
            await socket.send(json.dumps({"ticket": ticket}))
            wanted = [
                {"stream": stream, "ledger_epoch": epoch, "position": position}
                for stream, (epoch, position) in self.begun.items()
            ]
            await socket.send(json.dumps({"subscribe": wanted}))
            with contextlib.suppress(websockets.ConnectionClosed):  # the demonstration is over, or `seen` falls short
                await self._listen(socket)

    async def _listen(self, socket: websockets.ClientConnection) -> None:
        async for text in socket:
            answer = self._take(json.loads(text))
            if answer:
                await socket.send(json.dumps(answer))

    def _take(self, frame: Mapping[str, object]) -> dict[str, object] | None:
        if frame["type"] == "ok":
            self._ready.set()
        if frame["type"] != "entries":
            return None
        stream = str(frame["stream"])
        entries = frame["entries"]
        assert isinstance(entries, list)
        for entry in entries:
            if entry["position"] != self.positions[stream] + 1:
                self.faults.append(f"{stream}: {entry['position']} after {self.positions[stream]}")
            self.positions[stream] = entry["position"]
        return {"ack": frame["to"]}
