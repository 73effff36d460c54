"""Sixteen at once on one court: pushes with uploads, pulls, reassignments, new cases. On PostgreSQL what a model cannot
show; on SQLite the same, one after the other. Then everything is counted."""

import copy
import json
import random
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from server.cases.models import Case
from server.cases.services import assign_subject
from server.common.clock import now
from server.evidence.models import Promise
from server.field.models import ActionRecord, FieldAction
from server.ledger.models import Entry, Head
from server.ledger.verify import verify_stream
from server.people.models import Group, Officer, Role
from server.sync.models import Operation, Review
from tests import actors
from tests.devices import DjangoTransport, TestDevice
from tests.ledger.test_order import at_once
from tests.simulation.oracle import visible_cases
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of
from tests.sync.replica import Replica

PUSHERS, PULLERS, REASSIGNERS, FILERS = 8, 5, 2, 1
ROUNDS = 5

pytestmark = pytest.mark.django_db(transaction=True)


class City:
    """Four groups of two officers, a phone each, and cases that change hands."""

    def __init__(self) -> None:
        self.cast = actors.people_of_a_city()
        self.officers: list[Officer] = []
        self.groups = [self._group(number) for number in range(4)]
        self.phones = [phone_of(officer) for officer in self.officers]
        self.cases = [hold(file_one(self.cast, 100 + number), group) for number, group in enumerate(self.groups * 2)]
        self.delivered: dict[UUID, list[str]] = {phone.id: [] for phone in self.phones}

    def _group(self, number: int) -> Group:
        pair = [
            actors.officer_of(self.cast.court, f"2407{number}{part}", f"办案人{number}{part}", role)
            for part, role in enumerate((Role.OFFICER, Role.ASSISTANT))
        ]
        self.officers += pair
        return actors.group_of(pair[0], pair[1], f"第{number}组")


def pusher(city: City, number: int) -> Callable[[], None]:
    phone, chance = city.phones[number], random.Random(number)

    def push() -> None:
        for _ in range(ROUNDS):
            photos = [chance.randbytes(3000) for _ in range(chance.randrange(3))]
            cases = chance.sample(city.cases, chance.randrange(1, 3))
            phone.record("LOCATE", case_ids=[case.pk for case in cases], fields=COMPLETE, photos=photos)
            phone.push()
            phone.push(first_seq=1)  # all of it again: answered as stored
            for photo in photos:
                assert phone.upload(photo) == 204

    return push


def puller(city: City, number: int) -> Callable[[], None]:
    """Another thread of the same phone, with its own connection."""
    replica = Replica(twin(city.phones[number]), max_bytes=4096)

    def pull() -> None:
        for _ in range(ROUNDS):
            replica.sync()

    return pull


def twin(phone: TestDevice) -> TestDevice:
    double = copy.copy(phone)
    double.transport = DjangoTransport(Client(raise_request_exception=False))
    return double


def reassigner(city: City, number: int) -> Callable[[], None]:
    chance = random.Random(100 + number)

    def reassign() -> None:
        for _ in range(ROUNDS * 2):
            case = Case.objects.get(pk=chance.choice(city.cases).pk)
            assign_subject(case=case, group=chance.choice(city.groups), reason="ROTA")

    return reassign


def filer(city: City) -> Callable[[], None]:
    def file() -> None:
        for number in range(ROUNDS):
            hold(file_one(city.cast, 200 + number), city.groups[number % 4])

    return file


def test_sixteen_at_once_lose_and_double_nothing() -> None:
    city = City()
    works = [pusher(city, number) for number in range(PUSHERS)]
    works += [puller(city, number) for number in range(PULLERS)]
    works += [reassigner(city, number) for number in range(REASSIGNERS)]
    works += [filer(city)] * FILERS
    assert len(works) == 16
    at_once(works)
    require_streams_whole()
    for phone in city.phones:
        require_log_whole(phone)
        require_converged(phone)
    require_effects_once(city)


def require_streams_whole() -> None:
    """I18: positions without a gap, each entry chained to the one before, up to the head."""
    for stream in Head.objects.values_list("stream", flat=True):
        assert verify_stream(stream).is_sound
        positions = list(Entry.objects.filter(stream=stream).order_by("position").values_list("position", flat=True))
        assert positions == list(range(1, len(positions) + 1))


def require_log_whole(phone: TestDevice) -> None:
    """I1, I4: what was recorded is stored, byte for byte."""
    rows = Operation.objects.filter(device_id=phone.id).order_by("seq")
    assert [(row.seq, bytes(row.body), row.hash) for row in rows] == [
        (operation.seq, operation.body, operation.hash_hex) for operation in phone.log
    ]


def require_converged(phone: TestDevice) -> None:
    """I8: a complete pull is what its officer may see now, and its digest is right."""
    replica = Replica(twin(phone))
    replica.sync()
    assert replica.case_ids == visible_cases(UUID(phone.officer_id), now())


def require_effects_once(city: City) -> None:
    """I2, I15, I16: one act, one entry, one record a case; a review for each act not applied; every photo verified."""
    rows = list(Operation.objects.all())
    assert len(rows) == PUSHERS * ROUNDS == FieldAction.objects.count()
    hashes = sorted(row.hash for row in rows)
    assert sorted(ActionRecord.objects.values_list("operation_hash", flat=True)) == hashes
    told = Counter(
        (entry.stream, json.loads(entry.facts)["operation"], entry.subject_id)
        for entry in Entry.objects.filter(kind="action_recorded")
    )
    assert set(told.values()) == {1}
    assert sorted({operation for _, operation, _ in told}) == hashes
    waiting = sorted(row.hash for row in rows if row.status != Operation.Status.APPLIED)
    assert sorted(Review.objects.values_list("operation__hash", flat=True)) == waiting
    assert not Promise.objects.exclude(state=Promise.State.VERIFIED).exists()
