"""I20: a snapshot and the frames after it add up to a fresh snapshot, whatever happened between."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.cases.models import Case
from server.cases.services import assign_subject, close_case, record_event, resume_case, suspend_case
from server.common.clock import local_date, now
from server.people.models import Court
from server.realtime.snapshot import take_snapshot
from server.sync.deciding import decide_reviews
from server.sync.models import Review
from tests.actors import Cast
from tests.devices import TestDevice
from tests.pictures import jpeg
from tests.realtime.ledgers import stored_views, stream_of
from tests.realtime.reader import Picture
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

KINDS = ("LOCATE", "SEAL", "INTERVIEW", "SEARCH", "DETAIN", "SERVE")


class Town:
    """What a desk and one phone do, at random but repeatably."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.chance = cast, Random(seed)
        self.phone: TestDevice = phone_of(cast.holder)
        self.other: TestDevice = phone_of(cast.colleague)
        self.cases: list[Case] = [hold(file_one(cast, 1), cast.group)]
        self.photos: list[bytes] = []

    def any_case(self) -> Case:
        case = self.chance.choice(self.cases)
        case.refresh_from_db()
        return case

    def an_open_case(self) -> Case:
        standing = [case for case in self.cases if Case.objects.get(pk=case.pk).status == Case.Status.OPEN]
        return self.chance.choice(standing or [self.file()])

    def file(self) -> Case:
        self.cases.append(file_one(self.cast, len(self.cases) + 1))
        if self.chance.random() < 0.7:
            hold(self.cases[-1], self.cast.group)
        return self.cases[-1]

    def assign(self) -> None:
        holders = ({"group": self.cast.group}, {"officer": self.cast.bystander})
        assign_subject(case=self.an_open_case(), reason="MANUAL", **self.chance.choice(holders))

    def happen(self) -> None:
        keys = (
            "materials_received_by_handler",
            "execution_notice_sent",
            "control_effective",
            "funds_arrived",
            "price_paid_in_full",
        )
        key = self.chance.choice(keys)
        record_event(
            case=self.an_open_case(),
            key=key,
            occurred_at=now(),
            source_type="desk",
            source_id=str(self.chance.random()),
        )

    def rest(self) -> None:
        case = self.an_open_case()
        suspend_case(case=case, reason="RULING", document="1", approved_by=self.cast.director)
        if self.chance.random() < 0.7:
            resume_case(case=case, reason="RULING")

    def close(self) -> None:
        close_case(case=self.an_open_case(), closing_mode="FULFILLED", closed_on=local_date(now()))

    def push(self) -> None:
        for _ in range(self.chance.randint(1, 3)):
            photos = [jpeg(seed=len(self.photos))] if self.chance.random() < 0.6 else []
            self.photos += photos
            cases = [self.any_case() for _ in range(self.chance.randint(1, 2))]
            fields = COMPLETE if self.chance.random() < 0.7 else {}
            self.phone.record(
                self.chance.choice(KINDS),
                case_ids=list(dict.fromkeys(case.pk for case in cases)),
                case_no="（2026）闽0924执999号" if self.chance.random() < 0.2 else None,
                assignment_no=cases[0].assignment_no,
                fields=fields,
                photos=photos,
            )
        self.phone.push()

    def push_for_nothing(self) -> None:
        self.phone.record("LOCATE", case_no="（2026）闽0924执998号", fields=COMPLETE)
        self.phone.push()

    def deliver(self) -> None:
        if self.photos:
            assert self.phone.upload(self.photos.pop()) < 300

    def judge(self) -> None:
        waiting = list(Review.objects.filter(state="open").order_by("pk"))
        if waiting:
            choice = self.chance.choice(("ratify", "annul", "supplement"))
            decide_reviews(ids=[self.chance.choice(waiting).pk], choice=choice, by=self.cast.director, note="理由")

    def correct(self) -> None:
        """Her own record, or a joint act by her colleague; sometimes of a case that is no longer hers."""
        if self.phone.log:
            first = json.loads(self.chance.choice(self.phone.log).body)
            original = next(each for each in self.phone.log if json.loads(each.body)["id"] == first["id"])
            device = self.chance.choice((self.phone, self.other))
            joined = {name: first[name] for name in ("action_id", "subjects")}
            device.record(first["kind"], fields=COMPLETE, corrects=original.hash_hex, **joined)
            device.push()

    def steps(self) -> list[Callable[[], Any]]:
        return [
            self.file,
            self.assign,
            self.happen,
            self.rest,
            self.close,
            self.push,
            self.push_for_nothing,
            self.deliver,
            self.judge,
            self.correct,
        ]


def shown(court: Court) -> Picture:
    return Picture(json.loads(json.dumps(take_snapshot(stream_of(court), court.pk))))


def require_that_frames_add_up(court: Court, picture: Picture) -> None:
    for view in stored_views(court, picture.position):
        picture.apply(json.loads(view))
    fresh = shown(court)
    assert picture.as_shown() == fresh.as_shown()
    assert picture.position == fresh.position


@pytest.mark.django_db
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_snapshot_and_its_frames_are_a_fresh_snapshot(cast: Cast, seed: int) -> None:
    from django.db import transaction

    with transaction.atomic():
        town = Town(cast, seed)
        pictures = [shown(cast.court)]
        for _ in range(12):
            town.chance.choice(town.steps())()
            pictures.append(shown(cast.court))
        for picture in pictures[:: len(pictures) // 3]:
            require_that_frames_add_up(cast.court, picture)
        transaction.set_rollback(True)


def test_a_closed_case_leaves_the_picture_with_its_nodes_and_acts(cast: Cast) -> None:
    town = Town(cast, 1)
    picture = shown(cast.court)
    town.phone.record("LOCATE", case_id=town.cases[0].pk, fields=COMPLETE)
    town.phone.push()
    close_case(case=town.cases[0], closing_mode="FULFILLED")
    require_that_frames_add_up(cast.court, picture)
    assert not picture.cases
    assert not picture.nodes
    assert not picture.actions
