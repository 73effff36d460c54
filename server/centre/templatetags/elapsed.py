"""`{% elapsed since as_of %}`: how long something has been so, to the second; `clocks.js` goes on counting."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def elapsed(since: datetime | None, as_of: datetime) -> SafeString | str:
    if since is None:
        return ""
    text = elapsed_words(since, as_of)
    return format_html('<time data-since="{}" datetime="{}">{}</time>', since.isoformat(), since.isoformat(), text)


@register.simple_tag
def elapsed_words(since: datetime, as_of: datetime) -> str:
    """`1 d 10:00:00`; of less than a day only the hours."""
    days, seconds = divmod(max(0, int((as_of - since).total_seconds())), 86400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return _("%(days)d d %(clock)s") % {"days": days, "clock": clock} if days else clock
