"""One seed: a court, its devices and their weather; the dice pick what happens next until the rounds are over."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

from django.test import override_settings

from client_sdk.carrying import PARCELS_PATH
from client_sdk.steps import Reply, Request
from server.ledger.queries import current_server_epoch
from server.sync import operations as server_operations
from server.sync.models import DeviceView
from server.sync.parcels import take_waiting_parcels
from tests.simulation import acts
from tests.simulation.answers import asked_in
from tests.simulation.audit import Audit
from tests.simulation.backups import Backups, Copy
from tests.simulation.chance import Chance, PhoneClock, VirtualClock, seeded
from tests.simulation.clones import account_for, go_on
from tests.simulation.closing import (
    bytes_before_offsets_are_there,
    close_accounts,
    court_is_whole,
    foreign_seqs,
    own_work_shows_once,
)
from tests.simulation.court import Court
from tests.simulation.dying import PerilousDriver
from tests.simulation.findings import Trace, require
from tests.simulation.liars import repeat_with_another_body, require_refused
from tests.simulation.network import Late, Line, Weather
from tests.simulation.oracle import is_revoked, is_working
from tests.simulation.phone import Means, Phone
from tests.simulation.power import Disk
from tests.simulation.sizes import (
    BULK,
    BURST,
    CASES_OF_A_DAY,
    CLONED,
    CLONED_EVENTS,
    CROWD,
    EVENTS,
    FEW_CASES,
    FEW_PHONES,
    MANY_CASES,
    MOST_ARMED,
    MOST_SYNCS,
    ROUNDS,
    WITHOUT_LIMIT,
    WRONG_CLOCKS,
    Size,
    failing_on_poison,
    small_sizes,
)
from tests.simulation.world import World


class Simulation:
    def __init__(self, seed: int, folder: Path, court: Court, driver: PerilousDriver, size: "Size") -> None:
        self.chance, self.clock, self.trace = Chance(seed), VirtualClock(), Trace()
        self.faults: Counter[str] = Counter()
        self.phones: list[Phone] = []
        self.audits: dict[str, Audit] = {}
        self._folder, self._court, self._driver, self._size = folder, court, driver, size
        self._is_bulk = self.chance.happens(size.bulk)
        habits = acts.DAILY if self._is_bulk else acts.ODD
        self._habits = replace(habits, photos=habits.photos * size.emphasis.get("photo", 1))
        self._weights = {name: weight * size.emphasis.get(name, 1) for name, weight in EVENTS.items()}
        self._late: list[Late] = []
        self._contents: dict[str, str] = {}
        self._proved: set[str] = set()
        self._disk, self._evidence = Disk(self.chance, folder), folder / "evidence"
        is_on = self.chance.happens(size.likely("safe_is_backed_up", 0.5))
        self._backups = Backups(folder, is_on=is_on, retention_days=self.chance.choose((0, 0, 7)))

    @property
    def operations(self) -> int:
        return sum(phone.journal.head_seq for phone in self.phones)

    @property
    def let_go(self) -> int:
        return sum(phone.let_go for phone in self.phones)

    @property
    def uploads(self) -> int:
        return sum(audit.uploads for audit in self.audits.values())

    def run(self) -> None:
        """Raises Violation; whatever else it raises is a fault of code, ours or theirs."""
        with self._surrounded():
            try:
                self._build()
                for _ in range(ROUNDS):
                    self._storm()
                    self._calm()
                if self.chance.happens(CLONED):
                    self._clone()
            finally:
                for phone in self.phones:
                    if phone.field is not None:
                        phone.field.close()

    @contextmanager
    def _surrounded(self) -> Iterator[None]:
        with ExitStack() as stack:
            enter = stack.enter_context
            enter(seeded(self.chance, self.clock))
            enter(self._driver.installed())
            enter(self._backups.installed())
            enter(mock.patch.object(os, "fsync", self._disk.fsync))
            enter(override_settings(EVIDENCE_DIR=self._evidence, DEVICE_BUDGETS=WITHOUT_LIMIT))
            # In some seeds a bearer ends in the middle of a file.
            is_short = self.chance.happens(self._size.likely("short_bearer", 1 / 3))
            enter(override_settings(UPLOAD_BEARER_SECONDS=60 if is_short else 3600))
            for place, name, value in small_sizes(self.chance, is_bulk=self._is_bulk):
                enter(mock.patch.object(place, name, value))
            enter(mock.patch.dict(server_operations.HANDLERS, failing_on_poison()))
            yield

    def _build(self) -> None:
        officers = self.chance.dice.randint(1, 4)
        cases = self.chance.dice.randint(*(MANY_CASES if self._is_bulk else FEW_CASES))
        self.world = World(self.chance, self.clock, officers, cases)
        if self.chance.happens(self._size.likely("early_backup", 0.3)):
            # Before anybody has enrolled: a restore to it knows none of them.
            self._take_backup(is_verified=False)
        is_crowd = not self._is_bulk and self.chance.happens(0.05)
        for number in range(self.chance.dice.randint(*(CROWD if is_crowd else FEW_PHONES))):
            self._add_phone(number)

    def _line(self, name: str, address: str) -> Line:
        weather = Weather.of(self.chance, self._size.emphasis)
        return Line(
            *(name, address, self._court, self.chance, weather, self.trace, self.faults, self._late),
            *(self._delivered, self._cut_server_power),
        )

    def _add_phone(self, number: int) -> None:
        name = f"phone{number}"
        line = self._line(name, f"10.0.0.{number}")
        officer = self.chance.choose(self.world.officers)
        means = Means(self._folder, self.chance, self.clock, self._driver, self.trace, self._backups, self._disk)
        clock = PhoneClock(self.clock, self.chance.choose(WRONG_CLOCKS))
        phone = Phone(name, officer, self.world.code_for(officer), line, clock, means)
        self.phones.append(phone)
        self.audits[name] = Audit(phone, self.clock, self._contents)

    def _delivered(self, line: Line, request: Request, reply: Reply | None) -> None:
        self.audits[line.name].delivered(request, reply)
        if request.path.startswith(PARCELS_PATH):
            self._look_at_all_logs()

    def _look_at_all_logs(self) -> None:
        for audit in self.audits.values():
            audit.look()

    def _storm(self) -> None:
        for phone in self.phones:
            phone.line.is_fair = False
        for _ in range(self._size.events):
            self.clock.advance(self.chance.dice.uniform(0.0, 0.5))
            phone = self.chance.choose(self.phones)
            if phone.field is None:
                self._arm(phone)
                phone.start()
            else:
                self._happen(self.chance.weighted(self._weights), phone)

    def _happen(self, event: str, phone: Phone) -> None:
        match event:
            case "step" | "sync" if phone.is_syncing:
                self._step(phone)
            case "sync":
                self.trace.add(f"{phone.name} begins a sync")
                phone.begin_sync()
            case "record" | "burst":
                burst = BULK if self._is_bulk else BURST
                self._record(phone, 1 if event == "record" else self.chance.dice.randint(*burst))
            case "look":
                own_work_shows_once(phone)
            case "revoke" if len(self.phones) > 1 and is_working(phone.id):
                self._revoke(phone)
            case "parcel":
                self._carry(phone)
            case "false_repeat" if self.audits[phone.name].durable and not (phone.is_forked or is_revoked(phone.id)):
                self._repeat_falsely(phone)
            case "crash" | "power_cut":
                self.faults["device_crash" if event == "crash" else event] += 1
                phone.die(is_power_cut=event == "power_cut")
            case _:
                self._happen_elsewhere(event)

    def _happen_elsewhere(self, event: str) -> None:
        match event:
            case "late" if self._late:
                late = self._late.pop(self.chance.dice.randrange(len(self._late)))
                self.trace.add(f"{late.line.name} late", late.request.body)
                late.line.deliver(late.request)
            case "decree":
                self.trace.add(f"decree {self.world.decree()}")
            case "backup":
                self._take_backup(is_verified=self.chance.happens(0.7))
            case "restore" if self._backups.copies:
                self._restore(self._backups.copies[-1])
            case "old_restore" if self._backups.copies:
                self._restore(self.chance.choose(self._backups.copies))
            case "view_lost":
                # What the server believes its devices hold is gone: the next pull is a reset.
                self.faults["view_lost"] += 1
                DeviceView.objects.all().delete()
            case "server_power_cut":
                self.faults[event] += 1
                self._cut_server_power()
            case "pause":
                self.clock.advance(self.chance.choose((30, 600, 4_000)))

    def _revoke(self, phone: Phone) -> None:
        self.trace.add(f"{phone.name} is revoked")
        self.faults["revoked"] += 1
        self.world.revoke(phone.device_id)
        self.audits[phone.name].end()

    def _carry(self, author: Phone) -> None:
        """Another device hands in what this one has, as a parcel; both go on."""
        carriers = [each for each in self.phones if each is not author and each.field and not each.is_syncing]
        path = self._folder / f"{author.name}-{self.trace.steps}.parcel"
        parcel = author.export(path) if carriers else None
        if parcel is None or not parcel.operations:
            return
        self.faults["parcel"] += 1
        self.audits[author.name].carried()
        self.trace.add(f"{author.name} gives away {parcel.first_seq} to {parcel.last_seq}", path.read_bytes())
        self.chance.choose(carriers).hand_in(path)

    def _take_backup(self, *, is_verified: bool) -> None:
        self._backups.take(is_verified=is_verified)

    def _restore(self, copy: Copy) -> None:
        self.trace.add("the server is restored")
        self.faults["restore"] += 1
        for phone in self.phones:
            if phone.id is not None:
                phone.foreign[current_server_epoch()] = foreign_seqs(phone.id)
        self.faults["restore_before_safe"] += self._backups.restore(copy)
        self.world.go_back()
        for phone in self.phones:
            known = copy.logs.get(phone.id, 0) if phone.id else 0
            self.faults["restore_before_enrolment"] += phone.id is not None and phone.id not in copy.logs
            self.audits[phone.name].go_back(known)
            if phone.id is None:
                # Its code is void now, as the command says.
                phone.code = self.world.code_for(phone.officer)

    def _cut_server_power(self) -> None:
        """Its database keeps what it committed; of its files there is what was synced."""
        self.trace.add("the server loses its power")
        self._disk.cut(self._evidence)
        bytes_before_offsets_are_there()

    def _arm(self, phone: Phone, things: int = 1) -> None:
        """Now and then one of the next things this device does is its last, or finds the disk full."""
        probability = 0.007 * min(things, MOST_ARMED)
        if self.chance.happens(probability):
            is_power_cut = self.chance.happens(0.4)
            self.faults["power_cut" if is_power_cut else "device_crash"] += 1
            phone.peril.die_at(self.chance.dice.randint(1, 25 * things), is_power_cut=is_power_cut)
        elif self.chance.happens(probability):
            self.faults["disk_full"] += 1
            phone.peril.fill_at(self.chance.dice.randint(1, 12 * things))

    def _step(self, phone: Phone) -> None:
        """Some steps of a sync, at most one request among them: between any two of them others may act."""
        for _ in range(self.chance.dice.randint(1, 8)):
            if not (phone.is_syncing and phone.is_awake):
                return
            self._arm(phone)
            phone.step()
            if phone.has_just_asked:
                return

    def _record(self, phone: Phone, count: int) -> None:
        held = phone.held_cases()
        if self._is_bulk:
            held, count = self.chance.dice.sample(held, min(len(held), CASES_OF_A_DAY)), count if held else 1
        asked = asked_in([case for case in phone.cases() if case.id in held])
        plans = [acts.planned(self.chance, self._habits, self.world.cases, held, asked) for _ in range(count)]
        self._arm(phone, count)
        phone.record(plans)
        journal = phone.journal
        self.trace.add(f"{phone.name} records {count}, {journal.head_seq} in all {journal.hash_of(journal.head_seq)}")

    def _repeat_falsely(self, phone: Phone) -> None:
        self.faults["false_repeat"] += 1
        seq = self.chance.dice.randint(1, self.audits[phone.name].durable)
        request = repeat_with_another_body(phone, seq, current_server_epoch())
        require_refused(phone, seq, phone.line.deliver(request))

    def _calm(self) -> None:
        """A fair network: everything late arrives or is forgotten, every device gets done, the account is made up."""
        for late in self._late[::2]:
            late.line.deliver(late.request)
        self._late.clear()
        # Beyond the hour in which a wrong digest may not reset again.
        self.clock.advance(7200)
        for phone in self.phones:
            phone.line.is_fair = True
            phone.abandon()
            self._push_all(phone)
        take_waiting_parcels()
        self._look_at_all_logs()
        self.world.confirm_devices()
        for phone in self.phones:
            self._finish(phone)
        self._take_backup(is_verified=True)
        for phone in self.phones:
            self._sync(phone)
            self._sync(phone)
        close_accounts(self.phones, self.audits, self.clock.now(), self._proved)

    def _clone(self) -> None:
        """Two phones with one log. Which of them the court hears first, and what else it hears, is the storm's."""
        able = [phone for phone in self.phones if is_working(phone.id) and self.world.is_at_work(phone.officer)]
        if not able:
            return
        phone = self.chance.choose(able)
        self.faults["clone"] += 1
        self.trace.add(f"{phone.name} is copied")
        original, name = phone.device_id, f"{phone.name}-copy"
        family = [phone, phone.copied(name, self._line(name, "10.0.1.1"))]
        for each in family:
            each.line.delivered, each.line.is_fair = _served, False
            each.start()
            self._record(each, self.chance.dice.randint(0, 6))
        self._storm_over(family)
        for each in family:
            each.line.is_fair = True
            each.abandon()
        go_on(family, self._sync)
        account_for(family, original)
        court_is_whole(self._proved)

    def _storm_over(self, family: list[Phone]) -> None:
        for _ in range(CLONED_EVENTS):
            self.clock.advance(self.chance.dice.uniform(0.0, 0.5))
            each = self.chance.choose(family)
            if each.field is None:
                each.start()
            else:
                self._happen(self.chance.weighted({"step": 20.0, "sync": 3.0, "record": 2.0}), each)
        self._late.clear()

    def _push_all(self, phone: Phone) -> None:
        """A first sync: a device the restored server does not know is known by it, and can be confirmed."""
        if phone.field is None:
            phone.start()
        if phone.field is not None:
            self._sync(phone)

    def _finish(self, phone: Phone) -> None:
        for _ in range(MOST_SYNCS):
            if phone.field is None:
                phone.start()
            if self._sync(phone) or is_revoked(phone.id):
                return
        require(False, "I17", f"{phone.name} is not done after {MOST_SYNCS} syncs over a fair network")

    def _sync(self, phone: Phone) -> bool:
        """One whole sync; whether the device believes that everything is up."""
        phone.begin_sync()
        while phone.is_syncing:
            if not phone.is_awake:
                self.clock.moment = phone.wakes_at
            phone.step()
        return phone.report is not None and phone.report.is_everything_sent


def _served(line: Line, _: Request, reply: Reply | None) -> None:
    require(reply is None or reply.status != 500, "I17", f"{line.name}: the server has a fault of its own")
