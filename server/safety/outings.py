"""A joint operation as it stands: who is out and was last heard of when, and what their acts add up to."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from server.common.clock import now
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.people.models import GroupMember, Officer
from server.safety.models import Alarm, Campaign, Presence
from server.safety.queries import OnSite, last_contact_of, on_site
from server.safety.tally import Act, Tally, tally_of

_COUNTS = (ActionSubject.Status.APPLIED, ActionSubject.Status.SUPERSEDED)
_SHOWN = (*_COUNTS, ActionSubject.Status.PARKED)


@dataclass(frozen=True, slots=True)
class Member:
    officer: Officer
    group: str
    is_commander: bool
    on_site: OnSite | None
    device_heard_at: datetime | None
    alarms: tuple[Alarm, ...]


def span_of(campaign: Campaign) -> tuple[datetime, datetime]:
    """From its beginning to its end, or to when it was closed before that."""
    return campaign.begins_at, min(filter(None, (campaign.ends_at, campaign.closed_at)))


def members_of(campaign: Campaign) -> list[Member]:
    """Its commander, then whoever stands in its groups while it goes on, by group and staff number."""
    rows = list(_memberships(campaign).select_related("officer", "group").order_by("group__name", "officer__staff_no"))
    found = {campaign.commander_id: (campaign.commander, "")}
    found |= {row.officer_id: (row.officer, row.group.name) for row in rows}
    there = {each.presence.officer_id: each for each in on_site(Presence.objects.filter(officer_id__in=found))}
    heard, alarms = last_contact_of(found), _alarms(found)
    return [
        Member(officer, group, pk == campaign.commander_id, there.get(pk), heard.get(pk), tuple(alarms.get(pk, ())))
        for pk, (officer, group) in found.items()
    ]


def tally(campaign: Campaign) -> Tally:
    """Of acts done in its span in its cases, whenever they arrived, by whoever is on its roster. Two SELECTs."""
    begins_at, ends_at = span_of(campaign)
    roster = {campaign.commander_id, *_memberships(campaign).values_list("officer_id", flat=True)}
    subjects = ActionSubject.objects.filter(
        subject_id__in=campaign.cases.values("pk"),
        status__in=_SHOWN,
        action__officer_id__in=roster,
        action__recorded_at__gte=begins_at,
        action__recorded_at__lte=ends_at,
    )
    statuses = defaultdict[UUID, set[str]](set)
    for action_id, status in subjects.values_list("action_id", "status"):
        statuses[action_id].add(status)
    fields = _fields(statuses)
    kinds = dict(FieldAction.objects.filter(pk__in=list(statuses)).values_list("pk", "kind"))
    return tally_of(Act(kinds[pk], fields[pk], bool(statuses[pk] & set(_COUNTS))) for pk in sorted(statuses))


def _fields(action_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    fields = defaultdict[UUID, dict[str, Any]](dict)
    for action_id, said in (
        ActionRecord.objects.filter(action_id__in=list(action_ids)).order_by("pk").values_list("action_id", "fields")
    ):
        fields[action_id] = {**said, **fields[action_id]}
    return fields


def _memberships(campaign: Campaign) -> Any:
    begins_at, ends_at = span_of(campaign)
    ended = Q(valid_to=None) | Q(valid_to__gt=begins_at)
    return GroupMember.objects.filter(ended, group__in=campaign.groups.all(), valid_from__lte=max(ends_at, now()))


def _alarms(officers: Collection[UUID]) -> dict[UUID, list[Alarm]]:
    alarms = defaultdict[UUID, list[Alarm]](list)
    for alarm in Alarm.objects.filter(officer_id__in=list(officers), ended_at=None).order_by("raised_at"):
        if alarm.officer_id:
            alarms[alarm.officer_id].append(alarm)
    return alarms
