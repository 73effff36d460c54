"""A tip-off goes to a group and its devices, is answered from the field or by the desk; silence is alarmed."""

import json
from typing import Any

import pytest

from server.cases.models import Case
from server.common.errors import DomainError
from server.ledger.models import Entry
from server.notices.models import Notice
from server.people.models import GroupMember, Role
from server.people.services import add_group_member, create_group, end_group_membership
from server.safety.models import Alarm, Order, OrderWord
from server.safety.moves import Word, order_after
from server.safety.queries import standing_alarms
from server.safety.services import give_order, move_order, watch_safety
from tests.actors import Cast, officer_of
from tests.devices import TestDevice
from tests.safety.conftest import Clock
from tests.safety.test_sos import profile
from tests.sync.pushing import statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(cast: Cast, clock: Clock, held: Case) -> Order:
    return give_order(
        group=cast.group, text="举报人称被执行人的车停在此处", place="城东路 8 号", by=cast.duty, case=held
    )


def answer(phone: TestDevice, order: Order, word: str, note: str = "") -> list[tuple[str, str]]:
    phone.record("answer_order", fields={"order": str(order.pk), "word": word, "note": note})
    return statuses(phone.push())


def state(order: Order) -> str:
    order.refresh_from_db()
    return str(order.state)


def test_the_groups_devices_are_told_where_and_what_and_answer(
    order: Order, phone: TestDevice, cast: Cast, clock: Clock, held: Case
) -> None:
    [told] = profile(phone)["orders"]
    assert (told["id"], told["state"], told["place"]) == (str(order.pk), "GIVEN", "城东路 8 号")
    assert (told["case_no"], told["by"]) == (held.case_no, cast.duty.name)
    for word, note, after in (("ACCEPT", "", "ACCEPTED"), ("ARRIVE", "", "ARRIVED"), ("FINISH", "已扣押车辆", "DONE")):
        clock.after(len(word))
        assert answer(phone, order, word, note) == [("applied", "ok")]
        assert state(order) == after
    assert profile(phone)["orders"] == []
    assert OrderWord.objects.filter(text="已扣押车辆", by=cast.holder).count() == 1
    frames = [json.loads(each.view) for each in Entry.objects.filter(kind="order_moved").order_by("position")]
    assert [(frame["word"], frame["order"]["state"]) for frame in frames] == [
        ("ACCEPT", "ACCEPTED"),
        ("ARRIVE", "ARRIVED"),
        ("FINISH", "DONE"),
    ]
    assert "扣押" not in json.dumps(frames, ensure_ascii=False)


def test_who_is_not_of_the_group_is_told_nothing_and_answers_nothing(order: Order, enrol: Any, cast: Cast) -> None:
    other = enrol(cast.bystander)
    assert profile(other)["orders"] == []
    assert answer(other, order, "ACCEPT") == [("parked", "subject_unknown")]
    assert state(order) == "GIVEN"


def test_one_who_joins_is_told_and_one_who_leaves_no_more(order: Order, enrol: Any, cast: Cast) -> None:
    other = enrol(cast.bystander)
    member = add_group_member(group=cast.group, officer=cast.bystander, part=GroupMember.Part.ASSISTANT)
    assert len(profile(other)["orders"]) == 1
    end_group_membership(membership=member)
    assert profile(other)["orders"] == []


def test_unanswered_it_is_alarmed_once_and_an_answer_ends_the_alarm(
    order: Order, phone: TestDevice, cast: Cast, clock: Clock
) -> None:
    clock.after(9)
    assert watch_safety() == 0
    clock.after(10)
    assert (watch_safety(), watch_safety()) == (1, 0)
    assert [alarm.kind for alarm in standing_alarms([cast.court.pk])] == ["ORDER"]
    assert Notice.objects.filter(officer=cast.duty, kind="order").count() == 1
    clock.after(12)
    answer(phone, order, "ACCEPT")
    assert standing_alarms([cast.court.pk]) == []
    assert Alarm.objects.get().ended_how == "ANSWERED"


def test_declined_it_is_alarmed_at_once_and_goes_to_another_group(
    order: Order, phone: TestDevice, cast: Cast, clock: Clock, held: Case
) -> None:
    assert answer(phone, order, "DECLINE") == [("parked", "reason_missing")]
    assert answer(phone, order, "DECLINE", "正在押送途中") == [("applied", "ok")]
    watch_safety()
    assert len(standing_alarms([cast.court.pk])) == 1
    other = create_group(court=cast.court, name="执行二组")
    add_group_member(group=other, officer=cast.bystander, part=GroupMember.Part.EXECUTOR)
    with pytest.raises(DomainError) as refused:
        move_order(order_id=order.pk, word=Word.GIVE, by=cast.duty, group=other)
    assert refused.value.code == "not_working_on_it"
    move_order(order_id=order.pk, word=Word.GIVE, by=cast.duty, group=cast.group)
    assert state(order) == "GIVEN"
    move_order(order_id=order.pk, word=Word.ACCEPT, by=cast.duty, text="电台答复")
    assert standing_alarms([cast.court.pk]) == []


def test_given_anew_it_is_alarmed_anew_when_nobody_answers_that_either(
    order: Order, phone: TestDevice, cast: Cast, clock: Clock
) -> None:
    clock.after(10)
    watch_safety()
    move_order(order_id=order.pk, word=Word.GIVE, by=cast.duty, group=cast.group)
    assert standing_alarms([cast.court.pk]) == []
    clock.after(21)
    assert (watch_safety(), watch_safety()) == (1, 0)
    assert [alarm.is_waiting for alarm in standing_alarms([cast.court.pk])] == [True]
    assert Notice.objects.filter(officer=cast.duty, kind="order").count() == 2


def test_an_answer_to_what_was_withdrawn_waits_for_a_person(order: Order, phone: TestDevice, cast: Cast) -> None:
    move_order(order_id=order.pk, word=Word.WITHDRAW, by=cast.duty, text="线索不实")
    assert answer(phone, order, "ACCEPT") == [("parked", "order_moved")]
    assert answer(phone, order, "JUMP") == [("parked", "order_moved")]
    assert state(order) == "WITHDRAWN"


def test_a_second_officer_who_accepts_late_does_no_harm(
    order: Order, phone: TestDevice, enrol: Any, cast: Cast
) -> None:
    answer(phone, order, "ARRIVE")
    assert answer(enrol(cast.colleague), order, "ACCEPT") == [("applied", "ok")]
    assert state(order) == "ARRIVED"
    assert OrderWord.objects.count() == 3


def test_a_word_repeated_by_the_network_counts_once(order: Order, phone: TestDevice) -> None:
    answer(phone, order, "ACCEPT")
    phone.push(first_seq=1)
    assert OrderWord.objects.filter(word="ACCEPT").count() == 1


def test_given_twice_under_one_id_it_is_one(order: Order, cast: Cast) -> None:
    again = give_order(group=cast.group, text="别的", place="别处", by=cast.duty, order_id=order.pk)
    assert (again.pk, again.text) == (order.pk, order.text)
    assert OrderWord.objects.count() == 1


def test_only_those_who_command_send_and_only_whom_there_is(cast: Cast, held: Case) -> None:
    empty = create_group(court=cast.court, name="空组")
    for who, group, text, code in (
        (cast.holder, cast.group, "去", "may_not_command"),
        (cast.stranger, cast.group, "去", "may_not_command"),
        (cast.duty, empty, "去", "group_not_working"),
        (cast.duty, cast.group, " ", "note_required"),
        (cast.duty, cast.group, "长" * 1001, "note_too_long"),
    ):
        with pytest.raises(DomainError) as refused:
            give_order(group=group, text=text, place="某处", by=who)
        assert refused.value.code == code
    assert not Order.objects.exists()


def test_a_device_with_something_to_answer_is_asked_back_soon(order: Order, phone: TestDevice) -> None:
    def pause() -> int:
        return int(json.loads(phone.pull()[1]["answer"])["next"]["retry_after_ms"])

    assert pause() < 30_000
    answer(phone, order, "FINISH", "空跑")
    assert pause() > 30_000


@pytest.mark.parametrize("word", list(Word))
@pytest.mark.parametrize("state", [each.value for each in Order.State])
def test_every_word_from_every_state_leads_somewhere_known_or_nowhere(state: str, word: Word) -> None:
    after = order_after(state, word)
    assert after in (None, *Order.State)
    assert state not in ("DONE", "WITHDRAWN") or after in (None, state)


def test_an_id_of_another_court_is_refused_and_its_own_is_the_same_order(order: Order, cast: Cast) -> None:
    asked: dict[str, Any] = {"text": "车", "place": "门"}
    assert give_order(group=cast.group, by=cast.duty, order_id=order.pk, **asked) == order
    theirs = create_group(court=cast.other_court, name="执行一组")
    desk = officer_of(cast.other_court, "250188", "江远", Role.COMMAND_CENTRE)
    with pytest.raises(DomainError) as refused:
        give_order(group=theirs, by=desk, order_id=order.pk, **asked)
    assert refused.value.code == "id_taken"
