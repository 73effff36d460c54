"""When feed.js comes back: on every close code but two, from where it stood, after waits that double to 30 seconds."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.centre.node_page import node_page

PLACE = {"stream": "court:of-this-test", "ledger_epoch": "one", "position": 7}
TORN = 1006
"""Not a code one can send: the connection breaks."""
CODES = [
    TORN,
    1000,
    1001,
    1002,
    1003,
    1007,
    1008,
    1009,
    1011,
    1012,
    1013,
    3000,
    4000,
    4002,
    4004,
    4008,
    4009,
    4012,
    4999,
]


class Closing:
    """A far end that says its frames to whoever subscribes, and closes with one code after the other."""

    def __init__(self, codes: Sequence[int], *frames: dict[str, Any]) -> None:
        self.codes = list(codes)
        self.frames = frames
        self.subscribed: list[dict[str, Any]] = []

    def __call__(self, connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            self.subscribed += json.loads(connection.recv())["subscribe"]
            for frame in self.frames:
                connection.send(json.dumps(frame))
                if frame["type"] == "entries":
                    assert json.loads(connection.recv()) == {"ack": frame["to"]}
            if not self.codes:
                connection.recv()  # until it leaves
            elif (code := self.codes.pop(0)) == TORN:
                connection.socket.shutdown(socket.SHUT_RDWR)
            else:
                connection.close(code, "")


@contextlib.contextmanager
def far_end(closing: Closing) -> Iterator[str]:
    with serve(closing, "127.0.0.1", 0, subprotocols=["zhixing.live.v1"]) as server:  # type: ignore[list-item]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


def ok(position: int) -> dict[str, Any]:
    return {"type": "ok", "stream": PLACE["stream"], "ledger_epoch": "one", "from": position, "to": position}


def test_it_comes_back_on_every_code_from_where_it_stood() -> None:
    entry = {"position": 8, "at": "2026-11-22T02:00:00.000Z"}
    entries = {"type": "entries", "stream": PLACE["stream"], "ledger_epoch": "one", "from": 8, "to": 8}
    closing = Closing(CODES, ok(7), {**entries, "entries": [entry]})
    with far_end(closing) as url, node_page(url, PLACE, pace=0.02) as page:
        page.until(lambda: len(page.all("open")) == len(CODES) + 1)
        page.until_state("live")
    assert [seen["code"] for seen in page.all("close")][: len(CODES)] == CODES
    assert [place["position"] for place in closing.subscribed] == [7] + [8] * len(CODES)
    assert page.positions == [8]
    assert page.waits == [500] * len(CODES), "the server answered each time: no reason to wait longer"


@pytest.mark.parametrize("code", [4001, 4003])
def test_it_does_not_come_back_on_the_two_terminal_codes(code: int) -> None:
    with far_end(Closing([code], ok(7))) as url, node_page(url, PLACE, pace=0.02) as page:
        page.until_state("revoked")
        page.until_ticked(3)
        assert (page.state, page.waits, len(page.all("open"))) == ("revoked", [], 1)


def test_its_waits_double_to_thirty_seconds_while_nobody_answers() -> None:
    with far_end(Closing([1011] * 9)) as url, node_page(url, PLACE, pace=0.001) as page:
        page.until(lambda: len(page.waits) == 9)
    assert page.waits == [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]


def test_a_stopped_feed_closes_and_stays_away() -> None:
    with far_end(Closing([], ok(7))) as url, node_page(url, PLACE, pace=0.02) as page:
        page.until_state("live")
        page.order(stop=None)
        page.until(lambda: bool(page.all("close")))
        assert page.waits == []
