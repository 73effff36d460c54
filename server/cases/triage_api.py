"""Which track a case takes, over HTTP, for people at desks. No rules here."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Router, Schema

from server.cases.access import readable_case, require_can_direct
from server.cases.models import Triage
from server.cases.services.triaging import override_track, triage_case
from server.cases.triage_file import triage_rules
from server.people.auth import SignedIn
from server.people.models import Officer, Role

router = Router(tags=["cases"], auth=SignedIn())


class ReasonView(Schema):
    code: str
    text: str


class TriageView(Schema):
    id: UUID
    track: str
    source: str
    """RULES or OVERRIDE."""
    reasons: list[ReasonView]
    """The rules that hold; none for the usual track."""
    facts: dict[str, Any]
    """What the desk had said of the case by then."""
    rules: str
    reason: str
    """In a person's words, where he overrode the rules."""
    by: str
    """Name of that person; empty for the rules at filing."""
    at: datetime


class Said(Schema):
    facts: dict[str, Any] = {}


class Override(Schema):
    track: Literal["FAST", "NORMAL", "HARD"]
    reason: str


@router.get("/cases/{uuid:case_id}/triage", response=list[TriageView], url_name="case_triage")
def read_triages(request: HttpRequest, case_id: UUID) -> list[TriageView]:
    """Every judgement of the case, the newest first; none where its track was given at filing."""
    case = readable_case(_officer(request), case_id)
    rows = Triage.objects.filter(case=case).select_related("by").order_by("-at", "-pk")
    return [_view(row) for row in rows]


@router.post("/cases/{uuid:case_id}/triage", response=TriageView)
def triage(request: HttpRequest, case_id: UUID, body: Said) -> TriageView:
    """Judge it again by the rules, with what is known of it now."""
    officer = _officer(request)
    case = readable_case(officer, case_id)
    require_can_direct(officer, case, Role.DIRECTOR, Role.COMMAND_CENTRE)
    return _view(triage_case(case=case, said=body.facts, by=officer))


@router.post("/cases/{uuid:case_id}/triage/override", response=TriageView)
def override(request: HttpRequest, case_id: UUID, body: Override) -> TriageView:
    """The director sets the track, with a reason that stays on record."""
    officer = _officer(request)
    case = readable_case(officer, case_id)
    require_can_direct(officer, case, Role.DIRECTOR)
    return _view(override_track(case=case, track=body.track, reason=body.reason, by=officer))


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


def _view(row: Triage) -> TriageView:
    names = triage_rules().names(get_language() or "zh")
    return TriageView(
        id=row.pk,
        track=row.track,
        source=row.source,
        reasons=[ReasonView(code=code, text=names.get(code, code)) for code in row.reasons],
        facts=row.facts,
        rules=row.rules,
        reason=row.reason,
        by=row.by.name if row.by else "",
        at=row.at,
    )
