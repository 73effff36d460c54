"""Officers, their dated roles, their groups, suspension."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.ledger.services import Draft, append
from server.people.access import current_at
from server.people.models import Court, Group, GroupMember, Officer, OfficerRole
from server.people.services.entries import court_entry
from server.people.signals import group_membership_changed


@transaction.atomic
def create_officer(
    *,
    court: Court,
    staff_no: str,
    name: str,
    roles: Iterable[str] = (),
    password: str | None = None,
    credential_no: str = "",
    by: Officer | None = None,
) -> Officer:
    """An officer with these roles from now on. Without a password he cannot sign in until one is set."""
    officer = Officer(court=court, staff_no=staff_no, name=name, credential_no=credential_no)
    officer.set_password(password)
    officer.save(force_insert=True)
    view = {"officer": str(officer.pk)}
    drafts = [court_entry(court.pk, "officer_created", view, by=by, staff_no=staff_no, name=name)]
    append(drafts + [_grant(officer, role, now(), None, by) for role in roles])
    return officer


def set_password(*, officer: Officer, password: str) -> None:
    """Raises DomainError 422 `password_too_weak` with the reasons. Ends the officer's sessions."""
    try:
        validate_password(password, officer)
    except ValidationError as fault:
        raise DomainError("password_too_weak", 422, " ".join(fault.messages)) from None
    officer.set_password(password)
    officer.save(update_fields=["password"])


@transaction.atomic
def grant_role(
    *,
    officer: Officer,
    role: str,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    by: Officer | None = None,
) -> None:
    """Give a role, from now on or dated. A role that already holds throughout changes nothing."""
    begins = valid_from or now()
    _lock(officer)
    standing = OfficerRole.objects.filter(current_at(begins), officer=officer, role=role, valid_to=None)
    if standing.exists():
        return
    draft = _grant(officer, role, begins, valid_to, by)
    _bump_profile(officer)
    append([draft])


def _grant(officer: Officer, role: str, begins: datetime, ends: datetime | None, by: Officer | None) -> Draft:
    OfficerRole.objects.create(officer=officer, role=role, valid_from=begins, valid_to=ends)
    view = {"officer": str(officer.pk), "role": str(role), "valid_from": to_wire(begins), "valid_to": _wire(ends)}
    return court_entry(officer.court_id, "role_granted", view, by=by)


@transaction.atomic
def end_role(*, officer: Officer, role: str, at: datetime | None = None, by: Officer | None = None) -> None:
    """The role ends; whatever was done under it stays as it was. Ending a role nobody has changes nothing."""
    moment = at or now()
    _lock(officer)
    ended = OfficerRole.objects.filter(current_at(moment), officer=officer, role=role).update(valid_to=moment)
    if not ended:
        return
    _bump_profile(officer)
    view = {"officer": str(officer.pk), "role": str(role), "valid_to": to_wire(moment)}
    append([court_entry(officer.court_id, "role_ended", view, by=by)])


@transaction.atomic
def add_group_member(
    *,
    group: Group,
    officer: Officer,
    part: str,
    valid_from: datetime | None = None,
    by: Officer | None = None,
) -> GroupMember:
    """Executor or assistant of a group, from now on or dated. A group has one executor at a time.

    Raises DomainError 409 `group_has_executor`, ValueError for an officer of another court.
    """
    if officer.court_id != group.court_id:
        raise ValueError("a member of a group belongs to the group's court")
    begins = valid_from or now()
    Group.objects.select_for_update().get(pk=group.pk)
    standing = group.members.filter(current_at(begins))
    same = standing.filter(officer=officer, part=part).first()
    if same is not None:
        return same
    if part == GroupMember.Part.EXECUTOR and standing.filter(part=part).exists():
        raise DomainError("group_has_executor", 409, _("This group has an executor. End that membership first."))
    member = GroupMember.objects.create(group=group, officer=officer, part=part, valid_from=begins)
    group_membership_changed.send(GroupMember, membership=member)
    _bump_profile(officer)
    view = {"group": str(group.pk), "officer": str(officer.pk), "part": str(part), "valid_from": to_wire(begins)}
    append([court_entry(group.court_id, "group_joined", view, by=by)])
    return member


@transaction.atomic
def end_group_membership(*, membership: GroupMember, at: datetime | None = None, by: Officer | None = None) -> None:
    moment = at or now()
    membership.valid_to = moment
    membership.save(update_fields=["valid_to"])
    group_membership_changed.send(GroupMember, membership=membership)
    _bump_profile(membership.officer)
    view = {
        "group": str(membership.group_id),
        "officer": str(membership.officer_id),
        "valid_to": to_wire(moment),
    }
    append([court_entry(membership.group.court_id, "group_left", view, by=by)])


@transaction.atomic
def suspend_officer(
    *,
    officer: Officer,
    reason: str,
    by: Officer | None = None,
    suspended_from: datetime | None = None,
    suspended_until: datetime | None = None,
) -> None:
    """Rights rest and sign-in ends; what he recorded before, and records meanwhile, still arrives and is judged."""
    officer.suspended_from = suspended_from or now()
    officer.suspended_until = suspended_until
    officer.save(update_fields=["suspended_from", "suspended_until"])
    _bump_profile(officer)
    view = {
        "officer": str(officer.pk),
        "suspended_from": to_wire(officer.suspended_from),
        "suspended_until": _wire(suspended_until),
    }
    append([court_entry(officer.court_id, "officer_suspended", view, by=by, reason=reason)])


@transaction.atomic
def reinstate_officer(*, officer: Officer, reason: str, by: Officer | None = None, at: datetime | None = None) -> None:
    """Ends a suspension and keeps its dates, since acts are judged as of their time."""
    if officer.suspended_from is None:
        return
    officer.suspended_until = at or now()
    officer.save(update_fields=["suspended_until"])
    _bump_profile(officer)
    view = {"officer": str(officer.pk), "suspended_until": to_wire(officer.suspended_until)}
    append([court_entry(officer.court_id, "officer_reinstated", view, by=by, reason=reason)])


def _lock(officer: Officer) -> None:
    Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)


def _bump_profile(officer: Officer) -> None:
    Officer.objects.filter(pk=officer.pk).update(version=F("version") + 1)


def _wire(moment: datetime | None) -> str | None:
    return to_wire(moment) if moment else None


@transaction.atomic
def change_officer(*, officer: Officer, name: str, credential_no: str, by: Officer | None = None) -> None:
    """Correct a name or a credential number; who he is stays."""
    officer.name, officer.credential_no = name, credential_no
    officer.save(update_fields=["name", "credential_no"])
    _bump_profile(officer)
    view = {"officer": str(officer.pk)}
    append([court_entry(officer.court_id, "officer_changed", view, by=by, name=name, credential_no=credential_no)])
