"""After the court's word that this device is revoked: hand over what it still has, to be kept sealed (R71). I/O-free.

Nothing of it is acknowledged, so everything stays here as well, and is offered again with the next sync.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from client_sdk.engine import PUSH_PATH, Engine
from client_sdk.errors import Rejected
from client_sdk.steps import Batch, Flow, ListPending, ReadLog, ask
from client_sdk.uploads import Delivery, Pieces


def hand_over(engine: Engine, refusal: Rejected) -> Flow[None]:
    """The rest of the log, then its files, as far as the court keeps them. Raises NotSent when patience ends."""
    sealed = refusal.details.get("sealed")
    if not isinstance(sealed, Mapping):
        return  # a pull's refusal, or an older court's
    sealed = yield from _push_rest(engine, sealed)
    yield from _send_files(engine, sealed, str(refusal.details.get("server_epoch")))


def _push_rest(engine: Engine, sealed: Mapping[str, Any]) -> Flow[Mapping[str, Any]]:
    reached = sealed.get("seq")
    while isinstance(reached, int) and not sealed.get("is_full"):
        log = yield from ask(ReadLog((reached,)))
        batch = yield from engine.batch_after(reached)
        if not batch.operations or reached not in log.hashes:
            break
        following = yield from _push(engine, batch, reached, log.hashes[reached])
        if following is None:
            break
        # An older court counts no further than a hole; what it did not call full it has kept.
        sealed, reached = following, max(batch.operations[-1].seq, _seq(following))
    return sealed


def _push(engine: Engine, batch: Batch, seq: int, prev_hash: str) -> Flow[Mapping[str, Any] | None]:
    members = yield from engine.push_members(batch)
    start = {} if batch.hole else {"first_seq": seq + 1, "prev_hash": prev_hash}
    try:
        yield from engine.exchange(PUSH_PATH, {**members, **start})
    except Rejected as refusal:
        sealed = refusal.details.get("sealed")
        return sealed if isinstance(sealed, Mapping) else None
    return None


def _seq(sealed: Mapping[str, Any]) -> int:
    stated = sealed.get("seq")
    return stated if isinstance(stated, int) else 0


def _send_files(engine: Engine, sealed: Mapping[str, Any], server_epoch: str) -> Flow[None]:
    """Whatever this life of the court has not got: what an earlier one had verified may have gone with it."""
    bearer, path = sealed.get("upload_bearer"), sealed.get("uploads")
    if not isinstance(bearer, str) or not isinstance(path, str):
        return
    engine.bearer, engine.uploads_path = bearer, path
    engine.offsets.clear()
    log = yield from ask(ReadLog(()))
    pending = yield from ask(ListPending(replace(engine.statement, acked_seq=log.head_seq, server_epoch=server_epoch)))
    pieces = Pieces()
    for file in pending:
        reason = yield from Delivery(engine, pieces, file, 0, file.size).run()
        if reason is not None:
            engine.tally.files_refused[file.sha256] = reason
