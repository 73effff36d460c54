"""Delivering promised files by tus 1.0.0, one piece at a time, resumable at any byte. I/O-free.

A cut costs at most one piece: the server keeps nothing of an unfinished PATCH. What it answers here is not signed, so
a file counts as safe only by its receipt; an upload's 204 only says that there is no more to send.
"""

from typing import Any

from client_sdk.answers import busy_error, is_transient, json_object
from client_sdk.engine import Engine
from client_sdk.errors import NotSent
from client_sdk.lanes import PendingFile
from client_sdk.steps import (
    Flow,
    ListLanes,
    MarkDelivered,
    MarkRefused,
    NotePace,
    ReadPiece,
    Reply,
    Request,
    Send,
    Tell,
    Unreachable,
    ask,
)
from client_sdk.views import Progress
from client_sdk.waiting import rest

MIN_PIECE = 64 * 1024
FIRST_PIECE = 256 * 1024
MAX_PIECE = 1024 * 1024
# Twice as much next time if a piece took less, half if it took more.
QUICK_SECONDS, SLOW_SECONDS = 1.0, 8.0
# A cut costs one piece at most, so that a line that keeps being cut carries some three in a hundred twice.
PIECES_BETWEEN_CUTS = 32
# Uploading for so long, it pushes once: what was recorded meanwhile goes up, and it hears what is wanted now (R81).
CONTACT_SECONDS = 30.0
MAX_RENEWALS = 3
MAX_MISMATCHES = 3

UNAUTHORISED = "unauthorised"
MISMATCH = "hash_mismatch"
DAMAGED = "damaged_here"
PUT_BY = "put_by"


class Pieces:
    """How much to send at once: what the line bears in a few seconds, and little of what it bears between two cuts."""

    def __init__(self) -> None:
        self._wanted = FIRST_PIECE
        self._since_cut = 0
        self._between_cuts: int | None = None

    @property
    def size(self) -> int:
        if self._between_cuts is None:
            return self._wanted
        bearable = max(self._between_cuts, self._since_cut) // PIECES_BETWEEN_CUTS
        return max(MIN_PIECE, min(self._wanted, bearable))

    def went(self, seconds: float, sent: int | None = None) -> None:
        self._since_cut += self.size if sent is None else sent
        if seconds < QUICK_SECONDS:
            self._wanted = min(MAX_PIECE, self.size * 2)
        elif seconds > SLOW_SECONDS:
            self.failed()

    def failed(self) -> None:
        self._wanted = max(MIN_PIECE, self.size // 2)

    def cut(self) -> None:
        """The line went away in the middle: all of the piece is sent again."""
        before = self._since_cut if self._between_cuts is None else self._between_cuts
        self._between_cuts = (before + self._since_cut) // 2
        self._since_cut = 0


class Pace:
    """How fast pieces went since the last contact, and whether the next one is due."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._bytes, self._seconds = 0, 0.0

    def went(self, sent: int, seconds: float) -> None:
        self._bytes += sent
        self._seconds += seconds

    @property
    def is_due(self) -> bool:
        return self._seconds >= CONTACT_SECONDS

    @property
    def bytes_per_second(self) -> int | None:
        return round(self._bytes / self._seconds) if self._seconds > 0 else None


class Uploads:
    """All files one sync owes, as far as its conditions let them go."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pieces = Pieces()
        self._pace = Pace()
        self._tried: dict[str, str] = {}
        """Those this sync is through with, by hash, in the server's life in which it was."""
        self._done = 0
        self._put_by: dict[str, int] = {}
        """How far those got that another one overtook."""

    def deliver_all(self) -> Flow[None]:
        """Each pending file once, the wanted ones first, also those that are only wanted while others are on their way.

        A file the server does not take is named in the report and stops no other.
        """
        queue = yield from self._queue()
        while queue:
            file = queue.pop(0)
            yield from self._deliver(file, sum(each.size for each in queue))
            if self._pace.is_due:
                yield from self._report_in()
                queue = yield from self._queue()
        yield from self._note_pace()

    def _queue(self) -> Flow[list[PendingFile]]:
        lanes = yield from ask(ListLanes(self._engine.taken()))
        epoch = self._engine.statement.server_epoch
        return [file for file in lanes.going if self._tried.get(file.sha256) != epoch]

    def _report_in(self) -> Flow[None]:
        yield from self._note_pace()
        if self._engine.push_refusal is None:
            yield from self._engine.push_unless_refused(at_least_once=True)
        self._pace.begin()

    def _note_pace(self) -> Flow[None]:
        if (pace := self._pace.bytes_per_second) is not None:
            yield from ask(NotePace(pace))

    def _deliver(self, file: PendingFile, behind: int) -> Flow[None]:
        self._put_by.pop(file.sha256, None)
        done, total = self._done + sum(self._put_by.values()), self._done + file.size + behind
        for _ in range(MAX_RENEWALS):
            if self._engine.bearer is None:
                yield from self._engine.push(at_least_once=True)
            delivery = Delivery(self._engine, self._pieces, file, done, total, self._pace)
            reason = yield from delivery.run()
            if reason == PUT_BY:
                self._put_by[file.sha256] = delivery.reached
                return
            if reason != UNAUTHORISED:
                break
            self._engine.bearer = None
        else:
            reason = UNAUTHORISED
        self._done += file.size
        self._tried[file.sha256] = self._engine.statement.server_epoch
        yield from self._keep(file, reason)

    def _keep(self, file: PendingFile, reason: str | None) -> Flow[None]:
        tally = self._engine.tally
        if reason is None:
            tally.files_sent += 1
            yield from ask(MarkDelivered(file.sha256, self._engine.statement.server_epoch))
        else:
            tally.files_refused[file.sha256] = reason
            yield from ask(MarkRefused(file.sha256, reason))


class Delivery:
    """One file on its way."""

    def __init__(
        self, engine: Engine, pieces: Pieces, file: PendingFile, done: int, total: int, pace: Pace | None = None
    ) -> None:
        self._engine = engine
        self._pieces = pieces
        self._pace = pace or Pace()
        self._file = file
        self._done, self._total = done, total
        self._mismatches = 0
        # At zero the promise itself is the upload, so a small photo is one PATCH; further on we ask first.
        self._offset: int | None = 0 if engine.offsets.pop(file.sha256, None) == 0 else None

    @property
    def reached(self) -> int:
        return self._offset or 0

    def run(self) -> Flow[str | None]:
        """None when the server has every byte, else why it takes no more, or PUT_BY. Raises NotSent."""
        while self._offset is None or self._offset < self._file.size:
            if self._pace.is_due:
                return PUT_BY
            reason = yield from (self._ask_offset() if self._offset is None else self._send_piece(self._offset))
            if reason is not None:
                return reason
        return None

    def _ask_offset(self) -> Flow[str | None]:
        reply = yield from ask(Send(self._request("HEAD")))
        if isinstance(reply, Reply) and reply.status in (200, 204):
            self._offset = _offset_of(reply, self._file.size)
            return None
        return (yield from self._after_failure(reply))

    def _send_piece(self, offset: int) -> Flow[str | None]:
        piece = yield from ask(ReadPiece(self._file.sha256, offset, self._pieces.size))
        if not piece:
            return DAMAGED
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        reply = yield from ask(Send(self._request("PATCH", headers, piece)))
        if not isinstance(reply, Reply) or reply.status not in (200, 204):
            self._offset = None
            if isinstance(reply, Unreachable):
                self._pieces.cut()
            else:
                self._pieces.failed()
            return (yield from self._after_failure(reply))
        reached = _offset_of(reply, self._file.size)
        self._offset = reached
        if reached <= offset:
            return (yield from self._after_mismatch())
        self._engine.patience.reset()
        self._pieces.went(reply.elapsed_seconds, reached - offset)
        self._pace.went(reached - offset, reply.elapsed_seconds)
        self._engine.tally.bytes_sent += reached - offset
        yield from ask(Tell(Progress("upload", self._done + reached, self._total, self._file.sha256[:12])))
        return None

    def _request(self, method: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Request:
        ours = {"Authorization": f"Bearer {self._engine.bearer}", "Tus-Resumable": "1.0.0"}
        ours["Upload-Length"] = str(self._file.size)
        return Request(method, self._engine.uploads_path + self._file.sha256, {**ours, **(headers or {})}, body)

    def _after_failure(self, reply: Reply | Unreachable) -> Flow[str | None]:
        """Wait and go on, or the reason to let this file be. Raises NotSent."""
        if isinstance(reply, Unreachable):
            return (yield from self._wait(NotSent("unreachable", note=reply.reason), reply))
        if reply.status == 401:
            return UNAUTHORISED
        code = json_object(reply.body).get("code")
        if reply.status == 460 or code == "evidence_mismatch":
            return (yield from self._after_mismatch())
        # 409: another offset than ours. 423: an older request of ours still holds the upload.
        is_too_much = reply.status == 413 and code in (None, "chunk_too_large")
        if is_transient(reply) or is_too_much or reply.status in (409, 423):
            return (yield from self._wait(busy_error(reply), reply))
        return _refusal(reply, code)

    def _after_mismatch(self) -> Flow[str | None]:
        """The whole arrived and had another hash, or the server went back: begin again, three times at most."""
        self._mismatches += 1
        self._offset = None
        if self._mismatches >= MAX_MISMATCHES:
            return MISMATCH
        return (yield from self._wait(NotSent("server_fault", status=460)))

    def _wait(self, fault: NotSent, reply: Reply | Unreachable | None = None) -> Flow[str | None]:
        if not (yield from rest(self._engine.patience, reply)):
            raise fault
        return None


def _offset_of(reply: Reply, size: int) -> int:
    """Raises NotSent for what no tus server of ours answers."""
    text = reply.headers.get("upload-offset", "")
    if "tus-resumable" not in reply.headers or not text.isdecimal() or int(text) > size:
        raise NotSent("answer_unproven", note=f"HTTP {reply.status}")
    return int(text)


def _refusal(reply: Reply, code: Any) -> str:
    """Why a tus server or our own problem document refuses this file. Raises NotSent for anybody else's page."""
    if isinstance(code, str):
        return code
    if "tus-resumable" in reply.headers:
        return f"http_{reply.status}"
    raise NotSent("answer_unproven", note=f"HTTP {reply.status}")
