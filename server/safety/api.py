"""Safety over HTTP: what stands, what the desk says of it, orders, joint operations. No rules here."""

from typing import Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router

from server.cases.access import case_not_found, cases_visible_to
from server.cases.models import Case
from server.common.clock import now
from server.common.snapshot import snapshot
from server.ledger.queries import head_of
from server.people.access import courts_watched_by
from server.people.auth import SignedIn
from server.people.models import Group, Officer
from server.people.streams import court_stream
from server.safety.access import (
    alarms_visible_to,
    campaigns_visible_to,
    orders_visible_to,
    presences_visible_to,
)
from server.safety.models import Campaign, Order
from server.safety.moves import Word
from server.safety.queries import OnSite, on_site, open_orders, ordered
from server.safety.schemas import (
    AlarmRow,
    CampaignDraft,
    CampaignMoves,
    CampaignRow,
    CampaignView,
    Done,
    Head,
    OnSiteRow,
    OrderDraft,
    OrderRow,
    OrderSaid,
    SafetyView,
    Why,
    officer_named,
)
from server.safety.services import (
    acknowledge_alarm,
    change_campaign,
    close_alarm,
    close_campaign,
    close_presence,
    give_order,
    move_order,
    open_campaign,
)
from server.safety.services.campaigns import another_court, readable_campaign
from server.safety.services.orders import group_not_working, order_not_found

router = Router(tags=["safety"], auth=SignedIn())
MOST_ROWS = 200


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/safety", response=SafetyView)
def standing(request: HttpRequest) -> SafetyView:
    """What asks for an answer, who is on site, which orders are open; in courts the officer watches, and his own."""
    officer = _officer(request)
    with snapshot():
        streams = [court_stream(court_id) for court_id in sorted(courts_watched_by(officer))]
        heads = [(stream, head_of(stream)) for stream in streams]
        return SafetyView(
            as_of=now(),
            heads=[Head(stream=name, ledger_epoch=head.ledger_epoch, position=head.position) for name, head in heads],
            alarms=[AlarmRow.of(row) for row in ordered(alarms_visible_to(officer).filter(ended_at=None))],
            on_site=[OnSiteRow.of(each) for each in on_site(presences_visible_to(officer))],
            orders=[OrderRow.of(row) for row in open_orders(orders_visible_to(officer))],
        )


@router.post("/safety/alarms/{uuid:alarm_id}/acknowledge", response=AlarmRow)
def acknowledge(request: HttpRequest, alarm_id: UUID, body: Done) -> AlarmRow:
    """Say that you have seen it and what is being done; whoever called is told your name."""
    acknowledge_alarm(alarm_id=alarm_id, done=body.done, by=_officer(request))
    return _alarm(request, alarm_id)


@router.post("/safety/alarms/{uuid:alarm_id}/close", response=AlarmRow)
def close(request: HttpRequest, alarm_id: UUID, body: Why) -> AlarmRow:
    """End a call for help that was acknowledged."""
    close_alarm(alarm_id=alarm_id, why=body.why, by=_officer(request))
    return _alarm(request, alarm_id)


@router.post("/safety/presences/{uuid:presence_id}/close", response=OnSiteRow)
def end_stay(request: HttpRequest, presence_id: UUID, body: Why) -> OnSiteRow:
    """End a stay on site whose officer is known by other means to be well."""
    row = close_presence(presence_id=presence_id, why=body.why, by=_officer(request))
    return OnSiteRow.of(OnSite(row, None))


@router.get("/orders", response=list[OrderRow])
def list_orders(request: HttpRequest, state: Literal["open", "all"] = "open") -> list[OrderRow]:
    """The open ones, or the last two hundred."""
    visible = orders_visible_to(_officer(request))
    rows = open_orders(visible) if state == "open" else _with_names(visible).order_by("-pk")
    return [OrderRow.of(row) for row in rows[:MOST_ROWS]]


@router.post("/orders", response=OrderRow)
def give(request: HttpRequest, body: OrderDraft) -> OrderRow:
    """Send a group to where the debtor or a property is said to be."""
    officer = _officer(request)
    case = _case(officer, body.case)
    order = give_order(
        group=_group(officer, body.group),
        text=body.text,
        place=body.place,
        by=officer,
        case=case,
        source=body.source,
        order_id=body.id,
    )
    return _order(order.pk)


@router.post("/orders/{uuid:order_id}/{word}", response=OrderRow)
def move(request: HttpRequest, order_id: UUID, word: Word, body: OrderSaid) -> OrderRow:
    """Any word by the desk, which hears over the radio too: `GIVE` to another `group`, `WITHDRAW`, `ARRIVE`, …"""
    officer = _officer(request)
    if not orders_visible_to(officer).filter(pk=order_id).exists():
        raise order_not_found()
    group = _group(officer, body.group) if body.group else None
    move_order(order_id=order_id, word=word, by=officer, text=body.text, group=group)
    return _order(order_id)


@router.get("/campaigns", response=list[CampaignRow])
def list_campaigns(request: HttpRequest) -> list[CampaignRow]:
    """Joint operations, the newest first."""
    rows = campaigns_visible_to(_officer(request)).select_related("commander").order_by("-begins_at", "-pk")
    return [CampaignRow.of(row) for row in rows[:MOST_ROWS]]


@router.post("/campaigns", response=CampaignView)
def begin(request: HttpRequest, body: CampaignDraft) -> CampaignView:
    """Several groups out together under one commander."""
    officer = _officer(request)
    commander = officer_named(body.commander, officer.court_id)
    groups, cases = _members(officer, body.groups, body.cases)
    if commander is None:
        raise another_court()
    row = open_campaign(
        name=body.name,
        commander=commander,
        begins_at=body.begins_at,
        ends_at=body.ends_at,
        groups=groups,
        cases=cases,
        by=officer,
        campaign_id=body.id,
    )
    return _campaign(officer, row)


@router.get("/campaigns/{uuid:campaign_id}", response=CampaignView)
def campaign(request: HttpRequest, campaign_id: UUID) -> CampaignView:
    """Who is out and was last heard of when, and what their acts add up to at this moment."""
    return _campaign(_officer(request), readable_campaign(_officer(request), campaign_id))


@router.post("/campaigns/{uuid:campaign_id}/change", response=CampaignView)
def change(request: HttpRequest, campaign_id: UUID, body: CampaignMoves) -> CampaignView:
    """Groups and cases that join or leave, with a reason. The tally is of the roster and the cases as they stand."""
    officer = _officer(request)
    readable_campaign(officer, campaign_id)
    groups, cases = _members(officer, body.add_groups, body.add_cases)
    row = change_campaign(
        campaign_id=campaign_id,
        why=body.why,
        by=officer,
        add_groups=groups,
        add_cases=cases,
        remove_groups=body.remove_groups,
        remove_cases=body.remove_cases,
    )
    return _campaign(officer, row)


@router.post("/campaigns/{uuid:campaign_id}/close", response=CampaignView)
def end(request: HttpRequest, campaign_id: UUID) -> CampaignView:
    """By its commander, or whoever commands in the court."""
    close_campaign(campaign_id=campaign_id, by=_officer(request))
    return _campaign(_officer(request), readable_campaign(_officer(request), campaign_id))


def _members(officer: Officer, groups: list[UUID], cases: list[UUID]) -> tuple[list[Group], list[Case]]:
    """Of his court, and such as he may read; all of them."""
    found = list(Group.objects.filter(pk__in=groups, court_id=officer.court_id))
    held = list(cases_visible_to(officer).filter(pk__in=cases))
    if len(found) != len(set(groups)) or len(held) != len(set(cases)):
        raise another_court()
    return found, held


def _campaign(officer: Officer, row: Campaign) -> CampaignView:
    return CampaignView.whole(readable_campaign(officer, row.pk), now())


def _alarm(request: HttpRequest, alarm_id: UUID) -> AlarmRow:
    return AlarmRow.of(ordered(alarms_visible_to(_officer(request))).get(pk=alarm_id))


def _order(order_id: UUID) -> OrderRow:
    return OrderRow.of(_with_names(Order.objects.all()).get(pk=order_id))


def _with_names(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.select_related("group", "case", "given_by")


def _group(officer: Officer, group_id: UUID) -> Group:
    group = Group.objects.filter(pk=group_id, court_id=officer.court_id).first()
    if group is None:
        raise group_not_working()
    return group


def _case(officer: Officer, case_id: UUID | None) -> Case | None:
    if case_id is None:
        return None
    case = cases_visible_to(officer).filter(pk=case_id).first()
    if case is None:
        raise case_not_found()
    return case
