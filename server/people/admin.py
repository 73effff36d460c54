"""What an administrator may look at. Case content is not registered anywhere: `sysadmin` has none (domain.md 5.6)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from server.people.access import courts_below, roles_of
from server.people.models import (
    Court,
    CourtKey,
    Device,
    EnrolmentCode,
    Group,
    GroupMember,
    Officer,
    OfficerRole,
    Role,
    Team,
    TwoPersonAct,
)


class ReadOnly(admin.ModelAdmin[Any]):
    """No add, change, delete or action; rows of the reader's own court and those below."""

    readers = frozenset({Role.SYSADMIN})
    court_lookup = "court_id"
    actions = None

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return isinstance(request.user, Officer) and bool(roles_of(request.user) & self.readers)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        assert isinstance(request.user, Officer)
        court = request.user.court_id
        return super().get_queryset(request).filter(**{f"{self.court_lookup}__in": {court} | courts_below(court)})


@admin.register(Court)
class CourtAdmin(ReadOnly):
    court_lookup = "id"
    list_display = ("code", "name", "level", "parent", "reach")
    search_fields = ("code", "name")


@admin.register(CourtKey)
class CourtKeyAdmin(ReadOnly):
    list_display = ("court", "kid", "purpose", "valid_from", "retired_at")
    fields = ("court", "kid", "purpose", "statement", "valid_from", "retired_at")


@admin.register(Team)
class TeamAdmin(ReadOnly):
    list_display = ("name", "kind", "court")


@admin.register(Group)
class GroupAdmin(ReadOnly):
    list_display = ("name", "team", "court")


@admin.register(GroupMember)
class GroupMemberAdmin(ReadOnly):
    court_lookup = "group__court_id"
    list_display = ("group", "officer", "part", "valid_from", "valid_to")


@admin.register(Officer)
class OfficerAdmin(ReadOnly):
    list_display = ("staff_no", "name", "court", "is_active", "suspended_from", "suspended_until")
    search_fields = ("staff_no", "name")
    exclude = ("password",)


@admin.register(OfficerRole)
class OfficerRoleAdmin(ReadOnly):
    court_lookup = "officer__court_id"
    list_display = ("officer", "role", "valid_from", "valid_to")


@admin.register(Device)
class DeviceAdmin(ReadOnly):
    list_display = ("name", "officer", "court", "enrolled_at", "revoked_at", "last_contact_at")
    # What it last said it held names cases.
    exclude = ("last_status", "public_key")


@admin.register(TwoPersonAct)
class TwoPersonActAdmin(ReadOnly):
    list_display = ("device", "court", "kind", "state", "requested_by", "requested_at", "decided_by", "decided_at")
    # Sealed keys: for the two persons alone.
    exclude = ("asked", "outcome")


@admin.register(EnrolmentCode)
class EnrolmentCodeAdmin(ReadOnly):
    list_display = ("officer", "court", "issued_at", "expires_at", "voided_at", "device")
    exclude = ("secret_hash",)
