"""What the engine asks of the world, one step at a time: send, wait, tell, read or keep.

A flow is a generator that yields steps and is sent each step's answer. Whoever drives it owns network, clock and disk:
`drivers.py` for real ones, the simulation for its own. Ending a flow between two steps is what a crash does.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from client_sdk import wire
from client_sdk.identity import Applicant, Enrolled, Place
from client_sdk.lanes import Lanes, PendingFile, SyncPolicy
from client_sdk.letting_go import Hole
from client_sdk.outbox import LoggedOperation
from client_sdk.pages import Page
from client_sdk.papers import MissingPaper
from client_sdk.replica import Applied, Bookmark
from client_sdk.views import Progress

T = TypeVar("T")


class Step(Generic[T]):
    """A request of the engine whose answer is a T."""


Flow = Generator[Step[Any], Any, T]


def ask(step: Step[T]) -> Flow[T]:
    """`answer = yield from ask(step)`, with the answer's type."""
    answer: T = yield step
    return answer


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """Whatever came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_seconds: float = 0.0


@dataclass(frozen=True)
class Unreachable:
    """No reply; the request may have arrived all the same."""

    reason: str


@dataclass(frozen=True)
class Send(Step[Reply | Unreachable]):
    request: Request


@dataclass(frozen=True)
class Wait(Step[None]):
    seconds: float


@dataclass(frozen=True)
class NoteWait(Step[None]):
    """The court wants to hear nothing for so long; 0 once that has passed."""

    seconds: float


@dataclass(frozen=True)
class ReadWait(Step[float]):
    """Seconds left of the wait noted last."""


@dataclass(frozen=True)
class Tell(Step[None]):
    progress: Progress


@dataclass(frozen=True)
class LogView:
    """The end of the log and the hashes asked for, as far as it goes."""

    head_seq: int
    hashes: Mapping[int, str]


@dataclass(frozen=True)
class ReadLog(Step[LogView]):
    seqs: tuple[int, ...]


@dataclass(frozen=True)
class Batch:
    operations: tuple[LoggedOperation, ...]
    thumbnails: Mapping[str, bytes]
    left: int
    """Operations above `after_seq`, these included."""
    is_damaged: bool = False
    """The next operation cannot be read any more."""
    hole: Hole | None = None
    """What the server lacks before them and this device has let go of."""


@dataclass(frozen=True)
class NextBatch(Step[Batch]):
    after_seq: int
    max_operations: int
    max_bytes: int
    max_thumbnail_bytes: int


@dataclass(frozen=True)
class DescribeDevice(Step[dict[str, Any]]):
    """The `status` of a push."""


@dataclass(frozen=True)
class KeepAnswer(Step[None]):
    """A verified statement, with what came beside it, in one transaction."""

    statement: wire.Statement
    key_texts: tuple[str, ...] = ()
    results: Sequence[Mapping[str, Any]] = ()
    wanted: Sequence[Mapping[str, Any]] | None = None
    has_reported: bool = False
    """The request told what this device had seen of the court's ledger."""


@dataclass(frozen=True)
class ReadBookmark(Step[Bookmark]):
    pass


@dataclass(frozen=True)
class ForgetCursor(Step[None]):
    pass


@dataclass(frozen=True)
class ResetAfterDigest(Step[bool]):
    """Forget the cursor unless that was done within the hour; whether it was done."""


@dataclass(frozen=True)
class ApplyPage(Step[Applied]):
    """A page, its statement, receipts and cursor in one transaction."""

    page: Page
    statement: wire.Statement
    key_texts: tuple[str, ...]
    receipts: tuple[wire.FileReceipt, ...]


@dataclass(frozen=True)
class ListPending(Step[list[PendingFile]]):
    """All that is owed, whatever the conditions."""

    statement: wire.Statement


@dataclass(frozen=True)
class ListLanes(Step[Lanes]):
    """The same, as far as it goes under the conditions noted last, and what waits."""

    statement: wire.Statement


@dataclass(frozen=True)
class NotePolicy(Step[None]):
    """The conditions of this sync, kept for what is told of the device until the next."""

    policy: SyncPolicy | None


@dataclass(frozen=True)
class NotePace(Step[None]):
    """How fast files went just now."""

    bytes_per_second: int


@dataclass(frozen=True)
class FindSuccessor(Step[tuple[Applicant, Place]]):
    """Who this device becomes, and from which operation on."""

    has_new_key: bool


@dataclass(frozen=True)
class Succeed(Step[None]):
    """Everything above the place is the new device's from here on."""

    enrolled: Enrolled
    place: Place


@dataclass(frozen=True)
class LetGo(Step[int]):
    """Drop what the court holds safely and long enough; how many operations."""

    statement: wire.Statement


@dataclass(frozen=True)
class ReadPiece(Step[bytes | None]):
    """A range of a file; None when this device cannot read it any more."""

    sha256: str
    offset: int
    length: int


@dataclass(frozen=True)
class MarkDelivered(Step[None]):
    sha256: str
    server_epoch: str


@dataclass(frozen=True)
class MarkRefused(Step[None]):
    sha256: str
    reason: str


@dataclass(frozen=True)
class ListMissingPapers(Step[list[MissingPaper]]):
    """What held cases list and this device lacks, after erasing what none lists any more."""


@dataclass(frozen=True)
class KeepPaperPiece(Step[str | None]):
    """None, or why it cannot be kept."""

    sha256: str
    offset: int
    content: bytes


@dataclass(frozen=True)
class FinishPaper(Step[str | None]):
    """Check the whole; None, or why it is not the paper that was listed. Its bytes are discarded then."""

    sha256: str
    size: int


@dataclass(frozen=True)
class DiscardPaper(Step[None]):
    """Forget the pieces of it, to begin anew."""

    sha256: str


@dataclass(frozen=True)
class UnansweredCall:
    """A call for help, or the word that takes one back: the exact bytes, and the hash of its operation."""

    hash: str
    body: bytes


@dataclass(frozen=True)
class ListCalls(Step[list[UnansweredCall]]):
    """Those that no court has answered for, the oldest first."""


@dataclass(frozen=True)
class KeepCall(Step[None]):
    """What the court has signed about a call."""

    hash: str
    told: Mapping[str, Any]


@dataclass(frozen=True)
class EndReading(Step[None]):
    """The court's signed word that this device is revoked: destroy the read key, keep what was recorded."""

    reason: str
