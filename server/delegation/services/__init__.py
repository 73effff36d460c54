"""The only writers of delegations."""

from server.delegation.services.drafting import Asked, Target, draft_delegation, revise_draft
from server.delegation.services.effects import Done, Said
from server.delegation.services.moving import move_delegation
from server.delegation.services.papers import add_file, drop_paper, name_paper
from server.delegation.services.timing import pass_delegation_limits, tell_of_late_delegations

__all__ = [
    "Asked",
    "Done",
    "Said",
    "Target",
    "add_file",
    "draft_delegation",
    "drop_paper",
    "move_delegation",
    "name_paper",
    "pass_delegation_limits",
    "revise_draft",
    "tell_of_late_delegations",
]
