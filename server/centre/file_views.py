"""The page of one file: its whole life, and the form that takes it away with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.centre.act_times import verdict_words
from server.centre.language import chinese_first
from server.centre.shots import place_text, shot_names
from server.centre.states import Look
from server.centre.views import frame, missing
from server.common.clock import now
from server.common.errors import DomainError
from server.evidence.media_types import is_shown_inline
from server.evidence.services import record_glance, require_readable
from server.evidence.services.rereading import Held, digests_of
from server.evidence.store import Area, StoreUnavailable
from server.field.file_life import Captured, file_life
from server.people.models import Officer

STEPS: Mapping[str, str] = {
    "captured": gettext_noop("Captured, by the device's clock"),
    "filmed": gettext_noop("Filmed, by the camera's clock"),
    "imported": gettext_noop("Imported at the station"),
    "promised": gettext_noop("Promised by an act"),
    "stored": gettext_noop("Arrived and stored"),
    "verified": gettext_noop("Read back and verified"),
    "receipt": gettext_noop("Receipt signed for the device"),
    "copied": gettext_noop("Second copy read back whole"),
    "scrubbed": gettext_noop("Read again and found whole"),
    "view": gettext_noop("Viewed"),
    "download": gettext_noop("Downloaded"),
    "print": gettext_noop("Printed"),
    "export": gettext_noop("Exported"),
    "refused": gettext_noop("Asked without a right, and refused"),
}


@never_cache
@login_required
@chinese_first
@require_GET
def file_page(request: HttpRequest, sha256: str) -> HttpResponse:
    return _show(request, sha256)


@never_cache
@login_required
@chinese_first
@require_POST
def verify(request: HttpRequest, sha256: str) -> HttpResponse:
    """Read the stored bytes again and hash them, now; the answer is shown and changes nothing."""
    return _show(request, sha256, is_read_again=True)


@dataclass(frozen=True, slots=True)
class Verdict:
    look: Look
    at: datetime
    sha256: str = ""
    sm3: str = ""
    size: int = 0


def _verdict(sha256: str, size: int) -> Verdict:
    try:
        found = digests_of(Held(sha256, Area.ORIGINALS, size), with_sm3=True)
    except StoreUnavailable:
        return Verdict(Look("offline", "grey", _("The storage does not answer. Nothing is known of the file.")), now())
    if found is None:
        return Verdict(Look("quarantine", "red", _("The storage has no such file any more.")), now())
    if (found.sha256, found.size) != (sha256, size):
        look = Look("quarantine", "red", _("What is stored is not what was delivered."))
    else:
        look = Look("verified", "green", _("What is stored is what was delivered."))
    return Verdict(look, now(), found.sha256, found.sm3, found.size)


def _show(request: HttpRequest, sha256: str, *, is_read_again: bool = False) -> HttpResponse:
    assert isinstance(request.user, Officer)
    try:
        readable = require_readable(request.user, sha256)
    except DomainError:
        return missing(request)
    record_glance(officer=request.user, sha256=sha256, readable=readable)
    life, names = file_life(request.user, sha256, readable), shot_names()
    context = frame(
        request,
        officer=request.user,
        life=life,
        captured=[_captured(each, names) for each in life.captured],
        steps=[(_(STEPS[step.code]), step) for step in life.steps],
        is_here=readable.is_verified,
        verdict=_verdict(sha256, life.size) if is_read_again and readable.is_verified else None,
        is_picture=is_shown_inline(life.media_type),
    )
    return render(request, "centre/file.html", context)


def _captured(each: Captured, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "said": each,
        "name": names.get(each.shot_code, each.shot_code),
        "verdict": verdict_words(each.clock_verdict),
        "place": place_text(each.position),
        "file_place": place_text(each.file_position),
    }
