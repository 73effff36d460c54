"""Requests over HTTP, by httpx2. Anything with `send` will do in its place: the engine knows no other door."""

import time
import weakref
from types import TracebackType
from typing import Protocol, Self

import httpx2

from client_sdk.steps import Reply, Request, Unreachable

# More than any page or problem of ours; a stranger's answer must not fill the memory.
MAX_REPLY_BYTES = 64 * 1024 * 1024
TIMEOUT = httpx2.Timeout(60.0, connect=10.0)


class Transport(Protocol):
    """Sends one request and says what came of it; never raises for a network's fault."""

    def send(self, request: Request) -> Reply | Unreachable: ...
    def close(self) -> None: ...


class AsyncTransport(Protocol):
    async def send(self, request: Request) -> Reply | Unreachable: ...
    async def close(self) -> None: ...


class HttpTransport:
    """To one server. A redirect is not followed: a court's server sends none, a hotel's does."""

    def __init__(self, server: str, client: httpx2.Client | None = None) -> None:
        self._server = server.rstrip("/")
        self._client = client or httpx2.Client(timeout=TIMEOUT, follow_redirects=False)
        weakref.finalize(self, self._client.close)  # one that is dropped unclosed leaves no socket open

    def send(self, request: Request) -> Reply | Unreachable:
        started = time.monotonic()
        try:
            with self._client.stream(
                request.method, self._server + request.path, headers=dict(request.headers), content=request.body
            ) as response:
                body = bytearray()
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > MAX_REPLY_BYTES:
                        return Unreachable("reply too large")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as fault:
            return _unreachable(fault)
        return _reply(response, bytes(body), started)

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncHttpTransport:
    """The same on asyncio."""

    def __init__(self, server: str, client: httpx2.AsyncClient | None = None) -> None:
        self._server = server.rstrip("/")
        self._client = client or httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False)

    async def send(self, request: Request) -> Reply | Unreachable:
        started = time.monotonic()
        try:
            async with self._client.stream(
                request.method, self._server + request.path, headers=dict(request.headers), content=request.body
            ) as response:
                body = bytearray()
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > MAX_REPLY_BYTES:
                        return Unreachable("reply too large")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as fault:
            return _unreachable(fault)
        return _reply(response, bytes(body), started)

    async def close(self) -> None:
        await self._client.aclose()


def _reply(response: httpx2.Response, body: bytes, started: float) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, body, time.monotonic() - started)


def _unreachable(fault: Exception) -> Unreachable:
    return Unreachable(f"{type(fault).__name__}: {fault}".rstrip(": "))
