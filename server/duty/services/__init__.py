"""The only writers of the desk's own records: acknowledged limits, mutes, shifts, daily reports."""

from server.duty.services.acknowledging import acknowledge_limits
from server.duty.services.muting import end_mute, mute
from server.duty.services.reporting import save_report
from server.duty.services.shifts import add_line, begin_shift, hand_over, take_over

__all__ = ["acknowledge_limits", "add_line", "begin_shift", "end_mute", "hand_over", "mute", "save_report", "take_over"]
