"""The only writers of teamwork: handovers, notes, plans, tasks and meetings."""

from server.teamwork.services.approving import give_approval, refuse_approval, tell_of_late_approvals
from server.teamwork.services.deciding import Decided, decide_handover, write_decision
from server.teamwork.services.meetings import Asked, Saying, close_meeting, open_meeting, write_minutes
from server.teamwork.services.members import cover_stage_membership
from server.teamwork.services.notes import add_note
from server.teamwork.services.planning import write_plan
from server.teamwork.services.proposing import propose_handover
from server.teamwork.services.tasks import give_task, move_task

__all__ = [
    "Asked",
    "Decided",
    "Saying",
    "add_note",
    "close_meeting",
    "cover_stage_membership",
    "decide_handover",
    "give_approval",
    "give_task",
    "move_task",
    "open_meeting",
    "propose_handover",
    "refuse_approval",
    "tell_of_late_approvals",
    "write_decision",
    "write_minutes",
    "write_plan",
]
