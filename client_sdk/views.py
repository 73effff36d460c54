"""What the SDK hands to an app: plain, frozen, computed; nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from client_sdk.day_views import Alarm, Approval, Handover, Task, Urge
from client_sdk.related import RelatedCase

CAMERA = "CAMERA"
IMPORTED = "IMPORTED"
OTHER_SHOT = "OTHER"


@dataclass(frozen=True)
class Photo:
    """Bytes sealed on this device; bound to an action once `record_action` has taken it."""

    id: str
    sha256: str
    size: int
    media_type: str
    origin: str
    shot_code: str
    recorded_at: datetime
    name: str = ""
    is_recovered: bool = False
    """Found after a crash: its capture had reached the disk but not the store."""
    thumbnail_sha256: str | None = None


@dataclass(frozen=True)
class Action:
    """One act as this device recorded it. A snapshot: `FieldClient.action(id)` gives the present one."""

    id: str
    seq: int
    hash: str
    kind: str
    recorded_at: datetime
    case_ids: tuple[str, ...]
    case_no: str | None
    missing: tuple[Any, ...]
    """What the catalogue's blocking rules still want, as computed here when it was recorded."""
    warnings: tuple[Any, ...]
    files: tuple[str, ...]
    """SHA-256 of each file it promises."""
    size: int
    """Bytes of the operation."""
    status: str = "unsent"
    """`unsent`, then the court's word: `applied`, `superseded`, `parked`, `quarantined`, or after a review `applied` or
    `annulled`; `sent` if that was lost."""
    code: str = ""
    corrects: str | None = None
    said: Mapping[str, str] = field(default_factory=dict)
    """Of an act on the file of a case its words: `node`, `text`, `note`, `source`, …"""
    incarnation: int = 1
    """Of the log it stands in; `seq` counts within it. A store whose log was renewed keeps its earlier acts, too."""
    matter_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Party:
    role: str
    kind: str
    name: str


@dataclass(frozen=True)
class Node:
    """One step of a case's flow; `state` is NOT_STARTED, RUNNING or DONE."""

    id: str
    key: str
    stage: str
    zh: str
    en: str
    state: str
    started_on: date | None = None
    due_on: date | None = None
    finished_on: date | None = None
    limit_kind: str = ""
    due_at: datetime | None = None
    """The moment at which a limit in hours ends; `due_on` is its day."""
    is_provisional: bool = False
    """The court's calendar for a year it hangs on is not out yet: the date may still move."""
    chain: str = ""
    """What a node is about that the case has several of: a property, a clue."""
    is_claimed: bool = False
    """A clock that protects somebody, started by an act that does not count yet."""
    completed_by: str = ""
    """Our own act that says it is done, while the court has not answered for it; `state` is the court's."""
    is_paused: bool = False
    """Its clock stands still: nothing is due until it goes on."""
    goes_on: bool = False
    """In a closed case: it comes after the closing, which ends everything else."""


@dataclass(frozen=True)
class Paper:
    id: str
    sha256: str
    size: int
    media_type: str
    kind: str
    title: str
    issued_on: date | None = None
    document_no: str = ""
    signer: str = ""
    is_here: bool = False
    """Fetched whole and checked: `open_paper` shows it without a network."""


@dataclass(frozen=True)
class Contribution:
    """What another officer's device brought to an act; its files and signatures count for it where it was applied."""

    officer: str
    recorded_at: datetime | None
    status: str


@dataclass(frozen=True)
class CaseAction:
    """An act in a case: the court's view of it, or ours while the court has not answered for it (`is_own_unsent`)."""

    id: str
    kind: str
    recorded_at: datetime | None
    """The act itself, as its device stated it."""
    status: str
    is_complete: bool
    missing: tuple[Any, ...]
    officer: Any = None
    received_at: datetime | None = None
    """The arrival at the court."""
    verified_at: datetime | None = None
    """The proof: when the court had verified the last of its files; None while one is outstanding, or it has none."""
    is_own_unsent: bool = False
    said: Mapping[str, str] = field(default_factory=dict)
    """As for `Action`."""
    contributions: tuple[Contribution, ...] = ()
    """Of others, as the court told of them."""


@dataclass(frozen=True)
class Case:
    """A case this officer holds, as of the last pull, with his own unsent acts laid over it."""

    id: str
    case_no: str
    cause: str
    status: str
    assignment_no: int | None
    parties: tuple[Party, ...]
    nodes: tuple[Node, ...]
    papers: tuple[Paper, ...]
    actions: tuple[CaseAction, ...]
    filed_on: date | None = None
    priority: Any = None
    claim_amount: Any = None
    recovered_amount: Any = None
    handovers: tuple[Handover, ...] = ()
    tasks: tuple[Task, ...] = ()
    urges: tuple[Urge, ...] = ()
    """Those that wait for a reply."""
    approvals: tuple[Approval, ...] = ()
    related: tuple[RelatedCase, ...] = ()
    """Other cases of its debtors, those with resistance first. Each new content of it is on record as shown to you."""
    related_more: int = 0
    """So many more there are: ask at the desk."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The unit as the server sent it, for members newer than this SDK."""


@dataclass(frozen=True)
class Review:
    """An act that was not applied: what a person at the court must look at, or has decided of late."""

    id: str
    cause: str
    state: str
    """`open`, `ratified`, `annulled`, `replayed` (our act counts, now that the server is mended)."""
    status: str = ""
    """Of the act, as for `Action`."""
    is_own: bool = True
    """False: another officer's act in a case this device holds."""
    seq: int | None = None
    """Number of our own operation."""
    case_id: str | None = None
    """Of another officer's act."""
    action_id: str | None = None
    officer: str = ""
    note: str = ""
    """What was last said of it: the reason, or what is wanted."""
    opened_at: datetime | None = None
    asked_at: datetime | None = None
    """When a supplement was last asked for: record what is wanted with `correct`."""
    decided_at: datetime | None = None
    text: str = ""
    """All of it in a sentence, in the language chosen."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class DueNode:
    case_id: str
    case_no: str
    node: Node
    days_left: int
    """Negative when overdue, by the date in China."""


@dataclass(frozen=True)
class Today:
    """The officer's day, offline."""

    date: date
    nodes: tuple[DueNode, ...]
    """Running nodes with a due date, the most urgent first."""
    orders: tuple[Mapping[str, Any], ...]
    reviews: tuple[Review, ...]
    unsent: tuple[Action, ...]
    recovered: tuple[Photo, ...]
    as_of: datetime | None
    """When the court last told us everything; None before the first pull."""
    age: timedelta | None = None
    """How long ago that was, as far as this device's clocks can tell."""
    handovers: tuple[Handover, ...] = ()
    """Those that wait to be taken over, the most urgent first."""
    tasks: tuple[Task, ...] = ()
    urges: tuple[Urge, ...] = ()
    """Those that wait for a reply, the first one due first."""
    alarms: tuple[Alarm, ...] = ()
    """The next of each act, the next to ring first."""

    @property
    def overdue(self) -> tuple[DueNode, ...]:
        return tuple(due for due in self.nodes if due.days_left < 0)

    @property
    def due_today(self) -> tuple[DueNode, ...]:
        return tuple(due for due in self.nodes if due.days_left == 0)

    @property
    def coming(self) -> tuple[DueNode, ...]:
        return tuple(due for due in self.nodes if due.days_left > 0)


@dataclass(frozen=True)
class HeldBack:
    """Files that wait on this device for better conditions."""

    reason: str
    """`metered` or `battery`."""
    files: int
    bytes: int
    text: str
    """All of it in a sentence, in the language chosen."""


ClockVerdict = Literal["consistent", "skewed", "unbounded"]


@dataclass(frozen=True)
class Status:
    """What this device owes and knows about itself."""

    unsent_operations: int
    unsent_bytes: int
    """Operations and files that the court has not taken yet."""
    unsent_files: int
    unsafe_operations: int
    unsafe_files: int
    """Taken or not, what the court does not safely have: `unenrol` refuses while there are any."""
    last_contact_at: datetime | None
    """The court's own time in its last signed answer."""
    clock: ClockVerdict
    clock_offset_seconds: float | None
    free_bytes: int
    recovered_photos: int
    broken_files: int
    """Files a crash left unreadable; they are kept beside the photos."""
    refused_files: Mapping[str, str]
    """Files the server does not take, by hash, with its reason."""
    officer: str
    court: str
    server: str
    readable_until: datetime | None = None
    """The end of the lease, by the court's time; None where the court gives none."""
    reading_ended: str = ""
    """`revoked` or `lease_over`: nothing is shown, everything is recorded."""
    held_back: tuple[HeldBack, ...] = ()
    """Under the conditions of the last sync."""
    photos_left: int = 0
    """So many more photographs of the usual size fit before only acts are taken."""
    notes: tuple[str, ...] = ()
    """What its officer should know, in sentences: what waits here and why, and that room runs out."""


@dataclass(frozen=True)
class NewDevice:
    """A device enrolled in this officer's name elsewhere: was it he? Answer with `answer_new_device`."""

    id: str
    made_at: datetime
    """When its id was made, by its own clock."""


@dataclass(frozen=True)
class Parcel:
    """A sealed file with everything this device still owes, for another hand to carry."""

    sha256: str
    size: int
    operations: int
    files: int
    first_seq: int
    last_seq: int


@dataclass(frozen=True)
class Submission:
    """What the court made of a parcel: `taken`, `waiting` for what comes before it, `sealed` (its device is revoked).

    For the carrier to keep; its author lets go of nothing by it.
    """

    state: str
    code: str
    sha256: str
    device: str
    first_seq: int
    last_seq: int
    receipt: str


@dataclass(frozen=True)
class Progress:
    """One step forward. `done` and `total` are bytes of files and papers, operations or units otherwise."""

    phase: Literal["push", "pull", "upload", "papers"]
    done: int
    total: int | None
    name: str = ""

    def __str__(self) -> str:
        total = "?" if self.total is None else str(self.total)
        return f"{self.phase} {self.done}/{total} {self.name}".rstrip()


@dataclass(frozen=True)
class SyncReport:
    """What one sync did. `is_everything_sent` is the answer to "is it all up?"."""

    operations_sent: int
    statuses: Mapping[str, int]
    """How many of them the server applied, superseded, parked, quarantined."""
    units_received: int
    units_removed: int
    files_sent: int
    bytes_sent: int
    files_refused: Mapping[str, str]
    is_everything_sent: bool
    as_of: datetime | None
    papers_received: int = 0
    papers_missing: Mapping[str, str] = field(default_factory=dict)
    """Papers this sync could not fetch, by hash, with the reason; the next one tries again."""
    sync_again_after_seconds: float | None = None
    """When the court would like to hear from this device again; None where it did not say."""
    held_back: tuple[HeldBack, ...] = ()
    """What its policy kept for later: sent it is not, and nothing is wrong."""
