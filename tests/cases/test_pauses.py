"""Pauses and suspensions by hand-computed dates: through services, over HTTP, in units, on the page."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from server.cases.models import Case, ClockPause, Node
from server.cases.queries import case_states
from server.cases.replaying import case_differences
from server.cases.services import close_case, end_pause, pause_clocks, record_event, resume_case, suspend_case
from server.cases.units import case_units
from server.common.clock import SHANGHAI, set_clock
from server.common.errors import DomainError
from server.ledger.models import Entry
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.sync.pushing import COMPLETE, hold, phone_of

pytestmark = pytest.mark.django_db
RULING = "（2026）闽0924执123号之一"


def at(day: str, hour: int = 9) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    set_clock(lambda: at("2026-05-20"))
    yield
    set_clock(None)


@pytest.fixture
def filed(cast: Cast) -> Case:
    """On Monday the 5th of January: six months end on Sunday the 5th of July, and roll to Monday the 6th."""
    case = file_one(cast, filed_on=date(2026, 1, 5))
    assert due_on(case) == "2026-07-06"
    return hold(case, cast.group)


def node_of(case: Case, key: str = "case_limit_normal", chain: str = "") -> Node:
    return Node.objects.get(case=case, key=key, chain=chain)


def due_on(case: Case, key: str = "case_limit_normal", chain: str = "") -> str:
    return str(node_of(case, key, chain).due_on)


def pause(cast: Cast, case: Case, reason: str, began: str, ended: str = "", **changes: Any) -> ClockPause:
    given: dict[str, Any] = {
        "case": case,
        "reason": reason,
        "started_on": date.fromisoformat(began),
        "ended_on": date.fromisoformat(ended) if ended else None,
        "document": RULING,
        "approved_by": cast.director,
        "by": cast.holder,
    }
    return pause_clocks(**{**given, **changes})


def view_of(kind: str) -> dict[str, Any]:
    """What the ledger was told last under this name."""
    view: dict[str, Any] = json.loads(Entry.objects.filter(kind=kind).latest("pk").view)
    return view


def page_of(cast: Cast, case: Case, language: str = "zh-hans") -> str:
    browser = browser_of(cast.holder)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return browser.get(f"/centre/cases/{case.pk}").content.decode()


def test_overlapping_pauses_are_counted_once(cast: Cast, filed: Case) -> None:
    """The 2nd to the 22nd of March and the 12th of March to the 11th of April: forty days, to Friday 14 August."""
    pause(cast, filed, "STAYED", "2026-03-02", "2026-03-22")
    assert due_on(filed) == "2026-07-27", "twenty days after Sunday the 5th: Saturday the 25th rolls to Monday"
    pause(cast, filed, "PUBLIC_NOTICE", "2026-03-12", "2026-04-11")
    assert due_on(filed) == "2026-08-14"
    pause(cast, filed, "STAYED_BY_SUPERIOR", "2026-03-05", "2026-04-01")
    assert due_on(filed) == "2026-08-14", "all of it lies within the others"


def test_a_pause_is_added_before_the_one_roll(cast: Cast) -> None:
    """X05: six months from 3 April end on Saturday 3 October, in the holidays, which last to the 7th."""
    case = file_one(cast, filed_on=date(2026, 4, 3))
    assert due_on(case) == "2026-10-08"
    pause(cast, case, "STAYED", "2026-05-04", "2026-05-09")
    assert due_on(case) == "2026-10-08", "five days after the 3rd: Thursday the 8th itself"
    pause(cast, case, "STAYED", "2026-05-11", "2026-05-13")
    assert due_on(case) == "2026-10-10", "a Saturday that is worked"


def test_a_limit_that_ends_in_the_spring_festival_moves_behind_it(cast: Cast) -> None:
    """X05: from 18 August 2025 to 18 February 2026; off from the 15th to the 23rd."""
    assert due_on(file_one(cast, filed_on=date(2025, 8, 18))) == "2026-02-24"
    assert due_on(file_one(cast, 124, filed_on=date(2025, 8, 14))) == "2026-02-14", "a Saturday that is worked"


def test_a_pause_of_no_days_excludes_none(cast: Cast, filed: Case) -> None:
    pause(cast, filed, "STAYED", "2026-03-02", "2026-03-02")
    assert due_on(filed) == "2026-07-06"


def test_while_a_pause_is_open_nothing_is_due(cast: Cast, filed: Case) -> None:
    open_one = pause(cast, filed, "CONSULT_SUPERIOR", "2026-05-18")
    node = node_of(filed)
    assert (node.state, node.due_on, node.is_paused) == ("RUNNING", None, True)
    told = next(each for each in case_units([filed.pk])[filed.pk]["nodes"] if each["key"] == node.key)
    assert (told["due_on"], told["is_paused"]) == (None, True)
    end_pause(pause=open_one, ended_on=date(2026, 5, 20), by=cast.holder)
    node = node_of(filed)
    assert (str(node.due_on), node.is_paused) == ("2026-07-07", False), "two days after Sunday the 5th"
    told = next(each for each in case_units([filed.pk])[filed.pk]["nodes"] if each["key"] == node.key)
    assert "is_paused" not in told


def test_custody_and_seals_never_pause(cast: Cast, filed: Case) -> None:
    record_event(case=filed, key="detention_started", occurred_at=at("2026-05-16"))
    record_event(case=filed, key="control_expiry", occurred_at=at("2026-07-10"), chain="seal-1")
    pause(cast, filed, "SUSPENDED", "2026-05-17", "2026-05-19")
    pause(cast, filed, "STAYED", "2026-05-19")
    assert due_on(filed, "detention_term") == "2026-05-31", "a Sunday"
    assert due_on(filed, "control_renewal", "seal-1") == "2026-06-10"
    assert not Node.objects.filter(case=filed, key__in=("detention_term", "control_renewal"), is_paused=True).exists()


def test_a_clock_that_stopped_is_not_touched_by_what_came_after(cast: Cast, filed: Case) -> None:
    record_event(case=filed, key="track_set", occurred_at=at("2026-01-07"))
    pause(cast, filed, "STAYED", "2026-02-02")
    triage = node_of(filed, "triage")
    assert (triage.state, str(triage.due_on), triage.is_paused) == ("DONE", "2026-01-06", False)


def test_a_finished_node_counts_a_pause_that_is_told_later(cast: Cast, filed: Case) -> None:
    """One day from the 5th, and three days of stay: the 9th. It was done on the 8th, in time."""
    record_event(case=filed, key="track_set", occurred_at=at("2026-01-08"))
    assert due_on(filed, "triage") == "2026-01-06"
    pause(cast, filed, "STAYED", "2026-01-05", "2026-01-08")
    assert due_on(filed, "triage") == "2026-01-09"


def test_an_event_told_after_a_pause_counts_it_too(cast: Cast, filed: Case) -> None:
    pause(cast, filed, "STAYED", "2026-05-06", "2026-05-11")
    record_event(case=filed, key="materials_received_by_handler", occurred_at=at("2026-05-05"))
    assert due_on(filed, "execution_notice") == "2026-05-13", "three days from the 5th and five of pause"
    assert not list(case_differences(case_states([filed.pk], None)))


def test_an_act_pushed_in_a_pause_is_dated_with_it(cast: Cast, filed: Case) -> None:
    """Ten days from the 12th and the two of the pause that were over when it arrived: Sunday the 24th, so Monday."""
    pause(cast, filed, "STAYED", "2026-05-18")
    record_event(case=filed, key="investigation_requested", occurred_at=at("2026-05-12"))
    assert node_of(filed, "field_investigation").is_paused
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=filed.pk, fields=COMPLETE)
    phone.push()
    node = node_of(filed, "field_investigation")
    assert (node.state, str(node.finished_on)) == ("DONE", "2026-05-20")
    assert (str(node.due_on), node.is_paused) == ("2026-05-25", False)


@pytest.mark.parametrize("reason", ["AUDIT_VALUATION", "AUCTION_SALE", "JURISDICTION"])
def test_under_the_list_of_2006_a_valuation_or_an_auction_stops_nothing(cast: Cast, filed: Case, reason: str) -> None:
    pause(cast, filed, reason, "2026-03-02", "2026-03-22")
    assert due_on(filed) == "2026-07-27"
    call_command("pause_policy", cast.court.code, "LIST_2006", "--lang", "en")
    assert due_on(filed) == "2026-07-06"
    call_command("pause_policy", cast.court.code, "LIST_2000_PLUS_2006", "--lang", "en")
    assert due_on(filed) == "2026-07-27"


def test_the_policy_of_a_court_is_set_once(cast: Cast, capsys: Any) -> None:
    call_command("pause_policy", cast.court.code, "LIST_2000_PLUS_2006", "--lang", "en")
    assert "so already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"document": " "}, ["document"]),
        ({"approved_by": None}, ["approved_by"]),
        ({"document": "", "approved_by": None}, ["document", "approved_by"]),
    ],
)
def test_a_pause_without_a_document_or_an_approver_is_none(
    cast: Cast, filed: Case, changes: dict[str, Any], lacks: list[str]
) -> None:
    with pytest.raises(DomainError) as refused:
        pause(cast, filed, "STAYED", "2026-03-02", **changes)
    assert (refused.value.code, refused.value.details) == ("pause_unfounded", {"lacks": lacks})
    assert not ClockPause.objects.exists()


@pytest.mark.parametrize(("began", "ended"), [("2026-05-21", ""), ("2026-05-04", "2026-05-03")])
def test_days_that_cannot_be_are_refused(cast: Cast, filed: Case, began: str, ended: str) -> None:
    with pytest.raises(DomainError) as refused:
        pause(cast, filed, "STAYED", began, ended)
    assert refused.value.code == "pause_invalid"


@pytest.mark.parametrize(("began", "is_late"), [("2026-05-17", False), ("2026-05-16", True)])
def test_a_pause_entered_more_than_three_days_after_it_began_is_flagged(
    cast: Cast, filed: Case, began: str, *, is_late: bool
) -> None:
    pause(cast, filed, "STAYED", began, "2026-05-19")
    (shown,) = browser_of(cast.holder).get(f"/api/v1/cases/{filed.pk}").json()["pauses"]
    assert shown["is_late_entry"] is is_late
    assert view_of("clock_paused")["pause"]["is_late_entry"] is is_late
    assert ("迟延补录" in page_of(cast, filed)) is is_late


def test_a_pause_that_ended_ends_once(cast: Cast, filed: Case) -> None:
    one = pause(cast, filed, "STAYED", "2026-05-04", "2026-05-08")
    assert end_pause(pause=one, ended_on=date(2026, 5, 8)).ended_on == date(2026, 5, 8)
    with pytest.raises(DomainError) as refused:
        end_pause(pause=one, ended_on=date(2026, 5, 9))
    assert refused.value.code == "pause_ended"


def test_suspending_stops_the_clocks_and_resuming_lets_them_go_on(cast: Cast, filed: Case) -> None:
    suspend_case(case=filed, reason="执行中止", document=RULING, approved_by=cast.director, on=date(2026, 5, 10))
    assert node_of(filed).is_paused
    (made,) = filed.pauses.all()
    assert (made.reason, str(made.started_on), made.is_late_entry) == ("SUSPENDED", "2026-05-10", True)
    assert view_of("case_suspended")["pauses"][0]["started_on"] == "2026-05-10"
    with pytest.raises(DomainError) as refused:
        end_pause(pause=made, ended_on=date(2026, 5, 20))
    assert refused.value.code == "pause_is_suspension"
    filed.refresh_from_db()
    resume_case(case=filed, reason="恢复")
    assert due_on(filed) == "2026-07-15", "ten days after Sunday the 5th"
    assert Case.objects.get(pk=filed.pk).status == "OPEN"


def test_an_open_suspension_is_made_by_suspending(cast: Cast, filed: Case) -> None:
    with pytest.raises(DomainError) as refused:
        pause(cast, filed, "SUSPENDED", "2026-05-04")
    assert refused.value.code == "pause_is_suspension"


def test_closing_ends_what_is_still_open(cast: Cast, filed: Case) -> None:
    pause(cast, filed, "STAYED", "2026-05-10")
    close_case(case=filed, closing_mode="COMPLETED")
    assert str(filed.pauses.get().ended_on) == "2026-05-20"
    assert due_on(filed) == "2026-07-15"
    assert due_on(filed, "archive_case") == "2026-08-20", "the archive's clock began with the closing"
    assert not Node.objects.filter(case=filed, is_paused=True).exists()
    assert not list(case_differences(case_states([filed.pk], None)))


def test_the_explanation_names_each_pause_with_its_ground(cast: Cast, filed: Case) -> None:
    pause(cast, filed, "STAYED", "2026-03-02", "2026-03-22")
    shown = browser_of(cast.holder).get(f"/api/v1/cases/{filed.pk}").json()
    limit = next(node for node in shown["nodes"] if node["key"] == "case_limit_normal")
    told = next(step for step in limit["explanation"] if step["code"] == "paused")
    assert (told["reason"], told["n"], told["document"]) == ("STAYED", 20, RULING)
    assert (told["approved_by"], told["is_entered_late"]) == ("黄正", True)
    assert "20 days not counted" in page_of(cast, filed, "en")
    assert "暂缓执行；（2026）闽0924执123号之一，黄正批准；迟延补录" in page_of(cast, filed)


def ask(cast: Cast, who: str, case: Case, path: str, **body: Any) -> Any:
    return browser_of(getattr(cast, who)).post(f"/api/v1/cases/{case.pk}/{path}", body, "application/json")


def test_nobody_approves_what_he_enters_himself(cast: Cast, filed: Case) -> None:
    given: dict[str, Any] = {"document": RULING, "approved_by": cast.director, "by": cast.director}
    with pytest.raises(DomainError, match="second_person_needed"):
        pause(cast, filed, "STAYED", "2026-05-18", by=cast.director)
    with pytest.raises(DomainError, match="second_person_needed"):
        suspend_case(case=filed, reason="执行中止", **given)
    assert not ClockPause.objects.exists()
    assert Case.objects.get(pk=filed.pk).status == "OPEN"


def test_who_holds_the_case_enters_and_a_leader_is_named(cast: Cast, filed: Case) -> None:
    given = {"reason": "STAYED", "started_on": "2026-05-18", "document": RULING, "approved_by": "240202"}
    answer = ask(cast, "holder", filed, "pauses", **given)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["approved_by"], answer.json()["ended_on"]) == ("黄正", None)
    ended = ask(cast, "holder", filed, f"pauses/{answer.json()['id']}/end", ended_on="2026-05-20")
    assert ended.json()["ended_on"] == "2026-05-20"
    assert due_on(filed) == "2026-07-07"


@pytest.mark.parametrize(
    ("who", "changes", "status", "code"),
    [
        ("stranger", {}, 404, "case_not_found"),
        ("bystander", {}, 404, "case_not_found"),
        ("duty", {}, 403, "not_in_charge"),
        ("supervisor", {}, 403, "not_in_charge"),
        ("holder", {"approved_by": ""}, 422, "pause_unfounded"),
        ("holder", {"approved_by": "240103"}, 422, "approver_unfit"),
        ("holder", {"approved_by": "090201"}, 422, "approver_unfit"),
        ("director", {}, 403, "second_person_needed"),
        ("holder", {"reason": "OBJECTION_TO_CONDUCT"}, 422, "validation_failed"),
    ],
)
def test_who_may_not_enter_or_approve_is_told_why(
    cast: Cast, filed: Case, who: str, changes: dict[str, Any], status: int, code: str
) -> None:
    given = {"reason": "STAYED", "started_on": "2026-05-18", "document": RULING, "approved_by": "240202"}
    answer = ask(cast, who, filed, "pauses", **{**given, **changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert due_on(filed) == "2026-07-06"


def test_a_case_is_suspended_and_resumed_over_http(cast: Cast, filed: Case) -> None:
    given = {"reason": "和解", "document": RULING, "approved_by": "240202"}
    assert ask(cast, "holder", filed, "suspend", **given).json()["status"] == "SUSPENDED"
    assert node_of(filed).is_paused
    assert ask(cast, "holder", filed, "resume", reason="履行完毕").json()["status"] == "OPEN"
    assert due_on(filed) == "2026-07-06"
    other = ask(cast, "holder", file_one(cast, 124), "pauses/01990000-0000-7000-8000-000000000001/end")
    assert other.status_code in (404, 422)


def test_the_end_of_a_pause_of_another_case_is_not_there(cast: Cast, filed: Case) -> None:
    other = hold(file_one(cast, 124, filed_on=date(2026, 1, 5)), cast.group)
    theirs = pause(cast, other, "STAYED", "2026-05-18")
    answer = ask(cast, "holder", filed, f"pauses/{theirs.pk}/end", ended_on="2026-05-20")
    assert answer.status_code == 404
