"""A stored operation as handlers see it, read again from its bytes: what was said then is what is judged now."""

from collections.abc import Mapping
from typing import Any

from server.field.operation import SignedOperation, TimeBounds
from server.sync.arrivals import read_body, reporter_of
from server.sync.body import BodyInvalid
from server.sync.models import DeviceLog, Operation
from server.sync.operations import HANDLERS


def read_again(operation: Operation, log: DeviceLog, *, as_new_act: bool = False) -> SignedOperation | None:
    """None where its body cannot be read, or no handler knows its kind. `log` is its device's, held.

    `as_new_act`: its claims of an id are set aside, so that it joins nothing.
    """
    body = body_of(operation)
    if body is None or body["kind"] not in HANDLERS:
        return None
    if as_new_act:
        body = {**body, "action_id": None}
    bounds = TimeBounds(operation.earliest_at, operation.latest_at or operation.received_at, operation.clock_verdict)
    return SignedOperation(
        reporter_of(log, operation.incarnation), operation.seq, operation.hash, body, operation.received_at, bounds
    )


def body_of(operation: Operation) -> Mapping[str, Any] | None:
    """The object of its body; None for what was quarantined as no body at all."""
    try:
        return read_body(bytes(operation.body))
    except BodyInvalid:
        return None
