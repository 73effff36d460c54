"""The only writers of teamwork: handovers, and the notes they carry."""

from server.teamwork.services.deciding import Decided, decide_handover, write_decision
from server.teamwork.services.members import cover_stage_membership
from server.teamwork.services.notes import add_note
from server.teamwork.services.proposing import propose_handover

__all__ = [
    "Decided",
    "add_note",
    "cover_stage_membership",
    "decide_handover",
    "propose_handover",
    "write_decision",
]
