"""An act that stands is found void: a leader annuls it, nodes stand without it, nothing is gone, it can be undone."""

import json
from typing import Any

import pytest

from server.cases.models import Case, CaseEvent, Node
from server.cases.services import record_event
from server.common.clock import now
from server.evidence.models import Promise
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.ledger.models import Entry
from server.people.models import Officer, Role
from server.people.services import add_group_member, create_group, create_team
from server.sync.models import Operation, Review, ReviewDecision
from tests.actors import Cast, browser_of, officer_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of, statuses
from tests.sync.replica import Replica
from tests.sync.reviewing import decide, get, park_one

pytestmark = pytest.mark.django_db
DETAINED = {"detained_at": "2026-11-20T09:30:00+08:00", "result": "DONE"}


@pytest.fixture
def investigated(held: Case) -> Case:
    record_event(case=held, key="investigation_requested", occurred_at=now())
    return held


@pytest.fixture
def act(phone: TestDevice, investigated: Case) -> FieldAction:
    """Applied at once; it finished the node that waited for it."""
    phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE)
    phone.push()
    assert node(investigated).state == Node.State.DONE
    return FieldAction.objects.get()


def node(case: Case) -> Node:
    return Node.objects.get(case=case, key="field_investigation")


def say(officer: Officer, act: FieldAction, word: str, note: str = "并未到场") -> tuple[int, Any]:
    path = f"/api/v1/actions/{act.pk}/{word}"
    reply = browser_of(officer).post(path, {"note": note}, content_type="application/json")
    return reply.status_code, reply.json()


def reviews_of(phone: TestDevice) -> list[dict[str, Any]]:
    replica = Replica(phone)
    replica.sync()
    return replica.reviews


def entries(kind: str) -> list[dict[str, Any]]:
    return [json.loads(view) for view in Entry.objects.filter(kind=kind).values_list("view", flat=True)]


def test_annulled_the_node_stands_as_if_the_act_had_never_been_told(
    act: FieldAction, investigated: Case, cast: Cast
) -> None:
    before = node(investigated)
    status, shown = say(cast.director, act, "annul")
    assert (status, shown["status"], shown["code"]) == (200, "annulled", "annulled")
    after = node(investigated)
    assert (after.state, after.finished_on, after.stop_event_id) == (Node.State.RUNNING, None, None)
    assert (after.started_on, after.due_on, after.version) == (before.started_on, before.due_on, before.version + 1)
    assert CaseEvent.objects.filter(source_type="operation", voided_at__isnull=False).exists()
    assert Operation.objects.get().status == "applied"
    (told,) = entries("action_annulled")
    states = {each["key"]: each["state"] for each in told["nodes"]}
    assert (told["action"]["status"], states["field_investigation"]) == ("annulled", "RUNNING")
    (said,) = entries("review_annulled")
    assert (said["review"]["cause"], said["by"]) == ("found_void", str(cast.director.pk))


def test_nothing_of_it_is_gone(phone: TestDevice, investigated: Case, cast: Cast) -> None:
    phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE, photos=[b"the door"])
    phone.push()
    phone.upload(b"the door")
    act = FieldAction.objects.get()
    _, shown = say(cast.director, act, "annul")
    assert shown["records"][0]["fields"] == COMPLETE
    assert (Promise.objects.get().state, Operation.objects.count()) == ("verified", 1)
    (listed,) = browser_of(cast.duty).get(f"/api/v1/cases/{investigated.pk}/actions").json()["items"]
    assert (listed["status"], listed["files"]["verified"]) == ("annulled", 1)
    assert browser_of(cast.duty).get(f"/api/v1/actions/{act.pk}").json()["status"] == "annulled"


def test_both_officers_are_told_by_pull(act: FieldAction, investigated: Case, phone: TestDevice, cast: Cast) -> None:
    colleague = Replica(phone_of(cast.colleague))
    colleague.sync()
    assert colleague.case(investigated.pk)["actions"][0]["status"] == "applied"
    say(cast.director, act, "annul")
    (own,) = reviews_of(phone)
    assert (own["own"], own["state"], own["cause"], own["note"]) == (True, "annulled", "found_void", "并未到场")
    colleague.sync()
    (other,) = colleague.reviews
    assert (other["own"], other["case"], other["state"]) == (False, str(investigated.pk), "annulled")
    assert colleague.case(investigated.pk)["actions"][0]["status"] == "annulled"
    states = {each["key"]: each["state"] for each in colleague.case(investigated.pk)["nodes"]}
    assert states["field_investigation"] == "RUNNING"


def test_saying_it_twice_is_one_decision(act: FieldAction, cast: Cast) -> None:
    assert [say(cast.director, act, "annul")[0] for _ in range(2)] == [200, 200]
    assert ReviewDecision.objects.count() == len(entries("action_annulled")) == len(entries("review_annulled")) == 1
    assert [say(cast.director, act, "reinstate", "查明到场")[0] for _ in range(2)] == [200, 200]
    assert ReviewDecision.objects.count() == 2


def test_a_later_word_brings_it_back_and_a_still_later_one_takes_it_away_again(
    act: FieldAction, investigated: Case, phone: TestDevice, cast: Cast
) -> None:
    finished_on = node(investigated).finished_on
    for _ in range(2):
        say(cast.director, act, "annul")
        assert node(investigated).state == Node.State.RUNNING
        status, shown = say(cast.director, act, "reinstate", "查明到场")
        assert (status, shown["status"], shown["code"]) == (200, "applied", "ok")
        assert (node(investigated).state, node(investigated).finished_on) == (Node.State.DONE, finished_on)
    review = Review.objects.get()
    assert [each["choice"] for each in get(cast.duty, f"/{review.pk}")[1]["decisions"]] == ["annul", "ratify"] * 2
    assert reviews_of(phone)[0]["state"] == "ratified"
    assert (FieldAction.objects.count(), ActionRecord.objects.count(), ActionSubject.objects.count()) == (1, 1, 1)


def test_another_act_of_the_same_day_that_seemed_told_already_now_counts(
    act: FieldAction, investigated: Case, cast: Cast
) -> None:
    second = phone_of(cast.colleague)
    second.record("LOCATE", case_id=investigated.pk, fields=COMPLETE)
    assert statuses(second.push()) == [("applied", "ok")]
    say(cast.director, act, "annul")
    after = node(investigated)
    assert after.state == Node.State.DONE
    assert after.stop_event
    assert after.stop_event.source_id == str(FieldAction.objects.exclude(pk=act.pk).get().pk)
    say(cast.director, FieldAction.objects.exclude(pk=act.pk).get(), "annul")
    assert node(investigated).state == Node.State.RUNNING


def test_what_was_ratified_can_be_annulled_after_all(phone: TestDevice, investigated: Case, cast: Cast) -> None:
    review = park_one(phone, investigated, cast)
    decide(cast.director, review, "ratify")
    act = FieldAction.objects.get()
    assert say(cast.director, act, "annul")[1]["status"] == "annulled"
    assert (Review.objects.get().state, Review.objects.get().cause) == ("annulled", "not_assigned")
    assert node(investigated).state == Node.State.RUNNING


def test_what_was_annulled_while_it_waited_can_be_ratified_after_all(
    phone: TestDevice, investigated: Case, cast: Cast
) -> None:
    decide(cast.director, park_one(phone, investigated, cast), "annul", "未到现场")
    assert say(cast.director, FieldAction.objects.get(), "reinstate")[1]["status"] == "applied"
    assert node(investigated).state == Node.State.DONE


def test_protective_clocks_go_on(phone: TestDevice, held: Case, cast: Cast) -> None:
    """A person may be held still, whatever is said of the paper: what a complete act told stays as a claim."""
    phone.record("DETAIN", case_id=held.pk, fields=DETAINED)
    wants = phone.push()["results"][0]["missing"]
    cast.court.kind_rules = {f"{part}.{code}": "off" for code in wants for part in ("common", "DETAIN")}
    cast.court.save()
    case = hold(file_one(cast, 8), cast.group)
    phone.record("DETAIN", case_id=case.pk, fields=DETAINED)
    assert statuses(phone.push()) == [("applied", "ok")]
    running = Node.objects.get(case=case, key="detention_term")
    assert running.start_event
    assert running.start_event.source_type == "operation"
    say(cast.director, FieldAction.objects.order_by("-received_at")[0], "annul")
    after = Node.objects.get(case=case, key="detention_term")
    assert (after.state, after.started_on) == (Node.State.RUNNING, running.started_on)
    assert after.start_event
    assert after.start_event.source_type == "claim"


def test_a_photo_that_comes_after_the_annulment_moves_nothing(
    phone: TestDevice, investigated: Case, cast: Cast
) -> None:
    phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE, photos=[b"the door"])
    phone.push()
    act = FieldAction.objects.get()
    say(cast.director, act, "annul")
    assert phone.upload(b"the door") == 204
    assert node(investigated).state == Node.State.RUNNING
    say(cast.director, act, "reinstate")
    assert node(investigated).state == Node.State.DONE


def test_what_is_added_to_an_annulled_act_waits_for_a_person(
    act: FieldAction, investigated: Case, phone: TestDevice, cast: Cast
) -> None:
    say(cast.director, act, "annul")
    phone.record("LOCATE", case_id=investigated.pk, fields=COMPLETE, action_id=str(act.pk))
    assert statuses(phone.push()) == [("parked", "act_annulled")]
    assert node(investigated).state == Node.State.RUNNING
    assert decide(cast.director, Review.objects.get(cause="act_annulled"), "ratify")[0] == 200
    assert node(investigated).state == Node.State.DONE


def test_only_the_cases_of_his_court_and_only_with_a_reason(act: FieldAction, cast: Cast) -> None:
    assert say(cast.director, act, "annul", " ")[1]["code"] == "note_required"
    assert say(cast.director, act, "annul", "长" * 2001)[1]["code"] == "note_too_long"
    stray = phone_of(cast.holder)
    stray.record("LOCATE", case_no="（2026）闽0924执999号", fields=COMPLETE)
    stray.push()
    other = FieldAction.objects.exclude(pk=act.pk).get()
    assert say(cast.director, other, "annul")[1]["code"] == "act_elsewhere"


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("duty", (403, "role_required")),
        ("inspector", (403, "role_required")),
        ("supervisor", (403, "role_required")),
        ("colleague", (403, "role_required")),
        ("holder", (403, "role_required")),
        ("bystander", (404, "action_not_found")),
        ("stranger", (404, "action_not_found")),
        ("sysadmin", (404, "action_not_found")),
    ],
)
@pytest.mark.parametrize("word", ["annul", "reinstate"])
def test_others_do_not(act: FieldAction, cast: Cast, who: str, expected: tuple[int, str], word: str) -> None:
    status, problem = say(getattr(cast, who), act, word)
    assert (status, problem["code"]) == expected
    assert ActionSubject.objects.get().status == "applied"


def test_a_leader_does_not_annul_what_he_did_himself(investigated: Case, cast: Cast) -> None:
    case = hold(file_one(cast, 9), create_group_of(cast.director))
    phone = phone_of(cast.director)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.push()
    assert say(cast.director, FieldAction.objects.get(), "annul")[1]["code"] == "own_act"


def create_group_of(officer: Officer) -> Any:
    group = create_group(court=officer.court, name="执行九组")
    add_group_member(group=group, officer=officer, part="EXECUTOR")
    return group


def test_nobody_hears_of_a_strangers_act_that_was_annulled(held: Case, phone: TestDevice, cast: Cast) -> None:
    """It named a case of a court that was never told of it: annulling must not tell either."""
    stranger = phone_of(cast.stranger)
    stranger.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    stranger.push()
    leader = officer_of(cast.other_court, "250201", "外长", Role.DIRECTOR)
    assert decide(leader, Review.objects.get(), "annul", "案号有误")[0] == 200
    assert entries("action_annulled") == []
    holder = Replica(phone)
    holder.sync()
    assert holder.case(held.pk)["actions"] == []


@pytest.fixture
def team_leader(cast: Cast) -> Officer:
    """Leads the team of the holder's colleague of another group; the holder's own group stands in none."""
    team = create_team(court=cast.court, kind="DISPOSAL", name="处置一组")
    group = create_group(court=cast.court, name="执行三组", team=team)
    leader = officer_of(cast.court, "240210", "组长", Role.TEAM_LEADER)
    add_group_member(group=group, officer=leader, part="EXECUTOR")
    add_group_member(group=group, officer=cast.bystander, part="ASSISTANT")
    return leader


def test_a_team_leader_decides_for_his_team_alone(
    team_leader: Officer, act: FieldAction, held: Case, cast: Cast
) -> None:
    assert say(team_leader, act, "annul")[1]["code"] == "role_required"
    theirs = phone_of(cast.bystander)
    theirs.record("LOCATE", case_no=held.case_no, fields=COMPLETE)
    theirs.push()
    review = Review.objects.get()
    assert get(team_leader, f"/{review.pk}")[1]["may_decide"] == ""
    assert decide(team_leader, review, "ratify")[0] == 200
    assert say(team_leader, FieldAction.objects.exclude(pk=act.pk).get(), "annul")[0] == 200


def test_a_team_leader_sees_the_reviews_of_other_teams_and_leaves_them(
    team_leader: Officer, phone: TestDevice, investigated: Case, cast: Cast
) -> None:
    review = park_one(phone, investigated, cast)
    assert get(team_leader, f"/{review.pk}")[1]["may_decide"] == "role_required"
    assert decide(team_leader, review, "ratify")[1]["code"] == "role_required"
    assert f'value="{review.pk}"' not in browser_of(team_leader).get("/centre/reviews").content.decode()
    assert f'value="{review.pk}"' in browser_of(cast.director).get("/centre/reviews").content.decode()
