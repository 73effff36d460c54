"""Pages of joint operations: which there are, a form to open one, and one with roster, last contacts and tally."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from server.cases.access import cases_visible_to
from server.centre.case_page import kind_names
from server.centre.language import chinese_first
from server.centre.safety_pages import alarm_line, stay_line
from server.centre.safety_views import reader_of
from server.centre.views import frame, missing
from server.common.clock import SHANGHAI
from server.common.errors import DomainError
from server.common.ids import new_id
from server.people.models import Group, Officer
from server.realtime.access import streams_watched_by
from server.safety.access import campaigns_visible_to, can_command
from server.safety.models import Campaign
from server.safety.outings import members_of, tally
from server.safety.services import close_campaign, open_campaign
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
    numbers = [each for line in request.POST.get("cases", "").splitlines() if (each := line.strip())]
    cases = list(cases_visible_to(reader).filter(case_no__in=numbers))
    own = Officer.objects.filter(court_id=reader.court_id, is_active=True)
    commander = own.filter(staff_no=request.POST.get("commander", "").strip()).first()
    groups = list(Group.objects.filter(pk__in=_ids(request.POST.getlist("groups")), court_id=reader.court_id))
    if commander is None or len(cases) != len(set(numbers)):
        raise another_court()
    return open_campaign(
        name=request.POST.get("name", ""),
        commander=commander,
        begins_at=_moment(request.POST.get("begins_at", "")),
        ends_at=_moment(request.POST.get("ends_at", "")),
        groups=groups,
        cases=cases,
        by=reader,
        campaign_id=next(iter(_ids([request.POST.get("id", "")])), None),
    )


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
    reader = reader_of(request)
    row = campaigns_visible_to(reader).select_related("commander").filter(pk=campaign_id).first()
    if row is None:
        return missing(request)
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
        streams=sorted(streams_watched_by(reader)),
    )
    return render(request, "centre/campaign.html", context)


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
