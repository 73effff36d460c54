"""Django's ASGI handler on a fixed set of threads, with the whole middleware chain run in one hop.

Stock Django starts a thread, and so opens a database connection, for every request, and hops between event loop and
thread at every middleware. All our views are plain functions, so the chain runs as it would under WSGI.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from server.common.load import Load, load

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class PooledHandler(ASGIHandler):
    """At most `threads` requests at once, each from beginning to end on one thread; `queue` others wait their turn.

    Whoever comes then is sent away at once, with a time to come back: 503, and nothing was begun. 0: nobody is.
    """

    def __init__(self, *, threads: int, queue: int = 0, load: Load = load) -> None:
        super().__init__()
        self._load = load
        load.room = queue
        # Last in, first out: few warm threads do the work of a quiet hour.
        self._free: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
        for number in range(threads):
            self._free.put_nowait(ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"web-{number}"))
        self._answering: set[asyncio.Task[None]] = set()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = await super().run_get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _block_by_block(iter(response))
        return response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._free.empty() and not self._load.admits(scope.get("path", "")):
            await _send_away(send, self._load.retry_after_seconds())
            return
        # A task of its own: whoever cancels us (Daphne, when a client is long gone) must not free a thread at work.
        answering = asyncio.create_task(self._answer(scope, receive, send))
        self._answering.add(answering)
        answering.add_done_callback(self._answering.discard)
        await asyncio.shield(answering)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._load.waiting += 1
        try:
            thread = await self._free.get()
        finally:
            self._load.waiting -= 1
        try:
            async with ThreadSensitiveContext(executor=thread):
                # Ends after `request_finished` ran on the thread, so after everything before it.
                await self.handle(scope, receive, send)
        finally:
            self._free.put_nowait(thread)


_TOO_MANY = b'{"type":"/api/errors#unavailable","title":"Unavailable","status":503,"code":"unavailable"}'


async def _send_away(send: Send, retry_after_seconds: int) -> None:
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(_TOO_MANY)),
        (b"retry-after", b"%d" % retry_after_seconds),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_MANY})


async def _block_by_block(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Django would first read a plain iterator to its end, a whole file into memory."""
    step = sync_to_async(lambda: next(blocks, None), thread_sensitive=True)
    while (block := await step()) is not None:
        yield block
