"""Levels kept by the pass, and one notice for each node, level and date."""

from datetime import UTC, date, datetime

import pytest

from server.cases.models import Case, Node
from server.cases.services import assign_subject, close_case, record_event, resume_case, suspend_case
from server.cases.watched import term_of
from server.common.clock import SHANGHAI
from server.ledger.models import Entry
from server.notices.models import Notice
from server.notices.services import make_digests
from server.people.models import Officer
from server.supervision.models import Finding, NodeWarning, Urge
from server.supervision.services import watch_levels
from server.supervision.services.raising import WARNINGS_AN_HOUR
from tests.cases.conftest import file_one
from tests.supervision.conftest import Bureau, Clock, level, node

NODE = "investigation_complete"  # a month from 2 November: due on 2 December


def happens(case: Case, key: str, month: int, day: int, hour: int = 10) -> None:
    record_event(case=case, key=key, occurred_at=datetime(2026, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC))


@pytest.fixture
def running(case: Case) -> Case:
    happens(case, "materials_received_by_handler", 11, 2)
    return case


def told(officer: Officer, key: str = NODE) -> list[str]:
    """Levels of which he was told, be it at once or by a digest to come."""
    return [n.view["level"] for n in Notice.objects.filter(officer=officer, view__key=key).order_by("made_at")]


def test_a_node_is_looked_at_when_it_moves_and_when_its_level_rises_and_never_between(
    running: Case, clock: Clock
) -> None:
    assert level(running, NODE) == "NORMAL"
    assert node(running, NODE).next_level_at == datetime(2026, 11, 22, 16, tzinfo=UTC)
    Node.objects.exclude(key=NODE).update(next_level_at=None)  # the other nodes of the case are not what is asked
    for month, day, nodes, found in (
        (11, 22, 0, "NORMAL"),
        (11, 23, 1, "NOTICE"),
        (11, 24, 0, "NOTICE"),
        (11, 29, 1, "WARN"),
        (12, 2, 1, "DUE"),
        (12, 3, 1, "OVERDUE"),
        (12, 9, 0, "OVERDUE"),
        (12, 10, 1, "SEVERE"),
        (12, 31, 0, "SEVERE"),
    ):
        clock.on(month, day)
        assert watch_levels().nodes == nodes, (month, day)
        assert node(running, NODE).level == found


def test_each_level_tells_those_of_the_table_and_each_of_them_once(running: Case, bureau: Bureau, clock: Clock) -> None:
    for month, day in ((11, 22), (11, 23), (11, 29), (11, 30), (12, 2), (12, 3), (12, 10), (12, 11)):
        clock.on(month, day)
        watch_levels()
        watch_levels()
    assert told(bureau.cast.holder) == ["NOTICE", "WARN", "DUE", "OVERDUE", "SEVERE"]
    assert told(bureau.leader) == ["WARN", "DUE", "OVERDUE", "SEVERE"]
    assert told(bureau.cast.director) == ["OVERDUE", "SEVERE"]
    assert told(bureau.president) == ["SEVERE"]
    for nobody in (bureau.cast.colleague, bureau.cast.bystander, bureau.cast.stranger, bureau.cast.duty):
        assert told(nobody) == []


def test_the_ledger_says_who_was_warned_of_what_and_names_nobody_in_the_open_part(
    running: Case, bureau: Bureau, clock: Clock
) -> None:
    clock.on(11, 29)
    watch_levels()
    entry = Entry.objects.get(kind="node_warned", view__contains=str(node(running, NODE).pk))
    assert '"level":"WARN"' in entry.view
    assert str(bureau.cast.holder.pk) in entry.facts
    assert str(bureau.leader.pk) in entry.facts
    assert bureau.cast.holder.name not in entry.view + entry.facts


def test_after_days_without_a_pass_the_level_of_today_is_told_and_no_other(
    running: Case, bureau: Bureau, clock: Clock
) -> None:
    watch_levels()
    clock.on(12, 4)
    watch_levels()
    assert told(bureau.cast.holder) == ["OVERDUE"]


def test_levels_lost_with_a_restored_row_are_found_again_without_a_second_notice(
    running: Case, bureau: Bureau, clock: Clock
) -> None:
    clock.on(11, 23)
    watch_levels()
    Node.objects.update(level="NORMAL", level_version=0, next_level_at=None)
    assert level(running, NODE) == "NOTICE"
    assert told(bureau.cast.holder) == ["NOTICE"]


def test_a_date_that_moves_later_lets_the_level_fall_and_a_level_reached_anew_is_told_anew(
    running: Case, bureau: Bureau, clock: Clock
) -> None:
    clock.on(11, 29)
    assert level(running, NODE) == "WARN"
    _moves_to(running, clock, 16)  # to 16 December: what an extension does
    assert level(running, NODE) == "NORMAL"
    clock.on(12, 12)
    assert level(running, NODE) == "WARN"
    assert told(bureau.cast.holder) == ["WARN", "WARN"]
    _moves_to(running, clock, 2)
    watch_levels()
    _moves_to(running, clock, 16)
    watch_levels()
    levels = NodeWarning.objects.filter(node__key=NODE).values_list("level", "due")
    assert sorted(levels) == [("SEVERE", "2026-12-02"), ("WARN", "2026-12-02"), ("WARN", "2026-12-16")]


def _moves_to(case: Case, clock: Clock, day: int) -> None:
    moved = node(case, NODE)
    moved.due_on = moved.due_on and moved.due_on.replace(month=12, day=day)
    moved.version += 1  # as every writer of a node does
    moved.save(update_fields=["due_on", "version"])


def test_while_a_case_is_suspended_nothing_warns_and_afterwards_its_new_date_does(
    running: Case, bureau: Bureau, clock: Clock
) -> None:
    clock.on(11, 29)
    assert level(running, NODE) == "WARN"
    suspend_case(case=running, reason="中止", document="（2026）闽0924执123号之一", approved_by=bureau.president)
    assert level(running, NODE) == "NORMAL"
    clock.on(12, 5)
    assert watch_levels().warnings == 0
    clock.on(12, 9)
    resume_case(case=running, reason="恢复")
    assert level(running, NODE) == "NOTICE"
    assert node(running, NODE).due_on == date(2026, 12, 14)  # ten days later is a Saturday
    clock.on(12, 10)
    assert level(running, NODE) == "WARN"
    assert told(bureau.cast.holder) == ["WARN", "NOTICE", "WARN"]


def test_a_pause_entered_late_clears_the_finding_of_the_date_that_was_none(
    running: Case, bureau: Bureau, clock: Clock
) -> None:
    clock.on(12, 4)
    assert level(running, NODE) == "OVERDUE"
    paper, approver = "（2026）闽0924执123号之一", bureau.president
    suspend_case(case=running, reason="中止", document=paper, approved_by=approver, on=date(2026, 11, 20))
    watch_levels()
    assert Finding.objects.get(node__key=NODE).state == Finding.State.CLEARED
    assert Urge.objects.get(node__key=NODE).state == Urge.State.SETTLED


def test_a_node_that_is_done_or_whose_case_is_closed_has_no_level(running: Case, clock: Clock) -> None:
    clock.on(12, 3)
    assert level(running, NODE) == "OVERDUE"
    happens(running, "investigation_closed", 12, 3)
    assert level(running, NODE) == "NORMAL"
    assert node(running, NODE).next_level_at is None
    assert level(running, "network_inquiry_launch") == "SEVERE"
    close_case(case=running, closing_mode="COMPLETED")
    assert level(running, "network_inquiry_launch") == "NORMAL"
    clock.on(12, 31)
    assert watch_levels().nodes == 0


def test_custody_pages_leaders_at_once_and_everything_else_waits_for_their_digest(
    running: Case, bureau: Bureau, clock: Clock
) -> None:
    happens(running, "detention_started", 11, 17)  # fifteen days: it ends on 2 December, too
    clock.on(12, 1)
    watch_levels()
    by_key = {(n.officer.name, n.view["key"]): n for n in Notice.objects.select_related("officer")}
    assert by_key[bureau.leader.name, NODE].waits_for_digest
    assert not by_key[bureau.cast.holder.name, NODE].waits_for_digest
    assert not by_key[bureau.cast.holder.name, NODE].is_urgent
    for name in (bureau.leader.name, bureau.cast.holder.name):
        paged = by_key[name, "detention_term"]
        assert paged.is_urgent
        assert not paged.waits_for_digest


def test_an_office_answers_for_its_own_nodes_and_the_director_for_a_case_that_nobody_holds(
    running: Case, bureau: Bureau, clock: Clock
) -> None:
    clock.on(11, 5)
    watch_levels()
    triage = NodeWarning.objects.get(node__key="triage")  # the command centre's
    assert triage.person == bureau.cast.duty
    alone = file_one(bureau.cast, 124)
    clock.on(11, 9)
    watch_levels()
    assert NodeWarning.objects.get(node__case=alone, node__key="assign_handler").person == bureau.cast.director


def test_the_nodes_of_one_who_is_suspended_are_his_colleagues(running: Case, bureau: Bureau, clock: Clock) -> None:
    Officer.objects.filter(pk=bureau.cast.holder.pk).update(suspended_from=clock())
    clock.on(11, 29)
    watch_levels()
    assert told(bureau.cast.holder) == []
    assert told(bureau.cast.colleague) == ["WARN"]


def test_one_case_at_fault_is_named_in_the_log_and_stops_no_other(
    running: Case, bureau: Bureau, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = file_one(bureau.cast, 124)

    def fail(node: Node, flow: object) -> object:
        if node.case_id == broken.pk:
            raise LookupError("planted")
        return term_of(node, flow)  # type: ignore[arg-type]

    monkeypatch.setattr("server.supervision.services.watching.term_of", fail)
    clock.on(11, 23)
    watch_levels()
    assert told(bureau.cast.holder) == ["NOTICE"]
    assert str(broken.pk) in caplog.text
    monkeypatch.undo()
    assert watch_levels().cases == 1


def test_a_node_its_flow_does_not_know_any_more_has_no_level(running: Case, clock: Clock) -> None:
    Node.objects.filter(case=running, key=NODE).update(key="gone")
    clock.on(12, 31)
    assert level(running, "gone") == "NORMAL"


def test_overdue_urges_by_itself_once_for_a_date(running: Case, bureau: Bureau, clock: Clock) -> None:
    clock.on(12, 3)
    watch_levels()
    urged = Urge.objects.get(node__key=NODE)
    assert urged.asked_by is None
    assert urged.person == bureau.cast.holder
    assert urged.reply_due_on == date(2026, 12, 7)  # Thursday and two working days
    clock.on(12, 10)
    watch_levels()
    assert Urge.objects.filter(node__key=NODE).count() == 1
    happens(running, "investigation_closed", 12, 10)
    watch_levels()
    urged.refresh_from_db()
    assert urged.state == Urge.State.SETTLED


def test_a_notice_is_written_in_the_language_of_the_deployment(running: Case, bureau: Bureau, clock: Clock) -> None:
    clock.on(11, 23)
    watch_levels()
    title = Notice.objects.get(officer=bureau.cast.holder, view__key=NODE).title
    assert "财产调查完毕" in title
    assert "2026-12-02" in title
    assert running.case_no in title


def test_a_pass_over_nothing_asks_two_questions(running: Case, clock: Clock, django_assert_num_queries: object) -> None:
    watch_levels()
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert watch_levels().cases == 0


def test_a_hundred_limits_found_late_at_once_are_a_digest_and_not_a_hundred_pages(bureau: Bureau, clock: Clock) -> None:
    """As the first pass after an upgrade finds them."""
    cases = [file_one(bureau.cast, number) for number in range(200, 225)]
    for case in cases:
        assign_subject(case=case, group=bureau.cast.group, reason="ROTA")
        happens(case, "materials_received_by_handler", 11, 2)
    happens(cases[0], "detention_started", 11, 2)
    clock.on(12, 20)
    watch_levels()
    warned = Notice.objects.filter(officer=bureau.cast.holder, kind="level")
    assert warned.count() > 100
    urgent, direct = warned.filter(is_urgent=True), warned.filter(is_urgent=False, waits_for_digest=False)
    assert {notice.view["key"] for notice in urgent} == {"detention_term"}
    assert not urgent.filter(waits_for_digest=True).exists()
    assert direct.count() == WARNINGS_AN_HOUR
    assert {notice.view["level"] for notice in direct} == {"SEVERE"}, "the worst reach him first"
    watch_levels()
    assert direct.count() == WARNINGS_AN_HOUR
    clock.on(12, 21, 8)
    make_digests()
    digest = Notice.objects.get(officer=bureau.cast.holder, kind="digest")
    assert digest.view["count"] == warned.filter(waits_for_digest=True).count()
