"""One push, one transaction: locked, judged, stored verbatim, applied, told to the ledger, answered.

Reading order: `push`, `_transact`, `_accept`. What an act means is decided in `field`; here it is numbered and kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.bulk import update_together
from server.common.clock import now
from server.common.errors import DomainError
from server.common.load import load
from server.evidence.bearer import issue_bearer
from server.evidence.queries import wanted_by
from server.evidence.services import promise_files, store_thumbnails
from server.field.claiming import write_claims
from server.field.operation import Outcome, SignedOperation, Status
from server.ledger.heights import lost_above, read_height
from server.ledger.queries import HeadState, head_of
from server.ledger.services import Draft, append
from server.people.court_now import CourtNow, court_now
from server.people.device_auth import DeviceRevoked
from server.people.models import Device
from server.people.streams import court_stream
from server.safety.writing import write_calls
from server.sync import writing
from server.sync.arrivals import Arrivals, read_arrivals
from server.sync.continuity import ChainDamaged, LogForked, LogHead, SequenceGap, require_continuation
from server.sync.damage import keep_damaged
from server.sync.decoding import MAX_DECOMPRESSED_BYTES
from server.sync.envelope import MAX_OPERATIONS, Envelope
from server.sync.faults import HandlerFault, apply_one_by_one, apply_or_fault
from server.sync.forks import Asked, fork_of, fork_statement, is_on_a_branch, keep_branch
from server.sync.logs import locked_log
from server.sync.lost_ranges import accept_lost_range, hashes_of, holes_around
from server.sync.models import DeviceLog, Operation
from server.sync.operations import Applied
from server.sync.reviews import open_reviews
from server.sync.statements import end_of, stated

Apply = Callable[[Sequence[SignedOperation]], Applied]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What is at hand inside the transaction."""

    log: DeviceLog
    envelope: Envelope
    court: CourtNow
    received_at: datetime

    @property
    def device(self) -> Device:
        return self.log.device

    def stated(self, head: HeadState | None = None) -> Answer:
        known: Answer = {"log": self.log, "server_epoch": self.court.server_epoch, "key": self.court.key, "head": head}
        return stated(self.device, self.envelope.nonce, **known)


def push(*, device: Device, envelope: Envelope, is_released: bool = False) -> Answer:
    """Take what an authenticated device owes; the whole answer but for HTTP.

    `is_released`: two persons let go what this revoked device had sent.
    Acknowledged means committed. Raises DomainError epoch_changed, sequence_gap (each with a statement), chain_invalid,
    push_too_large, device_revoked; and the database's own errors, when nothing was acknowledged.
    """
    try:
        answer = _transact(device, envelope, apply_or_fault, is_released)
    except HandlerFault:
        answer = _transact(device, envelope, apply_one_by_one, is_released)
    if isinstance(answer, DomainError):
        raise answer
    following = {
        "retry_after_ms": load.pause_ms(),
        "max_operations": MAX_OPERATIONS,
        "max_bytes": MAX_DECOMPRESSED_BYTES,
    }
    return {**answer, "upload_bearer": issue_bearer(device), "wanted": wanted_by(device), "next": following}


@transaction.atomic
def _transact(device: Device, envelope: Envelope, apply: Apply, is_released: bool) -> Answer | DomainError:
    """A refusal is returned, not raised: what it keeps (a branch, the statement it carries) commits."""
    log = locked_log(device)
    if log.device.revoked_at is not None and not is_released:
        raise DeviceRevoked(log.device)
    pushed = Pushed(log, envelope, court_now(log.device.court_id), now())
    log.device.court = pushed.court.court
    if envelope.server_epoch not in (None, pushed.court.server_epoch):
        append(_heights_lost(pushed, None))
        message = _("The server was restored: go back to what it states it has.")
        return _with_statement(pushed, DomainError("epoch_changed", 409, message))
    alarms = accept_lost_range(log, envelope, pushed.court.server_epoch)
    stored = _stored_operations(log, envelope)
    try:
        refusal = _why_refused(pushed, {seq: operation.hash for seq, operation in stored.items()})
    except LogForked as fork:
        return _keep_fork(pushed, stored, fork)
    if refusal and alarms:
        # What stands behind the hole does not hold together: then nothing is known of the hole either.
        transaction.set_rollback(True)
        del refusal.details["statement"]
    return refusal or _accept(pushed, stored, apply, alarms)


def _stored_operations(log: DeviceLog, envelope: Envelope) -> dict[int, Operation]:
    """What is acknowledged of the batch, and the one before it."""
    if envelope.first_seq > log.acked_seq:
        return {}
    last = min(envelope.last_seq, log.acked_seq)
    rows = Operation.objects.filter(
        device_id=log.device_id, incarnation=log.incarnation, seq__range=(envelope.first_seq - 1, last)
    )
    return {row.seq: row for row in rows.only("seq", "hash", "result")}


def _why_refused(pushed: Pushed, stored: Mapping[int, str]) -> DomainError | None:
    log, device = pushed.log, pushed.device
    hashes = {
        **{seq: bytes.fromhex(hash_) for seq, hash_ in stored.items()},
        log.acked_seq: bytes.fromhex(log.acked_hash),
    }
    hashes.setdefault(0, writing.first_link(device))
    known = range(pushed.envelope.first_seq - 1, min(pushed.envelope.last_seq, log.acked_seq) + 1)
    if not hashes.keys() >= set(known):
        hashes = hashes_of(holes_around(log, pushed.envelope)) | hashes
    head = LogHead(
        device.court_id, device.pk, log.incarnation, device.alg, bytes(device.public_key), log.acked_seq, hashes
    )
    try:
        require_continuation(head, pushed.envelope, partial(is_on_a_branch, log, pushed.envelope))
    except SequenceGap:
        message = _("Operations are missing: go back to what the server states.")
        return _with_statement(pushed, DomainError("sequence_gap", 409, message))
    except ChainDamaged as damage:
        keep_damaged(log, pushed.envelope.operations, damage.reason, pushed.received_at)
        message = _("The chain of operations is damaged; nothing was taken, everything stays on the device.")
        details = {"seq": damage.seq, "reason": damage.reason}
        return _with_statement(pushed, DomainError("chain_invalid", 422, message, details))
    return None


def _keep_fork(pushed: Pushed, stored: Mapping[int, Operation], found: LogForked) -> Answer:
    """R35: the other history is kept, its files may follow, only protective clocks and calls for help count."""
    log, branch = pushed.log, found.branch
    fork, alarms = keep_branch(log, found, pushed.received_at)
    arrivals = read_arrivals(log, branch, pushed.received_at)
    waiting = dict.fromkeys(arrivals.readable, Outcome(Status.PARKED, "log_forked"))
    promise_files(writing.promises_of(arrivals, {**waiting, **arrivals.outcomes}))
    store_thumbnails(pushed.device, pushed.envelope.thumbnails)
    update_together([writing.contact(pushed.device, pushed.envelope.status, pushed.received_at)])
    readable = list(arrivals.readable.values())
    append([*alarms, *write_claims(readable), *write_calls(readable)])
    same = [each for each in pushed.envelope.operations if each.seq in stored and each.seq < branch[0].seq]
    asked = Asked(pushed.envelope.nonce, pushed.court.server_epoch, pushed.court.key, pushed.received_at)
    signed = fork_statement(fork, pushed.device, asked, branch[-1] if found.is_joined else None)
    return {**pushed.stated(), "results": [writing.repeated(stored[each.seq]) for each in same], "fork": signed}


def _with_statement(pushed: Pushed, refusal: DomainError) -> DomainError:
    refusal.details.update(pushed.stated())
    return refusal


def _accept(pushed: Pushed, stored: Mapping[int, Operation], apply: Apply, alarms: Sequence[Draft]) -> Answer:
    log, envelope = pushed.log, pushed.envelope
    # What is acknowledged and not here was in a lost range: somebody still had it.
    fresh = [each for each in envelope.operations if each.seq not in stored]
    arrivals = read_arrivals(log, fresh, pushed.received_at)
    applied = apply(arrivals.handled)
    outcomes = {**arrivals.outcomes, **applied.outcomes}
    results = _write(pushed, arrivals, outcomes)
    places = append([*alarms, *applied.drafts, *writing.quarantine_drafts(log, arrivals, outcomes)])
    repeated = [writing.repeated(stored[each.seq]) for each in envelope.operations if each.seq in stored]
    stream = court_stream(log.device.court_id)
    head = end_of(stream, places) or head_of(stream)
    if lost := _heights_lost(pushed, head):
        head = end_of(stream, append(lost)) or head
    answer = {**pushed.stated(head), "results": sorted([*repeated, *results], key=lambda result: result["seq"])}
    return {**answer, **_known_fork(pushed)}


def _heights_lost(pushed: Pushed, head: HeadState | None) -> list[Draft]:
    """An earlier life of the ledger that this device saw reach further. With `head`, the present life asks nothing."""
    height = read_height(pushed.envelope.status.get("highest_ledger"))
    if height is None or (head and height.ledger_epoch == head.ledger_epoch):
        return []
    return lost_above(court_stream(pushed.device.court_id), height, f"device:{pushed.device.pk}")


def _known_fork(pushed: Pushed) -> Answer:
    """The kept branch hears of the other one too."""
    fork = fork_of(pushed.log) if pushed.log.is_forked else None
    if fork is None:
        return {}
    asked = Asked(pushed.envelope.nonce, pushed.court.server_epoch, pushed.court.key, pushed.received_at)
    return {"fork": fork_statement(fork, pushed.device, asked, None)}


def _write(pushed: Pushed, arrivals: Arrivals, outcomes: Mapping[int, Outcome]) -> list[Answer]:
    """Operations verbatim with their answers, promises, reviews, previews; then the log's new end."""
    log = pushed.log
    results = [writing.result_of(each.seq, outcomes[each.seq]) for each in arrivals.framed]
    writing.store_operations(log, arrivals, outcomes, results)
    promise_files(writing.promises_of(arrivals, outcomes))
    open_reviews(pushed.device, log.incarnation, outcomes)
    store_thumbnails(pushed.device, pushed.envelope.thumbnails)
    end = []
    if arrivals.framed and arrivals.framed[-1].seq > log.acked_seq:
        last = arrivals.framed[-1]
        log.acked_seq, log.acked_hash = last.seq, last.hash.hex()
        end = [(log.pk, log.acked_seq, log.acked_hash)]
    contact = writing.contact(pushed.device, pushed.envelope.status, pushed.received_at)
    update_together([contact, (DeviceLog, "device_id", ("acked_seq", "acked_hash"), end)])
    return results
