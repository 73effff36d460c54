"""`{% people_in_the_field as cells %}`: counters of alarms and of who is on site, for the strip of any page."""

from dataclasses import dataclass
from typing import Any

from django import template

from server.centre.safety_pages import alarm_cells
from server.centre.states import Look
from server.people.models import Officer

register = template.Library()


@dataclass(frozen=True, slots=True)
class Cell:
    look: Look
    count: int
    is_waiting: bool
    """Of people: nobody has answered one of them."""


@register.simple_tag(takes_context=True)
def people_in_the_field(context: dict[str, Any]) -> list[Cell]:
    """Nothing for whoever sees nobody's alarms but his own."""
    officer = context.get("officer")
    return [Cell(*cell) for cell in alarm_cells(officer)] if isinstance(officer, Officer) else []
