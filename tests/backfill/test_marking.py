"""Marked as carried back by a person, once, on record; taken back where it was a mistake; withdrawn with its act."""

import pytest

from server.backfill.models import FilledBack
from server.cases.models import Case
from server.ledger.models import Entry
from tests.actors import Cast, browser_of
from tests.backfill.conftest import by_kind, desk, named, outcomes, rows_of, say

pytestmark = pytest.mark.django_db


def entries(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def test_one_row_is_marked_once_and_on_record(recorded: Case, cast: Cast) -> None:
    browser, act = desk(cast), by_kind(desk(cast))["act"]
    assert outcomes(say(browser, "fill", named(act))) == ["done"]
    assert outcomes(say(browser, "fill", named(act))) == ["already"]
    assert "act" not in by_kind(browser)
    (filled,) = rows_of(browser, state="filled")
    assert filled["reference"] == act["reference"]
    assert filled["is_filled"]
    mark = FilledBack.objects.get()
    assert (mark.by, mark.via) == (cast.duty, "person")
    entry = Entry.objects.get(kind="filled_back")
    assert act["reference"] in entry.view
    assert (entry.subject_id, entry.stream) == (recorded.pk, f"court:{cast.court.pk}")


def test_many_are_marked_at_once_with_one_entry_for_their_case(recorded: Case, cast: Cast) -> None:
    rows = rows_of(desk(cast))
    assert set(outcomes(say(desk(cast), "fill", named(*rows, rows[0])))) == {"done"}
    assert entries("filled_back") == 1
    assert not rows_of(desk(cast))


def test_who_has_the_case_in_hand_marks_and_who_only_reads_it_does_not(recorded: Case, cast: Cast) -> None:
    act, step = (by_kind(desk(cast))[kind] for kind in ("act", "step"))
    assert outcomes(say(browser_of(cast.colleague), "fill", named(act))) == ["done"]
    for officer in (cast.supervisor, cast.inspector, cast.bystander, cast.stranger):
        assert outcomes(say(browser_of(officer), "fill", named(step))) == ["not_found"]
    assert FilledBack.objects.count() == 1


def test_what_is_no_row_is_said_so_and_the_others_are_marked(recorded: Case, cast: Cast) -> None:
    act = by_kind(desk(cast))["act"]
    others = [{**act, "reference": reference} for reference in ("act:1", "pause:" + act["reference"][4:], "")]
    assert outcomes(say(desk(cast), "fill", named(act, *others))) == ["done", *["not_found"] * 3]


def test_a_mark_made_by_mistake_is_taken_back(recorded: Case, cast: Cast) -> None:
    act = by_kind(desk(cast))["act"]
    say(desk(cast), "fill", named(act))
    assert outcomes(say(desk(cast), "undo", named(act))) == ["done"]
    assert outcomes(say(desk(cast), "undo", named(act))) == ["already"]
    assert by_kind(desk(cast))["act"]["reference"] == act["reference"]
    assert entries("filling_back_undone") == 1
    assert outcomes(say(desk(cast), "fill", named(act))) == ["done"]


def test_an_act_annulled_after_it_was_carried_back_is_to_be_withdrawn_there(recorded: Case, cast: Cast) -> None:
    act = by_kind(desk(cast))["act"]
    say(desk(cast), "fill", named(act))
    address = f"/api/v1/actions/{act['reference'][4:]}"
    assert browser_of(cast.director).post(f"{address}/annul", {"note": "误记"}, "application/json").status_code == 200
    withdrawal = by_kind(desk(cast))["withdrawal"]
    assert withdrawal["what"] == act["what"]
    assert outcomes(say(desk(cast), "fill", named(withdrawal))) == ["done"]
    assert outcomes(say(desk(cast), "fill", named(withdrawal))) == ["already"]
    assert not {"act", "withdrawal"} & by_kind(desk(cast)).keys()
    body = {"note": "复核无误"}
    assert browser_of(cast.director).post(f"{address}/reinstate", body, "application/json").status_code == 200
    assert by_kind(desk(cast))["act"]["reference"] == act["reference"]


def test_an_act_annulled_before_it_was_carried_back_is_not_asked_for(recorded: Case, cast: Cast) -> None:
    act = by_kind(desk(cast))["act"]
    address = f"/api/v1/actions/{act['reference'][4:]}/annul"
    assert browser_of(cast.director).post(address, {"note": "误记"}, "application/json").status_code == 200
    assert not {"act", "withdrawal"} & by_kind(desk(cast)).keys()
