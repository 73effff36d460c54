"""What a leader may still say of an act that stands, or that he annulled: shown beside it, said with one form."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from server.centre.case_page import Act
from server.centre.causes import refusal_text
from server.centre.language import chinese_first
from server.common.errors import DomainError
from server.field.models import FieldAction
from server.people.models import Officer
from server.sync.annulling import annul_act, reinstate_act, why_not_annulling


@dataclass(frozen=True, slots=True)
class ActWords:
    is_annulled: bool
    refused: str
    """Why the last word was not taken, in words."""


def act_words(reader: Officer, act: Act | None, code: str) -> ActWords | None:
    """None where this reader has nothing to say of it."""
    if act is None or why_not_annulling(reader, FieldAction.objects.get(pk=act.id)):
        return None
    return ActWords(act.status == "annulled", refusal_text(code[:40]))


@never_cache
@login_required
@chinese_first
@require_POST
def act_word(request: HttpRequest, action_id: UUID, word: str) -> HttpResponse:
    """Annul or reinstate, then back to the act."""
    assert isinstance(request.user, Officer)
    say: Callable[..., FieldAction] = annul_act if word == "annul" else reinstate_act
    try:
        say(action_id=action_id, by=request.user, note=request.POST.get("note", ""))
    except DomainError as refused:
        return HttpResponseRedirect(f"/centre/actions/{action_id}?code={refused.code}")
    return HttpResponseRedirect(f"/centre/actions/{action_id}")
