"""The only writers of custody: a reading with its entry, readings found odd, and inspection's word on them."""

from server.custody.services.looking import look_at
from server.custody.services.recording import WINDOW, Read, record_reading, require_reason
from server.custody.services.watching import find_odd_readings

__all__ = ["WINDOW", "Read", "find_odd_readings", "look_at", "record_reading", "require_reason"]
