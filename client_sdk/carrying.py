"""Handing in another device's parcel: its bytes as an upload, then the word that this is one. I/O-free.

What the court answers is for the carrier alone. It is of a type of its own, and lets no device go of anything.
"""

from dataclasses import dataclass
from typing import Any

from client_sdk import wire
from client_sdk.answers import OK, busy_error, is_transient, json_object, named_error
from client_sdk.engine import Engine
from client_sdk.errors import NotSent
from client_sdk.patience import retry_after_seconds
from client_sdk.steps import Flow, Reply, Request, Send, Step, Tell, Unreachable, Wait, ask
from client_sdk.uploads import Pieces
from client_sdk.views import Progress, Submission
from client_sdk.waiting import heed

PARCELS_PATH = "/api/v1/sync/parcels/"
OFFSET_CONFLICT, UNAUTHORISED = 409, 401
MAX_RENEWALS = 3


@dataclass(frozen=True)
class ReadParcel(Step[bytes]):
    offset: int
    length: int


class Carrying:
    """One parcel on its way."""

    def __init__(self, engine: Engine, sha256: str, size: int) -> None:
        self._engine = engine
        self._sha256, self._size = sha256, size
        self._pieces = Pieces()
        self._renewals = 0

    def hand_in(self) -> Flow[Submission]:
        """Raises NotSent, Rejected (`parcel_damaged`, `parcel_of_another_court`, …)."""
        yield from heed(self._engine.patience)
        yield from self._renew()
        offset = yield from self._offset()
        while offset < self._size:
            piece = yield from ask(ReadParcel(offset, self._pieces.size))
            reply = yield from self._send("PATCH", {"Upload-Offset": str(offset)}, piece)
            if reply.status == OFFSET_CONFLICT:
                offset = yield from self._offset()
                continue
            offset = self._reached(reply)
            self._pieces.went(reply.elapsed_seconds)
            yield from ask(Tell(Progress("upload", offset, self._size, self._sha256[:12])))
        return self._submission((yield from self._send("POST")))

    def _offset(self) -> Flow[int]:
        return self._reached((yield from self._send("HEAD")))

    def _reached(self, reply: Reply) -> int:
        text = reply.headers.get("upload-offset", "")
        if reply.status not in (OK, 204):
            raise named_error(reply.status, json_object(reply.body))
        if "tus-resumable" not in reply.headers or not text.isdecimal() or int(text) > self._size:
            raise NotSent("answer_unproven", note=f"HTTP {reply.status}")
        return int(text)

    def _send(self, method: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Flow[Reply]:
        while True:
            ours = {"Authorization": f"Bearer {self._engine.bearer}", "Upload-Length": str(self._size)}
            typed = {"Content-Type": "application/offset+octet-stream"} if body else {}
            path = PARCELS_PATH + self._sha256
            reply = yield from ask(Send(Request(method, path, {**ours, **typed, **(headers or {})}, body)))
            if isinstance(reply, Reply) and reply.status == UNAUTHORISED and self._renewals < MAX_RENEWALS:
                yield from self._renew()
                continue
            if isinstance(reply, Reply) and not is_transient(reply):
                self._engine.patience.reset()
                return reply
            yield from self._wait(reply)

    def _wait(self, reply: Reply | Unreachable) -> Flow[None]:
        if isinstance(reply, Reply):
            fault, wait = busy_error(reply), self._engine.patience.next_wait(retry_after_seconds(reply.headers))
        else:
            fault, wait = NotSent("unreachable", note=reply.reason), self._engine.patience.next_wait()
            self._pieces.failed()
        if wait is None:
            raise fault
        yield from ask(Wait(wait))

    def _renew(self) -> Flow[None]:
        self._renewals += 1
        yield from self._engine.push(at_least_once=True)

    def _submission(self, reply: Reply) -> Submission:
        members = json_object(reply.body)
        if reply.status != OK:
            raise named_error(reply.status, members)
        receipt = self._proved(members)
        return Submission(
            state=str(receipt["state"]),
            code=str(members.get("code") or ""),
            sha256=self._sha256,
            device=str(receipt["device"]),
            first_seq=receipt["first_seq"],
            last_seq=receipt["last_seq"],
            receipt=str(members["receipt"]),
        )

    def _proved(self, members: dict[str, Any]) -> dict[str, Any]:
        try:
            keys = self._engine.court_keys()
            receipt = wire.verify_carrier_receipt(str(members.get("receipt")), keys)
        except wire.WireError as fault:
            raise NotSent("answer_unproven", note=str(fault)) from None
        if receipt["parcel"] != self._sha256:
            raise NotSent("answer_unproven", note="speaks of another parcel")
        return receipt
