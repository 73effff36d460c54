from datetime import timedelta

import pytest

from server.common.clock import now
from server.common.errors import DomainError
from server.people import services
from server.people.access import can_see_court, courts_watched_by, is_suspended, require_role, roles_of
from server.people.models import Court, Role
from tests.actors import Cast, officer_of


def test_the_command_centre_watches_its_own_court_only(cast: Cast) -> None:
    assert courts_watched_by(cast.duty) == {cast.court.pk}
    assert not can_see_court(cast.duty, cast.other_court.pk)
    assert not can_see_court(cast.duty, cast.superior_court.pk)


def test_a_superior_supervisor_watches_every_court_below_at_any_depth(cast: Cast) -> None:
    tribunal = services.create_court(code="闽0924A", name="寿山派出法庭", level=Court.Level.BASIC, parent=cast.court)
    assert courts_watched_by(cast.supervisor) == {cast.court.pk, cast.other_court.pk, tribunal.pk}


@pytest.mark.parametrize("who", ["holder", "colleague", "bystander", "stranger", "sysadmin", "auditor"])
def test_those_without_a_watching_role_watch_no_court(cast: Cast, who: str) -> None:
    assert courts_watched_by(getattr(cast, who)) == frozenset()


@pytest.mark.parametrize("role", ["director", "president", "inspection", "trial_management", "team_leader"])
def test_leading_roles_watch_their_own_court(cast: Cast, role: str) -> None:
    leader = officer_of(cast.court, "240555", "某甲", role)
    assert courts_watched_by(leader) == {cast.court.pk}


def test_a_role_gives_rights_between_its_dates_only(cast: Cast) -> None:
    start = now() + timedelta(days=10)
    services.grant_role(
        officer=cast.holder, role=Role.COMMAND_CENTRE, valid_from=start, valid_to=start + timedelta(days=1)
    )
    assert roles_of(cast.holder) == {"officer"}
    assert roles_of(cast.holder, start) == {"officer", "command_centre"}
    assert roles_of(cast.holder, start + timedelta(days=1)) == {"officer"}


def test_an_ended_role_gives_nothing_any_more(cast: Cast) -> None:
    services.end_role(officer=cast.duty, role=Role.COMMAND_CENTRE)
    assert roles_of(cast.duty) == frozenset()
    with pytest.raises(DomainError) as refusal:
        require_role(cast.duty, Role.COMMAND_CENTRE)
    assert (refusal.value.code, refusal.value.status) == ("role_required", 403)


def test_roles_rest_while_an_officer_is_suspended_and_return_after(cast: Cast) -> None:
    begins = now()
    services.suspend_officer(officer=cast.duty, reason="调查", suspended_until=begins + timedelta(days=3))
    assert is_suspended(cast.duty)
    assert courts_watched_by(cast.duty) == frozenset()
    assert courts_watched_by(cast.duty, begins + timedelta(days=4)) == {cast.court.pk}
    services.reinstate_officer(officer=cast.duty, reason="查清")
    assert not is_suspended(cast.duty)
    assert is_suspended(cast.duty, cast.duty.suspended_from)
