"""What the API says of safety, with names, for people; and what it takes."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from server.common.clock import now
from server.people.models import Officer
from server.safety.models import Alarm, Campaign, Order
from server.safety.outings import Member, members_of, tally
from server.safety.queries import OnSite


class Named(Schema):
    id: UUID
    name: str

    @classmethod
    def maybe(cls, row: Any) -> "Named | None":
        return cls(id=row.pk, name=row.name) if row else None


class AlarmRow(Schema):
    id: UUID
    kind: str
    court: Named | None
    officer: Named | None
    presence: UUID | None
    order: UUID | None
    is_waiting: bool
    is_of_revoked: bool
    raised_at: datetime
    due_at: datetime | None
    position: Any
    escalated_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: Named | None
    acknowledged_with: str
    withdrawn_at: datetime | None
    ended_at: datetime | None
    ended_how: str

    @classmethod
    def of(cls, row: Alarm) -> "AlarmRow":
        return cls(
            **{name: getattr(row, name) for name in cls.model_fields if name not in _NAMED},
            court=Named.maybe(row.court),
            officer=Named.maybe(row.officer),
            acknowledged_by=Named.maybe(row.acknowledged_by),
            presence=row.presence_id,
            order=row.order_id,
        )


_NAMED = {"court", "officer", "acknowledged_by", "presence", "order"}


class OnSiteRow(Schema):
    id: UUID
    officer: Named | None
    case_id: UUID | None
    place: str
    position: Any
    watch: str
    interval_minutes: int
    began_at: datetime
    last_said_at: datetime
    last_heard_at: datetime
    due_at: datetime
    device_heard_at: datetime | None
    """The last contact of any device of his. It is no sign of life."""
    is_heard_since_due: bool

    @classmethod
    def of(cls, each: OnSite) -> "OnSiteRow":
        row = each.presence
        own = ("case_id", "place", "position", "interval_minutes", "began_at", "last_said_at", "last_heard_at")
        return cls(
            id=row.pk,
            officer=Named.maybe(row.officer),
            watch=each.watch(now()).value,
            **{name: getattr(row, name) for name in own},
            due_at=row.due_at,
            device_heard_at=each.device_heard_at,
            is_heard_since_due=each.is_heard_since_due,
        )


class OrderRow(Schema):
    id: UUID
    state: str
    source: str
    text: str
    place: str
    group: Named | None
    case_id: UUID | None
    case_no: str
    given_by: Named | None
    given_at: datetime
    answer_due_at: datetime
    moved_at: datetime

    @classmethod
    def of(cls, row: Order) -> "OrderRow":
        own = ("state", "source", "text", "place", "given_at", "answer_due_at", "moved_at", "case_id")
        return cls(
            id=row.pk,
            group=Named.maybe(row.group),
            given_by=Named.maybe(row.given_by),
            case_no=row.case.case_no if row.case else "",
            **{name: getattr(row, name) for name in own},
        )


class Head(Schema):
    stream: str
    ledger_epoch: str
    position: int


class SafetyView(Schema):
    as_of: datetime
    heads: list[Head]
    """How far the streams of these courts had come: entries above change what stands here."""
    alarms: list[AlarmRow]
    on_site: list[OnSiteRow]
    orders: list[OrderRow]


class MemberRow(Schema):
    officer: Named | None
    group: str
    is_commander: bool
    device_heard_at: datetime | None
    on_site: OnSiteRow | None
    alarms: list[str]

    @classmethod
    def of(cls, member: Member) -> "MemberRow":
        return cls(
            officer=Named.maybe(member.officer),
            group=member.group,
            is_commander=member.is_commander,
            device_heard_at=member.device_heard_at,
            on_site=OnSiteRow.of(member.on_site) if member.on_site else None,
            alarms=[alarm.kind for alarm in member.alarms],
        )


class TallyView(Schema):
    by_kind: dict[str, int]
    persons_found: int
    persons_compelled: int
    persons_detained: int
    sum_effected: str
    waiting: int


class CampaignRow(Schema):
    id: UUID
    name: str
    commander: Named | None
    begins_at: datetime
    ends_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, row: Campaign) -> "CampaignRow":
        own = ("name", "begins_at", "ends_at", "closed_at")
        return cls(id=row.pk, commander=Named.maybe(row.commander), **{name: getattr(row, name) for name in own})


class CampaignView(CampaignRow):
    as_of: datetime
    members: list[MemberRow]
    tally: TallyView
    cases: int

    @classmethod
    def whole(cls, row: Campaign, as_of: datetime) -> "CampaignView":
        came_to = tally(row)
        figures = ("persons_found", "persons_compelled", "persons_detained", "waiting")
        return cls(
            **CampaignRow.of(row).model_dump(),
            as_of=as_of,
            members=[MemberRow.of(each) for each in members_of(row)],
            tally=TallyView(
                by_kind=dict(sorted(came_to.by_kind.items())),
                sum_effected=str(came_to.sum_effected),
                **{name: getattr(came_to, name) for name in figures},
            ),
            cases=row.cases.count(),
        )


class Done(Schema):
    done: str
    """What was seen and is being done; he who called reads it."""


class Why(Schema):
    why: str


class OrderDraft(Schema):
    id: UUID | None = None
    group: UUID
    case: UUID | None = None
    source: Literal["HOTLINE", "APPLICANT", "POLICE", "OTHER"] = "HOTLINE"
    text: str
    place: str


class OrderSaid(Schema):
    text: str = ""
    group: UUID | None = None


class CampaignDraft(Schema):
    id: UUID | None = None
    name: str
    commander: UUID
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    groups: list[UUID] = Field(default=[], max_length=200)
    cases: list[UUID] = Field(default=[], max_length=1000)


class CampaignMoves(Schema):
    """What joins and what leaves."""

    why: str
    add_groups: list[UUID] = Field(default=[], max_length=200)
    remove_groups: list[UUID] = Field(default=[], max_length=200)
    add_cases: list[UUID] = Field(default=[], max_length=1000)
    remove_cases: list[UUID] = Field(default=[], max_length=1000)


def officer_named(officer_id: UUID, court_id: UUID) -> Officer | None:
    return Officer.objects.filter(pk=officer_id, court_id=court_id, is_active=True).first()
