"""The only writers of marks; and the list taken away, which is a reading."""

from server.backfill.services.marking import Ref, fill_back, take_back
from server.backfill.services.taking import record_taking
from server.backfill.services.ticking import tick_off

__all__ = ["Ref", "fill_back", "record_taking", "take_back", "tick_off"]
