"""`FieldClient`: the one door of the SDK. Everything but `enrol`, `sync` and `unenrol` works offline."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

from client_sdk import disk, doubts, enrolment, messages, parcels, proof_export, renewing, syncing
from client_sdk.beginning import Beginner
from client_sdk.calling import send_calls
from client_sdk.carrying import Carrying
from client_sdk.correcting import Corrector
from client_sdk.day_views import Alarm
from client_sdk.drivers import OnProgress, run
from client_sdk.engine import Engine
from client_sdk.enrolling import Enrolling, described, enrolment_flow, no_store, open_enrolled
from client_sdk.errors import UnsafeToWipe
from client_sdk.holdings import Holdings
from client_sdk.identity import Identity
from client_sdk.lanes import SyncPolicy
from client_sdk.matters import Matter
from client_sdk.overview import Overview
from client_sdk.patience import PATIENCE_SECONDS
from client_sdk.printer import Printer
from client_sdk.proof_files import Proved
from client_sdk.recorder import Check, Recorder
from client_sdk.recording import Recording
from client_sdk.records import require_uuid
from client_sdk.signatures import Signing
from client_sdk.steps import Flow
from client_sdk.store import Store, Surroundings, this_machine
from client_sdk.transport import HttpTransport, Transport
from client_sdk.views import (
    Action,
    Case,
    NewDevice,
    Paper,
    Parcel,
    Photo,
    Review,
    Status,
    Submission,
    SyncReport,
    Today,
)

T = TypeVar("T")


class FieldClient(Recording):
    """One officer on one device, with one store. Any thread may use it; close it, or use it with `with`.

    What is recorded is encrypted, fsynced and signed before the call returns, survives `kill -9` at any moment, and
    stays until the court has proved that it holds it safely.
    """

    def __init__(self, store: Store, identity: Identity, transport: Transport, app: str) -> None:
        """For `enrol` and `open`; takes over `store`."""
        self._store = store
        self._transport = transport
        self._syncing = threading.Lock()
        try:
            self._holdings = Holdings(store, identity, app)
            self._holdings.captures.recover_orphans()
        except BaseException:
            self.close()
            raise
        self._overview = Overview(self._holdings)
        self._recorder = Recorder(self._holdings)
        self._corrector = Corrector(self._holdings, self._recorder)
        self._signing = Signing(self._holdings, self._recorder)
        self._beginner = Beginner(self._holdings)
        self._printer = Printer(self._holdings, self._recorder)

    @classmethod
    def enrol(
        cls,
        server: str,
        *,
        code: str,
        store: str | Path,
        passphrase: str | None = None,
        name: str | None = None,
        app: str = "",
        transport: Transport | None = None,
        surroundings: Surroundings | None = None,
    ) -> Self:
        """Make a store and its key, and have the court certify it by a one-time code.

        `store` is the path of the SQLite file to make; photos go into the folder `<store>.vault` beside it. Without
        `passphrase` the key is kept in the system keystore. `name` tells people at the court which device this is.
        Calling it again after NotSent goes on with the same key, so a lost answer costs no second code.

        Raises NotSent, Rejected (`enrolment_code_invalid`, `enrolment_code_unreadable`, `court_not_proven`, …),
        ProtocolTooOld, AlreadyEnrolled, StoreLocked, WrongPassphrase, KeystoreUnavailable, StorageFull, CannotWrite.
        """
        enrolment.require_address(server)
        enrolment.read_code(code)
        machine = surroundings or this_machine()
        enrolling = Enrolling(Path(store), server, passphrase, machine)
        connection = transport or HttpTransport(server)
        try:
            enrolled = run(enrolment_flow(enrolling, code, name, app), connection, no_store, sleep=machine.sleep)
            ready = enrolling.finish(enrolled)
        except BaseException as fault:
            enrolling.give_up(fault)
            connection.close()
            raise
        return cls(ready, enrolled.identity, connection, app)

    @classmethod
    def open(
        cls,
        store: str | Path,
        *,
        passphrase: str | None = None,
        app: str = "",
        transport: Transport | None = None,
        surroundings: Surroundings | None = None,
    ) -> Self:
        """Open an enrolled store, also after `kill -9`; photos a crash left half booked come back as `recovered`.

        Raises StoreLocked (another process has it), WrongPassphrase, KeystoreUnavailable, NotEnrolled, StoreDamaged,
        CannotWrite.
        """
        opened, identity = open_enrolled(Path(store), passphrase, surroundings or this_machine())
        return cls(opened, identity, transport or HttpTransport(identity.server), app)

    def sync(
        self,
        *,
        policy: SyncPolicy | None = None,
        on_progress: OnProgress | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> SyncReport:
        """Push what was recorded, pull what this officer holds, upload what was promised, fetch papers.

        Resumable and idempotent, run it as often as you like: cut anywhere, the next one goes on. `policy` says what
        this moment is like, and so which originals wait (`report.held_back`). `on_progress` gets a Progress now and
        then, `patience_seconds` bounds all waiting. One sync runs at a time; a second call waits for it. A wait that
        the court asked for and an earlier sync gave up on comes first, also in an app started anew.

        Raises NotSent (try again later; `retry_after_seconds`), Rejected (`device_revoked`, …; everything is kept),
        ProtocolTooOld.
        """
        with self._syncing:
            return self._run(syncing.sync(self.engine(patience_seconds), policy), on_progress)

    def pull(self, *, on_progress: OnProgress | None = None, patience_seconds: float = PATIENCE_SECONDS) -> SyncReport:
        """Only fetch what this officer holds, papers too; nothing recorded is sent. Raises as `sync`."""
        with self._syncing:
            return self._run(syncing.only_pull(self.engine(patience_seconds)), on_progress)

    def _run(self, flow: Flow[T], on_progress: OnProgress | None = None) -> T:
        sleep = self._store.surroundings.sleep
        return run(flow, self._transport, self._holdings.perform, on_progress=on_progress, sleep=sleep)

    def engine(self, patience_seconds: float = PATIENCE_SECONDS) -> Engine:
        """A new engine for one sync, for drivers of another kind: asyncio, the simulation."""
        machine = self._store.surroundings
        return Engine(
            self._holdings.identity,
            self._holdings.require_statement(),
            self._holdings.newer_keys(),
            new_nonce=machine.new_nonce,
            random=machine.random,
            patience_seconds=patience_seconds,
        )

    def sync_flow(
        self, patience_seconds: float = PATIENCE_SECONDS, policy: SyncPolicy | None = None
    ) -> Flow[SyncReport]:
        """The steps of one sync, for those drivers."""
        return syncing.sync(self.engine(patience_seconds), policy)

    @property
    def holdings(self) -> Holdings:
        """What performs the engine's steps on this store; for drivers of another kind."""
        return self._holdings

    def cases(self) -> list[Case]:
        """The cases this officer holds, as of the last pull, his own unsent acts laid over them; closed ones last."""
        return self._overview.cases()

    def case(self, case_id: str | UUID) -> Case:
        """Raises NotFound."""
        return self._overview.case(require_uuid(case_id, "/case_id"))

    def matters(self) -> list[Matter]:
        """Errands he does for other courts (委托事项), the urgent ones first; each leaves this device when it ends."""
        return self._overview.matters()

    def today(self) -> Today:
        """The officer's day, the most urgent first: nodes, handovers, orders, alarms, reviews, unsent work.

        The date is China's, the clock this device's; `as_of` and `age` say how old all of it is.
        """
        return self._overview.today()

    def node_endings(self, node_key: str) -> tuple[str, ...]:
        """The events of which each ends a node, by the catalogue as last pulled: for `complete_node`'s `event`."""
        return self._overview.node_endings(node_key)

    def alarms(self) -> list[Alarm]:
        """What protects people and property and runs out, of the acts recorded here; the next to ring first.

        Counted on this device from the act itself, never rolled and never paused, whether the court has heard of the
        act or not, and whatever has become of it there. It needs no network, no catalogue and no right to read.
        Set the system's alarm by `in_seconds`, which no change of the wall clock moves.
        """
        return self._overview.alarms()

    def send_calls(self, *, patience_seconds: float = PATIENCE_SECONDS) -> int:
        """Send calls for help and nothing else, at once, also beside a sync under way; how many were answered for.

        Raises nothing for want of a net: call it again until `safety().calls` says that they are received.
        """
        return self._run(send_calls(self.engine(patience_seconds)))

    def status(self) -> Status:
        """What this device still owes, when the court last answered, and what to make of this device's clock."""
        return self._overview.status()

    def reviews(self) -> list[Review]:
        """What a person at the court must look at, ours and others' in our cases; decisions are told for two weeks."""
        return self._overview.reviews()

    def new_devices(self) -> list[NewDevice]:
        """Devices enrolled in this officer's name elsewhere, of which he has not said whether it was he."""
        return self._overview.new_devices()

    def answer_new_device(self, device: NewDevice | str, *, was_me: bool) -> None:
        """His word on it: a device that was not enrolled by him is revoked. Raises as `sync`."""
        named = device.id if isinstance(device, NewDevice) else require_uuid(device, "/device")
        with self._syncing:
            self._run(doubts.answer(self.engine(), named, was_me=was_me))

    def actions(self) -> list[Action]:
        """Everything recorded on this device, oldest first; what it recorded before its log was renewed, too."""
        self._holdings.reading.require()
        return self._holdings.outbox.history(self._holdings.acked_seq)

    def action(self, action_id: str) -> Action:
        """The present state of one act. Raises NotFound."""
        self._holdings.reading.require()
        return self._holdings.outbox.action(action_id, self._holdings.acked_seq)

    def photos(self) -> list[Photo]:
        """Sealed photos that no action has taken yet, those recovered after a crash among them."""
        self._holdings.reading.require()
        return self._holdings.captures.unbound()

    def save_photo(self, photo: Photo, target: str | Path) -> None:
        """Write the original bytes, decrypted, to `target`.

        Raises StoreDamaged if they are not what was sealed, StorageFull and CannotWrite.
        """
        self._holdings.reading.require()
        with disk.faults_named(Path(target)):
            self._holdings.captures.copy_to(photo.id, Path(target))

    def papers(self, case_id: str | UUID) -> tuple[Paper, ...]:
        """Rulings, warrants and notices of a case, oldest first; `is_here` when fetched. Raises NotFound."""
        return self.case(case_id).papers

    def open_paper(self, sha256: str) -> bytes:
        """A paper of a held case, whole and checked, without a network.

        Raises NotFound (`not_found`: no held case lists it; `paper_not_here`: not fetched yet) and StoreDamaged, after
        which the next sync fetches it anew.
        """
        return self._holdings.papers.read(sha256)

    def save_paper(self, sha256: str, target: str | Path) -> None:
        """Write a paper, decrypted, to `target`. Raises as `open_paper`, StorageFull and CannotWrite."""
        content = self.open_paper(sha256)
        with disk.faults_named(Path(target)):
            Path(target).write_bytes(content)

    def paper_kinds(self, action: Action | str) -> dict[str, str]:
        """The papers that `render_paper` sets of an act, their Chinese titles by key. Raises as `render_paper`."""
        self._holdings.reading.require()
        return self._printer.titles(action)

    def render_paper(
        self, action: Action | str, paper_kind: str | None = None, *, case_id: str | UUID | None = None
    ) -> bytes:
        """A paper of an act recorded here, as PDF: to show on the spot, and to print, without a network.

        It is what the court sets from the same records, with the same code on every page; an act that lacks something
        is marked as a draft. `paper_kind` is one of `paper_kinds` (the first without it), `case_id` one of the cases
        of an act that serves several.

        Raises PapersUnavailable (install `zhixing-client-sdk[papers]`), NotFound (`not_found`; `paper_kind_unknown`;
        `act_let_go`: the court holds it, and this device no more; `case_let_go`: it was given to others), ReadingEnded.
        """
        self._holdings.reading.require()
        case = None if case_id is None else require_uuid(case_id, "/case_id")
        return self._printer.render(action, paper_kind, case)

    def explain(self, action: Action | Check, language: str | None = None) -> list[str]:
        """What an act's or check's `missing`, then `warnings`, say, in `language` ("zh", "en"; else the one chosen)."""
        return self._recorder.explain(action, language or messages.language())

    def safe_to_purge(self, action: Action | str) -> bool:
        """Does the court hold this act and all its files where no loss of its server can reach?

        True only on a verified statement of the current epochs whose `safe_seq` covers every operation of it, and
        verified receipts for each file at or below `safe_position`. An act that a renewed log left behind was that safe
        when the log was renewed. Raises NotFound for an act of another device.
        """
        if isinstance(action, Action):
            seqs = [action.seq] if action.incarnation == self._holdings.identity.incarnation else []
        else:
            seqs = self._holdings.outbox.seqs_of(action)
        return not any(self._holdings.unsafe(seq) for seq in seqs)

    def export_proof(self, path: str | Path, what: Action | Photo | str | None = None) -> Proved:
        """Write what the court signed about an act (with its photos), a photo or, without `what`, the whole log.

        Named by the object, an id, or the beginning of a photo's hash. `zhixing-field verify FILE` proves the file
        anywhere, offline. The act stands in it in clear. Raises NotFound (`not_received`: sync first; `proof_let_go`),
        ReadingEnded, StorageFull and CannotWrite.
        """
        named = what.id if isinstance(what, Action | Photo) else what
        return proof_export.export_proof(self._holdings, named, Path(path))

    def export_parcel(self, path: str | Path) -> Parcel:
        """Write all that the court does not safely hold into one sealed file, for another hand to carry.

        Only the court can open it. This device keeps everything until the court's own word reaches it. Raises
        StorageFull and CannotWrite.
        """
        return parcels.export_parcel(self._holdings, Path(path))

    def submit_parcel(
        self, path: str | Path, *, on_progress: OnProgress | None = None, patience_seconds: float = PATIENCE_SECONDS
    ) -> Submission:
        """Hand in another device's parcel. Resumable; the same parcel again finds what became of it.

        Raises NotSent, Rejected (`parcel_damaged`, `parcel_of_another_court`, …), and InvalidRecord for the file.
        """
        with self._syncing, parcels.opened(Path(path)) as parcel:
            return run(
                Carrying(self.engine(patience_seconds), parcel.sha256, parcel.size).hand_in(),
                self._transport,
                parcel.performer(self._holdings.perform),
                on_progress=on_progress,
                sleep=self._store.surroundings.sleep,
            )

    def change_passphrase(self, new: str) -> None:
        """From now on only `new` opens the store, besides keystore and court's escrow; no data is rewritten."""
        self._store.vault.set_passphrase(new)

    def renew(self, code: str, *, name: str | None = None, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Go on under a new key by a fresh code, after `log_forked`, `log_disagrees` or `log_behind`.

        What the court does not hold safely is chained anew, byte for byte, and goes up with the next sync. Calling it
        again after NotSent goes on with the same key. Raises as `enrol`; nothing has changed then.
        """
        enrolment.read_code(code)
        with self._syncing:
            self._run(renewing.renew(self.engine(patience_seconds), code, described(name, self._holdings.app)))

    def unenrol(self, *, force: bool = False, on_progress: OnProgress | None = None) -> None:
        """Sync a last time, then erase the store. With `force` also offline, and whatever would be lost.

        Raises UnsafeToWipe while the court does not safely hold everything, and what `sync` raises; nothing is erased
        then.
        """
        if not force:
            self.sync(on_progress=on_progress)
        self.wipe(force=force)

    def wipe(self, *, force: bool = False) -> None:
        """Erase the store: keys first, then files. Raises UnsafeToWipe, with the counts, unless `force`."""
        unsafe = self._holdings.unsafe()
        if unsafe and not force:
            raise UnsafeToWipe(operations=unsafe.operations, files=unsafe.files)
        self._store.erase()
        self._transport.close()

    def close(self) -> None:
        """Let others open the store."""
        self._store.close()
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()
