"""Whose fault is it: the machine's, which passes, or our handler's, which is pinned on the operation that shows it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, transaction

from server.common.ids import new_id
from server.field.claiming import write_claims
from server.field.operation import SignedOperation, set_aside
from server.ledger.services import Draft
from server.safety.writing import write_calls
from server.sync.operations import Applied, apply_together

logger = logging.getLogger("server.sync")


class HandlerFault(Exception):
    """A handler failed on what a body holds; the batch is to be redone one by one."""


def is_transient(fault: BaseException) -> bool:
    """Locks, disk, connection, deadlock, memory: nothing is acknowledged and nobody is quarantined.

    What a column refuses (DataError, IntegrityError) came out of a body through our code, and would stop the device for
    ever if it were taken for weather.
    """
    if isinstance(fault, DataError | IntegrityError):
        return False
    return isinstance(fault, DatabaseError | InterfaceError | OSError | MemoryError)


@contextmanager
def pinned() -> Iterator[None]:
    """Raises HandlerFault for whatever is our own code's fault; the machine's passes through."""
    try:
        yield
    except Exception as fault:
        if is_transient(fault):
            raise
        raise HandlerFault from fault


def apply_or_fault(operations: Sequence[SignedOperation]) -> Applied:
    """Apply a batch at once. Raises HandlerFault, after which the transaction must be begun anew."""
    if not operations:
        return Applied({}, [])
    with pinned():
        return apply_together(operations)


def _protected(operation: SignedOperation) -> list[Draft]:
    """The clocks that any claim starts, unless our fault stands in their way, too."""
    try:
        with transaction.atomic(), pinned():
            return [*write_claims([operation]), *write_calls([operation])]
    except HandlerFault as fault:
        logger.error("no protective clock by operation %s", operation.hash, exc_info=fault.__cause__)
        return []


def apply_one_by_one(operations: Sequence[SignedOperation]) -> Applied:
    """Each in a savepoint of its own: the faulty one is quarantined under a trace id, its neighbours go on."""
    applied = Applied({}, [])
    for operation in operations:
        try:
            with transaction.atomic():
                one = apply_or_fault([operation])
        except HandlerFault as fault:
            trace_id = str(new_id())
            logger.error("handler fault %s in operation %s", trace_id, operation.hash, exc_info=fault.__cause__)
            applied.outcomes[operation.seq] = set_aside("handler_fault", trace_id=trace_id)
            applied.drafts.extend(_protected(operation))
            continue
        applied.outcomes.update(one.outcomes)
        applied.drafts.extend(one.drafts)
    return applied
