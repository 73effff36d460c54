"""Reads of the ledger."""

from dataclasses import dataclass

from server.common.statements import Given, Statement
from server.ledger.models import Entry, Head, ServerLife

_HEAD = Statement(lambda: Head.objects.filter(stream=Given("stream")))
_EPOCHS = Statement(
    lambda: ServerLife.objects.order_by("-started_at", "-server_epoch").values_list("server_epoch", flat=True)[:1]
)


@dataclass(frozen=True, slots=True)
class HeadState:
    ledger_epoch: str
    position: int
    hash: str
    safe_position: int = 0


def head_of(stream: str) -> HeadState:
    """The committed end of a stream. Raises Head.DoesNotExist for one nobody opened."""
    head = _HEAD.first(stream=stream)
    if head is None:
        raise Head.DoesNotExist(stream)
    return HeadState(head.ledger_epoch, head.position, head.hash, head.safe_position)


def entries_after(stream: str, position: int, limit: int) -> list[Entry]:
    """The entries above `position`, in order, at most `limit`: a prefix of what follows, without holes."""
    return list(Entry.objects.filter(stream=stream, position__gt=position).order_by("position")[:limit])


def current_server_epoch() -> str:
    """This life of the database between restores; `migrate` begins the first."""
    return _EPOCHS.rows()[0]
