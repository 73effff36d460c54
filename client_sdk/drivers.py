"""Runs flows: sends, waits and tells for real, and hands every other step to whoever keeps the store."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from client_sdk.steps import Flow, Send, Step, Tell, Wait
from client_sdk.transport import AsyncTransport, Transport
from client_sdk.views import Progress

T = TypeVar("T")
Perform = Callable[[Step[Any]], Any]
OnProgress = Callable[[Progress], object]


def run(
    flow: Flow[T],
    transport: Transport,
    perform: Perform,
    *,
    on_progress: OnProgress | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> T:
    """The flow's result, or whatever it or a step raises."""
    answer: Any = None
    while True:
        try:
            step = flow.send(answer)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        answer = None
        if isinstance(step, Send):
            answer = transport.send(step.request)
        elif isinstance(step, Wait):
            sleep(step.seconds)
        elif isinstance(step, Tell):
            _tell(step, on_progress)
        else:
            answer = perform(step)


async def run_async(
    flow: Flow[T],
    transport: AsyncTransport,
    perform: Perform,
    *,
    on_progress: OnProgress | None = None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> T:
    """The same on asyncio; the store's steps run in a thread."""
    answer: Any = None
    while True:
        try:
            step = flow.send(answer)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        answer = None
        if isinstance(step, Send):
            answer = await transport.send(step.request)
        elif isinstance(step, Wait):
            await sleep(step.seconds)
        elif isinstance(step, Tell):
            _tell(step, on_progress)
        else:
            answer = await asyncio.to_thread(perform, step)


def _tell(step: Tell, on_progress: OnProgress | None) -> None:
    if on_progress is not None:
        on_progress(step.progress)
