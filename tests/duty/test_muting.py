"""Mutes: with a reason and an end, of one's own desk, never of custody or a seal that lapses."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from server.cases.levels import Level
from server.cases.models import Case
from server.common.clock import to_wire
from server.duty.decide import LONGEST, Hush, covering
from server.duty.models import Mute
from server.duty.queries import past_mutes, standing_mutes
from server.ledger.models import Entry
from server.people.models import Officer
from tests.actors import browser_of
from tests.supervision.conftest import Bureau, Clock


def post(officer: Officer, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    answer = browser_of(officer).post(f"/api/v1{path}", body or {}, content_type="application/json")
    return answer.status_code, answer.json()


def draft(clock: Clock, **changes: Any) -> dict[str, Any]:
    until = to_wire(clock() + timedelta(hours=8))
    return {"cause": "triage", "level": "OVERDUE", "reason": "已电话核实，明日办理", "until": until, **changes}


def test_a_mute_stands_until_its_end_and_then_ends_by_itself(bureau: Bureau, clock: Clock) -> None:
    status, made = post(bureau.cast.duty, "/mutes", draft(clock))
    assert (status, made["is_standing"], made["by"]["name"]) == (200, True, bureau.cast.duty.name)
    assert [each.reason for each in standing_mutes(bureau.cast.director)] == ["已电话核实，明日办理"]
    assert standing_mutes(bureau.cast.supervisor) == []
    clock.on(11, 3)
    assert standing_mutes(bureau.cast.duty) == []
    assert [each.pk for each in past_mutes(bureau.cast.duty, 10)] == [Mute.objects.get().pk]
    listed = browser_of(bureau.cast.duty).get("/api/v1/mutes?ended=true").json()["items"]
    assert [(each["id"], each["is_standing"]) for each in listed] == [(made["id"], False)]


def test_each_mute_and_its_end_by_hand_is_an_entry_with_its_actor_and_no_words_in_the_open(
    bureau: Bureau, clock: Clock
) -> None:
    _, made = post(bureau.cast.duty, "/mutes", draft(clock))
    assert post(bureau.cast.director, f"/mutes/{made['id']}/end")[1]["is_standing"] is False
    post(bureau.cast.director, f"/mutes/{made['id']}/end")
    entries = list(Entry.objects.filter(kind__in=["alarm_muted", "mute_ended"]).order_by("position"))
    assert [entry.kind for entry in entries] == ["alarm_muted", "mute_ended"]
    assert str(bureau.cast.duty.pk) in entries[0].view
    assert str(bureau.cast.director.pk) in entries[1].view
    assert "明日办理" not in entries[0].view
    assert "明日办理" in entries[0].facts


def test_asked_again_with_its_id_it_is_the_one_there_is(bureau: Bureau, clock: Clock) -> None:
    body = draft(clock, id=str(uuid4()))
    assert post(bureau.cast.duty, "/mutes", body) == post(bureau.cast.duty, "/mutes", body)
    assert Mute.objects.count() == 1


@pytest.mark.parametrize("cause", ["detention_term", "control_renewal"])
def test_custody_and_a_seal_that_lapses_are_never_muted(bureau: Bureau, clock: Clock, cause: str) -> None:
    status, said = post(bureau.cast.duty, "/mutes", draft(clock, cause=cause))
    assert (status, said["code"]) == (403, "never_muted")
    assert not Mute.objects.exists()


def test_nor_are_they_covered_by_the_mute_of_a_whole_case(case: Case, clock: Clock) -> None:
    hush = Hush(uuid4(), "", case.pk, Level.SEVERE, clock())
    for cause, found in (("triage", hush), ("detention_term", None), ("control_renewal", None)):
        assert covering([hush], cause=cause, case_id=case.pk, level=Level.DUE) is found


def test_what_rises_above_its_level_is_heard_again(clock: Clock) -> None:
    hush = Hush(uuid4(), "triage", None, Level.OVERDUE, clock())
    levels = {level: covering([hush], cause="triage", case_id=uuid4(), level=level) for level in Level}
    assert {level for level, found in levels.items() if found is None} == {Level.SEVERE}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cause": ""}, "mute_unclear"),
        ({"until": timedelta()}, "mute_unclear"),
        ({"until": LONGEST + timedelta(seconds=1)}, "mute_unclear"),
        ({"reason": "  "}, "note_required"),
        ({"reason": "长" * 501}, "validation_failed"),
        ({"level": "HUGE"}, "validation_failed"),
        ({"case": "01999999-0000-7000-8000-00000000000f"}, "case_not_found"),
    ],
)
def test_what_cannot_be_muted_so_is_refused(bureau: Bureau, clock: Clock, changes: dict[str, Any], code: str) -> None:
    spoken = {name: to_wire(clock() + v) if isinstance(v, timedelta) else v for name, v in changes.items()}
    assert post(bureau.cast.duty, "/mutes", draft(clock, **spoken))[1]["code"] == code


@pytest.mark.parametrize("who", ["holder", "inspector", "supervisor", "stranger", "sysadmin"])
def test_who_keeps_no_desk_mutes_nothing_and_ends_none(bureau: Bureau, clock: Clock, who: str) -> None:
    _, made = post(bureau.cast.duty, "/mutes", draft(clock))
    other = getattr(bureau.cast, who)
    assert post(other, "/mutes", draft(clock))[0] == 403
    assert post(other, f"/mutes/{made['id']}/end")[0] in (403, 404)
    assert len(standing_mutes(bureau.cast.duty)) == 1
