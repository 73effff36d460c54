"""Everything a role may do, nothing it may not: what its pages lead to opens, what they offer is not refused."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from server.common.clock import now
from server.people.models import Device, Officer, Role
from server.people.services import create_wall
from server.safety.models import Alarm, Presence
from server.safety.services.campaigns import open_campaign
from server.safety.services.orders import give_order
from tests.actors import Cast, browser_of, officer_of, phone_of
from tests.strangers.test_every_endpoint import known_to
from tests.strangers.walking import Walk

pytestmark = pytest.mark.django_db
PEOPLE = (
    "holder",
    "leader",
    "bystander",
    "duty",
    "director",
    "supervisor",
    "inspector",
    "auditor",
    "sysadmin",
    "stranger",
)


@pytest.fixture(scope="module")
def world(cast: Cast, standing: DjangoDbBlocker) -> dict[str, str]:
    """A court at work; the clock that runs in it is of an act that never was."""
    with standing.unblock():
        known = known_to(cast)
        _in_the_field(cast)
        officer_of(cast.court, "240104", "程领", Role.TEAM_LEADER)
        return known


def _in_the_field(cast: Cast) -> None:
    """One on site and silent, one sent out, a joint operation."""
    at, device = now(), Device.objects.get(pk=phone_of(cast.bystander).id)
    times = dict.fromkeys(("began_at", "received_at", "last_said_at", "last_heard_at"), at)
    whose = {"court": cast.court, "officer": cast.bystander}
    silent = Presence.objects.create(
        **whose, device=device, place="海滨路", interval_minutes=30, due_at=at - timedelta(minutes=9), **times
    )
    raised = {"due_at": silent.due_at, "raised_at": at, "asks_since": at}
    Alarm.objects.create(**whose, presence=silent, kind=Alarm.Kind.CHECK_IN, **raised)
    Alarm.objects.create(court=cast.court, officer=cast.holder, kind=Alarm.Kind.SOS, **raised)
    give_order(group=cast.group, text="车在码头", place="码头", by=cast.duty)
    groups, until = [cast.group], at + timedelta(hours=2)
    open_campaign(
        name="清晨", commander=cast.holder, begins_at=at, ends_at=until, groups=groups, cases=[], by=cast.duty
    )


@pytest.mark.parametrize("who", PEOPLE)
def test_whatever_a_page_leads_to_opens_and_whatever_it_offers_is_not_refused(
    cast: Cast, world: dict[str, str], who: str
) -> None:
    officer = Officer.objects.get(name="程领") if who == "leader" else getattr(cast, who)
    walk = Walk(browser_of(officer), nowhere=world["property_id"]).all_of_it()
    assert walk.faults == []
    assert len(walk.opened) > 8, walk.opened


def test_whoever_commands_opens_and_presses_more_than_who_only_reads(cast: Cast, world: dict[str, str]) -> None:
    """A walk that went nowhere would find no fault."""
    duty, auditor = (
        Walk(browser_of(each), nowhere=world["property_id"]).all_of_it() for each in (cast.duty, cast.auditor)
    )
    assert len(duty.pressed) > len(auditor.pressed)
    assert {"/centre/map?", "/centre/figures?", "/centre/reviews?"} <= duty.opened.keys()
    assert [address for address in duty.pressed if "/acknowledge" in address]


def test_a_wall_leads_nowhere(cast: Cast, world: dict[str, str]) -> None:
    wall, _password = create_wall(court=cast.court, name="大厅")
    walk = Walk(browser_of(wall)).all_of_it()
    assert (walk.faults, list(walk.opened), walk.pressed) == ([], ["/centre/?"], {})


def test_who_has_not_signed_in_comes_to_the_door(cast: Cast, world: dict[str, str]) -> None:
    walk = Walk(Client()).all_of_it()
    assert walk.faults == []
    assert list(walk.opened) == ["/centre/?"]
