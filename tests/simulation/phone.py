"""One officer's device: the real SDK on its real store, stepped by the scheduler, killed where the dice say."""

import copy
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from client_sdk import FieldClient, NotSent, Rejected, StorageFull
from client_sdk.errors import NotEnrolled, NotFound, ReadingEnded, StoreDamaged
from client_sdk.outbox import LoggedOperation
from client_sdk.reading import LEASE_OVER
from client_sdk.steps import Flow, Send, Step, Tell, Wait
from client_sdk.store import Places, Surroundings
from client_sdk.views import Case, Parcel, SyncReport
from server.people.models import Officer
from tests.simulation.acts import Plan, record
from tests.simulation.backups import Backups
from tests.simulation.chance import Chance, PhoneClock, VirtualClock
from tests.simulation.dying import Peril, PerilousDriver, PhoneCrash, go_back_to
from tests.simulation.findings import Trace, require
from tests.simulation.journal import Journal
from tests.simulation.network import Line
from tests.simulation.oracle import is_revoked
from tests.simulation.power import Disk
from tests.simulation.term import Term
from tests.simulation.watch import Watch

T = TypeVar("T")
PASSPHRASE = "三号楼的钥匙"
WORDS_OF_THE_DESK = ("device_unconfirmed", "device_revoked")
WORDS_OF_A_FORK = ("log_forked", "log_behind", "log_disagrees")


@dataclass(frozen=True)
class Means:
    """What all devices of a seed share."""

    folder: Path
    chance: Chance
    clock: VirtualClock
    driver: PerilousDriver
    trace: Trace
    backups: Backups
    disk: Disk


class Phone:
    """`field` is None while its process is not running."""

    def __init__(self, name: str, officer: Officer, code: str, line: Line, clock: PhoneClock, means: Means) -> None:
        self.name, self.officer, self.line, self.clock = name, officer, line, clock
        self.journal = Journal()
        self.field: FieldClient | None = None
        self.id: UUID | None = None
        self.peril = Peril()
        self.has_just_asked = False
        self.report: SyncReport | None = None
        self.watch = Watch(name)
        self._term = Term(name)
        self.code, self._means = code, means
        self._returned = 0
        """Acts of whose recording it was told; they have to be on the disk, whatever came then."""
        self.let_go = 0
        """Operations whose bodies it has dropped."""
        self.photos_let_go: set[str] = set()
        self.foreign: dict[str, set[int]] = {}
        """Its operations of which cases showed nothing, by the server's life that said so; restores forget it."""
        self._path = means.folder / f"{name}.db"
        self._flow: Flow[SyncReport] | None = None
        self._step: Step[Any] | None = None
        self.wakes_at = means.clock.now()
        self.is_forked = False
        """A copy of it goes on as well."""
        self.is_disputed = False
        """The court told it so, and to go on by a fresh code."""
        self._surroundings = Surroundings(
            clock=clock, free_bytes=lambda _: 1 << 40, sleep=means.clock.advance, random=means.chance.dice.random
        )

    @property
    def device_id(self) -> UUID:
        assert self.id is not None
        return self.id

    @property
    def court_broke_its_word(self) -> bool:
        return self._means.backups.has_broken_its_word

    @property
    def is_syncing(self) -> bool:
        return self._flow is not None

    @property
    def is_awake(self) -> bool:
        return self._means.clock.now() >= self.wakes_at

    @property
    def opened(self) -> FieldClient:
        """Whoever looks at it runs it."""
        assert self.field is not None
        self._means.driver.running = self.peril
        return self.field

    def attempt(self, action: Callable[[], T]) -> T | None:
        """In this device's process; None when that ended over it."""
        self._means.driver.running = self.peril
        try:
            return action()
        except PhoneCrash:
            self.die()
            return None
        finally:
            self.peril.relax()

    def die(self, *, is_power_cut: bool = False) -> None:
        """As by kill -9: nothing is tidied up; locks and memory go with the process, unsynced writes with the power."""
        is_power_cut = is_power_cut or self.peril.is_power_cut
        self._means.trace.add(f"{self.name} dies{' with the power' if is_power_cut else ''}")
        self.peril.is_dead = True
        self._flow = self._step = None
        if self.field is not None:
            self.field.close()
        if is_power_cut:
            self._lose_power()
        self.field, self.peril = None, Peril()

    def _lose_power(self) -> None:
        self.clock.boot()
        self._means.disk.cut(Places(self._path).vault)
        if self.peril.synced_copy is not None:
            go_back_to(self.peril.synced_copy, self._path)

    def start(self) -> None:
        """Open the store, or enrol where there is none yet; a lost answer is tried again with the same code."""
        try:
            self._take(self.attempt(self._opened))
        except NotEnrolled:
            self._enrol()

    def _opened(self) -> FieldClient:
        return FieldClient.open(self._path, passphrase=PASSPHRASE, transport=self.line, surroundings=self._surroundings)

    def _enrol(self) -> None:
        try:
            self._take(self.attempt(self._enrolled))
        except NotSent as fault:
            self._means.trace.add(f"{self.name} not enrolled: {fault.code}")

    def _enrolled(self) -> FieldClient:
        return FieldClient.enrol(
            "http://court.test",
            code=self.code,
            store=self._path,
            passphrase=PASSPHRASE,
            name=self.name,
            transport=self.line,
            surroundings=self._surroundings,
        )

    def _take(self, field: FieldClient | None) -> None:
        if field is None:
            return
        self.field, self.id = field, field.holdings.identity.device
        self.look()
        self._look_at_photos()

    def look(self) -> None:
        """Write down what has reached the outbox."""
        outbox = self.opened.holdings.outbox
        self.journal.absorb(outbox.after(self.journal.head_seq, 10_000, 1 << 40))
        require(self.journal.head_seq >= self._returned, "I1", f"{self.name} was told of {self._returned} acts kept")
        rows = self.opened.holdings.store.database.rows
        kept = rows("SELECT count(*) FROM operation WHERE incarnation = ?", self.opened.holdings.identity.incarnation)[
            0
        ][0]
        require(kept == self.journal.head_seq, "I7", f"{self.name} keeps {kept} of {self.journal.head_seq} rows")
        self._look_at_what_is_gone()

    def _look_at_what_is_gone(self) -> None:
        """I7: only what would survive the loss of the server, when it goes; a restore not heard of changes nothing."""
        heard = self.watch.statement.server_epoch if self.watch.statement else ""
        rows = self.opened.holdings.store.database.rows
        sql = "SELECT coalesce(max(seq), 0) FROM operation WHERE incarnation = ? AND is_let_go > 0"
        gone = rows(sql, self.opened.holdings.identity.incarnation)[0][0]
        is_safe = gone <= self.let_go or self._means.backups.is_safe(self.device_id, gone, heard)
        require(is_safe, "I7", f"{self.name} let go of {gone}, which is not safe")
        self.let_go = max(gone, self.let_go)
        for (sha256,) in rows("SELECT DISTINCT sha256 FROM capture WHERE is_let_go > 0"):
            is_safe = sha256 in self.photos_let_go or self._means.backups.is_file_safe(sha256, heard)
            require(is_safe, "I7", f"{self.name} let go of a photo that is not safe, {sha256[:12]}")
            self.photos_let_go.add(sha256)

    def _look_at_photos(self) -> None:
        """I1: a photo that was taken can be read, until the device was allowed to let go of it."""
        rows = self.opened.holdings.store.database.rows
        let_go = {sha256 for (sha256,) in rows("SELECT sha256 FROM capture WHERE is_let_go > 0")}
        for sha256, content in self.journal.photos.items():
            is_kept = sha256 in let_go or self.reads(sha256) == content
            require(is_kept, "I1", f"{self.name}: a photo is gone from its disk, {sha256[:12]}")

    def held_cases(self) -> list[str]:
        """What its officer sees: nothing where reading has ended."""
        return [case.id for case in self.cases()]

    def unsent_after(self, seq: int) -> list[LoggedOperation]:
        return self.opened.holdings.outbox.after(max(seq, self.let_go), 100_000, 1 << 40)

    def reads(self, sha256: str) -> bytes | None:
        try:
            return self.opened.holdings.captures.read(sha256, 0, 1 << 20)
        except (NotFound, StoreDamaged):
            return None

    def record(self, plans: Sequence[Plan]) -> None:
        """One act after the other, until the process or the room on its disk ends."""
        self._returned = self.journal.head_seq
        try:
            self.attempt(lambda: self._act_on_all(plans))
        except StorageFull:
            self._means.trace.add(f"{self.name} is full")
        if self.field is not None:
            self.look()

    def _act_on_all(self, plans: Sequence[Plan]) -> None:
        for plan in plans:
            photos = self.opened.holdings.captures.unbound()
            for content in plan.photos:
                self.journal.aim_at(content)
                photos.append(self.opened.capture(content))
                self.journal.photograph(photos[-1].sha256)
            record(self.opened, plan, photos, self.journal)
            self._returned += 1

    def export(self, path: Path) -> Parcel | None:
        """All that is not safe, as a parcel."""
        try:
            return self.attempt(lambda: self.opened.export_parcel(path))
        except (NotSent, StorageFull) as fault:
            self._means.trace.add(f"{self.name} exports nothing: {fault.code}")
            return None

    def hand_in(self, path: Path) -> None:
        """Another device's parcel."""
        try:
            done = self.attempt(lambda: self.opened.submit_parcel(path, patience_seconds=5))
            told = f"hands it in: {done.state} {done.code}" if done else "dies over it"
        except (NotSent, StorageFull) as fault:
            told = f"gives up: {fault.code}"
        except Rejected as refusal:
            if refusal.code not in WORDS_OF_THE_DESK:
                raise
            told = f"is told {refusal.code}"
        self._means.trace.add(f"{self.name} {told}")

    def copied(self, name: str, line: Line) -> "Phone":
        """Another phone restored from an image of this one, taken while both are off."""
        self.abandon()
        if self.field is not None:
            self.field.close()
        self.field, self.peril = None, Peril()
        twin = Phone(name, self.officer, self.code, line, self.clock, self._means)
        here, there = Places(self._path), Places(twin._path)
        for part in here.database.parent.glob(f"{here.database.name}*"):
            if part.is_file():  # what a crash left uncommitted in the file stands beside it
                shutil.copy(part, there.database.with_name(part.name.replace(self.name, name, 1)))
        shutil.copytree(here.vault, there.vault)
        self._means.disk.settle(there.vault)
        self.journal.bodies.clear()  # all up to here is accounted for
        twin.journal, twin.id = copy.deepcopy(self.journal), self.id
        twin.let_go, twin.photos_let_go = self.let_go, set(self.photos_let_go)
        twin.foreign = dict(self.foreign)
        self.is_forked = twin.is_forked = True
        return twin

    def renew(self, code: str) -> None:
        """Go on under a log of its own."""
        self.attempt(lambda: self.opened.renew(code))
        self.id, self.let_go, self._returned = self.opened.holdings.identity.device, 0, 0
        self.is_disputed, self.watch, self.foreign = False, Watch(self.name), {}
        self.journal.begin_anew()
        self._means.trace.add(f"{self.name} goes on by a fresh code")
        self.look()

    def cases(self) -> list[Case]:
        """What its officer is shown; nothing where its lease is over."""
        now = self._means.clock.now()
        try:
            found = self.opened.cases()
        except ReadingEnded as ended:
            # A revoked one destroys its key first; where its disk was full, or it died, it does not know why any more.
            if ended.reason == LEASE_OVER and not is_revoked(self.id):
                self._term.require_over(now)
            return []
        self._term.require_readable(now)
        return found

    def begin_sync(self) -> None:
        self.report = None
        self._flow = self.opened.sync_flow()
        self.attempt(lambda: self._go_on(None))

    def step(self) -> None:
        """Do what the engine asked last, and hear what it asks next."""
        step = self._step
        assert step is not None
        self.has_just_asked = isinstance(step, Send)
        try:
            self.attempt(lambda: self._go_on(self._done(step)))
        except StorageFull:
            self._end("is full")

    def abandon(self) -> None:
        """The app gives up its sync between two steps."""
        self._flow = self._step = None

    def _done(self, step: Step[Any]) -> Any:
        if isinstance(step, Wait):
            return None
        if isinstance(step, Send):
            self.watch.asks(step.request)
            reply = self.line.send(step.request)
            self.watch.hears(reply)
            return reply
        self.watch.before(step)
        self._term.offered(step, self._means.clock.now())
        answer = self.opened.holdings.perform(step)
        self.watch.after(step, answer)
        self._term.taken(step)
        self.look()
        return answer

    def _go_on(self, answer: Any) -> None:
        assert self._flow is not None
        try:
            step = self._flow.send(answer)
            while isinstance(step, Tell):
                step = self._flow.send(None)
        except StopIteration as done:
            self.report = done.value
            self._end(f"ends its sync, everything sent: {done.value.is_everything_sent}")
        except (NotSent, StorageFull) as fault:
            self._end(f"gives up: {fault.code}")
        except Rejected as refusal:
            self.is_disputed = self.is_forked and refusal.code in WORDS_OF_A_FORK
            if refusal.code not in WORDS_OF_THE_DESK and not self.is_disputed:
                raise
            self._end(f"is told {refusal.code}")
        else:
            self._hold(step)

    def _hold(self, step: Step[Any]) -> None:
        self._step = step
        wait = step.seconds if isinstance(step, Wait) else 0.0
        self.wakes_at = self._means.clock.now() + timedelta(seconds=wait)

    def _end(self, what: str) -> None:
        self._flow = self._step = None
        self._means.trace.add(f"{self.name} {what}")
