"""One sync from its first push to its report. I/O-free."""

from functools import partial

from client_sdk.answers import REVOKED
from client_sdk.calling import send_calls
from client_sdk.downloads import Downloads
from client_sdk.engine import Engine
from client_sdk.errors import CHAIN_INVALID, Rejected
from client_sdk.lanes import SyncPolicy
from client_sdk.notes import held_back_in_words
from client_sdk.renewing import begin_anew
from client_sdk.sealing import hand_over
from client_sdk.steps import Flow, LetGo, ListLanes, ListPending, NotePolicy, ask
from client_sdk.uploads import Uploads
from client_sdk.views import SyncReport
from client_sdk.waiting import heed


def sync(engine: Engine, policy: SyncPolicy | None = None) -> Flow[SyncReport]:
    """Calls for help, then push before pull before uploads; after uploads one more pull for receipts; then papers.

    `policy` says which files wait for better conditions. A log that is damaged begins anew under the same key, and
    nobody is asked. Raises NotSent, Rejected, ProtocolTooOld.
    """
    yield from ask(NotePolicy(policy))
    yield from send_calls(engine)
    yield from heed(engine.patience)
    try:
        return (yield from _sync(engine))
    except Rejected as refusal:
        if refusal.code != CHAIN_INVALID:
            raise
        yield from _begin_anew(engine, refusal)
    return (yield from _sync(engine))


def _begin_anew(engine: Engine, refusal: Rejected) -> Flow[None]:
    try:
        yield from begin_anew(engine)
    except Rejected:
        raise refusal from None  # a server from before R58, or one that has had enough: a person looks


def _sync(engine: Engine) -> Flow[SyncReport]:
    """A court that refuses this log, or its pulls, gets the evidence all the same; the refusal is raised last."""
    try:
        # Whoever owes files says how they stand, also with nothing else to send.
        owed = yield from ask(ListPending(engine.taken()))
        pull_refusal = yield from engine.push_and_pull(at_least_once=bool(owed))
        yield from Uploads(engine).deliver_all()
    except Rejected as rejected:
        if rejected.code == REVOKED:
            yield from hand_over(engine, rejected)
        raise
    if pull_refusal is None:
        if engine.tally.files_sent:
            yield from engine.pull()
        yield from Downloads(engine, renew=partial(engine.push, at_least_once=True)).fetch_all()
    refusal = engine.push_refusal or pull_refusal
    if refusal is not None:
        raise refusal
    yield from ask(LetGo(engine.statement))
    return (yield from _report(engine))


def only_pull(engine: Engine) -> Flow[SyncReport]:
    """What this officer holds, its papers with it, and nothing sent."""
    yield from heed(engine.patience)
    yield from engine.pull()
    if engine.bearer is not None:  # older servers bring one with a push alone (R54): its papers wait for a sync
        yield from Downloads(engine, renew=engine.pull).fetch_all()
    return (yield from _report(engine))


def _report(engine: Engine) -> Flow[SyncReport]:
    lanes = yield from ask(ListLanes(engine.statement))
    unsent = yield from engine.unsent()
    is_everything_sent = not (lanes.going or lanes.held_back or unsent)
    return engine.tally.report(is_everything_sent=is_everything_sent, held_back=held_back_in_words(lanes))
