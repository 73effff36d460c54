"""A call for help goes before all else, by a way of its own: no log before it, no budget, no wait (R131). I/O-free."""

import json
from collections.abc import Mapping
from typing import Any

from client_sdk import wire
from client_sdk.answers import OK
from client_sdk.engine import CALLS_PATH, Engine
from client_sdk.errors import NotSent, ProtocolTooOld, Rejected
from client_sdk.steps import Flow, KeepCall, ListCalls, UnansweredCall, ask


def send_calls(engine: Engine) -> Flow[int]:
    """Every call that no court has answered for, the oldest first; how many were answered now.

    Whatever becomes of it is no fault of the sync: the log brings them as well, also to a court that is older.
    """
    answered = 0
    for call in (yield from ask(ListCalls())):
        try:
            answered += yield from _send(engine, call)
        except (NotSent, Rejected, ProtocolTooOld):
            engine.patience.reset()
    return answered


def _send(engine: Engine, call: UnansweredCall) -> Flow[bool]:
    members = {
        "protocol": wire.PROTOCOL,
        "certificate": engine.identity.certificate.text,
        "body": wire.to_base64(call.body),
    }
    answer = yield from engine.exchange(CALLS_PATH, members)
    told = _told(answer.members.get("answer")) if answer.status == OK else None
    if told is None:
        return False
    yield from ask(KeepCall(call.hash, told))
    return True


def _told(answer: Any) -> Mapping[str, Any] | None:
    """Covered by the statement that was verified with it."""
    try:
        told = json.loads(answer).get("sos")
    except (TypeError, ValueError, AttributeError):
        return None
    return told if isinstance(told, dict) else None
