"""The socket `/ws/v1/live`: one ASGI application per watcher, no group per socket, no thread hop per frame."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from channels.db import database_sync_to_async

from server.common.clock import now, to_wire
from server.realtime import frames
from server.realtime.access import Viewer, watchable_streams
from server.realtime.feed import Feed, feed
from server.realtime.frames import Request, RequestInvalid
from server.realtime.hints import start_listening
from server.realtime.joining import join, replay
from server.realtime.tickets import redeem_ticket
from server.realtime.watcher import Watcher

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

logger = logging.getLogger(__name__)

UNAUTHENTICATED, RIGHTS_WITHDRAWN, SLOW, NOT_OF_PROTOCOL, LIFETIME_OVER = 4001, 4003, 4008, 4009, 4012
FAULT = 1011
RECHECK_SECONDS = 30
LIFETIME_SECONDS = 12 * 3600
TICKET_SECONDS = 10
CLOSE_SECONDS = 5
MOST_REQUESTS = 64
"""Waiting to be answered. Acknowledgements do not wait: they make the room that answers need."""


class Closed(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class LiveSocket:
    """Terminal codes: 4001 (sign in again), 4003 (right withdrawn). On every other code the client reconnects."""

    def __init__(self, scope: Mapping[str, Any], receive: Receive, send: Send, feed: Feed) -> None:
        self.scope, self.receive, self.send, self.feed = scope, receive, send, feed
        self.watcher = Watcher()
        self.viewer: Viewer | None = None
        self.requests: asyncio.Queue[Request] = asyncio.Queue(MOST_REQUESTS)

    async def run(self) -> None:
        await self.receive()  # websocket.connect
        await self.send({"type": "websocket.accept", "subprotocol": self._subprotocol()})
        self._admit(_viewer_of_cookie(self.scope))
        works = (self._listen, self._serve, self._pump, self._beat, self._recheck)
        tasks = [asyncio.ensure_future(work()) for work in works]
        try:
            async with asyncio.timeout(LIFETIME_SECONDS):
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Closed as closed:
            await self._close(closed)
        except TimeoutError:
            await self._close(Closed(LIFETIME_OVER, "lifetime over"))
        except Exception:  # of ours, or the database is away: the client comes back
            logger.exception("live socket ended by a fault")
            await self._close(Closed(FAULT, "fault"))
        finally:
            await self._end(tasks)

    def _subprotocol(self) -> str | None:
        return frames.SUBPROTOCOL if frames.SUBPROTOCOL in self.scope.get("subprotocols", ()) else None

    def _admit(self, viewer: Viewer | None) -> None:
        self.viewer = viewer
        self.watcher.officer = str(viewer.officer_id) if viewer else ""

    async def _end(self, tasks: Sequence[asyncio.Future[None]]) -> None:
        self.feed.unregister(self.watcher)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _close(self, closed: Closed) -> None:
        with contextlib.suppress(Exception):  # the socket may be gone already, or take nothing any more
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send_text(frames.bye(closed.reason, 1000))  # Daphne drops a close frame's own reason
                await self.send({"type": "websocket.close", "code": closed.code})

    async def _listen(self) -> None:
        while True:
            message = await self.receive()
            if message["type"] == "websocket.disconnect":
                return
            request = _request_of(message)
            if request.ack is not None:
                self.watcher.acknowledge(request.ack)
            elif self.requests.full():
                raise Closed(NOT_OF_PROTOCOL, "too many requests at once")
            else:
                self.requests.put_nowait(request)

    async def _serve(self) -> None:
        while True:
            await self._answer(await self.requests.get())

    async def _answer(self, request: Request) -> None:
        if request.ticket is not None:
            self._admit(await database_sync_to_async(redeem_ticket)(request.ticket))
            if self.viewer is None:
                raise Closed(UNAUTHENTICATED, "ticket_invalid")
        elif self.viewer is None:
            raise Closed(UNAUTHENTICATED, "not_signed_in")
        elif request.need is not None:
            await replay(self.watcher, self.viewer, request.need)
        else:
            for wanted in request.subscribe:
                await join(self.feed, self.watcher, self.viewer, wanted)

    async def _pump(self) -> None:
        while True:
            await self.watcher.wake.wait()
            if self.watcher.is_slow:
                raise Closed(SLOW, "slow")
            for text in self.watcher.take():
                await self._send_text(text)

    async def _beat(self) -> None:
        await asyncio.sleep(TICKET_SECONDS)
        if self.viewer is None:
            raise Closed(UNAUTHENTICATED, "not_signed_in")
        while True:
            heads = {
                stream: self.feed.heads[stream][1] for stream in self.watcher.positions if stream in self.feed.heads
            }
            if not self.watcher.positions or self.feed.is_reading():  # else silence, and the client says "stale"
                self.watcher.push(frames.heartbeat(heads, to_wire(now())))
            await asyncio.sleep(frames.HEARTBEAT_SECONDS)

    async def _recheck(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.watcher.rights_changed.wait(), RECHECK_SECONDS)
            self.watcher.rights_changed.clear()
            if self.viewer and self.watcher.positions:
                await self._keep_only_rightful(self.viewer)

    async def _keep_only_rightful(self, viewer: Viewer) -> None:
        streams = list(self.watcher.positions)
        rightful = await database_sync_to_async(watchable_streams)(viewer, streams)
        for stream in set(streams) - rightful:
            self.feed.leave(stream, self.watcher)
            self.watcher.leave(stream)
            self.watcher.push(frames.reset(stream, "rights"))
        if not rightful:
            raise Closed(RIGHTS_WITHDRAWN, "rights")

    async def _send_text(self, text: str) -> None:
        await self.send({"type": "websocket.send", "text": text})


def _request_of(message: Mapping[str, Any]) -> Request:
    try:
        return frames.read_request(message.get("text") or "")
    except RequestInvalid as error:
        raise Closed(NOT_OF_PROTOCOL, str(error)) from error


def _viewer_of_cookie(scope: Mapping[str, Any]) -> Viewer | None:
    """The session of the cookie; None for those who will send a ticket first. Origin was judged before us."""
    user, session = scope.get("user"), scope.get("session")
    if user is None or not user.is_authenticated or session is None:
        return None
    return Viewer(user.pk, session.session_key)


async def live(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    start_listening()
    await LiveSocket(scope, receive, send, feed).run()
