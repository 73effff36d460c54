"""Requests on a fixed set of threads, each from beginning to end on one."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from server.common.load import Load
from server.config.asgi_pool import PooledHandler
from server.config.request_id import current

seen: list[tuple[str, str]] = []
begun, gate = threading.Event(), threading.Event()
produced: list[int] = []


def where(request: HttpRequest) -> HttpResponse:
    seen.append((threading.current_thread().name, current.get()))
    return HttpResponse(current.get())


def waiting(request: HttpRequest) -> HttpResponse:
    seen.append((threading.current_thread().name, "begun"))
    begun.set()
    gate.wait(20)
    seen.append((threading.current_thread().name, "ended"))
    return HttpResponse("done")


def blocks() -> Iterator[bytes]:
    for number in range(4):
        produced.append(number)
        yield bytes([number]) * 10


def streaming(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(blocks())


def failing(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("planned")


urlpatterns = [path("where", where), path("waiting", waiting), path("streaming", streaming), path("failing", failing)]
pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def own_urls() -> Iterator[None]:
    seen.clear()
    produced.clear()
    begun.clear()
    gate.clear()
    with override_settings(ROOT_URLCONF=__name__):
        yield
    gate.set()


def asking(handler: PooledHandler, address: str, request_id: str = "r") -> Any:
    scope = {
        "type": "http",
        "method": "GET",
        "path": address,
        "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"x-request-id", request_id.encode())],
    }
    return ApplicationCommunicator(handler, scope)  # type: ignore[no-untyped-call]


async def answer(handler: PooledHandler, address: str, request_id: str = "r") -> tuple[int, bytes]:
    client = asking(handler, address, request_id)
    await client.send_input({"type": "http.request"})
    start = await client.receive_output(20)
    body, more = b"", True
    while more:
        part = await client.receive_output(20)
        body, more = body + part.get("body", b""), part.get("more_body", False)
    await client.wait()
    return start["status"], body


async def begun_waiting() -> None:
    assert await asyncio.to_thread(begun.wait, 20)


async def test_many_requests_share_few_threads_and_keep_their_own_context() -> None:
    handler = PooledHandler(threads=3)
    answers = await asyncio.gather(*(answer(handler, "/where", f"r-{number}") for number in range(30)))
    assert answers == [(200, f"r-{number}".encode()) for number in range(30)]
    assert len({thread for thread, _ in seen}) <= 3


async def test_a_quiet_server_stays_on_one_warm_thread() -> None:
    handler = PooledHandler(threads=4)
    for _ in range(6):
        await answer(handler, "/where")
    assert len({thread for thread, _ in seen}) == 1


async def test_a_slow_request_does_not_hold_up_its_neighbour() -> None:
    handler = PooledHandler(threads=2)
    slow = asyncio.create_task(answer(handler, "/waiting"))
    await begun_waiting()
    assert (await answer(handler, "/where"))[0] == 200
    gate.set()
    assert await slow == (200, b"done")


async def test_a_thread_left_by_a_request_that_was_cancelled_is_given_out_when_it_is_free() -> None:
    handler = PooledHandler(threads=1)
    client = asking(handler, "/waiting")
    await client.send_input({"type": "http.request"})
    await begun_waiting()
    client.future.cancel()  # as Daphne does long after a client hung up
    following = asyncio.create_task(answer(handler, "/where"))
    await asyncio.sleep(0)
    gate.set()
    assert (await following)[0] == 200
    assert [what for _, what in seen] == ["begun", "ended", "r"]


async def test_a_client_that_hangs_up_costs_its_thread_no_longer_than_its_view() -> None:
    handler = PooledHandler(threads=1)
    client = asking(handler, "/waiting")
    await client.send_input({"type": "http.request"})
    await begun_waiting()
    await client.send_input({"type": "http.disconnect"})
    gate.set()
    await client.wait(20)
    assert (await answer(handler, "/where"))[0] == 200


async def test_a_plain_iterator_goes_out_block_by_block() -> None:
    handler = PooledHandler(threads=1)
    client = asking(handler, "/streaming")
    await client.send_input({"type": "http.request"})
    assert (await client.receive_output(20))["status"] == 200
    assert (await client.receive_output(20))["body"] == b"\0" * 10
    rest = [(await client.receive_output(20)).get("body", b"") for _ in range(4)]
    assert b"".join(rest) == b"\1" * 10 + b"\2" * 10 + b"\3" * 10
    assert produced == [0, 1, 2, 3]
    await client.wait()


async def test_a_failing_view_is_answered_and_its_thread_goes_on() -> None:
    handler = PooledHandler(threads=1)
    assert (await answer(handler, "/failing"))[0] == 500
    assert (await answer(handler, "/where"))[0] == 200


async def full_queue(handler: PooledHandler, waiting: int) -> list[asyncio.Task[tuple[int, bytes]]]:
    """One thread at work, and so many requests waiting for it."""
    slow = [asyncio.create_task(answer(handler, "/waiting"))]
    await begun_waiting()
    slow += [asyncio.create_task(answer(handler, "/where")) for _ in range(waiting)]
    for _ in range(20):  # turns of the loop, until each has come to wait
        await asyncio.sleep(0)
    assert handler._load.waiting == waiting
    return slow


async def sent_away(handler: PooledHandler, address: str) -> int | None:
    """After how many seconds it is told to come back; None where it may wait for its turn."""
    client = asking(handler, address)
    await client.send_input({"type": "http.request"})
    if await client.receive_nothing(0.2):
        client.future.cancel()
        return None
    start, body = await client.receive_output(5), await client.receive_output(5)
    assert start["status"] == 503
    assert json.loads(body["body"])["code"] == "unavailable"
    return int(dict(start["headers"])[b"retry-after"])


async def test_whoever_finds_the_queue_full_is_sent_away_at_once_and_the_others_are_answered() -> None:
    handler = PooledHandler(threads=1, queue=4, load=Load())
    slow = await full_queue(handler, 4)
    waits = [await sent_away(handler, "/where") for _ in range(30)]
    assert all(wait is not None and 2 <= wait <= 40 for wait in waits)
    assert len(set(waits)) > 10, "spread, so that they do not come back together"
    gate.set()
    assert [status for status, _ in await asyncio.gather(*slow)] == [200] * 5


async def test_bytes_are_sent_away_before_reading_and_reading_before_what_was_recorded() -> None:
    handler = PooledHandler(threads=1, queue=4, load=Load())
    slow = await full_queue(handler, 2)
    assert await sent_away(handler, "/api/v1/uploads/0") is not None
    assert await sent_away(handler, "/api/v1/sync/pull") is None
    assert await sent_away(handler, "/api/v1/sync/pull") is not None, "the one before it still waits"
    assert await sent_away(handler, "/api/v1/sync/push") is None
    assert await sent_away(handler, "/healthz") is None
    gate.set()
    await asyncio.gather(*slow, *handler._answering)
