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

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class PooledHandler(ASGIHandler):
    """At most `threads` requests at once, each from beginning to end on one thread; the others wait their turn."""

    def __init__(self, *, threads: int) -> None:
        super().__init__()
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
        # A task of its own: whoever cancels us (Daphne, when a client is long gone) must not free a thread at work.
        answering = asyncio.create_task(self._answer(scope, receive, send))
        self._answering.add(answering)
        answering.add_done_callback(self._answering.discard)
        await asyncio.shield(answering)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        thread = await self._free.get()
        try:
            async with ThreadSensitiveContext(executor=thread):
                # Ends after `request_finished` ran on the thread, so after everything before it.
                await self.handle(scope, receive, send)
        finally:
            self._free.put_nowait(thread)


async def _block_by_block(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Django would first read a plain iterator to its end, a whole file into memory."""
    step = sync_to_async(lambda: next(blocks, None), thread_sensitive=True)
    while (block := await step()) is not None:
        yield block
