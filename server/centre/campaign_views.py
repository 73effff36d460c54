"""Pages of joint operations: which there are, a form to open one, and one with roster, last contacts and tally."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from server.cases.access import cases_visible_to
from server.cases.models import Case
from server.centre.case_page import kind_names
from server.centre.language import chinese_first
from server.centre.safety_pages import alarm_line, stay_line
from server.centre.safety_views import reader_of
from server.centre.views import frame, missing, places_of
from server.common.clock import SHANGHAI
from server.common.errors import DomainError
from server.common.ids import new_id
from server.people.models import Group, Officer
from server.realtime.access import streams_watched_by
from server.safety.access import campaigns_visible_to, can_command
from server.safety.models import Campaign
from server.safety.outings import members_of, tally
from server.safety.services import change_campaign, close_campaign, open_campaign
from server.safety.services.campaigns import another_court

ROWS = 50


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def campaigns_page(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _list(request)
    try:
        row = _opened(request)
    except DomainError as refused:
        return _list(request, refused)
    return redirect(f"/centre/operations/{row.pk}")


def _opened(request: HttpRequest) -> Campaign:
    reader = reader_of(request)
    own = Officer.objects.filter(court_id=reader.court_id, is_active=True)
    commander = own.filter(staff_no=request.POST.get("commander", "").strip()).first()
    if commander is None:
        raise another_court()
    return open_campaign(
        name=request.POST.get("name", ""),
        commander=commander,
        begins_at=_moment(request.POST.get("begins_at", "")),
        ends_at=_moment(request.POST.get("ends_at", "")),
        groups=_groups(reader, request.POST.getlist("groups")),
        cases=_cases(reader, request.POST.get("cases", "")),
        by=reader,
        campaign_id=next(iter(_ids([request.POST.get("id", "")])), None),
    )


def _groups(reader: Officer, texts: list[str]) -> list[Group]:
    return list(Group.objects.filter(pk__in=_ids(texts), court_id=reader.court_id))


def _cases(reader: Officer, lines: str) -> list[Case]:
    """By their numbers, one on each line. Raises DomainError `campaign_of_another_court` for any he may not read."""
    numbers = {each for line in lines.splitlines() if (each := line.strip())}
    found = list(cases_visible_to(reader).filter(case_no__in=numbers))
    if len(found) != len(numbers):
        raise another_court()
    return found


def _ids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts if text]
    except ValueError:
        raise another_court() from None


def _moment(text: str) -> datetime:
    """As a form gives it, in China's time. Raises DomainError `validation_failed`."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise DomainError("validation_failed", 422, _("Say when it begins and when it ends.")) from None


def _list(request: HttpRequest, refused: DomainError | None = None) -> HttpResponse:
    reader = reader_of(request)
    rows = campaigns_visible_to(reader).select_related("commander").order_by("-begins_at", "-pk")
    may = can_command(reader, reader.court_id)
    context = frame(
        request,
        officer=reader,
        campaigns=rows[:ROWS],
        groups=Group.objects.filter(court_id=reader.court_id).order_by("name") if may else [],
        may=may,
        new=new_id(),
        fault=str(refused.message) if refused else "",
        typed=request.POST,
    )
    return render(request, "centre/campaigns.html", context, status=refused.status if refused else 200)


@never_cache
@login_required
@chinese_first
@require_GET
def campaign_page(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    return _campaign(request, campaign_id)


@never_cache
@login_required
@chinese_first
@require_POST
def change_word(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Groups and cases that join or leave; what cannot be so stands above the form."""
    reader, typed = reader_of(request), request.POST
    try:
        change_campaign(
            campaign_id=campaign_id,
            why=typed.get("said", ""),
            by=reader,
            add_groups=_groups(reader, typed.getlist("add_groups")),
            add_cases=_cases(reader, typed.get("add_cases", "")),
            remove_groups=_ids(typed.getlist("remove_groups")),
            remove_cases=_ids(typed.getlist("remove_cases")),
        )
    except DomainError as refused:
        return _campaign(request, campaign_id, refused)
    return redirect(f"/centre/operations/{campaign_id}")


def _campaign(request: HttpRequest, campaign_id: UUID, refused: DomainError | None = None) -> HttpResponse:
    reader = reader_of(request)
    row = campaigns_visible_to(reader).select_related("commander").filter(pk=campaign_id).first()
    if row is None:
        return missing(request)
    streams = places_of(streams_watched_by(reader))
    came_to, names = tally(row), kind_names()
    members = [
        (each, stay_line(each.on_site) if each.on_site else None, [alarm_line(alarm) for alarm in each.alarms])
        for each in members_of(row)
    ]
    context = frame(
        request,
        officer=reader,
        campaign=row,
        members=members,
        out=sum(each.on_site is not None for each, _stay, _alarms in members),
        tally=came_to,
        kinds=[(names.get(kind, kind), count) for kind, count in came_to.by_kind.most_common()],
        cases=row.cases.count(),
        may=row.closed_at is None and (row.commander_id == reader.pk or can_command(reader, row.court_id)),
        streams=streams,
        fault=str(refused.message) if refused else "",
        typed=request.POST,
        **_roster(row, reader),
    )
    return render(request, "centre/campaign.html", context, status=refused.status if refused else 200)


def _roster(row: Campaign, reader: Officer) -> dict[str, Any]:
    """What it is made of, what may join it, and how that came to change."""
    groups = {str(group.pk): group for group in Group.objects.filter(court_id=row.court_id).order_by("name")}
    chosen = {str(pk) for pk in row.groups.values_list("pk", flat=True)}
    changes = row.changes.select_related("by").order_by("-pk")[:ROWS]
    return {
        "groups": [group for pk, group in groups.items() if pk in chosen],
        "others": [group for pk, group in groups.items() if pk not in chosen],
        "read": list(cases_visible_to(reader).filter(pk__in=row.cases.values("pk")).order_by("case_no")),
        "changes": [(each, _named(each.added, groups), _named(each.removed, groups)) for each in changes],
    }


def _named(moved: dict[str, list[str]], groups: dict[str, Group]) -> str:
    """Groups by name, cases by how many: not everybody who reads this may know which."""
    names = [groups[pk].name for pk in moved["groups"] if pk in groups]
    count = len(moved["cases"])
    if count:
        names.append(ngettext("%(count)s case", "%(count)s cases", count) % {"count": count})
    return _(", ").join(names)


@never_cache
@login_required
@chinese_first
@require_POST
def close_word(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    try:
        close_campaign(campaign_id=campaign_id, by=reader_of(request))
    except DomainError:
        return missing(request)
    return redirect(f"/centre/operations/{campaign_id}")
