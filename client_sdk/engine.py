"""What to send next, and what each answer means: the device's half of the protocol, without network, clock or disk.

Flows (`steps.py`) for a push, a pull and a whole sync: push before pull before uploads. Every decision to move the
acknowledged number, to reset or to erase is taken here, on a verified statement that answers the outstanding nonce.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from client_sdk import wire
from client_sdk.answers import CONFLICT, FORBIDDEN, GONE, OK, TOO_LARGE, Answer, busy_error, is_transient, read_answer
from client_sdk.batch_sizes import BatchSizes, clamp
from client_sdk.compression import compress
from client_sdk.errors import CHAIN_INVALID, FieldError, NotSent, ProtocolTooOld, Rejected
from client_sdk.forking import Fork, read_fork, require_agreement
from client_sdk.identity import Identity
from client_sdk.pages import NotAPage, Page, read_page
from client_sdk.patience import Patience
from client_sdk.reading import REVOKED
from client_sdk.steps import (
    ApplyPage,
    Batch,
    DescribeDevice,
    EndReading,
    Flow,
    ForgetCursor,
    KeepAnswer,
    NextBatch,
    ReadBookmark,
    ReadLog,
    Request,
    ResetAfterDigest,
    Send,
    Tell,
    Unreachable,
    Wait,
    ask,
)
from client_sdk.tally import Tally
from client_sdk.views import Progress
from client_sdk.waiting import rest

PUSH_PATH = "/api/v1/sync/push"
PULL_PATH = "/api/v1/sync/pull"
UPLOADS_PATH = "/api/v1/uploads/"
CALLS_PATH = "/api/v1/sync/sos"
SCHEMA = 1
# More rewinds or resets than this in one sync is a quarrel, not a recovery.
MAX_TURNS = 4
MAX_PAUSE_MS = 30_000
LOG_FORKED = "log_forked"
# Refusals of what this device recorded; what it holds and what was promised go on.
LOG_REFUSALS = (LOG_FORKED, CHAIN_INVALID)


class Engine:
    """One sync's state. `new_nonce` and `random` (0 to 1) are given, so that a seed decides everything."""

    def __init__(
        self,
        identity: Identity,
        statement: wire.Statement,
        newer_keys: Mapping[str, bytes],
        *,
        new_nonce: Callable[[], str],
        random: Callable[[], float],
        patience_seconds: float = 60.0,
    ) -> None:
        self.identity = identity
        self.statement = statement
        self.bearer: str | None = None
        self.uploads_path = UPLOADS_PATH
        self.offsets: dict[str, int] = {}
        """Where the server said it stands with each file it wants."""
        self.push_refusal: Rejected | None = None
        """Why the court takes no more of this log; nothing recorded is offered to it again in this sync."""
        self.tally = Tally()
        self.random = random
        self.patience = Patience(random, patience_seconds)
        self.new_nonce = new_nonce
        self._newer_keys = dict(newer_keys)
        self.sizes = BatchSizes()
        self._turns = 0
        self._branch_head: tuple[int, str] | None = None
        """How far the court holds our side of a fork."""
        self._answered: tuple[int, str] | None = None
        """How far it has told what became of each operation, where it holds more: its answer was lost on the way."""

    def succeed(self, identity: Identity, statement: wire.Statement) -> None:
        """Go on as the device this one has become."""
        self.identity, self.statement = identity, statement
        self.bearer = self.push_refusal = self._branch_head = self._answered = None
        self.offsets.clear()

    def taken(self) -> wire.Statement:
        """The statement as far as files are concerned: those of our side of a fork are taken as well."""
        if self._branch_head is None:
            return self.statement
        return replace(self.statement, acked_seq=self._branch_head[0], acked_hash=self._branch_head[1])

    def court_keys(self) -> dict[str, bytes]:
        """The court's signing keys by kid, as far as they are proved."""
        return {**self.identity.certificate.keys, **self._newer_keys}

    def exchange(self, path: str, members: Mapping[str, Any]) -> Flow[Answer]:
        """One request until an answer counts. Raises NotSent when patience ends, Rejected, ProtocolTooOld."""
        while (answer := (yield from self.attempt(path, members))) is None:
            continue
        return answer

    def attempt(self, path: str, members: Mapping[str, Any]) -> Flow[Answer | None]:
        """One request, and None once it may be tried again. Raises as `exchange`."""
        nonce = self.new_nonce()
        reply = yield from ask(Send(self._request(path, {**members, "nonce": nonce})))
        if isinstance(reply, Unreachable):
            self.sizes.cut()
            fault = NotSent("unreachable", note=reply.reason)
        elif is_transient(reply):
            fault = busy_error(reply)
        else:
            self.patience.reset()
            answer = read_answer(reply, nonce, self.identity, self._newer_keys, is_pull=path in (PULL_PATH, CALLS_PATH))
            yield from end_reading_if_revoked(answer)
            return answer
        if not (yield from rest(self.patience, reply)):
            raise fault
        return None

    def _request(self, path: str, members: Mapping[str, Any]) -> Request:
        body = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
        who = self.identity
        signature = wire.request_signature(who.key, who.device, members["nonce"], body)
        packed, coding = compress(body)
        headers = {"Content-Type": "application/json", "Zhixing-Signature": signature}
        if coding != "identity":
            headers["Content-Encoding"] = coding
        return Request("POST", path, headers, packed)

    def push(self, *, at_least_once: bool = False) -> Flow[None]:
        """Everything recorded, oldest first, until the court has acknowledged it; one empty push if `at_least_once`."""
        while True:
            batch = yield from self._next_batch()
            if batch.is_damaged and not batch.operations:
                raise Rejected(CHAIN_INVALID)
            if self._branch_head is not None and not batch.operations:
                raise Rejected(LOG_FORKED)
            if not (batch.operations or batch.hole or at_least_once):
                return
            answer = yield from self.attempt(PUSH_PATH, (yield from self.push_members(batch)))
            if answer is None:
                continue
            if answer.status == TOO_LARGE:
                self.sizes.halve(len(batch.operations), has_thumbnails=bool(batch.thumbnails))
                continue
            yield from self._take_push(answer, batch)
            at_least_once = False
            yield from self._rest(answer)

    def _next_batch(self) -> Flow[Batch]:
        if self.push_refusal is not None:
            return Batch((), {}, 0)
        batch = yield from self.batch_after(self._told()[0])
        if self._answered is not None and batch.is_damaged and not batch.operations:
            self._answered = None  # the court has it, and it cannot be sent again: what became of it stays unsaid
            batch = yield from self.batch_after(self.taken().acked_seq)
        return batch

    def _told(self) -> tuple[int, str]:
        """The last operation of which we know what became of it: what comes after it goes out next."""
        taken = self.taken()
        if self._answered is not None and self._answered[0] < taken.acked_seq:
            return self._answered
        return taken.acked_seq, taken.acked_hash

    def batch_after(self, seq: int) -> Flow[Batch]:
        sizes = self.sizes
        return (yield from ask(NextBatch(seq, sizes.operations, sizes.push_bytes, sizes.thumbnail_bytes)))

    def push_members(self, batch: Batch) -> Flow[dict[str, Any]]:
        device = yield from ask(DescribeDevice())
        hole, told = batch.hole, self._told()
        return {
            "protocol": wire.PROTOCOL,
            "certificate": self.identity.certificate.text,
            "server_epoch": self.statement.server_epoch,
            "first_seq": hole.first_seq if hole else told[0] + 1,
            "prev_hash": hole.prev_hash if hole else told[1],
            **({"lost": hole.proof} if hole else {}),
            "operations": [
                {
                    "seq": operation.seq,
                    "body": wire.to_base64(operation.body),
                    "hash": operation.hash,
                    "signature": wire.to_base64(operation.signature),
                }
                for operation in batch.operations
            ],
            "thumbnails": {sha256: wire.to_base64(raw) for sha256, raw in batch.thumbnails.items()},
            "status": device,
        }

    def _take_push(self, answer: Answer, batch: Batch) -> Flow[None]:
        start, self._answered = (batch.hole.first_seq - 1 if batch.hole else self._told()[0]), None
        if answer.members.get("code") == LOG_FORKED:  # a server from before R55
            raise Rejected(LOG_FORKED, seq=answer.members.get("seq"), status=answer.status)
        fork = read_fork(answer, self.identity, {**self._newer_keys, **answer.newer_keys})
        if fork is not None and (yield from self._is_other_side(fork, answer)):
            return
        wanted = answer.members.get("wanted") if answer.status == OK else None
        results = _objects(answer.members.get("results")) if answer.status == OK else []
        yield from self._keep(answer, results=results, wanted=wanted and _objects(wanted), has_reported=True)
        last = batch.operations[-1] if batch.operations else None
        if last and answer.status == OK:
            self._answered = (last.seq, last.hash)
        done = min(self.statement.acked_seq, last.seq if last else start) - start
        if answer.status != OK or done < 0 or (batch.operations and done == 0):
            self._count_turn()
        elif batch.operations:
            self._count_results(results, start, start + done)
            sent = self.tally.operations_sent
            yield from ask(Tell(Progress("push", sent, sent + batch.left - done)))

    def _is_other_side(self, fork: Fork, answer: Answer) -> Flow[bool]:
        """Ours is the history the court does not go on with: what it states of the other one is not for us (R56)."""
        log = yield from ask(ReadLog((fork.seq, fork.held_seq)))
        if log.hashes.get(fork.seq) == fork.kept_hash:
            return False
        before = self.taken().acked_seq
        held = max(fork.held_seq, before)
        hashes = (yield from ask(ReadLog((held,)))).hashes
        self._branch_head = (held, hashes[held])
        if isinstance(bearer := answer.members.get("upload_bearer"), str):
            self.bearer = bearer
        if held == before:
            self._count_turn()
        return True

    def _count_results(self, results: list[dict[str, Any]], before: int, reached: int) -> None:
        self.tally.operations_sent += reached - before
        for result in results:
            if isinstance(result.get("seq"), int) and before < result["seq"] <= reached:
                self.tally.statuses[str(result.get("status"))] += 1

    def _keep(self, answer: Answer, **beside: Any) -> Flow[None]:
        """Judge a statement against our own log (R30), then move to it, forwards or back."""
        statement = answer.require_statement()
        log = yield from ask(ReadLog((statement.acked_seq, statement.safe_seq)))
        require_agreement(statement, log.head_seq, log.hashes)
        yield from ask(KeepAnswer(statement, answer.key_texts, **beside))
        self._move_to(answer, statement, beside.get("wanted") or ())

    def _move_to(self, answer: Answer, statement: wire.Statement, wanted: Sequence[Mapping[str, Any]]) -> None:
        self.statement = statement
        self._newer_keys.update(answer.newer_keys)
        if isinstance(bearer := answer.members.get("upload_bearer"), str):
            self.bearer = bearer
        for file in wanted:
            if isinstance(file.get("sha256"), str) and isinstance(file.get("offset"), int):
                self.offsets[file["sha256"]] = file["offset"]

    def _rest(self, answer: Answer) -> Flow[None]:
        """Take the server's wishes for the next request."""
        wishes = answer.members.get("next")
        wishes = wishes if isinstance(wishes, dict) else {}
        self.sizes.take(wishes)
        yield from self._pause(wishes.get("retry_after_ms"))

    def _pause(self, wished_ms: Any) -> Flow[None]:
        if pause := clamp(wished_ms, 0, MAX_PAUSE_MS, 0):
            yield from ask(Wait(pause / 1000))

    def pull(self) -> Flow[None]:
        """Page by page until the court says that this is all."""
        while True:
            bookmark = yield from ask(ReadBookmark())
            members = {
                "protocol": wire.PROTOCOL,
                "certificate": self.identity.certificate.text,
                "schema": SCHEMA,
                "server_epoch": self.statement.server_epoch,
                "cursor": bookmark.cursor,
                "max_bytes": self.sizes.page_bytes,
            }
            answer = yield from self.attempt(PULL_PATH, members)
            if answer is None:
                continue
            if answer.status != OK:
                yield from self._start_over(answer)
                continue
            page = _page_of(answer)
            if page.base not in (None, bookmark.cursor):
                yield from self._start_over(answer)
                continue
            if (yield from self._take_page(page, answer)):
                return

    def _start_over(self, answer: Answer) -> Flow[None]:
        if answer.status == TOO_LARGE:
            raise NotSent("server_fault", status=TOO_LARGE)
        if answer.status in (CONFLICT, GONE):
            yield from self._keep(answer)
        # Another pull of ours came between, or a doubled one: the cursor is as good as it was.
        if answer.members.get("code") != "pull_overtaken":
            yield from ask(ForgetCursor())
        self._count_turn()

    def _take_page(self, page: Page, answer: Answer) -> Flow[bool]:
        """Apply one page; whether the pull is done."""
        statement = answer.require_statement()
        log = yield from ask(ReadLog((statement.acked_seq, statement.safe_seq)))
        require_agreement(statement, log.head_seq, log.hashes)
        receipts = self._receipts(page, answer)
        applied = yield from ask(ApplyPage(page, statement, answer.key_texts, receipts))
        self._move_to(answer, statement, page.wanted)
        if applied.is_overtaken:
            self._count_turn()
            return False
        self.tally.units_received += applied.received
        self.tally.units_removed += applied.removed
        yield from ask(Tell(Progress("pull", self.tally.units_received, None)))
        if not page.is_complete:
            if not (page.put or page.remove or page.receipts):
                self._count_turn()
            yield from self._pause(page.retry_after_ms)
            return False
        self.tally.as_of = page.as_of
        self.tally.sync_again_after_seconds = page.retry_after_ms / 1000 if page.retry_after_ms > 0 else None
        return applied.is_digest_right or not (yield from ask(ResetAfterDigest()))

    def _receipts(self, page: Page, answer: Answer) -> tuple[wire.FileReceipt, ...]:
        keys = {**self._newer_keys, **answer.newer_keys}
        proved = []
        for text in page.receipts:
            try:
                proved.append(wire.verify_receipt(text, self.identity.certificate, keys))
            except wire.WireError:
                # Of an earlier incarnation, or none at all: it makes nothing safe, and stops nothing.
                continue
        return tuple(proved)

    def _count_turn(self) -> None:
        self._turns += 1
        if self._turns > MAX_TURNS:
            raise NotSent("server_fault", status=CONFLICT)

    def push_and_pull(self, *, at_least_once: bool = False) -> Flow[FieldError | None]:
        """Once, and again when a pull told of a restore or to rewind, or an act was recorded meanwhile.

        A refused pull is returned and a refused log noted, neither is raised: a restored court, or one that wants a
        newer app, still takes evidence.
        """
        for _ in range(MAX_TURNS):
            yield from self.push_unless_refused(at_least_once=at_least_once)
            ledger_epoch = self.statement.ledger_epoch
            try:
                yield from self.pull()
            except (Rejected, ProtocolTooOld) as refusal:
                return refusal
            at_least_once = self.statement.ledger_epoch != ledger_epoch
            if self.push_refusal is not None or not (at_least_once or (yield from self.unsent())):
                break
        return None

    def push_unless_refused(self, *, at_least_once: bool = False) -> Flow[None]:
        try:
            yield from self.push(at_least_once=at_least_once)
        except Rejected as refusal:
            if refusal.code not in LOG_REFUSALS:
                raise
            self.push_refusal = refusal

    def unsent(self) -> Flow[bool]:
        """Is there anything above the acknowledged number?"""
        log = yield from ask(ReadLog(()))
        return log.head_seq > self.statement.acked_seq


def end_reading_if_revoked(answer: Answer) -> Flow[None]:
    """Raises Rejected `device_revoked`, with the court's epoch and, as `sealed`, what it keeps of this device."""
    if answer.status != FORBIDDEN:
        return
    statement = answer.require_statement()
    if statement.revoked_at is None:
        raise NotSent("answer_unproven", note="a refusal without revoked_at")
    yield from ask(EndReading(REVOKED))
    said = {"sealed": answer.members.get("sealed"), "server_epoch": statement.server_epoch}
    raise Rejected("device_revoked", status=FORBIDDEN, **said)


def _page_of(answer: Answer) -> Page:
    try:
        return read_page(str(answer.members.get("answer")))
    except NotAPage as fault:
        raise Rejected("envelope_invalid", note=str(fault)) from None


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
