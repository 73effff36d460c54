"""A joint operation: who is out, when each was last heard of, and what their acts add up to, as of now."""

import json
from datetime import timedelta
from typing import Any

import pytest

from server.cases.models import Case
from server.common.errors import DomainError
from server.ledger.models import Entry
from server.people.models import GroupMember, Role
from server.people.services import add_group_member, create_group
from server.safety.models import Campaign, CampaignChange
from server.safety.outings import members_of, tally
from server.safety.services import change_campaign, close_campaign, open_campaign
from server.safety.tally import Act, tally_of
from tests.actors import Cast, officer_of
from tests.devices import TestDevice
from tests.safety.conftest import Clock
from tests.sync.pushing import COMPLETE, file_one, hold

pytestmark = pytest.mark.django_db


def opened(cast: Cast, clock: Clock, *cases: Case, **changes: Any) -> Campaign:
    given: dict[str, Any] = {
        "name": "秋风行动",
        "commander": cast.director,
        "begins_at": clock.began,
        "ends_at": clock.began + timedelta(hours=5),
        "groups": [cast.group],
        "cases": cases,
        "by": cast.duty,
    }
    return open_campaign(**{**given, **changes})


def located(phone: TestDevice, case: Case, **fields: Any) -> None:
    phone.record("LOCATE", case_id=case.pk, fields={**COMPLETE, "target": "PERSON", **fields})


def test_acts_of_its_people_in_its_cases_and_span_count_whenever_they_arrive(
    phone: TestDevice, cast: Cast, clock: Clock, held: Case
) -> None:
    campaign, elsewhere = opened(cast, clock, held), hold(file_one(cast, 8), cast.group)
    located(phone, held)
    clock.after(60)
    located(phone, held, result="NOT_FOUND")
    phone.record("FREEZE_COUNTER", case_id=held.pk, fields={**COMPLETE, "amount_effected": "12000.50"})
    located(phone, elsewhere)
    clock.after(301)
    located(phone, held)
    assert not tally(campaign).by_kind
    clock.after(900)
    phone.push()
    came_to = tally(campaign)
    assert dict(came_to.by_kind) == {"LOCATE": 2, "FREEZE_COUNTER": 1}
    assert came_to.persons_found == 1
    assert str(came_to.sum_effected) == "12000.50"


def test_what_waits_for_a_person_is_said_and_not_counted(
    phone: TestDevice, cast: Cast, clock: Clock, held: Case
) -> None:
    campaign = opened(cast, clock, held)
    phone.record("LOCATE", case_id=held.pk, assignment_no=99, fields=COMPLETE)
    phone.push()
    came_to = tally(campaign)
    assert (dict(came_to.by_kind), came_to.waiting) == ({}, 1)


def test_who_is_out_stands_with_his_last_word_and_last_contact(
    phone: TestDevice, cast: Cast, clock: Clock, held: Case
) -> None:
    campaign = opened(cast, clock, held)
    phone.record("check_in", fields={"place": "城东"})
    phone.push()
    commander, *out = members_of(campaign)
    assert (commander.officer, commander.is_commander) == (cast.director, True)
    there = {each.officer: each for each in out}
    assert set(there) == {cast.holder, cast.colleague}
    at_work = there[cast.holder].on_site
    assert at_work is not None
    assert (at_work.presence.place, there[cast.holder].device_heard_at) == ("城东", clock())
    assert there[cast.colleague].on_site is None
    assert there[cast.colleague].device_heard_at is None


def test_it_is_opened_within_one_court_by_those_who_command_and_closed_once(
    cast: Cast, clock: Clock, held: Case
) -> None:
    for changes, code in (
        ({"by": cast.holder}, "may_not_command"),
        ({"name": "  "}, "note_required"),
        ({"ends_at": clock.began}, "campaign_span"),
        ({"commander": cast.stranger}, "campaign_of_another_court"),
    ):
        with pytest.raises(DomainError) as refused:
            opened(cast, clock, held, **changes)
        assert refused.value.code == code
    campaign = opened(cast, clock, held)
    with pytest.raises(DomainError) as hidden:
        close_campaign(campaign_id=campaign.pk, by=cast.stranger)
    assert hidden.value.code == "campaign_not_found"
    with pytest.raises(DomainError) as not_his:
        close_campaign(campaign_id=campaign.pk, by=cast.holder)
    assert not_his.value.code == "may_not_command"
    closed_at = clock.after(30)
    close_campaign(campaign_id=campaign.pk, by=cast.director)
    clock.after(40)
    assert close_campaign(campaign_id=campaign.pk, by=cast.duty).closed_at == closed_at


def test_groups_and_cases_join_and_leave_with_a_reason_and_the_tally_follows(
    phone: TestDevice, cast: Cast, clock: Clock, held: Case
) -> None:
    campaign, later = opened(cast, clock, held), hold(file_one(cast, 8), cast.group)
    located(phone, held)
    located(phone, later)
    phone.push()
    assert tally(campaign).persons_found == 1
    second = create_group(court=cast.court, name="执行二组")
    add_group_member(group=second, officer=cast.bystander, part=GroupMember.Part.EXECUTOR)
    asked: dict[str, Any] = {"campaign_id": campaign.pk, "why": "增援", "by": cast.duty}
    for _again in range(2):
        change_campaign(**asked, add_groups=[second], add_cases=[later])
    assert tally(campaign).persons_found == 2
    assert cast.bystander in {each.officer for each in members_of(campaign)}
    change_campaign(**{**asked, "by": cast.director}, remove_groups=[cast.group.pk], remove_cases=[held.pk])
    assert tally(campaign).persons_found == 0
    assert [each.officer for each in members_of(campaign)] == [cast.director, cast.bystander]
    told = Entry.objects.filter(kind="campaign_changed").order_by("position")
    assert [(json.loads(each.facts)["why"], json.loads(each.facts)["removed"]["cases"]) for each in told] == [
        ("增援", []),
        ("增援", [str(held.pk)]),
    ]
    assert [each.by for each in CampaignChange.objects.order_by("pk")] == [cast.duty, cast.director]


def test_what_may_not_change_it_and_what_may_not_join_it(cast: Cast, clock: Clock, held: Case) -> None:
    campaign = opened(cast, clock, held)
    theirs = create_group(court=cast.other_court, name="执行一组")
    for changes, code in (
        ({"by": cast.holder}, "may_not_command"),
        ({"by": cast.stranger}, "campaign_not_found"),
        ({"why": " "}, "note_required"),
        ({"add_groups": [theirs]}, "campaign_of_another_court"),
    ):
        asked: dict[str, Any] = {"campaign_id": campaign.pk, "why": "增援", "by": cast.duty, **changes}
        with pytest.raises(DomainError) as refused:
            change_campaign(**asked)
        assert refused.value.code == code
    close_campaign(campaign_id=campaign.pk, by=cast.duty)
    with pytest.raises(DomainError) as over:
        change_campaign(campaign_id=campaign.pk, why="增援", by=cast.duty, remove_cases=[held.pk])
    assert over.value.code == "campaign_closed"
    assert not CampaignChange.objects.exists()


def test_an_id_of_another_court_is_refused(cast: Cast, clock: Clock, held: Case) -> None:
    campaign = opened(cast, clock, held)
    assert opened(cast, clock, campaign_id=campaign.pk) == campaign
    desk = officer_of(cast.other_court, "250188", "江远", Role.COMMAND_CENTRE)
    theirs = {"commander": desk, "by": desk, "groups": [], "campaign_id": campaign.pk}
    with pytest.raises(DomainError) as refused:
        opened(cast, clock, **theirs)
    assert refused.value.code == "id_taken"


@pytest.mark.parametrize("stated", ["1e9999999", "NaN", "-5", 12, True, None, [], {}, "1" * 16, "1.234", "٣"])
def test_what_is_no_sum_of_money_adds_nothing(stated: Any) -> None:
    fields = {"result": "DONE", "amount_effected": stated}
    assert tally_of([Act("FREEZE_COUNTER", fields, counts=True)]).sum_effected == 0
