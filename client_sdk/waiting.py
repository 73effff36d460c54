"""Waits between attempts: what the court asked for is kept to by the next sync, and by an app started anew. Pure."""

from client_sdk.answers import json_object
from client_sdk.errors import NotSent
from client_sdk.patience import Patience, retry_after_seconds
from client_sdk.steps import Flow, NoteWait, ReadWait, Reply, Unreachable, Wait, ask

MOST_KEPT_SECONDS = 300.0
"""No wait outlives its sync by more: a server that errs, or a clock, never keeps a device away for long."""


def heed(patience: Patience) -> Flow[None]:
    """Before the first request: wait for what is left of an earlier wait. Raises NotSent where patience is shorter."""
    left = yield from ask(ReadWait())
    if left <= 0:
        return
    if not patience.spend(left):
        raise NotSent("server_busy", retry_after_seconds=left)
    yield from ask(Wait(left))
    yield from ask(NoteWait(0.0))


def rest(patience: Patience, reply: Reply | Unreachable | None = None) -> Flow[bool]:
    """Before the next attempt; False when it is time to give up."""
    asked = retry_after_seconds(reply.headers) if isinstance(reply, Reply) else None
    noted = min(asked or 0.0, MOST_KEPT_SECONDS) if isinstance(reply, Reply) and _is_ours(reply) else 0.0
    if noted:
        yield from ask(NoteWait(noted))
    wait = patience.next_wait(asked)
    if wait is None:
        return False
    yield from ask(Wait(wait))
    if noted:
        yield from ask(NoteWait(0.0))
    return True


def _is_ours(reply: Reply) -> bool:
    """A problem document. Whatever stands between, a portal or a proxy, is gone with the next network."""
    return isinstance(json_object(reply.body).get("code"), str)
