"""`{% glyph "overdue" %}`, `{% look row.look %}`: one way to draw a state."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from server.centre.states import Look

register = template.Library()


@register.simple_tag
def glyph(name: str, hue: str = "", extra: str = "") -> SafeString:
    attribute = format_html(' data-hue="{}"', hue) if hue else ""
    return format_html(
        '<svg class="g {}"{} viewBox="0 0 16 16" aria-hidden="true"><use href="#{}"/></svg>', extra, attribute, name
    )


@register.simple_tag
def look(state: Look, dress: str = "") -> SafeString:
    return format_html(
        '<span class="st {}" data-hue="{}">{}<span>{}</span></span>', dress, state.hue, glyph(state.glyph), state.text
    )


@register.simple_tag
def money(amount: Decimal) -> str:
    """Yuan, grouped by thousands as on every court paper, whatever the reader's language."""
    return f"¥{amount:,.2f}"
