"""A door for the measuring process: what makes a message is then no part of what delivers it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Act = Callable[[bytes], Awaitable[None]]


def on_post(act: Act, otherwise: Any) -> Any:
    """An application that calls `act` with the body of every request to /bench, without Django."""

    async def answer(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["path"] != "/bench":
            await otherwise(scope, receive, send)
            return
        await act((await receive())["body"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return answer
