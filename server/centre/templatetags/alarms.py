"""`{% help_dialog %}`: the keys."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()
KEYS = ("j k", "Enter", ".", "/", "a", "u", "h", "m", "n", "r", "p", "w", "?", "Esc")


@register.inclusion_tag("centre/help.html")
def help_dialog() -> dict[str, Any]:
    words = {
        "j k": _("move through the list"),
        "Enter": _("open what is in focus"),
        ".": _("show what is new, and sort again"),
        "/": _("find a case or a party"),
        "a": _("answer the first alarm, else acknowledge the limit in focus; in the list of reviews: ratify"),
        "u": _("urge in the open case"),
        "h": _("hand the open case over, give tasks"),
        "m": _("mute what is in focus"),
        "n": _("write a note in the open case"),
        "r": _("review what waits in the open case"),
        "p": _("print the open case"),
        "w": _("want the first missing file now"),
        "?": _("these keys"),
        "Esc": _("close"),
    }
    return {"keys": [(key.split(), words[key]) for key in KEYS]}
