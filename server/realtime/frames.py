"""Texts of the socket, `zhixing.live.v1`. Pure; entries are never written again, their stored text is embedded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SUBPROTOCOL = "zhixing.live.v1"
HEARTBEAT_SECONDS = 15
LARGEST_REQUEST_BYTES = 16 * 1024
MOST_STREAMS = 200


class RequestInvalid(ValueError):
    """What a client sent is not of the protocol; the text says which part."""


@dataclass(frozen=True, slots=True)
class Position:
    """From where a watcher wants a stream; `ledger_epoch` None and `position` None mean: from now."""

    stream: str
    ledger_epoch: str | None
    position: int | None
    seen: Any = None
    """How far this client saw the stream in an earlier life of its numbering."""


@dataclass(frozen=True, slots=True)
class Request:
    ticket: str | None = None
    subscribe: tuple[Position, ...] = ()
    need: Position | None = None
    ack: int | None = None


def read_request(text: str) -> Request:
    """Raises RequestInvalid for anything that is not one of the four requests."""
    if len(text) > LARGEST_REQUEST_BYTES:
        raise RequestInvalid("request too large")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestInvalid("not JSON") from error
    if not isinstance(parsed, dict):
        raise RequestInvalid("not an object")
    if "ticket" in parsed:
        return Request(ticket=_text(parsed["ticket"], "ticket"))
    if "subscribe" in parsed:
        return Request(subscribe=_positions(parsed["subscribe"]))
    if "need" in parsed:
        return Request(need=_need(parsed["need"]))
    if "ack" in parsed:
        return Request(ack=_whole(parsed["ack"], "ack"))
    raise RequestInvalid("one of ticket, subscribe, need, ack is expected")


def _positions(rows: Any) -> tuple[Position, ...]:
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_STREAMS:
        raise RequestInvalid(f"subscribe: 1 to {MOST_STREAMS} streams")
    return tuple(_position(row) for row in rows)


def _position(row: Any) -> Position:
    if not isinstance(row, dict):
        raise RequestInvalid("subscribe: an object per stream")
    epoch = row.get("ledger_epoch")
    position = row.get("position")
    return Position(
        _text(row.get("stream"), "stream"),
        None if epoch is None else _text(epoch, "ledger_epoch"),
        None if position is None else _whole(position, "position"),
        row.get("seen"),
    )


def _need(row: Any) -> Position:
    if not isinstance(row, dict):
        raise RequestInvalid("need: an object")
    return Position(_text(row.get("stream"), "stream"), None, _whole(row.get("after"), "after"))


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 200:
        raise RequestInvalid(f"{name}: a text of 1 to 200 characters")
    return value


def _whole(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise RequestInvalid(f"{name}: a whole number")
    return value


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def ok(stream: str, ledger_epoch: str, start: int, end: int) -> str:
    return _dump({"type": "ok", "stream": stream, "ledger_epoch": ledger_epoch, "from": start, "to": end})


def reset(stream: str, reason: str) -> str:
    """`reason`: epoch, position, gap, rights. The client takes a fresh snapshot, or leaves the stream for `rights`."""
    return _dump({"type": "reset", "stream": stream, "reason": reason})


def entries(stream: str, ledger_epoch: str, first: int, last: int, views: Sequence[str]) -> str:
    head = _dump({"type": "entries", "stream": stream, "ledger_epoch": ledger_epoch, "from": first, "to": last})
    return f'{head[:-1]},"entries":[{",".join(views)}]}}'


def heartbeat(heads: Mapping[str, int], server_time: str) -> str:
    return _dump({"type": "heartbeat", "heads": heads, "server_time": server_time})


def error(code: str, message: str) -> str:
    return _dump({"type": "error", "code": code, "message": message})


def bye(reason: str, retry_after_ms: int) -> str:
    return _dump({"type": "bye", "reason": reason, "retry_after_ms": retry_after_ms})
