"""The only writers of cases: filing, assignments and grants, events, status, levels, flow versions, the calendar."""

from server.cases.parties import PartyDraft
from server.cases.services.assigning import assign_subject, cover_membership, end_grant, grant_subject
from server.cases.services.calendar import CalendarRefused, load_notice, seed_calendar, set_calendar_day
from server.cases.services.clues import enter_clue, verify_clue
from server.cases.services.due_dates import has_dates_of_earlier_releases, recompute_due_dates
from server.cases.services.events import record_event, touch, void_events, write_case_events
from server.cases.services.extending import extend_limit
from server.cases.services.filing import file_case
from server.cases.services.flow_versions import FlowChanged, load_flows
from server.cases.services.importing import ImportReport, import_cases
from server.cases.services.joining import add_debtor
from server.cases.services.levels import pass_over_unstarted, write_levels
from server.cases.services.moving import move_flow
from server.cases.services.pausing import end_pause, pause_clocks
from server.cases.services.properties import add_property, hold_property, lift_hold
from server.cases.services.renewing import assign_renewal
from server.cases.services.stage_rights import end_rights, open_rights, standing_rights
from server.cases.services.status import close_case, resume_case, suspend_case
from server.cases.services.valuing import choose_valuation

__all__ = [
    "CalendarRefused",
    "FlowChanged",
    "ImportReport",
    "PartyDraft",
    "add_debtor",
    "add_property",
    "assign_renewal",
    "assign_subject",
    "choose_valuation",
    "close_case",
    "cover_membership",
    "end_grant",
    "end_pause",
    "end_rights",
    "enter_clue",
    "extend_limit",
    "file_case",
    "grant_subject",
    "has_dates_of_earlier_releases",
    "hold_property",
    "import_cases",
    "lift_hold",
    "load_flows",
    "load_notice",
    "move_flow",
    "open_rights",
    "pass_over_unstarted",
    "pause_clocks",
    "recompute_due_dates",
    "record_event",
    "resume_case",
    "seed_calendar",
    "set_calendar_day",
    "standing_rights",
    "suspend_case",
    "touch",
    "verify_clue",
    "void_events",
    "write_case_events",
    "write_levels",
]
