"""The only writers of safety: stays on site, calls for help, alarms, orders, joint operations."""

from server.safety.services.brief import write_briefs
from server.safety.services.campaigns import close_campaign, open_campaign
from server.safety.services.desk import acknowledge_alarm, acknowledge_silence, close_alarm, close_presence
from server.safety.services.orders import give_order, move_order
from server.safety.services.rosters import change_campaign
from server.safety.services.watching import watch_safety

__all__ = [
    "acknowledge_alarm",
    "acknowledge_silence",
    "change_campaign",
    "close_alarm",
    "close_campaign",
    "close_presence",
    "give_order",
    "move_order",
    "open_campaign",
    "watch_safety",
    "write_briefs",
]
