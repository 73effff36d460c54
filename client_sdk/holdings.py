"""Everything an enrolled store holds, and the engine's steps done upon it, each in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import cache
from typing import Any

from client_sdk import steps, wire
from client_sdk.captures import Captures
from client_sdk.clock import to_wire
from client_sdk.contact import Contact, load_contact, load_keys, note_wait, save_keys, save_statement, wait_left
from client_sdk.deliveries import Deliveries, Unsafe
from client_sdk.errors import NotFound, NotSent, StoreDamaged
from client_sdk.identity import Applicant, Enrolled, Identity, Place
from client_sdk.lanes import Lanes, PendingFile, SyncPolicy, lanes_of
from client_sdk.letting_go import LettingGo
from client_sdk.outbox import Outbox
from client_sdk.papers import MissingPaper, Papers
from client_sdk.reading import Reading
from client_sdk.replica import Applied, Replica
from client_sdk.safety import CALLS
from client_sdk.store import Store
from client_sdk.succession import succeed, successor_of
from client_sdk.version import VERSION

POLICY, PACE, CALLS_ANSWERED = "sync_policy", "bytes_per_second", "calls_answered"
# A push names what is still unsent; more than this many lines help nobody who has lost a phone.
MAX_NAMED = 500
MOST_CALLS = 50


class Holdings:
    def __init__(self, store: Store, identity: Identity, app: str) -> None:
        self.store = store
        self.identity = identity
        store.vault.bind_escrow(identity.escrow_key, str(identity.device))
        self.outbox = Outbox(store.database, identity)
        self.captures = Captures(store)
        self.deliveries = Deliveries(store.database, identity)
        self.letting_go = LettingGo(store.database, identity, self.deliveries)
        self.reading = Reading(store)
        self.replica = Replica(store.database, self.reading)
        self.papers = Papers(store, self.replica, self.reading)
        self.app = app
        self.contact: Contact | None = load_contact(store.database, identity)
        noted = store.database.meta(POLICY)
        self.policy = None if noted is None else SyncPolicy.of(noted)
        """The conditions of the last sync."""
        self._done: Mapping[type[Any], Callable[[Any], Any]] = {
            steps.ReadLog: self._read_log,
            steps.NextBatch: self._next_batch,
            steps.DescribeDevice: self._describe_device,
            steps.KeepAnswer: self._keep_answer,
            steps.ReadBookmark: lambda _: self.replica.bookmark(),
            steps.ForgetCursor: lambda _: self.replica.forget_cursor(),
            steps.ResetAfterDigest: lambda _: self.replica.reset_after_digest(store.clock.now()),
            steps.ApplyPage: self._apply_page,
            steps.ListPending: self._list_pending,
            steps.ListLanes: lambda step: self.lanes(step.statement),
            steps.NoteWait: self._note_wait,
            steps.ReadWait: lambda _: wait_left(store.database, store.clock),
            steps.NotePolicy: self._note_policy,
            steps.NotePace: self._note_pace,
            steps.FindSuccessor: lambda step: (self.successor(has_new_key=step.has_new_key), self.place()),
            steps.Succeed: lambda step: self.succeed(step.enrolled, step.place),
            steps.LetGo: self._let_go,
            steps.ReadPiece: self._read_piece,
            steps.MarkDelivered: self._mark_delivered,
            steps.MarkRefused: self._mark_refused,
            steps.ListMissingPapers: self._list_missing_papers,
            steps.KeepPaperPiece: lambda step: self.papers.keep_piece(step.sha256, step.offset, step.content),
            steps.FinishPaper: lambda step: self.papers.finish(step.sha256, step.size),
            steps.EndReading: lambda step: self.reading.end(step.reason),
            steps.ListCalls: lambda _: self._list_calls(),
            steps.KeepCall: self._keep_call,
            steps.DiscardPaper: lambda step: self.papers.discard_pieces(step.sha256),
        }

    def successor(self, *, has_new_key: bool) -> Applicant:
        return successor_of(self.store.database, self.identity, has_new_key=has_new_key)

    def place(self) -> Place:
        """The last operation safe with all its files: what comes after it goes over to a successor's log."""
        statement = self.statement
        unsafe = self.deliveries.unsafe(statement).seqs
        seq = min([statement.safe_seq if statement else 0, *(each - 1 for each in unsafe)])
        return Place(seq, self.outbox.hashes((seq,))[seq])

    def succeed(self, enrolled: Enrolled, place: Place) -> None:
        """Become the device that the court has certified to go on from this one."""
        database = self.store.database
        with database.transaction():
            succeed(self.store, self.identity, enrolled, place)
            self.replica.begin_log()
        self.identity = enrolled.identity
        self.outbox = Outbox(database, self.identity)
        self.deliveries = Deliveries(database, self.identity)
        self.letting_go = LettingGo(database, self.identity, self.deliveries)
        self.refresh()

    def perform(self, step: steps.Step[Any]) -> Any:
        return self._done[type(step)](step)

    @property
    def statement(self) -> wire.Statement | None:
        return self.contact.statement if self.contact else None

    def require_statement(self) -> wire.Statement:
        if self.statement is None:
            raise NotSent("answer_unproven")
        return self.statement

    @property
    def acked_seq(self) -> int:
        return self.statement.acked_seq if self.statement else 0

    def newer_keys(self) -> Mapping[str, bytes]:
        return load_keys(self.store.database, self.identity)

    def keep_statement(
        self, statement: wire.Statement, key_texts: tuple[str, ...], *, has_reported: bool = False
    ) -> None:
        """Inside a transaction; `refresh` after it."""
        save_keys(self.store.database, key_texts)
        save_statement(self.store.database, statement, self.store.clock)
        self.reading.note_time(statement.received_at)
        self.letting_go.note(statement)
        self._note_height(statement, has_reported)

    def _note_height(self, statement: wire.Statement, has_reported: bool) -> None:
        """The height seen of a ledger that a restore has set back is kept until it was reported, so that it counts."""
        highest = self.store.database.meta("highest_ledger")
        if highest is not None and highest["ledger_epoch"] != statement.ledger_epoch:
            is_higher = has_reported
        else:
            is_higher = highest is None or statement.position >= highest["position"]
        if is_higher:
            self.store.database.set_meta("highest_ledger", _height(statement))

    def refresh(self) -> None:
        self.contact = load_contact(self.store.database, self.identity)

    def unsafe(self, only_seq: int | None = None) -> Unsafe:
        return self.deliveries.unsafe(self.statement, only_seq=only_seq)

    def _read_log(self, step: steps.ReadLog) -> steps.LogView:
        return steps.LogView(self.outbox.head().seq, self.outbox.hashes(step.seqs))

    def _next_batch(self, step: steps.NextBatch) -> steps.Batch:
        hole = self.letting_go.hole_after(step.after_seq)
        after = hole.first_seq - 1 if hole else step.after_seq
        chosen, is_damaged = self.outbox.readable_after(after, step.max_operations, step.max_bytes)
        numbers = [operation.seq for operation in chosen]
        wanted = self.captures.thumbnails_of(self.identity.incarnation, numbers) if step.max_thumbnail_bytes else []
        thumbnails = self.captures.thumbnails(wanted, step.max_thumbnail_bytes)
        return steps.Batch(tuple(chosen), thumbnails, self.outbox.count_after(after)[0], is_damaged, hole)

    def lanes(self, statement: wire.Statement) -> Lanes:
        """What goes under the conditions of the last sync, and what waits."""
        return lanes_of(self.deliveries.pending(statement), self.policy, self.store.free_bytes())

    def lanes_with_unsent(self) -> Lanes:
        """The same with the files of acts not sent yet."""
        if self.statement is None:
            return Lanes()
        return self.lanes(replace(self.statement, acked_seq=self.outbox.head().seq))

    def _describe_device(self, _: steps.DescribeDevice) -> dict[str, Any]:
        clock, statement = self.store.clock, self.statement
        unsent = self.outbox.actions(self.acked_seq, after=self.acked_seq, limit=MAX_NAMED)
        operations = self.outbox.count_after(self.acked_seq)
        files = self.deliveries.undelivered_bytes(statement)
        return {
            "unsent": [
                {
                    "seq": action.seq,
                    "kind": action.kind,
                    "case_id": next(iter(action.case_ids), None),
                    **({"case_ids": list(action.case_ids)} if len(action.case_ids) > 1 else {}),
                    "hashes": list(action.files),
                }
                for action in unsent
            ],
            "pending_bytes": operations[1] + files[1],
            "free_bytes": self.store.free_bytes(),
            "highest_ledger": self.store.database.meta("highest_ledger"),
            "wall": to_wire(clock.now()),
            "boot_ms": clock.boot_ms(),
            "boot_id": clock.boot_id(),
            "app": self.app,
            "sdk": VERSION,
            "uploads": self.lanes_with_unsent().told(self.store.database.meta(PACE)),
        }

    def _keep_answer(self, step: steps.KeepAnswer) -> None:
        with self.store.database.transaction():
            self.keep_statement(step.statement, step.key_texts, has_reported=step.has_reported)
            self.outbox.take_results(step.results, step.statement.acked_seq)
            if step.wanted is not None:
                self.deliveries.take_wanted(step.wanted)
        self.refresh()

    def _apply_page(self, step: steps.ApplyPage) -> Applied:
        with self.store.database.transaction():
            self.keep_statement(step.statement, step.key_texts)
            self.letting_go.note_retention(step.page.retention_days)
            self.reading.renew(step.page.lease_until, step.statement.received_at)
            self.deliveries.take_receipts(step.receipts, step.statement.server_epoch)
            self.deliveries.take_wanted(step.page.wanted)
            leaning = cache(lambda: self._subjects_of_unsafe_work(step.statement))
            self.outbox.take_decisions(step.page.reviews)
            applied = self.replica.apply(step.page, step.statement.acked_seq, lambda case_id: case_id in leaning())
        self.refresh()
        if step.page.is_complete or applied.removed:
            self.papers.sweep()
        return applied

    def _subjects_of_unsafe_work(self, statement: wire.Statement) -> frozenset[str]:
        unsafe = self.deliveries.unsafe(statement).seqs
        acts = [self.outbox.action(seq, statement.acked_seq) for seq in unsafe]
        return frozenset(id_ for act in acts for id_ in (*act.case_ids, *act.matter_ids))

    def _list_pending(self, step: steps.ListPending) -> list[PendingFile]:
        return self.deliveries.pending(step.statement)

    def _note_policy(self, step: steps.NotePolicy) -> None:
        if step.policy != self.policy:
            with self.store.database.transaction():
                self.store.database.set_meta(POLICY, asdict(step.policy) if step.policy else None)
            self.policy = step.policy

    def _note_wait(self, step: steps.NoteWait) -> None:
        with self.store.database.transaction():
            note_wait(self.store.database, self.store.clock, step.seconds)

    def _note_pace(self, step: steps.NotePace) -> None:
        with self.store.database.transaction():
            self.store.database.set_meta(PACE, step.bytes_per_second)

    def _let_go(self, step: steps.LetGo) -> int:
        if self.policy is not None and self.policy.is_space_low(self.store.free_bytes()):
            with self.store.database.transaction():
                self.captures.drop_thumbnails(self.deliveries.previewed_and_held(step.statement))
        return self.letting_go.let_go(step.statement, self.captures.unlink)

    def calls_answered(self) -> dict[str, dict[str, Any]]:
        """By the id of the call, what the court has signed about it."""
        kept = self.store.database.meta(CALLS_ANSWERED) or {}
        return {str(told.get("id")): told for told in kept.values()}

    def _list_calls(self) -> list[steps.UnansweredCall]:
        kept = self.store.database.meta(CALLS_ANSWERED) or {}
        unsent = self.outbox.actions(self.acked_seq, after=self.acked_seq)
        calls = [each for each in unsent if each.kind in CALLS and each.hash not in kept]
        found = (self.outbox.between(each.seq, each.seq) for each in calls)
        return [steps.UnansweredCall(one.hash, one.body) for ones in found for one in ones]

    def _keep_call(self, step: steps.KeepCall) -> None:
        database = self.store.database
        with database.transaction():
            kept = database.meta(CALLS_ANSWERED) or {}
            newest = dict(list({**kept, step.hash: dict(step.told)}.items())[-MOST_CALLS:])
            database.set_meta(CALLS_ANSWERED, newest)

    def _list_missing_papers(self, _: steps.ListMissingPapers) -> list[MissingPaper]:
        # A crash may have come between a page and the erasing that follows it.
        self.papers.sweep()
        return self.papers.missing()

    def _read_piece(self, step: steps.ReadPiece) -> bytes | None:
        try:
            return self.captures.read(step.sha256, step.offset, step.length)
        except (StoreDamaged, NotFound):
            return None

    def _mark_delivered(self, step: steps.MarkDelivered) -> None:
        with self.store.database.transaction():
            self.deliveries.mark_delivered(step.sha256, step.server_epoch)

    def _mark_refused(self, step: steps.MarkRefused) -> None:
        with self.store.database.transaction():
            self.deliveries.mark_refused(step.sha256, step.reason)


def _height(statement: wire.Statement) -> dict[str, Any]:
    return {
        "ledger_epoch": statement.ledger_epoch,
        "position": statement.position,
        "hash": statement.entry_hash,
    }
