"""The city is written through the real services, its past acts through the real SDK and the whole server."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from client_sdk.steps import Reply, Request, Unreachable
from demo import door
from demo.city import cases
from demo.outings import Outing, Quality, by_officer_and_day, courses
from demo.seed import seed
from server.cases.models import Case, Node
from server.common import clock
from server.evidence.exif import read_exif
from server.evidence.models import Promise
from server.evidence.store import Area, current_store
from server.field.models import ActionRecord, FieldAction
from server.ledger.models import Entry
from server.ledger.verify import verify_stream
from server.people.models import Court
from server.people.streams import court_stream
from tests.demo.scenes import NOW, SMALL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def real_clock() -> Iterator[None]:
    yield
    clock.set_clock(None)


def planned() -> list[Outing]:
    today = clock.local_date(NOW)
    return [act for day in by_officer_and_day(courses(cases(today, courts=SMALL), today)) for act in day]


def written() -> Counter[tuple[str, datetime]]:
    return Counter(FieldAction.objects.values_list("kind", "recorded_at"))


def test_the_planned_acts_stand_there_as_they_were_planned() -> None:
    assert seed(NOW, SMALL)
    acts = planned()
    assert len({act.quality for act in acts}) == 3
    assert written() == Counter((act.kind, act.ended_at) for act in acts)
    for act in acts:
        row = FieldAction.objects.get(recorded_at=act.ended_at, kind=act.kind, officer__court__code=act.case.court_code)
        require_as_planned(row, act)
    assert verify_stream(court_stream(Court.objects.get(code="闽9802").pk)).is_sound


def require_as_planned(row: FieldAction, act: Outing) -> None:
    record = ActionRecord.objects.get(action=row)
    assert record.clock_verdict == "consistent"
    assert timedelta() < row.received_at - row.recorded_at < timedelta(hours=3)
    assert row.is_complete == (act.quality is Quality.FULL)
    assert bool(row.missing) == (act.quality is Quality.HURRIED)
    promises = list(Promise.objects.filter(holder_id=row.pk))
    state = Promise.State.PROMISED if act.quality is Quality.AWAITED else Promise.State.VERIFIED
    assert {promise.state for promise in promises} <= {state}
    assert promises or act.quality is Quality.HURRIED
    if state == Promise.State.VERIFIED:
        for promise in promises:
            require_true_exif(promise, record)


def require_true_exif(promise: Promise, record: ActionRecord) -> None:
    """The picture says of itself what the officer and the device say of it."""
    from PIL import Image

    with current_store().open_file(Area.ORIGINALS, promise.sha256) as file, Image.open(file) as picture:
        said = read_exif(picture)
    assert promise.recorded_at is not None
    assert record.position is not None
    assert datetime.fromisoformat(said["taken_at"]) == promise.recorded_at.replace(microsecond=0)
    assert said["position"]["lat"] == pytest.approx(record.position["lat"], abs=1e-5)
    assert record.recorded_at - timedelta(hours=1) < promise.recorded_at < record.recorded_at


def test_a_complete_act_has_moved_its_node_on_its_own_day_and_a_hurried_one_has_not() -> None:
    seed(NOW, SMALL)
    stops = {"notice_served": "notice_service", "interview_done": "debtor_interview"}
    concerned = [act for act in planned() if act.event in stops]
    assert concerned
    for act in concerned:
        node = Node.objects.get(case__case_no=act.case.case_no, key=stops[act.event])
        is_told = act.quality is Quality.FULL
        assert node.finished_on == (act.ended_at.date() if is_told else None)


def test_a_seeding_that_was_cut_off_is_finished_by_the_next_and_the_one_after_writes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send, sent = door.Door.send, []

    def cut_off(self: Any, request: Request) -> Reply | Unreachable:
        sent.append(request)
        if len(sent) == 25:
            raise KeyboardInterrupt
        return send(self, request)

    monkeypatch.setattr(door.Door, "send", cut_off)
    with pytest.raises(KeyboardInterrupt):
        seed(NOW, SMALL)
    assert 0 < sum(written().values()) < len(planned())
    assert seed(NOW + timedelta(days=1), SMALL)
    assert written() == Counter((act.kind, act.ended_at) for act in planned())
    entries = Entry.objects.count()
    assert not seed(NOW + timedelta(days=3), SMALL)
    assert (Entry.objects.count(), Case.objects.count()) == (entries, 19)
