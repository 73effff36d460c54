"""`{% page_top %}`: the bar over every page of the centre: where the reader is, what he may open, who he is."""

from typing import Any

from django import template

from server.custody.access import inspects
from server.exchange.access import keeps_exchange
from server.people.access import keeps_walls
from server.people.models import Officer
from server.realtime.access import streams_watched_by

register = template.Library()


@register.inclusion_tag("centre/top.html", takes_context=True)
def page_top(context: Any) -> dict[str, Any]:
    """Nothing before who has not signed in, and nothing on a wall."""
    officer = getattr(context.get("request"), "user", None)
    if not isinstance(officer, Officer) or officer.is_wall:
        return {}
    return {
        **context.flatten(),
        "officer": officer,
        "streams": context.get("streams") or streams_watched_by(officer),
        "is_live": "streams" in context,
        "inspects": inspects(officer),
        "keeps_walls": keeps_walls(officer),
        "keeps_exchange": keeps_exchange(officer),
    }
