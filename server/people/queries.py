"""Reads of people."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from server.common.clock import now
from server.common.hashing import sha256_hex
from server.common.statements import Given, Statement
from server.people.access import courts_watched_by, current_at, is_suspended, roles_of
from server.people.certificates import read_enrolment_code
from server.people.models import Court, Device, EnrolmentCode, Group, GroupMember, Officer, OfficerRole, Role

_DEVICE = Statement(lambda: Device.objects.filter(pk=Given("device_id")).select_related("court", "officer"))
_NEWEST_MEMBERSHIP = Statement(
    lambda: (
        GroupMember.objects.filter(current_at(Given("at")), officer_id=Given("officer_id"))
        .select_related("group")
        .order_by("-valid_from", "-id")[:1]
    )
)


def device_by_id(device_id: UUID) -> Device | None:
    """With its court and officer, revoked or not. One SELECT."""
    return _DEVICE.first(device_id=device_id)


def officer_by_staff_no(staff_no: str) -> Officer | None:
    return Officer.objects.select_related("court").filter(staff_no=staff_no).first()


def current_members(group: Group, at: datetime | None = None) -> list[GroupMember]:
    """Executor first, then assistants in the order they joined."""
    members = group.members.filter(current_at(at or now())).select_related("officer")
    return sorted(members, key=lambda member: (member.part != GroupMember.Part.EXECUTOR, member.valid_from))


def team_members_of(leader: Officer, at: datetime) -> list[GroupMember]:
    """Everybody ever in a group of the teams this officer stands in now; none where his court has no teams."""
    own = GroupMember.objects.filter(current_at(at), officer=leader, group__team__isnull=False)
    return list(GroupMember.objects.filter(group__team__in=own.values("group__team")))


def group_of(officer: Officer, at: datetime | None = None) -> Group | None:
    """The group the officer joined last, of those he is in at this moment."""
    newest = _NEWEST_MEMBERSHIP.first(officer_id=officer.pk, at=at or now())
    return newest.group if newest else None


def enrolment_code_by_text(text: str) -> EnrolmentCode:
    """Raises SignatureError for what is no code, DoesNotExist for one not ours."""
    secret, _ = read_enrolment_code(text)
    return EnrolmentCode.objects.select_related("officer").get(secret_hash=sha256_hex(secret))


def walls_of(court: Court) -> QuerySet[Officer]:
    """Accounts of this court's screens, the ones in use first."""
    return Officer.objects.filter(court=court, is_wall=True).order_by("-is_active", "name", "pk")


def devices_visible_to(officer: Officer) -> QuerySet[Device]:
    """His own; those of courts he watches; those of his court for its system administrator."""
    courts = set(courts_watched_by(officer))
    if Role.SYSADMIN in roles_of(officer):
        courts.add(officer.court_id)
    return Device.objects.filter(Q(officer=officer) | Q(court_id__in=courts)).select_related("officer")


def line_of(device: Device) -> list[UUID]:
    """The device and those whose logs it goes on from, the nearest first; no SELECT where it goes on from none."""
    line, ahead = [device.pk], device.continues_id
    while ahead is not None and ahead not in line:
        line.append(ahead)
        ahead = Device.objects.values_list("continues_id", flat=True).get(pk=ahead)
    return line


def officers_without_device(court_code: str) -> list[Officer]:
    """Those who go out (officers, assistants, judges, bailiffs) and have no working device, by staff number."""
    going_out = (Role.OFFICER, Role.ASSISTANT, Role.JUDGE, Role.BAILIFF)
    held = OfficerRole.objects.filter(current_at(now()), role__in=going_out)
    working = Device.objects.filter(revoked_at=None)
    rows = Officer.objects.select_related("court").filter(court__code=court_code, is_active=True)
    rows = rows.filter(pk__in=held.values("officer_id")).exclude(pk__in=working.values("officer_id"))
    at = now()
    return [each for each in rows.order_by("staff_no") if not is_suspended(each, at)]
