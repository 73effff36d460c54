"""What a pull begins from, of one moment: device, officer and court, log and view, rights, this life of the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from server.cases.models import FlowVersion
from server.common.statements import Given, Joined, Statement, UuidText
from server.ledger.models import ServerLife
from server.people.access import current_at, is_suspended
from server.people.models import Device, GroupMember, OfficerRole
from server.sync.chain import genesis
from server.sync.models import DeviceLog, DeviceView


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    """`key@version`"""
    sha256: str


@dataclass(frozen=True, slots=True)
class Standing:
    device: Device
    log: DeviceLog
    """One not opened yet stands at its beginning."""
    view: DeviceView | None
    server_epoch: str
    roles: frozenset[str]
    """None while he is suspended, as `roles_of` has it."""
    group: tuple[str, str] | None
    """Id and name of the one he joined last, of those he is in."""
    flows: tuple[Flow, ...]
    doubted: tuple[str, ...]
    """Further devices of the officer, of which he has not said whether they are his."""
    brief: Mapping[str, Any]
    """What he is told of his safety and of orders (R134)."""


def standing_of(device_id: UUID, at: datetime) -> Standing:
    """One SELECT."""
    (row,) = _STANDING.rows(device_id=device_id, at=at)
    works = row.officer.is_active and not is_suspended(row.officer, at)
    flows = (each.rpartition("=") for each in (row.flows or "").split(",") if each)
    return Standing(
        device=row,
        log=getattr(row, "log", None) or _beginning(row),
        view=getattr(row, "view", None),
        server_epoch=row.server_epoch,
        roles=frozenset(row.roles.split(",")) if row.roles and works else frozenset(),
        group=(row.group_id, row.group_name) if row.group_id else None,
        flows=tuple(Flow(id_, sha256) for id_, _, sha256 in flows),
        doubted=tuple(each for each in (row.doubted or "").split(",") if each and each != str(row.pk)),
        brief=row.officer.field_brief.content if hasattr(row.officer, "field_brief") else {},
    )


def _beginning(device: Device) -> DeviceLog:
    return DeviceLog(device=device, incarnation=device.incarnation, acked_hash=genesis(device.certificate).hex())


def _standing() -> QuerySet[Device]:
    roles = OfficerRole.objects.filter(current_at(Given("at")), officer_id=OuterRef("officer_id")).order_by("role")
    memberships = GroupMember.objects.filter(current_at(Given("at")), officer_id=OuterRef("officer_id"))
    newest = memberships.order_by("-valid_from", "-id")
    doubted = Device.objects.filter(officer_id=OuterRef("officer_id"), is_doubted=True, revoked_at=None)
    named = Concat("key", Value("@"), "version", Value("="), "sha256")
    return (
        Device.objects.filter(pk=Given("device_id"))
        .select_related("officer", "officer__field_brief", "court", "log", "view")
        .annotate(
            server_epoch=Subquery(
                ServerLife.objects.order_by("-started_at", "-server_epoch").values("server_epoch")[:1]
            ),
            roles=Joined(roles.values("role")),
            group_id=Subquery(newest.values(id_text=UuidText("group_id"))[:1]),
            group_name=Subquery(newest.values("group__name")[:1]),
            doubted=Joined(doubted.order_by("pk").values(id_text=UuidText("pk"))),
            flows=Joined(FlowVersion.objects.order_by("key", "version").values(named=named)),
        )
    )


_STANDING: Statement[Any] = Statement(_standing)
