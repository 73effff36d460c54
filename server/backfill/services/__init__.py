"""The only writers of marks."""

from server.backfill.services.marking import Ref, fill_back, take_back
from server.backfill.services.ticking import tick_off

__all__ = ["Ref", "fill_back", "take_back", "tick_off"]
