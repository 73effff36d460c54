"""Carries "this stream moved" to the feeds of all processes: at most once, and never in a request's way."""

import asyncio
import logging
import queue
import threading
from collections.abc import Mapping
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

from server.realtime.feed import feed

logger = logging.getLogger(__name__)

GROUP = "zhixing-feeds"
REJOIN_SECONDS = 3600  # membership of a group expires after a day, silently
PAUSE_AFTER_FAULT_SECONDS = 1.0

_outgoing: queue.SimpleQueue[dict[str, int]] = queue.SimpleQueue()
_sender: threading.Thread | None = None
_sender_lock = threading.Lock()


def hint_on_append(sender: Any, *, positions: Mapping[str, int], **_: Any) -> None:
    """Receiver of the ledger's `appended`: wakes this process, and the others through the layer."""
    feed.hint(positions)
    if not isinstance(get_channel_layer(), InMemoryChannelLayer):
        _start_sender()
        _outgoing.put(dict(positions))


def _start_sender() -> None:
    global _sender
    with _sender_lock:
        if _sender is None or not _sender.is_alive():
            _sender = threading.Thread(target=lambda: asyncio.run(_send_for_ever()), name="live hints", daemon=True)
            _sender.start()


async def _send_for_ever() -> None:
    while True:
        positions = await asyncio.to_thread(_next_positions)
        layer: Any = get_channel_layer()
        try:
            await layer.group_send(GROUP, {"type": "feed.hint", "positions": positions})
        except Exception:  # any driver's fault: watchers are healed by the poll
            logger.warning("live hint not sent; watchers hear of it by the poll", exc_info=True)
            await asyncio.sleep(PAUSE_AFTER_FAULT_SECONDS)


def _next_positions() -> dict[str, int]:
    positions = _outgoing.get()
    while not _outgoing.empty():
        positions |= _outgoing.get()
    return positions


async def listen_for_hints() -> None:
    """Runs beside the web server where a layer between processes is configured; ends by cancellation only."""
    while True:
        layer = get_channel_layer()
        if isinstance(layer, InMemoryChannelLayer):
            return
        try:
            await _listen(layer)
        except asyncio.CancelledError:
            raise
        except Exception:  # any driver's fault: the poll goes on meanwhile
            logger.warning("live hints are not heard; the poll goes on", exc_info=True)
            await asyncio.sleep(PAUSE_AFTER_FAULT_SECONDS)


async def _listen(layer: Any) -> None:
    channel = await layer.new_channel("zhixing-feed")
    loop = asyncio.get_running_loop()
    rejoin_at = 0.0
    while True:
        if loop.time() >= rejoin_at:
            await layer.group_add(GROUP, channel)
            rejoin_at = loop.time() + REJOIN_SECONDS
        message = await layer.receive(channel)
        feed.hint(message["positions"])
