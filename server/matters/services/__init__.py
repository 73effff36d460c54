"""The only writers of matters."""

from server.matters.services.batches import Item, move_many
from server.matters.services.drafting import Asked, Drafted, draft_matter, revise_draft
from server.matters.services.entering import enter_result
from server.matters.services.moving import Said, move_matter
from server.matters.services.packing import make_package
from server.matters.services.papers import add_case_paper, add_file, remove_paper
from server.matters.services.results import Outcome, add_result
from server.matters.services.steps import Done
from server.matters.services.talking import add_note, log_talk
from server.matters.services.timing import pass_limits
from server.matters.services.urging import urge_matter
from server.matters.services.watching import Watched, watch_matters

__all__ = [
    "Asked",
    "Done",
    "Drafted",
    "Item",
    "Outcome",
    "Said",
    "Watched",
    "add_case_paper",
    "add_file",
    "add_note",
    "add_result",
    "draft_matter",
    "enter_result",
    "log_talk",
    "make_package",
    "move_many",
    "move_matter",
    "pass_limits",
    "remove_paper",
    "revise_draft",
    "urge_matter",
    "watch_matters",
]
