"""Anything in any order, over real HTTP: officers record, sync over a line that loses and doubles, die and reopen; the
desk moves cases; the server goes back to a backup. Hypothesis looks for the shortest way to break it."""

import contextlib
import io
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from client_sdk import FieldClient, NotSent
from client_sdk.steps import Reply, Request, Send, Tell, Unreachable, Wait
from client_sdk.transport import HttpTransport
from server.cases.models import Case
from server.cases.services import PartyDraft, assign_subject, file_case
from server.common.clock import now
from server.config.operations.backup import make_backup
from server.config.operations.restoring import restore
from server.evidence.models import Promise
from server.field.models import ActionRecord
from server.ledger.models import Entry, Head
from server.ledger.queries import current_server_epoch
from server.ledger.verify import verify_stream
from server.people import services
from server.people.models import Court, Group, Officer, Role
from server.sync.models import DeviceLog, Operation, Review
from tests import actors
from tests.simulation.oracle import visible_cases

PASSPHRASE = "三号楼的钥匙"
PHONES, CASES = 2, 3
MOST_SYNCS = 8
FATES = ("passes", "passes", "passes", "reply_lost", "request_lost", "doubled")
EXPLAINED = {"ok", "incomplete", "not_assigned", "subject_unknown", "grant_ended"}
"""What becomes of an act where cases only change hands."""
_numbers = count(1)


class Line:
    """A real connection; `fates` are what happens to the next requests, then all is well."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._real = HttpTransport(url)
        self.fates: list[str] = []

    def send(self, request: Request) -> Reply | Unreachable:
        fate = self.fates.pop(0) if self.fates else "passes"
        if fate == "request_lost":
            return Unreachable("lost")
        reply = self._real.send(request)
        if fate == "doubled":
            reply = self._real.send(request)
        return Unreachable("no answer") if fate == "reply_lost" else reply

    def close(self) -> None:
        self._real.close()


class Phone:
    def __init__(self, officer: Officer, store: Path, url: str) -> None:
        self.officer, self._store, self._url = officer, store, url
        self.line = Line(url)
        code = services.issue_enrolment_code(officer=officer)
        self.field = FieldClient.enrol(url, code=code, store=store, passphrase=PASSPHRASE, transport=self.line)
        self.field.sync()
        self.id = self.field.holdings.identity.device
        self.recorded: dict[int, str] = {}

    def reopen(self) -> None:
        self.field.close()
        self.line = Line(self._url)
        self.field = FieldClient.open(self._store, passphrase=PASSPHRASE, transport=self.line)

    def sync(self, fates: list[str]) -> None:
        self.line.fates = list(fates)
        with suppress(NotSent):
            self.field.sync(patience_seconds=0)
        self.line.fates = []

    def die_in_sync(self, after: int) -> None:
        """So many steps of a sync, then the process is gone."""
        flow, answer = self.field.sync_flow(0), None
        with suppress(StopIteration, NotSent):
            for _ in range(after):
                step = flow.send(answer)
                answer = self._done(step)
        self.reopen()

    def _done(self, step: Any) -> Any:
        if isinstance(step, Send):
            return self.line.send(step.request)
        return None if isinstance(step, Wait | Tell) else self.field.holdings.perform(step)


class FieldMachine(RuleBasedStateMachine):
    url: ClassVar[str]
    folder: ClassVar[Path]

    @initialize()
    def begin(self) -> None:
        self._home = self.folder / str(next(_numbers))
        self._home.mkdir()
        number = 1000 + next(_numbers)
        court = services.create_court(code=f"闽{number}", name=f"第{number}县人民法院", level=Court.Level.BASIC)
        self._groups = [services.create_group(court=court, name=f"第{each}组") for each in range(2)]
        officers = [self._officer(court, group) for group in self._groups]
        self._cases = [self._case(court, number, each) for each in range(CASES)]
        self._phones = [Phone(each, self._home / f"{each.pk}.db", self.url) for each in officers]
        self._contents = count()
        self._take_backup()
        for phone in range(PHONES):  # whatever rules Hypothesis leaves out, there is work
            self.record(phone, phone, 1)
            self.record(phone, CASES - 1, 1)

    def _officer(self, court: Court, group: Group) -> Officer:
        officer = actors.officer_of(court, f"77{next(_numbers):06}", "林岚", Role.OFFICER)
        services.add_group_member(group=group, officer=officer, part="EXECUTOR")
        return officer

    def _case(self, court: Court, number: int, each: int) -> Case:
        case = file_case(
            court=court,
            case_no=f"（2026）闽{number}执{each + 1}号",
            cause="买卖合同纠纷",
            filed_on=date(2026, 11, 2),
            parties=[PartyDraft("debtor", "被执行人乙")],
            claim_amount=120_000,
        )
        assign_subject(case=case, group=self._groups[each % 2], reason="ROTA")
        return case

    # --- what may happen -------------------------------------------------------------------------------------------

    @rule(phone=st.integers(0, PHONES - 1), case=st.integers(0, CASES - 1), photos=st.integers(0, 2))
    def record(self, phone: int, case: int, photos: int) -> None:
        """Also of a case he does not hold: kept, and judged."""
        who = self._phones[phone]
        contents = [f"{phone} {next(self._contents)}".encode() * 400 for _ in range(photos)]
        taken = [who.field.capture(content, shot_code="ITEM") for content in contents]
        action = who.field.record_action(
            case_id=self._cases[case].pk, kind="LOCATE", fields={"narrative": "到场"}, photos=taken
        )
        who.recorded[action.seq] = action.hash

    @rule(phone=st.integers(0, PHONES - 1), fates=st.lists(st.sampled_from(FATES), max_size=8))
    def sync(self, phone: int, fates: list[str]) -> None:
        self._phones[phone].sync(fates)

    @rule(phone=st.integers(0, PHONES - 1), after=st.integers(1, 25))
    def die_in_sync(self, phone: int, after: int) -> None:
        self._phones[phone].die_in_sync(after)

    @rule(phone=st.integers(0, PHONES - 1))
    def reopen(self, phone: int) -> None:
        self._phones[phone].reopen()

    @rule(case=st.integers(0, CASES - 1), group=st.integers(0, 1))
    def reassign(self, case: int, group: int) -> None:
        """To whom it is already is a new assignment too."""
        fresh = Case.objects.get(pk=self._cases[case].pk)
        assign_subject(case=fresh, group=self._groups[group], reason="ROTA")

    @rule()
    def back_up(self) -> None:
        self._take_backup()

    def _take_backup(self) -> None:
        self._backup = self._home / f"backup-{next(_numbers)}"
        with _in_silence():
            make_backup(self._backup)

    @precondition(lambda self: any(phone.recorded for phone in self._phones))
    @rule()
    def go_back(self) -> None:
        with _in_silence():
            restore(self._backup, is_forced=True)

    # --- what always holds -----------------------------------------------------------------------------------------

    @invariant()
    def nothing_recorded_is_lost(self) -> None:
        """I1, I3, I4: on the device, or on the server, byte for byte."""
        for phone in getattr(self, "_phones", ()):
            acked = DeviceLog.objects.get(pk=phone.id).acked_seq
            told = phone.field.holdings.require_statement()
            assert told.server_epoch != current_server_epoch() or told.acked_seq <= acked
            stored = dict(Operation.objects.filter(device_id=phone.id).values_list("seq", "hash"))
            assert set(stored) == set(range(1, acked + 1))
            kept = {each.seq: each.hash for each in phone.field.holdings.outbox.after(0, 10_000, 1 << 40)}
            assert all(phone.recorded[seq] == (stored.get(seq) or kept[seq]) for seq in phone.recorded)

    def teardown(self) -> None:
        if not hasattr(self, "_phones"):
            return
        try:
            for phone in self._phones:
                self._finish(phone)
            self._require_effects_once()
            for stream in Head.objects.values_list("stream", flat=True):
                assert verify_stream(stream).is_sound  # I18
        finally:  # a fault that is found leaves no connection open for another test to be blamed for
            for phone in self._phones:
                phone.field.close()
            shutil.rmtree(self._home)

    def _finish(self, phone: Phone) -> None:
        """I8, I16, I17: over a good line it comes to an end, holds what it may, and has delivered all it promised."""
        for _ in range(MOST_SYNCS):
            if phone.field.sync().is_everything_sent:
                break
        else:
            raise AssertionError(f"never done: {phone.field.status()}")
        assert all(phone.field.safe_to_purge(action) for action in phone.field.actions())
        assert [action.seq for action in phone.field.actions()] == sorted(phone.recorded)
        held = {str(case.id): case.assignment_no for case in phone.field.cases()}
        assert held.keys() == visible_cases(phone.officer.pk, now())
        assert held == {str(pk): no for pk, no in Case.objects.filter(pk__in=held).values_list("pk", "assignment_no")}
        assert not Promise.objects.filter(device_id=phone.id).exclude(state=Promise.State.VERIFIED).exists()

    def _require_effects_once(self) -> None:
        """I2, I15."""
        rows = Operation.objects.filter(device_id__in=[phone.id for phone in self._phones])
        hashes = sorted(row.hash for row in rows)
        assert hashes == sorted(hash_ for phone in self._phones for hash_ in phone.recorded.values())
        assert sorted(
            ActionRecord.objects.filter(operation_hash__in=hashes).values_list("operation_hash", flat=True)
        ) == (hashes)
        assert {json.loads(row.result)["code"] for row in rows} <= EXPLAINED
        told = Counter(
            (entry.stream, json.loads(entry.facts)["operation"], entry.subject_id)
            for entry in Entry.objects.filter(kind="action_recorded")
        )
        assert all(number == 1 for number in told.values())
        reviewed = Review.objects.filter(operation__in=rows).values_list("operation__hash", flat=True)
        assert sorted(reviewed) == sorted(row.hash for row in rows if row.status != Operation.Status.APPLIED)


@contextlib.contextmanager
def _in_silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
