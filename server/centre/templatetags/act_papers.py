"""`{% act_papers act.id case.pk %}`: the papers of an act, each to be made and opened with one tap."""

from typing import Any
from uuid import UUID

from django import template

from server.centre.papers import act_paper_lines, fault_words
from server.field.models import FieldAction

register = template.Library()


@register.inclusion_tag("centre/act_papers.html", takes_context=True)
def act_papers(context: Any, action_id: UUID, case_id: UUID) -> dict[str, Any]:
    request = context["request"]
    return {
        "lines": act_paper_lines(FieldAction.objects.get(pk=action_id), case_id),
        "action_id": action_id,
        "fault": fault_words(request.GET.get("paper", "")),
        "csrf_token": context.get("csrf_token"),
    }
