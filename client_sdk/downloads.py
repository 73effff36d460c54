"""Fetching the papers that held cases list, by range, one piece at a time, resumable at any piece. I/O-free.

Bytes here are proved by nothing but their hash: the whole is checked before it counts (R50). What cannot be fetched
is named in the report and tried again by the next sync; it stops nothing.
"""

from collections.abc import Callable

from client_sdk.answers import busy_error, is_transient, json_object
from client_sdk.engine import Engine
from client_sdk.errors import FieldError, NotSent
from client_sdk.papers import MissingPaper
from client_sdk.steps import (
    DiscardPaper,
    FinishPaper,
    Flow,
    KeepPaperPiece,
    ListMissingPapers,
    NoteWait,
    Reply,
    Request,
    Send,
    Tell,
    Unreachable,
    ask,
)
from client_sdk.uploads import MAX_RENEWALS, MISMATCH, UNAUTHORISED, Pieces
from client_sdk.views import Progress
from client_sdk.waiting import rest

PAPERS_PATH = "/api/v1/papers/"
# Of one paper, with a server that answers all others.
_OF_THIS_PAPER = (500, "storage_unavailable")


class Downloads:
    """All papers one sync lacks; `renew` is asked for a new bearer where there is none, or none that is good."""

    def __init__(self, engine: Engine, renew: Callable[[], Flow[None]]) -> None:
        self._engine = engine
        self._renew = renew
        self._pieces = Pieces()

    def fetch_all(self) -> Flow[None]:
        """Each missing paper once, until the line is gone."""
        missing = yield from ask(ListMissingPapers())
        total, done, gone = sum(paper.size for paper in missing), 0, ""
        for paper in missing:
            try:
                reason = gone or (yield from self._fetch(paper, done, total))
            except FieldError as fault:
                reason = gone = fault.code
            self._count(paper, reason)
            done += paper.size

    def _count(self, paper: MissingPaper, reason: str | None) -> None:
        if reason is None:
            self._engine.tally.papers_received += 1
        else:
            self._engine.tally.papers_missing[paper.sha256] = reason

    def _fetch(self, paper: MissingPaper, done: int, total: int) -> Flow[str | None]:
        fetch = Fetch(self._engine, self._pieces, paper, done, total)
        for _ in range(MAX_RENEWALS):
            if self._engine.bearer is None:
                yield from self._renew()
            if self._engine.bearer is None:
                break
            reason = yield from fetch.run()
            if reason != UNAUTHORISED:
                return reason
            self._engine.bearer = None
        return UNAUTHORISED


class Fetch:
    """One paper on its way."""

    def __init__(self, engine: Engine, pieces: Pieces, paper: MissingPaper, done: int, total: int) -> None:
        self._engine = engine
        self._pieces = pieces
        self._paper = paper
        self._done, self._total = done, total
        self._reached = paper.reached

    def run(self) -> Flow[str | None]:
        """None when the paper is here whole and checked, else why not. Raises NotSent when patience ends."""
        while self._reached < self._paper.size:
            reason = yield from self._next_piece()
            if reason is not None:
                return reason
        return (yield from ask(FinishPaper(self._paper.sha256, self._paper.size)))

    def _next_piece(self) -> Flow[str | None]:
        reply = yield from ask(Send(self._request()))
        if not isinstance(reply, Reply) or reply.status not in (200, 206):
            self._pieces.failed()
            return (yield from self._after_failure(reply))
        content = _content_of(reply, self._paper, self._reached)
        if not content:
            yield from ask(DiscardPaper(self._paper.sha256))
            return MISMATCH
        fault = yield from ask(KeepPaperPiece(self._paper.sha256, self._reached, content))
        if fault is not None:
            return fault
        self._reached += len(content)
        self._engine.patience.reset()
        self._pieces.went(reply.elapsed_seconds)
        name = self._paper.sha256[:12]
        yield from ask(Tell(Progress("papers", self._done + self._reached, self._total, name)))
        return None

    def _request(self) -> Request:
        sha256, last = self._paper.sha256, min(self._reached + self._pieces.size, self._paper.size) - 1
        headers = {
            "Authorization": f"Bearer {self._engine.bearer}",
            "Accept-Encoding": "identity",
            "Range": f"bytes={self._reached}-{last}",
            "If-Range": f'"{sha256}"',
        }
        return Request("GET", PAPERS_PATH + sha256, headers)

    def _after_failure(self, reply: Reply | Unreachable) -> Flow[str | None]:
        """Wait and go on, or the reason to let this paper be. Raises NotSent when the line or the server is gone."""
        if isinstance(reply, Unreachable):
            return (yield from self._wait(NotSent("unreachable", note=reply.reason), reply))
        code = json_object(reply.body).get("code")
        if is_transient(reply):
            reason = code if isinstance(code, str) else f"http_{reply.status}"
            is_its_own = reply.status in _OF_THIS_PAPER or code in _OF_THIS_PAPER
            return (yield from self._wait(busy_error(reply), reply, reason if is_its_own else None))
        if not isinstance(code, str):
            raise NotSent("answer_unproven", note=f"HTTP {reply.status}")
        if reply.status == 401:
            return UNAUTHORISED
        if reply.status == 416:
            yield from ask(DiscardPaper(self._paper.sha256))
        return code

    def _wait(self, fault: NotSent, reply: Reply | Unreachable, reason: str | None = None) -> Flow[str | None]:
        if (yield from rest(self._engine.patience, reply)):
            return None
        if reason is None:
            raise fault
        self._engine.patience.reset()
        yield from ask(NoteWait(0.0))
        return reason


def _content_of(reply: Reply, paper: MissingPaper, offset: int) -> bytes:
    """The bytes from `offset` on, none if these are no bytes of it. Raises NotSent for anybody else's page."""
    if reply.headers.get("etag") != f'"{paper.sha256}"':
        raise NotSent("answer_unproven", note=f"HTTP {reply.status}")
    if reply.status == 200:
        return reply.body[offset:] if len(reply.body) == paper.size else b""
    end = offset + len(reply.body)
    is_right = reply.headers.get("content-range") == f"bytes {offset}-{end - 1}/{paper.size}"
    return reply.body if is_right and end <= paper.size else b""
