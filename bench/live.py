"""Live: entries to 200 watchers one by one, beside raw sockets (the floor) and Channels' group_send (the rival)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client

from bench.city import City, found_city
from bench.meters import Meter, Reading
from bench.phone import Connection, Request
from bench.place import Place, is_durable
from bench.report import Report, rounded
from bench.watchers import Crowd, join_ours, join_raw, join_rival
from server.ledger.models import Entry
from server.ledger.services import Draft, append
from server.people.streams import court_stream
from server.realtime.tickets import issue_ticket

WARM_UP = 3
Tell = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Size:
    watchers: int = 200
    messages: int = 150

    @property
    def deliveries(self) -> int:
        return self.watchers * self.messages


TINY = Size(watchers=3, messages=3)


def measure(place: Place, size: Size) -> Report:
    city = found_city(2)
    # Our rows are made on one thread of their own: the event loop here is the watchers'.
    with ThreadPoolExecutor(max_workers=1) as desk:
        ours = asyncio.run(_ours(place, size, city, desk))
        text = desk.submit(_latest_view).result()
    rival = asyncio.run(_rival(place, size, text))
    floor = asyncio.run(_floor(place, size, text))
    return _report(place, size, ours, rival, floor)


async def _ours(place: Place, size: Size, city: City, desk: ThreadPoolExecutor) -> Reading:
    loop, stream = asyncio.get_running_loop(), court_stream(city.court.pk)
    server = place.serve("bench.live_ours:application")
    tickets = await loop.run_in_executor(desk, _tickets, city, size.watchers)
    line = Connection(server.port)

    async def tell(number: int) -> None:
        position = await loop.run_in_executor(desk, _append_one, stream, city, number)
        await asyncio.to_thread(_post, line, json.dumps({stream: position}).encode())

    async with AsyncExitStack() as stack:
        crowd = Crowd()
        await join_ours(f"ws://127.0.0.1:{server.port}", tickets, stream, crowd, stack)
        return await _deliver(server.meter, size, crowd, tell)


async def _rival(place: Place, size: Size, text: str) -> Reading:
    server = place.serve("bench.live_rival:application")
    line = Connection(server.port)

    async def tell(number: int) -> None:
        await asyncio.to_thread(_post, line, text.encode())

    async with AsyncExitStack() as stack:
        crowd = Crowd()
        await join_rival(f"ws://127.0.0.1:{server.port}", size.watchers, crowd, stack)
        return await _deliver(server.meter, size, crowd, tell)


async def _floor(place: Place, size: Size, text: str) -> Reading:
    server = place.serve_raw_sockets()
    crowd = Crowd()
    await join_raw(server.port, size.watchers, crowd)
    _, teller = await asyncio.open_connection("127.0.0.1", server.port)

    async def tell(number: int) -> None:
        teller.write(text.encode() + b"\n")
        await teller.drain()

    try:
        return await _deliver(server.meter, size, crowd, tell)
    finally:
        teller.close()
        await crowd.leave()


async def _deliver(meter: Meter, size: Size, crowd: Crowd, tell: Tell) -> Reading:
    """One message at a time, the next when all have it: nothing can be sent together."""
    await _tell(WARM_UP, size, crowd, tell)
    with meter.running() as reading:
        await _tell(size.messages, size, crowd, tell)
    await crowd.leave()
    return reading


async def _tell(messages: int, size: Size, crowd: Crowd, tell: Tell) -> None:
    for number in range(messages):
        wanted = crowd.count + size.watchers
        await tell(number)
        await crowd.until(wanted)


def _tickets(city: City, count: int) -> list[str]:
    browser = Client()
    browser.force_login(city.duty, backend="server.people.auth.OfficerBackend")
    key = browser.session.session_key
    assert key
    return [issue_ticket(officer=city.duty, session_key=key) for _ in range(count)]


def _append_one(stream: str, city: City, number: int) -> int:
    """An entry of the size of a usual act."""
    view = {"action": {"id": str(city.cases[0].pk), "status": "applied", "missing": [], "note": "x" * 400}, "n": number}
    with transaction.atomic():
        places = append([Draft((stream,), "action_recorded", view, {})])
    return places[0][stream].position


def _latest_view() -> str:
    return Entry.objects.order_by("-position")[0].view


def _post(line: Connection, body: bytes) -> None:
    answer = line.send(Request("POST", "/bench", body, {}))
    if answer.status != 204:
        raise RuntimeError(f"{answer.status}: {answer.content[:500]!r}")


def _report(place: Place, size: Size, ours: Reading, rival: Reading, floor: Reading) -> Report:
    per_1000 = {name: each.server / size.deliveries * 1000 for name, each in _named(ours, rival, floor).items()}
    more: dict[str, Any] = {
        "rival_group_send": rounded(per_1000["rival"]),
        "watchers": size.watchers,
        "messages": size.messages,
        "deliveries": size.deliveries,
        "deliveries_per_s": rounded(size.deliveries / ours.seconds),
        "durable": is_durable(place.database_url),
    }
    unit = f"CPU-s per 1,000 messages delivered to {size.watchers} watchers"
    database = ours.database / size.deliveries * 1000
    return Report("live", per_1000["ours"], unit, per_1000["floor"], 0.03, per_1000["ours"], database, more)


def _named(ours: Reading, rival: Reading, floor: Reading) -> dict[str, Reading]:
    return {"ours": ours, "rival": rival, "floor": floor}
