"""Scenes: what no seed shows, because requests there come one after the other, or because it takes a story of its own.

Each plays on the database of this process and raises Violation when an invariant does not hold. Two at once do not meet
by luck: each waits at a named place until the other is there too, or is held up by a lock of the first.
"""

import copy
import json
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import OperationalError, connection, transaction
from django.test import Client, override_settings

from client_sdk import FieldClient, vault
from server.cases.models import Case
from server.cases.services import assign_subject
from server.evidence.services import verification
from server.field import services as field_services
from server.ledger import services as ledger
from server.ledger.models import Entry
from server.people.services import issue_enrolment_code
from server.people.streams import court_stream
from server.realtime import snapshot as live
from server.sync import api as push_api
from server.sync import pull
from server.sync.models import DeviceLog, ForkedOperation, Operation
from tests import actors
from tests.backends.waiting import somebody_waits_for_us, until
from tests.config.copying import Office, said
from tests.devices import DjangoTransport, TestDevice
from tests.ledger.streams import draft, opened
from tests.ledger.test_order import at_once
from tests.pictures import jpeg
from tests.realtime.ledgers import stored_views
from tests.realtime.reader import Picture
from tests.sdk_line import DjangoLine
from tests.simulation.findings import Violation, require
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of
from tests.sync.replica import payload

Scene = Callable[[], None]


class Place:
    """Where one waits for the other."""

    def __init__(self, wanted: int = 2) -> None:
        self._wanted, self._came = wanted, set[int]()

    def come(self) -> None:
        self._came.add(threading.get_ident())

    def meet(self) -> None:
        """Come, and go on when the others have come too or wait for what this one holds."""
        self.come()
        self.wait()

    def wait(self) -> None:
        until(lambda: len(self._came) >= self._wanted or somebody_waits_for_us())


class Town:
    """The holder of a case with her phone."""

    def __init__(self) -> None:
        self.cast = actors.people_of_a_city()
        self.case: Case = hold(file_one(self.cast), self.cast.group)
        self.phone: TestDevice = phone_of(self.cast.holder)

    def record(self, **members: Any) -> None:
        self.phone.record("LOCATE", case_id=self.case.pk, fields=COMPLETE, **members)


def twin(phone: TestDevice) -> TestDevice:
    """The same phone over another connection."""
    double = copy.copy(phone)
    double.transport = DjangoTransport(Client(raise_request_exception=False))
    return double


def elsewhere(work: Callable[[], object]) -> None:
    """Done by another thread with its own connection, and over."""
    at_once([_only(work)])


def _only(work: Callable[[], object]) -> Scene:
    """For what it does, not for what it answers."""

    def done() -> None:
        work()

    return done


@contextmanager
def at(place: object, name: str, *, before: Scene | None = None, after: Scene | None = None) -> Iterator[None]:
    """Something happens each time the production gets there."""
    real = getattr(place, name)

    def passed(*given: Any, **named: Any) -> Any:
        if before:
            before()
        found = real(*given, **named)
        if after:
            after()
        return found

    with mock.patch.object(place, name, passed):
        yield


def once(work: Callable[[], object]) -> Scene:
    left = [work]

    def done() -> None:
        while left:
            left.pop()()

    return done


def two_finishes_at_once() -> None:
    """The last byte of a photo arrives twice in the same moment."""
    town, photo, counting = Town(), jpeg(), Place()
    town.record(photos=[photo])
    town.phone.push()
    told = Entry.objects.count()
    doubles = [twin(town.phone) for _ in range(2)]
    with at(verification, "_count", before=counting.meet):
        at_once([_only(partial(each.upload, photo)) for each in doubles])
    kinds = Counter(Entry.objects.order_by("appended_at").values_list("kind", flat=True)[told:])
    require(kinds and max(kinds.values()) == 1, "I2", f"one photo arrived, and was entered as {dict(kinds)}")


def two_batches_over_two_streams() -> None:
    """Two batches tell the same two streams, named in the opposite order."""
    streams, held = opened(2), Place()

    def wait_with_a_head(execute: Any, sql: Any, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if "FOR UPDATE" in sql and "ledger_head" in sql:
            held.meet()
        return found

    def write(order: list[str]) -> Scene:
        def written() -> None:
            with connection.execute_wrapper(wait_with_a_head), transaction.atomic():
                ledger.append([draft(*order)])

        return written

    try:
        at_once([write(streams), write(streams[::-1])])
    except OperationalError as fault:
        raise Violation("I17", f"a batch dies of the other's locks: {str(fault).splitlines()[0]}") from fault


def a_case_changes_hands_meanwhile() -> None:
    """Between the judgement of an act and its commit the case is assigned to somebody else."""
    town, judged, moment = Town(), threading.Event(), Place()
    other = actors.group_of(town.cast.bystander, town.cast.colleague, "执行二组")
    town.record()

    def tell() -> None:
        judged.set()
        moment.meet()

    def reassign() -> None:
        judged.wait()
        assign_subject(case=town.case, group=other, reason="ROTA")
        moment.come()

    with at(field_services, "insert_together", before=once(tell)):
        at_once([_only(town.phone.push), reassign])
    kinds = list(_entries(town).values_list("kind", flat=True))
    is_first = kinds.index("action_recorded") < len(kinds) - 1 - kinds[::-1].index("case_assigned")
    status = Operation.objects.get().status
    require(is_first or status != "applied", "I14", f"an act is {status} that stands behind the end of its authority")


def _entries(town: Town) -> Any:
    return Entry.objects.filter(stream=court_stream(town.cast.court.pk)).order_by("position")


def an_act_arrives_while_a_page_is_drawn() -> None:
    """Read, and then signed: in between another act of the device is acknowledged."""
    town = Town()
    town.record()
    drawn = once(lambda: elsewhere(twin(town.phone).push))
    # The push is another of the server's processes: within one, a device has its turn.
    with at(pull, "_drawn", after=drawn), mock.patch.object(push_api, "turn_of", return_value=nullcontext()):
        _status, answer = town.phone.pull()
    acked = payload(answer["statement"])["acked_seq"]
    units = {unit["id"]: unit["data"] for unit in json.loads(answer["answer"])["put"]}
    told = {action["id"] for action in units[str(town.case.pk)]["actions"]}
    for operation in town.phone.log[:acked]:
        action = json.loads(operation.body)["action_id"]
        require(action in told, "I11", f"{operation.seq} is acknowledged by a page that does not show it")


def an_act_arrives_while_a_wall_is_drawn() -> None:
    """The command centre's snapshot is read while an act arrives."""
    town, stream = Town(), court_stream
    town.record()
    court = town.cast.court
    with at(live, "live_actions", after=once(lambda: elsewhere(town.phone.push))):
        picture = _picture(stream(court.pk), court.pk)
    for view in stored_views(court, picture.position):
        picture.apply(json.loads(view))
    is_same = picture.as_shown() == _picture(stream(court.pk), court.pk).as_shown()
    require(is_same, "I20", "a snapshot and the frames after it are not a fresh snapshot")


def _picture(stream: str, court: Any) -> Picture:
    return Picture(json.loads(json.dumps(live.take_snapshot(stream, court))))


def a_clone_pushes_first() -> None:
    """A phone and its image have each recorded another second act; the image comes first."""
    town = Town()
    town.record()
    town.phone.push()
    clone = twin(town.phone)
    clone.log = list(town.phone.log)
    for phone in (clone, town.phone):
        phone.record("LOCATE", case_id=town.case.pk, fields=COMPLETE)
        phone.push()
    kept = {*Operation.objects.values_list("hash", flat=True), *ForkedOperation.objects.values_list("hash", flat=True)}
    for operation in (clone.log[1], town.phone.log[1]):
        require(operation.hash_hex in kept, "I19", f"one of two histories is not kept: {operation.hash_hex[:12]}")


def a_parcel_comes_before_its_turn() -> None:
    """A parcel from number 3 on is handed in; 1 and 2 are still on their way."""
    town = Town()
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(vault, "SCRYPT_COST", 2**4):
        author, carrier = (_enrolled(Path(folder), officer) for officer in (town.cast.holder, town.cast.bystander))
        for _ in range(3):
            author.record_action(case_id=town.case.pk, kind="LOCATE", fields=COMPLETE)
        _say_safe(author, 2)
        author.export_parcel(Path(folder) / "work.zxp")
        told = carrier.submit_parcel(Path(folder) / "work.zxp")
        acked = DeviceLog.objects.get(device_id=author.holdings.identity.device).acked_seq
        for field in (author, carrier):
            field.close()
    stored = list(Operation.objects.filter(device_id=author.holdings.identity.device).values_list("seq", flat=True))
    require(sorted(stored) == list(range(1, acked + 1)), "I3", f"{acked} is acknowledged and {stored} stored")
    require(told.state != "taken" or acked >= told.first_seq, "I3", "a parcel is called taken and is not")


def _enrolled(folder: Path, officer: Any) -> FieldClient:
    code, store = issue_enrolment_code(officer=officer), folder / f"{officer.staff_no}.db"
    field = FieldClient.enrol(
        "http://court.test", code=code, store=store, passphrase="三号楼的钥匙", transport=DjangoLine()
    )
    field.sync()
    return field


def _say_safe(field: FieldClient, seq: int) -> None:
    """As the word of a server that has been restored since."""
    contact, hash_ = field.holdings.contact, field.holdings.outbox.hashes([seq])[seq]
    assert contact is not None
    stated = replace(contact.statement, acked_seq=seq, acked_hash=hash_, safe_seq=seq, safe_hash=hash_)
    field.holdings.contact = replace(contact, statement=stated)


def a_server_forgets_what_it_called_safe() -> None:
    """Restored to before its own word: three acts it had called safe are gone, and the device has let go of them."""
    with tempfile.TemporaryDirectory() as folder, override_settings(EVIDENCE_DIR=Path(folder) / "evidence"):
        office = Office(actors.people_of_a_city())
        office.record(2)
        office.sync()
        said("backup", Path(folder) / "copy")
        office.record(3)
        office.sync()
        office.phone.push()
        trusted = office.phone.statement_text
        said("restore", Path(folder) / "copy", "--force")
        office.record(1)
        told = office.phone.envelope(first_seq=6, server_epoch=None, lost=trusted)
        status, answer = office.phone.push_envelope(told)
    require(status == 200, "I17", f"a device is stuck before a hole that is none of its making: {answer.get('code')}")
    require(Operation.objects.filter(seq=6).exists(), "I3", "6 is acknowledged and not stored")
