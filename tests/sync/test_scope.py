"""Cases arrive on an officer's own device and leave it, through the SDK: given, taken, closed, ended by the clock."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from client_sdk import FieldClient, NotSent, vault
from client_sdk.steps import Reply, Request, Unreachable
from server.cases.models import Case
from server.cases.services import assign_subject, close_case, end_grant, grant_subject
from server.common import clock
from server.common.clock import now
from server.field.models import ActionSubject, FieldAction
from server.people.models import Officer
from server.people.services import issue_enrolment_code
from server.sync.models import Operation, Review
from tests.actors import Cast
from tests.pictures import jpeg
from tests.sdk_line import DjangoLine
from tests.sync.pushing import COMPLETE
from tests.sync.reviewing import decide, other_group

pytestmark = pytest.mark.django_db
Enrol = Callable[[Officer], FieldClient]
PassTime = Callable[[datetime], None]
SOON = timedelta(days=2)


class NoUploads(DjangoLine):
    """What is small gets through; photographs do not, until `opened`."""

    opened = False

    def send(self, request: Request) -> Reply | Unreachable:
        if not self.opened and "/uploads/" in request.path:
            return Unreachable("too weak")
        return super().send(request)


@pytest.fixture
def enrol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Enrol]:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    made: list[FieldClient] = []

    def enrol_one(officer: Officer) -> FieldClient:
        store, code = tmp_path / f"{len(made)}.db", issue_enrolment_code(officer=officer)
        field = FieldClient.enrol(
            "http://court.test", code=code, store=store, passphrase="三号楼的钥匙", transport=NoUploads()
        )
        made.append(field)
        field.sync()
        return field

    yield enrol_one
    for field in made:
        field.close()


def held_by(field: FieldClient) -> set[str]:
    return {case.id for case in field.cases()}


def act(field: FieldClient, case: Case, **more: Any) -> str:
    return field.record_action(case_id=case.pk, kind="LOCATE", fields=COMPLETE, **more).id


def open_up(field: FieldClient) -> None:
    line = field._transport
    assert isinstance(line, NoUploads)
    line.opened = True


def units(field: FieldClient, case: Case) -> list[Any]:
    """[] once it is erased, [(1,)] while it is sealed."""
    return field.holdings.store.database.rows("SELECT is_leaving FROM unit WHERE id = ?", str(case.pk))


@pytest.fixture
def pass_time() -> Iterator[PassTime]:
    """The court's clock goes on to a moment, and no row changes by it."""
    yield lambda moment: clock.set_clock(lambda: moment)
    clock.set_clock(None)


def test_a_reassigned_case_leaves_the_one_and_arrives_on_the_other(enrol: Enrol, held: Case, cast: Cast) -> None:
    first, second = enrol(cast.holder), enrol(cast.bystander)
    assert (held_by(first), held_by(second)) == ({str(held.pk)}, set())
    assign_subject(case=held, group=other_group(cast), reason="HANDOVER")
    for field in (first, second):
        field.sync()
    assert (held_by(first), held_by(second)) == (set(), {str(held.pk)})
    assert units(first, held) == []


def test_a_closed_case_stays_to_be_read_and_what_is_done_in_it_waits(enrol: Enrol, held: Case, cast: Cast) -> None:
    field = enrol(cast.holder)
    close_case(case=held, closing_mode="PERFORMED")
    done = act(field, held)
    field.sync()
    assert [(case.id, case.status) for case in field.cases()] == [(str(held.pk), "CLOSED")]
    assert (field.action(done).status, field.action(done).code) == ("parked", "case_closed")


def test_of_a_closed_case_the_day_shows_what_goes_on(enrol: Enrol, held: Case, cast: Cast) -> None:
    field = enrol(cast.holder)
    assert "archive_case" not in {due.node.key for due in field.today().nodes}
    close_case(case=held, closing_mode="PERFORMED")
    field.sync()
    assert [(due.case_id, due.node.key) for due in field.today().nodes] == [(str(held.pk), "archive_case")]
    assert any(node.state == "RUNNING" and not node.goes_on for node in field.cases()[0].nodes)


def test_a_right_newly_given_brings_the_case_and_its_end_takes_it(enrol: Enrol, held: Case, cast: Cast) -> None:
    field = enrol(cast.bystander)
    grant = grant_subject(case=held, officer=cast.bystander, reason="ASSISTING")
    field.sync()
    assert held_by(field) == {str(held.pk)}
    end_grant(grant=grant)
    field.sync()
    assert (held_by(field), units(field, held)) == (set(), [])


def test_a_right_that_ends_by_the_clock_alone_takes_the_case_and_late_work_waits(
    enrol: Enrol, held: Case, cast: Cast, pass_time: PassTime
) -> None:
    """An officer of another court lent the case for a while: nothing is written when the while is over."""
    ends = now() + SOON
    grant_subject(case=held, officer=cast.stranger, reason="DELEGATED", valid_to=ends)
    field = enrol(cast.stranger)
    in_time = act(field, held)
    field.sync()
    assert (held_by(field), field.action(in_time).status) == ({str(held.pk)}, "applied")
    version = Case.objects.get().version
    late = act(field, held)
    pass_time(ends)
    field.sync()
    assert (field.action(late).status, field.action(late).code) == ("parked", "grant_ended")
    assert (held_by(field), units(field, held)) == (set(), [])
    assert Case.objects.get().version == version + 1, "the late act alone has touched it"


def test_a_right_that_begins_by_the_clock_alone_brings_the_case(
    enrol: Enrol, held: Case, cast: Cast, pass_time: PassTime
) -> None:
    begins = now() + SOON
    grant_subject(case=held, officer=cast.stranger, reason="DELEGATED", valid_from=begins)
    field = enrol(cast.stranger)
    assert held_by(field) == set()
    pass_time(begins)
    field.sync()
    assert held_by(field) == {str(held.pk)}


def test_a_case_taken_by_the_clock_is_sealed_until_her_photo_is_safe(
    enrol: Enrol, held: Case, cast: Cast, pass_time: PassTime
) -> None:
    ends = now() + SOON
    grant_subject(case=held, officer=cast.stranger, reason="DELEGATED", valid_to=ends)
    field = enrol(cast.stranger)
    done = act(field, held, photos=[field.capture(jpeg())])
    with pytest.raises(NotSent):
        field.sync(patience_seconds=0)
    pass_time(ends)
    with pytest.raises(NotSent):
        field.sync(patience_seconds=0)
    assert (held_by(field), units(field, held)) == (set(), [(1,)])
    open_up(field)
    field.sync()
    field.sync()
    assert field.safe_to_purge(done)
    assert units(field, held) == []
    assert FieldAction.objects.get().is_complete


def test_given_away_twice_while_she_is_in_the_basement(enrol: Enrol, held: Case, cast: Cast) -> None:
    first, second = enrol(cast.holder), enrol(cast.bystander)
    done = act(first, held, photos=[first.capture(jpeg())])
    assign_subject(case=held, group=other_group(cast), reason="HANDOVER")
    assign_subject(case=held, officer=cast.director, reason="HANDOVER")
    third = enrol(cast.director)
    open_up(first)
    first.sync()
    assert (first.action(done).status, first.action(done).code) == ("parked", "not_assigned")
    second.sync()
    assert held_by(second) == set(), "it never came to the one in between"
    third.sync()
    assert [each.status for each in third.case(str(held.pk)).actions] == ["parked"]
    assert decide(cast.director, Review.objects.get(), "ratify")[0] == 200
    for field in (first, third):
        field.sync()
    assert first.action(done).status == "applied"
    assert units(first, held) == []


def test_given_away_and_back_while_she_is_in_the_basement(enrol: Enrol, held: Case, cast: Cast) -> None:
    """She holds it again, under another number; what she did under the first waits, what she does now counts."""
    field = enrol(cast.holder)
    before = act(field, held)
    assign_subject(case=held, group=other_group(cast), reason="HANDOVER")
    assign_subject(case=held, group=cast.group, reason="HANDOVER")
    field.sync()
    assert (field.action(before).status, field.action(before).code) == ("parked", "not_assigned")
    assert held_by(field) == {str(held.pk)}
    after = act(field, held)
    field.sync()
    assert field.action(after).status == "applied"
    assert decide(cast.director, Review.objects.get(), "ratify")[0] == 200
    assert set(ActionSubject.objects.values_list("status", flat=True)) == {"applied"}
    assert (Operation.objects.count(), FieldAction.objects.count()) == (2, 2)
