"""Groups, roles and what becomes of a profile."""

from datetime import timedelta
from typing import Any

import pytest

from server.common.clock import now
from server.common.errors import DomainError
from server.ledger.models import Entry
from server.people import services
from server.people.models import GroupMember, Officer
from server.people.queries import current_members, group_of
from server.people.signals import group_membership_changed
from tests.actors import Cast


def version(officer: Officer) -> int:
    return Officer.objects.values_list("version", flat=True).get(pk=officer.pk)


def test_a_group_is_its_executor_and_assistants_of_the_day(cast: Cast) -> None:
    assert [member.officer for member in current_members(cast.group)] == [cast.holder, cast.colleague]
    assert group_of(cast.colleague) == cast.group
    membership = cast.group.members.get(officer=cast.colleague)
    services.end_group_membership(membership=membership)
    assert [member.officer for member in current_members(cast.group)] == [cast.holder]
    assert group_of(cast.colleague) is None
    before = membership.valid_from + timedelta(microseconds=1)
    assert len(current_members(cast.group, before)) == 2


def test_a_group_has_one_executor_at_a_time(cast: Cast) -> None:
    with pytest.raises(DomainError, match="group_has_executor"):
        services.add_group_member(group=cast.group, officer=cast.bystander, part=GroupMember.Part.EXECUTOR)
    services.end_group_membership(membership=cast.group.members.get(officer=cast.holder))
    services.add_group_member(group=cast.group, officer=cast.bystander, part=GroupMember.Part.EXECUTOR)
    assert current_members(cast.group)[0].officer == cast.bystander


def test_nobody_joins_a_group_of_another_court(cast: Cast) -> None:
    with pytest.raises(ValueError, match="court"):
        services.add_group_member(group=cast.group, officer=cast.stranger, part=GroupMember.Part.ASSISTANT)


def test_joining_and_leaving_is_told_inside_the_transaction(cast: Cast) -> None:
    told = list[tuple[Any, bool]]()

    def listen(sender: Any, membership: GroupMember, **kwargs: Any) -> None:
        told.append((membership.officer, membership.valid_to is None))

    group_membership_changed.connect(listen)
    try:
        services.add_group_member(group=cast.group, officer=cast.bystander, part=GroupMember.Part.ASSISTANT)
        services.end_group_membership(membership=cast.group.members.get(officer=cast.bystander))
    finally:
        group_membership_changed.disconnect(listen)
    assert told == [(cast.bystander, True), (cast.bystander, False)]


def test_what_a_profile_shows_bumps_its_version(cast: Cast) -> None:
    versions = [version(cast.bystander)]
    services.grant_role(officer=cast.bystander, role="judge")
    versions.append(version(cast.bystander))
    services.suspend_officer(officer=cast.bystander, reason="调查")
    versions.append(version(cast.bystander))
    services.add_group_member(group=cast.group, officer=cast.bystander, part=GroupMember.Part.ASSISTANT)
    versions.append(version(cast.bystander))
    assert versions == sorted(set(versions))


def test_granting_what_is_held_and_joining_where_one_is_change_nothing(cast: Cast) -> None:
    entries = Entry.objects.count()
    services.grant_role(officer=cast.holder, role="officer")
    services.add_group_member(group=cast.group, officer=cast.holder, part=GroupMember.Part.EXECUTOR)
    services.end_role(officer=cast.holder, role="director")
    assert Entry.objects.count() == entries


def test_a_suspension_says_why_in_the_private_part_only(cast: Cast) -> None:
    services.suspend_officer(officer=cast.holder, reason="正在调查", by=cast.director, suspended_from=now())
    entry = Entry.objects.get(kind="officer_suspended")
    assert "正在调查" in entry.facts
    assert "正在调查" not in entry.view
    assert str(cast.director.pk) in entry.view
