"""Carries "this stream moved" and "rights of these officers changed" to the feeds of all processes.

At most once, and never in a request's way: what is lost here, the feed's poll and the socket's re-check heal.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Collection, Mapping
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

from server.realtime.feed import feed

logger = logging.getLogger(__name__)

GROUP = "zhixing-feeds"
REJOIN_SECONDS = 60  # membership ends silently after a day, and with a restart of the layer's server
SEND_SECONDS = 5.0
PAUSE_AFTER_FAULT_SECONDS = 1.0


class Outgoing:
    """What is still to be told, merged: a layer that is away for a day costs one message, not a day's."""

    def __init__(self) -> None:
        self._positions: dict[str, int] = {}
        self._officers: set[str] = set()
        self._changed = threading.Condition()

    def put(self, *, positions: Mapping[str, int] | None = None, officers: Collection[str] = ()) -> None:
        with self._changed:
            self._positions |= positions or {}
            self._officers |= set(officers)
            self._changed.notify()

    def take(self) -> dict[str, Any]:
        """Waits for something to tell."""
        with self._changed:
            self._changed.wait_for(lambda: self._positions or self._officers)
            message = {"type": "feed.hint", "positions": self._positions, "officers": sorted(self._officers)}
            self._positions, self._officers = {}, set()
            return message


_outgoing = Outgoing()
_sender: threading.Thread | None = None
_sender_lock = threading.Lock()
_listeners: dict[asyncio.AbstractEventLoop, asyncio.Task[None]] = {}


def hint_on_append(sender: Any, *, positions: Mapping[str, int], **_: Any) -> None:
    """Receiver of the ledger's `appended`: wakes this process, and the others through the layer."""
    feed.hint(positions)
    _tell_others(positions=positions)


def hint_of_rights(officers: Collection[str]) -> None:
    """After commit: a session ended, or an officer's account or roles changed."""
    feed.ask_rights(officers)
    _tell_others(officers=officers)


def _is_alone() -> bool:
    return isinstance(get_channel_layer(), InMemoryChannelLayer)


def _tell_others(*, positions: Mapping[str, int] | None = None, officers: Collection[str] = ()) -> None:
    if not _is_alone():
        _outgoing.put(positions=positions, officers=officers)
        _start_sender()


def _start_sender() -> None:
    global _sender
    with _sender_lock:
        if _sender is None or not _sender.is_alive():
            _sender = threading.Thread(target=_send_for_ever, name="live hints", daemon=True)
            _sender.start()


def _send_for_ever() -> None:
    """Waits in this very thread: a daemon may be waiting when the process ends, a thread of asyncio's pool may not."""
    with asyncio.Runner() as runner:
        while True:
            message = _outgoing.take()
            try:
                runner.run(_send(message))
            except Exception:  # any driver's fault: watchers are healed by the poll
                logger.warning("live hint not sent; watchers hear of it by the poll", exc_info=True)
                time.sleep(PAUSE_AFTER_FAULT_SECONDS)


async def _send(message: dict[str, Any]) -> None:
    layer: Any = get_channel_layer()
    async with asyncio.timeout(SEND_SECONDS):
        await layer.group_send(GROUP, message)


def start_listening() -> None:
    """From a web server's loop, at its first watcher: hear what other processes append. Harmless when it runs."""
    loop = asyncio.get_running_loop()
    if not _is_alone() and (loop not in _listeners or _listeners[loop].done()):
        _listeners[loop] = loop.create_task(listen_for_hints(), name="live hints")


async def listen_for_hints() -> None:
    """Ends by cancellation only."""
    while True:
        try:
            await _listen(get_channel_layer())
        except Exception:  # any driver's fault: the poll goes on meanwhile
            logger.warning("live hints are not heard; the poll goes on", exc_info=True)
            await asyncio.sleep(PAUSE_AFTER_FAULT_SECONDS)


async def _listen(layer: Any) -> None:
    channel = await layer.new_channel("zhixing-feed")
    # Beside the reading, not between two messages: on a quiet night none comes for longer than a membership lasts.
    membership = asyncio.create_task(_stay_member(layer, channel))
    try:
        while not membership.done():
            _hear(await _first_of(layer.receive(channel), membership))
        membership.result()
    finally:
        membership.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await membership


async def _first_of(receiving: Any, membership: "asyncio.Task[None]") -> Mapping[str, Any]:
    """The next message, or none where membership failed meanwhile."""
    message = asyncio.ensure_future(receiving)
    try:
        await asyncio.wait({message, membership}, return_when=asyncio.FIRST_COMPLETED)
        return message.result() if message.done() else {}
    finally:
        message.cancel()


def _hear(message: Mapping[str, Any]) -> None:
    if positions := message.get("positions"):
        feed.hint(positions)
    if officers := message.get("officers"):
        feed.ask_rights(officers)


async def _stay_member(layer: Any, channel: str) -> None:
    while True:
        await layer.group_add(GROUP, channel)
        await asyncio.sleep(REJOIN_SECONDS)
