"""The real SDK against the real server: a call for help, who has seen it, an order, and a stay on site."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_sdk import FieldClient
from server.cases.models import Case
from server.people.services import issue_enrolment_code
from server.safety.models import Alarm, Order, Presence
from server.safety.services import acknowledge_alarm, give_order
from tests.actors import Cast
from tests.sdk_line import DjangoLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> DjangoLine:
    return DjangoLine()


@pytest.fixture
def field(cast: Cast, held: Case, line: DjangoLine, tmp_path: Path) -> Iterator[FieldClient]:
    code = issue_enrolment_code(officer=cast.holder)
    store = tmp_path / "officer.db"
    with FieldClient.enrol("https://court.test", code=code, store=store, passphrase="渔港", transport=line) as enrolled:
        enrolled.sync()
        yield enrolled


def test_a_call_recorded_offline_goes_first_and_hears_who_has_seen_it(
    field: FieldClient, line: DjangoLine, cast: Cast
) -> None:
    line.is_offline = True
    field.record_action(kind="LOCATE", case_no="1", fields={})
    field.sos(words="被围堵")
    assert field.send_calls(patience_seconds=0) == 0
    line.is_offline = False
    line.requests.clear()
    field.sync()
    assert [path.rpartition("/")[2] for _, path in line.requests][:2] == ["sos", "push"]
    [call] = field.safety().calls
    assert (call.is_received, call.seen_at) == (True, None)
    acknowledge_alarm(alarm_id=Alarm.objects.get().pk, done="已派二组", by=cast.duty)
    field.pull()
    [call] = field.safety().calls
    assert (call.seen_by, call.said) == (cast.duty.name, "已派二组")
    field.cancel_sos(call, reason="误触")
    assert field.send_calls() == 1
    assert Alarm.objects.get().is_waiting


def test_an_order_is_pulled_and_answered_and_a_stay_goes_up(field: FieldClient, cast: Cast, held: Case) -> None:
    give_order(group=cast.group, text="车在此处", place="北门", by=cast.duty, case=held)
    field.pull()
    [order] = field.safety().orders
    assert (order.place, order.case_no) == ("北门", held.case_no)
    field.answer_order(order, "ACCEPT")
    field.check_in(interval_minutes=45, case_id=held.pk)
    field.sync()
    assert Order.objects.get().state == "ACCEPTED"
    assert (Presence.objects.get().interval_minutes, Presence.objects.get().case) == (45, held)
    assert field.safety().orders[0].state == "ACCEPTED"
    field.check_out()
    field.sync()
    assert Presence.objects.get().ended_how == "CHECKED_OUT"
